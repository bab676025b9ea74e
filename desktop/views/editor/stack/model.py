"""The stack as a list model: row 0 is the input, row n the n-th layer.

The model holds nothing of its own. It compares the project before and after a change, and tells its
views no more than what really changed, so that selection and scroll position stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any
from uuid import uuid4

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desktop.document.health import Health
from desktop.document.layers import Layer
from desktop.document.storage import ProjectFileError
from desktop.views.editor.stack.edits import StackEdits
from desktop.views.widgets.layer_card import LayerCard, input_card, layer_card
from desktop.views.widgets.layer_mime import (
    JSON_MIME,
    LAYER_MIME,
    ROWS_MIME,
    dragged_class,
    dragged_rows,
    layers_mime,
    parse_layers,
)
from desktop.views.workspace import Workspace

Index = QModelIndex | QPersistentModelIndex

CARD_ROLE = Qt.ItemDataRole.UserRole  # the LayerCard of a row
FIRST_LAYER_ROW = 1


def block_move(before: Sequence[Layer], after: Sequence[Layer]) -> int | None:
    """How many of the first of `before` come last in `after`, all else unchanged; or None."""
    if len(before) != len(after):
        return None
    return next(
        (k for k in range(1, len(before)) if [*before[k:], *before[:k]] == list(after)), None
    )


class StackModel(QAbstractListModel):
    """Rows for the layers of `workspace`, drops included.

    `layersInserted(indexes)` names the layers that a change has brought in, `layersDropped` those
    that a drop has placed, and `message` what was wrong with something dropped.
    """

    layersInserted = Signal(object)
    layersDropped = Signal(object)
    changed = Signal()
    message = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._layers: tuple[Layer, ...] = workspace.project.layers
        self._id = uuid4().hex
        self._changing = False
        self._health: tuple[Health | None, ...] = ()
        self.edits = StackEdits(workspace)
        workspace.projectChanged.connect(self._sync)

    @property
    def changing(self) -> bool:
        """Whether rows are just coming and going, so that places mean nothing for the moment."""
        return self._changing

    @property
    def layer_count(self) -> int:
        return len(self._layers)

    def card(self, row: int) -> LayerCard:
        """What the card in `row` says."""
        if row < FIRST_LAYER_ROW:
            return input_card(self._workspace.project, self._workspace.analysis.schema)
        index = row - FIRST_LAYER_ROW
        return layer_card(self._workspace.analysis, index, self.health_of(index))

    def health_of(self, index: int) -> Health | None:
        """What is known of how the layer at `index` trains."""
        return self._health[index] if 0 <= index < len(self._health) else None

    def show_health(self, health: tuple[Health | None, ...]) -> None:
        """Show how well the layers train; empty if that is not known."""
        if health != self._health:
            self._health = health
            self.dataChanged.emit(self.index(0), self.index(len(self._layers)))

    def dragged(self, data: QMimeData) -> list[int]:
        """The indexes of the layers that a drag out of this stack carries."""
        rows = dragged_rows(data, self._id) or []
        return [index for index in rows if 0 <= index < len(self._layers)]

    def _sync(self, _before: object, _after: object) -> None:
        """Turn the rows shown into those of the project by the fewest changes."""
        old, new = self._layers, self._workspace.project.layers
        start = 0
        while start < min(len(old), len(new)) and old[start] == new[start]:
            start += 1
        end = 0
        while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
            end += 1
        self._changing = True
        inserted = self._change(start, len(old) - end, new[start : len(new) - end])
        self._layers = new
        self._changing = False
        self.dataChanged.emit(self.index(0), self.index(len(new)))
        self.changed.emit()
        if inserted and len(inserted) < len(new):
            self.layersInserted.emit(tuple(inserted))

    def _change(self, start: int, stop: int, new: tuple[Layer, ...]) -> list[int]:
        """Replace the rows of the layers from `start` to `stop`; the indexes of inserted ones."""
        old = self._layers[start:stop]
        count = block_move(old, new)
        if count is not None:
            first = start + FIRST_LAYER_ROW
            root = QModelIndex()
            if count <= len(old) - count:
                target = stop + FIRST_LAYER_ROW
                self.beginMoveRows(root, first, first + count - 1, root, target)
            else:
                self.beginMoveRows(root, first + count, stop + FIRST_LAYER_ROW - 1, root, first)
            self._layers = (*self._layers[:start], *new, *self._layers[stop:])
            self.endMoveRows()
            return []
        inserted: list[int] = []
        steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        for kind, i1, i2, j1, j2 in reversed(steps):  # from the end: earlier rows keep their place
            same = min(i2 - i1, j2 - j1) if kind == "replace" else 0
            if kind == "equal":
                continue
            if i2 - i1 > same:
                self._remove(start + i1 + same, start + i2)
            if j2 - j1 > same:
                self._insert(start + i1 + same, new[j1 + same : j2])
                inserted += range(start + j1 + same, start + j2)
        return sorted(inserted)

    def _remove(self, start: int, stop: int) -> None:
        first = start + FIRST_LAYER_ROW
        self.beginRemoveRows(QModelIndex(), first, stop + FIRST_LAYER_ROW - 1)
        self._layers = (*self._layers[:start], *self._layers[stop:])
        self.endRemoveRows()

    def _insert(self, start: int, layers: tuple[Layer, ...]) -> None:
        first = start + FIRST_LAYER_ROW
        self.beginInsertRows(QModelIndex(), first, first + len(layers) - 1)
        self._layers = (*self._layers[:start], *layers, *self._layers[start:])
        self.endInsertRows()

    # --- Qt ---------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._layers) + FIRST_LAYER_ROW

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() > len(self._layers):
            return None
        if role == Qt.ItemDataRole.DisplayRole:  # without the number, which changes with the place
            return self._layers[index.row() - FIRST_LAYER_ROW].tag if index.row() else "Input"
        # While rows come and go, a view may ask for one that the project no longer has.
        if index.row() > len(self._workspace.project.layers):
            return None
        card = self.card(index.row())
        match role:
            case Qt.ItemDataRole.UserRole:
                return card
            case Qt.ItemDataRole.ToolTipRole:
                return self._tool_tip(index.row(), card)
            case Qt.ItemDataRole.AccessibleTextRole:
                return card.sentence
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        if index.row() >= FIRST_LAYER_ROW:
            flags |= Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [LAYER_MIME, ROWS_MIME, JSON_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        rows = sorted({index.row() - FIRST_LAYER_ROW for index in indexes if index.row() > 0})
        return layers_mime([self._layers[row] for row in rows], (self._id, rows))

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        if dragged_class(data) is not None:
            return True
        return data.hasFormat(ROWS_MIME) and data.hasFormat(JSON_MIME)

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        if row < 0:  # below the last row, or on a card
            row = parent.row() if parent.isValid() else self.rowCount()
        index = min(max(row - FIRST_LAYER_ROW, 0), len(self._layers))
        own = dragged_rows(data, self._id)
        try:
            if own is not None and action == Qt.DropAction.MoveAction:
                placed = self.edits.move(own, index)
            else:
                cls = dragged_class(data)
                layers = [cls()] if cls is not None else parse_layers(data)
                placed = self.edits.add(index, layers)
        except ProjectFileError as error:
            self.message.emit(f"Nothing was dropped: {error}")
            return False
        self.layersDropped.emit(placed)
        return True

    def _tool_tip(self, row: int, card: LayerCard) -> str:
        from html import escape

        lines = [f"<b>{escape(card.name)}</b>"]
        if row >= FIRST_LAYER_ROW:
            layer = self._workspace.project.layers[row - FIRST_LAYER_ROW]
            lines[0] += f" · {card.family}"
            lines.append(escape(layer.summary()))
        facts = " · ".join(part for part in (card.details, card.shape, card.parameters) if part)
        lines.append(escape(facts))
        if card.health is not None:
            lines.append(f"<b>Health:</b> {escape(card.health.word)}; click it for more")
        lines += [f"<b>{p.severity.capitalize()}:</b> {escape(p.message)}" for p in card.problems]
        return "<br>".join(line for line in lines if line)
