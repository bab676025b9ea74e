"""The heading of the histograms: which weights are shown, and how."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QWidget,
)

from desktop.views.charts.export_button import ExportButton
from desktop.views.charts.weights.ridgeline import HistogramMode
from desktop.views.charts.weights.weight_figure import WeightFigure
from desktop.views.theme import SPACE_XS, Theme
from desktop.views.widgets.controls import ComboBox

MODE_ICONS = ("mdi6.chart-timeline-variant", "mdi6.chart-bell-curve")


class Header(QWidget):
    """Title and settings of the histograms, in one line or, without room for that, in two.

    `figure` makes what is exported.
    """

    changed = Signal()  # a setting
    back = Signal()  # the button that leads back to all layers

    def __init__(
        self, theme: Theme, figure: Callable[[], WeightFigure], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.mode = HistogramMode.RIDGELINE
        self.back_button = QToolButton(self)
        self.back_button.setToolTip("Back to all layers (Esc)")
        self.back_button.setAccessibleName("Back to all layers")
        self.back_button.clicked.connect(self.back)
        self.title = QLabel("Weights", self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)  # it names a layer
        self.title.setProperty("role", "title")
        self.weight_box = ComboBox(self)
        self.weight_box.setAccessibleName("Weight shown")
        self.weight_box.setToolTip("Weights to show; a layer without them shows its first ones")
        self.weight_box.currentIndexChanged.connect(self.changed)
        self.mode_buttons = QButtonGroup(self)
        self._mode_tools: list[QToolButton] = []
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(SPACE_XS)
        self._names, self._tools = QHBoxLayout(), QHBoxLayout()
        for line in (self._names, self._tools):
            line.setSpacing(SPACE_XS)
            self._lines.addLayout(line)
        for widget in (self.back_button, self.title, self.weight_box):
            self._names.addWidget(widget)
        self._names.addStretch(1)
        self._tools.addStretch(1)
        tips = {
            HistogramMode.RIDGELINE: "Ridgeline: one ridge per epoch, older ones behind",
            HistogramMode.OVERLAY: "Overlay: all epochs on one base line",
        }
        for index, mode in enumerate(HistogramMode):
            button = QToolButton(self)
            button.setText(mode.value.capitalize())
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setToolTip(tips[mode])
            button.setAccessibleName(tips[mode])
            button.setProperty("role", "flat")
            button.setCheckable(True)
            button.setChecked(mode is self.mode)
            self.mode_buttons.addButton(button, index)
            self._mode_tools.append(button)
            self._tools.addWidget(button)
        self.mode_buttons.idToggled.connect(self._set_mode)
        self.log_button = QToolButton(self)
        self.log_button.setText("log")
        self.log_button.setToolTip("Logarithmic counts")
        self.log_button.setAccessibleName("Logarithmic counts")
        self.log_button.setProperty("role", "flat")
        self.log_button.setCheckable(True)
        self.log_button.toggled.connect(self.changed)
        self.export_button = ExportButton(theme, "the weights", figure, self)
        self._tools.addWidget(self.log_button)
        self._tools.addWidget(self.export_button)
        self.back_button.hide()
        theme.changed.connect(self._recolor)
        self._recolor()

    @property
    def weight(self) -> str:
        """The name of the weight shown."""
        return self.weight_box.currentData() or ""

    @property
    def logarithmic(self) -> bool:
        """Whether counts are shown as logarithms."""
        return self.log_button.isChecked()

    def offer_weights(self, names: tuple[str, ...]) -> None:
        """Let one of these weights be chosen; the one shown stays, if it is among them."""
        box = self.weight_box
        if names == tuple(box.itemData(i) for i in range(box.count())):
            return
        current = self.weight
        box.blockSignals(True)
        box.clear()
        for name in names:
            box.addItem(name.replace("_", " "), name)
        box.setCurrentIndex(max(box.findData(current), 0 if names else -1))
        box.blockSignals(False)

    def set_narrow(self, narrow: bool) -> None:
        """Show the modes as icons without words."""
        style = Qt.ToolButtonStyle
        for button in self._mode_tools:
            button.setToolButtonStyle(
                style.ToolButtonIconOnly if narrow else style.ToolButtonTextOnly
            )

    @Slot(int, bool)
    def _set_mode(self, index: int, on: bool) -> None:
        if on:
            self.mode = list(HistogramMode)[index]
            self.changed.emit()

    @Slot()
    def _recolor(self) -> None:
        self.back_button.setIcon(self._theme.icon("mdi6.arrow-left"))
        for button, name in zip(self._mode_tools, MODE_ICONS, strict=True):
            button.setIcon(self._theme.icon(name))
        self._fit()

    # --- Qt ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        needed = self._names.minimumSize().width() + SPACE_XS + self._tools.minimumSize().width()
        direction = QBoxLayout.Direction
        fits = self.width() >= needed
        self._lines.setDirection(direction.LeftToRight if fits else direction.TopToBottom)

    def minimumSizeHint(self) -> QSize:
        lines = self._names.minimumSize(), self._tools.minimumSize()
        return QSize(max(line.width() for line in lines), super().minimumSizeHint().height())
