"""A row of buttons for actions, as wide as there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from desktop.views.theme import SPACE_S, SPACE_XS, Theme


class ActionBar(QWidget):
    """A button for the actions that are used most, and a menu with all of them.

    Each of `actions` comes with whether there is a gap before it; `fill` fills the menu. Where
    there is no room for the words, there are only icons.
    """

    def __init__(
        self,
        actions: Iterable[tuple[QAction, bool]],
        fill: Callable[[QMenu], None],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.buttons: list[QToolButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        for action, with_gap in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAccessibleName(action.text().replace("&", "").rstrip("…"))
            if with_gap:
                row.addSpacing(SPACE_S)
            row.addWidget(button)
            self.buttons.append(button)
        row.addStretch(1)
        self.more = QToolButton()
        self.more.setToolTip("All that can be done")
        self.more.setAccessibleName("More")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        fill(menu)
        self.more.setMenu(menu)
        row.addWidget(self.more)
        theme.changed.connect(self._redraw)
        self._redraw()

    def _redraw(self) -> None:
        self.more.setIcon(self._theme.icon("mdi6.dots-horizontal"))
        self._fit()

    def _fit(self) -> None:
        """Show the words of as many buttons as there is room for, from the left."""
        style = Qt.ToolButtonStyle
        for button in self.buttons:
            button.setToolButtonStyle(style.ToolButtonIconOnly)
        margin = self.more.sizeHint().width() + (len(self.buttons) + 3) * SPACE_S
        room = self.width() - margin - sum(each.sizeHint().width() for each in self.buttons)
        for button in self.buttons:
            narrow = button.sizeHint().width()
            button.setToolButtonStyle(style.ToolButtonTextBesideIcon)
            room -= button.sizeHint().width() - narrow
            if room < 0:
                button.setToolButtonStyle(style.ToolButtonIconOnly)
                break

    # --- Qt -----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
