"""Finds what a lesson speaks of in the window, and draws a frame around it."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMainWindow, QWidget

from desktop.document.lessons.lesson import Control
from desktop.views.commands.actions import Menu
from desktop.views.theme import RADIUS, Theme, scaled
from desktop.views.window.docks import Docks
from desktop.views.window.pages import Page, Pages
from desktop.views.window.toolbar import Toolbar

SHOWN = 6000  # milliseconds
_WIDTH = 3  # pixels of the frame
_PAGES = {f"{page.name.lower()}_page": page for page in Page}
_MENUS = {"file_menu": Menu.FILE, "run_menu": Menu.RUN}


class Pointer(QWidget):
    """A frame over the window, which lets the mouse through and vanishes after a while."""

    def __init__(
        self, window: QMainWindow, docks: Docks, pages: Pages, toolbar: Toolbar, theme: Theme
    ) -> None:
        super().__init__(window)
        self._window, self._theme = window, theme
        self._docks, self._pages, self._toolbar = docks, pages, toolbar
        self.setObjectName("lesson_pointer")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def point_at(self, control: Control) -> None:
        """Bring `control` to the front and draw a frame around it."""
        widget, area = self._place(control)
        margin = scaled(_WIDTH)
        corner = widget.mapTo(self._window, area.topLeft())
        frame = QRect(corner, area.size()).adjusted(-margin, -margin, margin, margin)
        self.setGeometry(frame.intersected(self._window.rect()))
        self.show()
        self.raise_()
        self._timer.start()

    def _place(self, control: Control) -> tuple[QWidget, QRect]:
        if control in _PAGES:
            page, tabs = _PAGES[control], self._pages.tabBar()
            self._pages.show_page(page)
            return tabs, tabs.tabRect(page)
        if control in _MENUS:
            return self._menu(_MENUS[control])
        dock = self._docks.panel(control)
        if dock is not None:
            dock.show()
            dock.raise_()
            return dock, dock.rect()
        command = self._window.findChild(QAction, control)
        assert command is not None
        button = self._toolbar.widgetForAction(command)
        if button is not None and button.isVisible():
            return button, button.rect()
        return self._menu(Menu.EDIT if control is Control.UNDO else Menu.RUN)

    def _menu(self, menu: Menu) -> tuple[QWidget, QRect]:
        bar = self._window.menuBar()
        entry = next(each for each in bar.actions() if each.text() == menu.value)
        return bar, bar.actionGeometry(entry)

    # --- Qt ---------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = scaled(_WIDTH)
        painter.setPen(QPen(self._theme.tokens.color("accent"), width))
        half = (width + 1) // 2
        painter.drawRoundedRect(self.rect().adjusted(half, half, -half, -half), RADIUS, RADIUS)
