"""The panels around the pages: where they are, and how large."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from desktop.views.editor.palette import Palette
from desktop.views.editor.properties.panel import PropertiesPanel
from desktop.views.editor.stack import StackView
from desktop.views.editor.training.panel import TrainingPanel
from desktop.views.settings import LAYOUT_VERSION
from desktop.views.theme import Theme, factor, scaled
from desktop.views.window.spare_room import SpareRoom
from desktop.views.workspace import Workspace

COMPACT = 1280  # pixels; in a narrower window panels and toolbar take less room
STACKED = 1100  # pixels; in a narrower window Layers are above Model, not beside it
SMALL = 900  # pixels; in a narrower window only what cannot be done without is shown
TABBED = 782  # pixels; in a narrower window one panel is shown at a time
LOW = 600  # pixels; in a lower window Layers and Model are not above one another, but share a place
_HEIGHTS = [360, 440]  # pixels of Properties, while it shows a layer, and Training


class Docks(QObject):
    """Layers and Model on the left of `window`, Properties and Training on its right.

    Where the window has little room for what is shown so large, they are above one another, or a
    tab each.
    """

    def __init__(self, window: QMainWindow, workspace: Workspace, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self._layers = self._dock("Layers", left)
        self._model = self._dock("Model", left)
        self._properties = self._dock("Properties", right)
        self._training = self._dock("Training", right)
        self.all = self._layers, self._model, self._properties, self._training
        # Made where they stay: what moves to another parent is styled again with all that is in it.
        self.palette = Palette(theme, self._layers)
        self.stack = StackView(workspace, theme, self._model)
        self.properties = PropertiesPanel(workspace, theme, self._properties)
        self.training = TrainingPanel(workspace, theme, self._training)
        panels = self.palette, self.stack, self.properties, self.training
        for dock, panel in zip(self.all, panels, strict=True):
            dock.setWidget(panel)
        window.splitDockWidget(self._layers, self._model, Qt.Orientation.Horizontal)
        window.splitDockWidget(self._properties, self._training, Qt.Orientation.Vertical)
        self._left_at: dict[float, QByteArray] = {}  # the layout at each zoom as it was left
        self._room = SpareRoom(window, self._properties, self._training, self.properties)

    def _dock(self, title: str, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(_dock_name(title.lower()))
        self._window.addDockWidget(area, dock)
        return dock

    def panel(self, name: str) -> QDockWidget | None:
        """The dock of the panel called e.g. "layers"; None if there is none of that name."""
        return next((dock for dock in self.all if dock.objectName() == _dock_name(name)), None)

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
        self._left_at.clear()
        self._room.give_back()
        self.restore(self._first)
        self.fit()
        self._room.update()

    def fit(self) -> None:
        """Arrange the panels so that they and the page have room, in their usual sizes.

        Only where there is no layout of the user's: widths that the user chose are not changed.
        """
        width = self._window.width() / factor()
        docks = [self._layers, self._model, self._properties]
        if width >= COMPACT:
            sizes = [self._layers.widget().sizeHint().width() / factor(), 272, 290]
        elif width >= STACKED:
            sizes = [168, 240, 262]
        elif width >= TABBED:
            if self._window.height() / factor() >= LOW:
                self._window.splitDockWidget(self._layers, self._model, Qt.Orientation.Vertical)
            else:
                self._window.tabifyDockWidget(self._layers, self._model)
            docks, sizes = [self._layers, self._properties], [200, 250]
        else:
            for dock, beside in zip(self.all[1:], self.all, strict=False):
                self._window.tabifyDockWidget(beside, dock)
            self._model.raise_()
            docks, sizes = [self._model], [250]
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self._window.resizeDocks(docks, [scaled(size) for size in sizes], across)
        self._window.resizeDocks([self._properties, self._training], _HEIGHTS, down)
        self._room.set_share(_HEIGHTS[0] / sum(_HEIGHTS))

    @contextmanager
    def zooming(self) -> Iterator[None]:
        """While the zoom changes: keep the panels' part of the window.

        Where that leaves no room for the page, they are arranged anew. What they were like at a
        zoom before is what they become at it again.
        """
        before, shown = factor(), [dock for dock in self.all if not dock.isHidden()]
        # Of those that share a place, the one in front: the others have widths of long ago.
        front = [dock for dock in shown if not dock.visibleRegion().isEmpty()]
        widths = [dock.width() / before for dock in front]
        self._left_at[before] = self.save()
        yield
        self._settle()  # all else takes its new size first: what is left is for the panels
        if factor() in self._left_at:
            self.restore(self._left_at[factor()])
        elif self._limits(before) == self._limits(factor()):
            sizes = [scaled(width) for width in widths]
            self._window.resizeDocks(front, sizes, Qt.Orientation.Horizontal)
        else:
            self.restore(self._first)
            self.fit()
        for dock in self.all:
            dock.setVisible(dock in shown)
        self._settle()
        self._room.update()

    def _settle(self) -> None:
        """Give everything in the window the size that it is about to have."""
        layout = self._window.layout()
        assert layout is not None
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        layout.activate()

    def _limits(self, zoom: float) -> list[bool]:
        """On which side of the limits that decide how panels are arranged the window is."""
        width, height = self._window.width() / zoom, self._window.height() / zoom
        stacked = TABBED <= width < STACKED
        return [width < STACKED, width < TABBED, stacked and height < LOW]


def _dock_name(panel: str) -> str:
    return f"{panel}_dock"
