"""Turns pages: one back, one on, or to any of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.views.theme import SPACE_S, Theme
from desktop.views.widgets.controls import Slider


class Pager(QWidget):
    """Buttons, a slider, and which page it is. Hidden where there is only one.

    Signals:
        turned: to the page of that number, from 0.
    """

    turned = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.previous = self._button("Previous page", "Page Up")
        self.next = self._button("Next page", "Page Down")
        self.previous.clicked.connect(self.turn_back)
        self.next.clicked.connect(self.turn_on)
        self.slider = Slider()
        self.slider.setAccessibleName("Page")
        self.slider.valueChanged.connect(self._on_slider)
        self.text = QLabel()
        self.text.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.previous)
        row.addWidget(self.slider, 1)
        row.addWidget(self.next)
        row.addWidget(self.text)
        theme.changed.connect(self._draw_icons)
        self._draw_icons()
        self.show_page(0, 1)

    @property
    def page(self) -> int:
        """The page that is shown, from 0."""
        return self.slider.value()

    def show_page(self, page: int, pages: int) -> None:
        """Say that this is `page` of so many, without a signal."""
        self.slider.blockSignals(True)
        self.slider.setRange(0, pages - 1)
        self.slider.setValue(page)
        self.slider.blockSignals(False)
        self._update()
        self.setVisible(pages > 1)

    @Slot()
    def turn_back(self) -> None:
        """Show the page before, if there is one."""
        self.slider.setValue(self.page - 1)

    @Slot()
    def turn_on(self) -> None:
        """Show the next page, if there is one."""
        self.slider.setValue(self.page + 1)

    def add_keys(self, widget: QWidget) -> None:
        """Let the keys Page Up and Page Down turn the pages while `widget` has the focus."""
        for key, turn in (
            (Qt.Key.Key_PageUp, self.turn_back),
            (Qt.Key.Key_PageDown, self.turn_on),
        ):
            shortcut = QShortcut(QKeySequence(key), widget)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(turn)

    def _on_slider(self, page: int) -> None:
        self._update()
        self.turned.emit(page)

    def _update(self) -> None:
        last = self.slider.maximum()
        self.text.setText(f"Page {self.page + 1:,} of {last + 1:,}")
        self.previous.setEnabled(self.page > 0)
        self.next.setEnabled(self.page < last)
        self.slider.setEnabled(last > 0)

    def _button(self, title: str, key: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "flat")
        button.setToolTip(f"{title} ({key})")
        button.setAccessibleName(title)
        return button

    def _draw_icons(self) -> None:
        self.previous.setIcon(self._theme.icon("mdi6.chevron-left"))
        self.next.setIcon(self._theme.icon("mdi6.chevron-right"))
