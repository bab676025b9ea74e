"""Which layers of the stack are selected, in terms of layers rather than rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Signal
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop.views.editor.stack.drops import DropListView
from desktop.views.editor.stack.model import FIRST_LAYER_ROW, StackModel
from desktop.views.theme import Theme

_NO_LAYER = -1
_SELECT = QItemSelectionModel.SelectionFlag


class LayerListView(DropListView):
    """A list of layers that tells which are selected, also when rows come, go and move.

    Signals: `currentLayerChanged(index)`, -1 without one; `selectedLayersChanged(indexes)`, all of
    them as a tuple.
    """

    currentLayerChanged = Signal(int)
    selectedLayersChanged = Signal(object)

    def __init__(self, model: StackModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._stack = model
        self._told: tuple[int, tuple[int, ...]] = (_NO_LAYER, ())
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setModel(model)
        self.selectionModel().selectionChanged.connect(self._tell)
        self.selectionModel().currentChanged.connect(self._tell)

    @property
    def current_layer(self) -> int:
        """The index of the layer that is selected, or was selected last; -1 without one."""
        index = self.currentIndex()
        if index.row() >= FIRST_LAYER_ROW and self.selectionModel().isSelected(index):
            return index.row() - FIRST_LAYER_ROW
        return self.selected_layers[-1] if self.selected_layers else _NO_LAYER

    @property
    def selected_layers(self) -> tuple[int, ...]:
        """The indexes of all selected layers, from the top."""
        rows = {index.row() for index in self.selectionModel().selectedRows()}
        return tuple(sorted(row - FIRST_LAYER_ROW for row in rows if row >= FIRST_LAYER_ROW))

    def select_layer(self, index: int) -> None:
        """Select the layer at `index`, and scroll to it; -1 selects none."""
        self.select_layers((index,) if index >= 0 else ())

    def select_layers(self, indexes: Sequence[int]) -> None:
        """Select the layers at `indexes`; the last becomes the current one."""
        chosen = QItemSelection()
        rows = [i + FIRST_LAYER_ROW for i in indexes if 0 <= i < self._stack.layer_count]
        for row in rows:
            chosen.select(self._stack.index(row), self._stack.index(row))
        selection = self.selectionModel()
        if rows:
            last = self._stack.index(rows[-1])
            selection.setCurrentIndex(last, _SELECT.NoUpdate)
            selection.select(chosen, _SELECT.ClearAndSelect)
            self.scrollTo(last)
        else:
            selection.clear()

    def _tell(self) -> None:
        if self._stack.changing:
            return  # told when all rows are in their places
        now = self.current_layer, self.selected_layers
        before, self._told = self._told, now
        if now[1] != before[1]:
            self.selectedLayersChanged.emit(now[1])
        if now[0] != before[0]:
            self.currentLayerChanged.emit(now[0])
