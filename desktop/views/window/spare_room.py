"""Properties gives its room to Training while no layer is selected."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow

from desktop.views.editor.properties.panel import PropertiesPanel

_ANY_HEIGHT = 16_777_215  # Qt's QWIDGETSIZE_MAX: no limit


class SpareRoom(QObject):
    """Limits the height of `properties` to what it shows while that is no layer.

    Only while `training` is in the same column, below or above it. The share of the column that it
    had, perhaps dragged by the user, is given back with the next layer.
    """

    def __init__(
        self,
        window: QMainWindow,
        properties: QDockWidget,
        training: QDockWidget,
        panel: PropertiesPanel,
    ) -> None:
        super().__init__(window)
        self._window, self._panel = window, panel
        self._properties, self._training = properties, training
        self._share: float | None = None  # of the column's height, while a layer is shown
        self._limited = self._shows_layer = False
        self._moved = QTimer(self, singleShot=True, interval=0)  # once all docks are in place
        self._moved.timeout.connect(self.update)
        for dock in (properties, training):
            dock.topLevelChanged.connect(self._moved.start)
            dock.visibilityChanged.connect(self._moved.start)
            dock.installEventFilter(self)
        panel.needsChanged.connect(self.update)

    def set_share(self, share: float) -> None:
        """Let Properties have `share` of the column's height while it shows a layer."""
        self._share = share

    def give_back(self) -> None:
        """Give Properties its share, whatever it shows, until the next `update`."""
        if not self._limited:
            return
        self._limited = False
        self._panel.setMinimumHeight(0)
        self._panel.setMaximumHeight(_ANY_HEIGHT)
        if self._share is not None and self._in_one_column():
            docks = [self._properties, self._training]
            total = sum(dock.height() for dock in docks)
            height = round(self._share * total)
            self._window.resizeDocks(docks, [height, total - height], Qt.Orientation.Vertical)

    def update(self) -> None:
        """Limit Properties, or give it its share, as it has to be now."""
        showed_layer, self._shows_layer = self._shows_layer, bool(self._panel.layers)
        if self._shows_layer or not self._in_one_column():
            self.give_back()
            return
        if showed_layer or self._share is None:
            heights = self._properties.height(), self._training.height()
            self._share = heights[0] / sum(heights)
        self._limited = True
        self._panel.setFixedHeight(self._panel.needed_height)

    def _in_one_column(self) -> bool:
        docks = self._properties, self._training
        if any(dock.isFloating() or not dock.isVisible() for dock in docks):
            return False
        if any(self._window.tabifiedDockWidgets(dock) for dock in docks):
            return False
        return self._properties.x() == self._training.x()

    # --- Qt ---------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._moved.start()
        return False
