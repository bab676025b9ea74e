"""The paper with its tools: pen, eraser, their width, undo and clear."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.views.pages.draw.canvas import Canvas
from desktop.views.theme import SPACE_XS, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import Slider

THINNEST, BROADEST = 6, 60  # units of the canvas


class DrawingCard(Card):
    """The canvas under its tools, with the width of the pen or the eraser below."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Draw", parent)
        self.title.hide()
        self._theme = theme
        self.canvas = Canvas(theme)
        self.canvas.setObjectName("canvas")
        self.pen = _tool("Pen", "Draw with the pen", checkable=True)
        self.eraser = _tool("Eraser", "Erase; the right mouse button does, too", checkable=True)
        self.undo = _tool("Undo stroke", "Undo the last stroke (Backspace)")
        self.redo = _tool("Redo stroke", "Redo the stroke (Shift+Backspace)")
        self.clear = _tool("Clear", "Clear the canvas (Delete)")
        self.width_label = QLabel("Pen &width")
        self.width_slider = Slider()
        self.width_slider.setRange(THINNEST, BROADEST)
        self.width_slider.setPageStep(6)
        self.width_label.setBuddy(self.width_slider)
        self._lay_out()
        self._connect()
        self._choose_tool(eraser=False)
        self._restyle()
        self.show_tools()

    def _lay_out(self) -> None:
        tools, width = QHBoxLayout(), QHBoxLayout()
        for row in (tools, width):
            row.setSpacing(SPACE_XS)
        tools.addWidget(self.pen)
        tools.addWidget(self.eraser)
        tools.addStretch(1)
        tools.addWidget(self.undo)
        tools.addWidget(self.redo)
        tools.addWidget(self.clear)
        width.addWidget(self.width_label)
        width.addSpacing(SPACE_XS)
        width.addWidget(self.width_slider, 1)
        width.addStretch(1)
        self.body.addLayout(tools)
        self.body.addWidget(self.canvas, 1)
        self.body.addLayout(width)

    def _connect(self) -> None:
        self.pen.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self.pen)
        group.addButton(self.eraser)
        self.eraser.toggled.connect(self._choose_tool)
        self.undo.clicked.connect(self.canvas.undo)
        self.redo.clicked.connect(self.canvas.redo)
        self.clear.clicked.connect(self.canvas.clear)
        self.canvas.cleared.connect(self.pen.click)
        self.width_slider.valueChanged.connect(self._set_width)
        self._theme.changed.connect(self._restyle)

    def show_tools(self) -> None:
        """Enable the tools that can be used now."""
        self.undo.setEnabled(self.canvas.can_undo)
        self.redo.setEnabled(self.canvas.can_redo)
        self.clear.setEnabled(not self.canvas.is_empty)

    def _choose_tool(self, eraser: bool) -> None:
        self.canvas.eraser = eraser
        name = "Eraser" if eraser else "Pen"
        self.width_label.setText(f"{name} &width")
        self.width_slider.setAccessibleName(f"{name} width")
        self.width_slider.setToolTip(f"Width of the {name.lower()}")
        self.width_slider.setValue(round(self.canvas.width_in_use))

    def _set_width(self, width: int) -> None:
        self.canvas.width_in_use = float(width)

    def _restyle(self) -> None:
        self.width_slider.setMinimumWidth(scaled(60))
        self.width_slider.setMaximumWidth(scaled(180))
        for button, icon in (
            (self.pen, "mdi6.pencil-outline"),
            (self.eraser, "mdi6.eraser"),
            (self.undo, "mdi6.undo"),
            (self.redo, "mdi6.redo"),
            (self.clear, "mdi6.trash-can-outline"),
        ):
            button.setIcon(self._theme.icon(icon))


def _tool(name: str, tip: str, *, checkable: bool = False) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name.lower().replace(" ", "-"))
    button.setAccessibleName(name)
    button.setToolTip(f"{name}: {tip[0].lower()}{tip[1:]}")
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
