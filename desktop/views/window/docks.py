"""The panels around the pages: where they are, and how large."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from desktop.views.editor.properties.panel import PropertiesPanel
from desktop.views.settings import LAYOUT_VERSION
from desktop.views.window.spare_room import SpareRoom

COMPACT = 1280  # pixels; in a narrower window panels and toolbar take less room
SMALL = 900  # pixels; in a narrower window only what cannot be done without is shown
TINY = 760  # pixels; in a narrower window there is no room for all panels beside the pages
_HEIGHTS = [360, 440]  # pixels of Properties, while it shows a layer, and Training


class Docks(QObject):
    """Layers and Model on the left of `window`, Properties and Training on its right."""

    def __init__(
        self,
        window: QMainWindow,
        layers: QWidget,
        model: QWidget,
        properties: PropertiesPanel,
        training: QWidget,
    ) -> None:
        super().__init__(window)
        self._window = window
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self._layers = self._dock("Layers", layers, left)
        self._model = self._dock("Model", model, left)
        self._properties = self._dock("Properties", properties, right)
        self._training = self._dock("Training", training, right)
        self.all = self._layers, self._model, self._properties, self._training
        window.splitDockWidget(self._layers, self._model, Qt.Orientation.Horizontal)
        window.splitDockWidget(self._properties, self._training, Qt.Orientation.Vertical)
        self._room = SpareRoom(window, self._properties, self._training, properties)

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"{title.lower()}_dock")
        dock.setWidget(widget)
        self._window.addDockWidget(area, dock)
        return dock

    def remember(self) -> None:
        """Take the layout of now, with all of the window made, as the one to go back to."""
        self._first = self._window.saveState(LAYOUT_VERSION)

    def save(self) -> QByteArray:
        """Where the panels are, for `restore`."""
        self._room.give_back()
        return self._window.saveState(LAYOUT_VERSION)

    def restore(self, state: QByteArray) -> bool:
        """Put the panels where they were. Returns whether that was possible."""
        return self._window.restoreState(state, LAYOUT_VERSION)

    def reset(self) -> None:
        """Put all panels where they belong, in sizes that suit the window."""
        self._room.give_back()
        self.restore(self._first)
        self.fit()
        self._room.update()

    def fit(self) -> None:
        """Give the panels their usual sizes, smaller ones in a small window.

        Only where there is no layout of the user's: widths that somebody chose are not changed.
        """
        width = self._window.width()
        if width >= COMPACT:
            widths = [self._layers.widget().sizeHint().width(), 272, 290]
        else:
            widths = [168, 240, 262] if width >= SMALL else [120, 180, 200]
        if width < TINY:
            self._window.tabifyDockWidget(self._layers, self._model)
        docks = [self._layers, self._model, self._properties]
        self._window.resizeDocks(docks, widths, Qt.Orientation.Horizontal)
        docks = [self._properties, self._training]
        self._window.resizeDocks(docks, _HEIGHTS, Qt.Orientation.Vertical)
        self._room.set_share(_HEIGHTS[0] / sum(_HEIGHTS))
