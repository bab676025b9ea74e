"""The list of all layers, by family: searched, dragged from, or picked from with the keyboard."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from html import escape

from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.document.layers import LAYER_CLASSES, Family, Layer
from desktop.views.editor.palette.remove_hint import RemoveHint
from desktop.views.editor.palette.tree import FAMILY_ROLE, NAME_ROLE, SEARCH_ROLE, LayerTree
from desktop.views.theme import SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.controls import LineEdit
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.layer_mime import LAYER_MIME, dragged_rows, layer_mime

_NARROWEST = 120  # icons, and names cut short


class Palette(QWidget):
    """Every layer class under its family.

    Signals: `layerActivated(name)` asks for a layer to be added, `layersReturned(mime data)` for
    layers to be removed that were dragged here out of a stack.
    """

    layerActivated = Signal(str)
    layersReturned = Signal(QMimeData)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAcceptDrops(True)
        self.search = LineEdit()
        self.search.setObjectName("palette_search")
        self.search.setAcceptDrops(False)  # what is dropped on it is meant for all of this
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search layers")
        self.search.setToolTip("Search layers by name or by what they do; Enter adds the first")
        self._search_icon = self.search.addAction(
            theme.icon("mdi6.magnify", "muted"), QLineEdit.ActionPosition.LeadingPosition
        )
        self._model = _PaletteModel(self)
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(self._model)
        self._filter.setFilterRole(SEARCH_ROLE)
        self._filter.setRecursiveFilteringEnabled(True)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.list = LayerTree(theme)
        self.list.setModel(self._filter)
        self.list.expandAll()
        self._nothing = muted_label("No layer matches the search")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_XS, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.search)
        column.addWidget(self._nothing)
        column.addWidget(self.list, 1)
        self._remove_hint = RemoveHint(theme, self)
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._activate_first)
        self.search.installEventFilter(self)
        self.list.layerChosen.connect(self.layerActivated)
        theme.changed.connect(self._theme_changed)

    def mime_data_for(self, name: str) -> QMimeData:
        """What a drag of the layer called `name` carries."""
        return layer_mime(name)

    def shown_layers(self) -> tuple[str, ...]:
        """The names of the layers that the search leaves, from the top."""
        return tuple(
            self._filter.index(row, 0, family).data(NAME_ROLE)
            for family in self._families()
            for row in range(self._filter.rowCount(family))
        )

    def _families(self) -> list[QModelIndex]:
        return [self._filter.index(row, 0) for row in range(self._filter.rowCount())]

    def _search(self, text: str) -> None:
        self._filter.setFilterFixedString(text.strip())
        self.list.expandAll()
        found = bool(self.shown_layers())
        self._nothing.setVisible(not found)
        self.list.setVisible(found)
        if found:
            first = self._filter.index(0, 0, self._families()[0])
            self.list.setCurrentIndex(first)

    def _activate_first(self) -> None:
        if self.search.text().strip() and self.shown_layers():
            self.layerActivated.emit(self.shown_layers()[0])

    def _theme_changed(self) -> None:
        self._search_icon.setIcon(self._theme.icon("mdi6.magnify", "muted"))
        self.list.scheduleDelayedItemsLayout()  # rows may have become taller
        self.list.viewport().update()

    # --- Qt ---------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(_NARROWEST), 160)

    def sizeHint(self) -> QSize:
        return QSize(self.list.widest + SPACE_S + SPACE_XS, super().sizeHint().height())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        rows = dragged_rows(event.mimeData())
        if rows:
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
            self._remove_hint.show_for(len(rows))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._remove_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._remove_hint.hide()
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()
        self.layersReturned.emit(event.mimeData())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.search
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
        ):
            if event.key() == Qt.Key.Key_Down and self.shown_layers():
                self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
                if not self.list.currentIndex().data(NAME_ROLE):
                    self.list.setCurrentIndex(self._filter.index(0, 0, self._families()[0]))
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)


class _PaletteModel(QStandardItemModel):
    """Families with their layers, made from the layer classes."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        families: dict[Family, QStandardItem] = {}
        for cls in LAYER_CLASSES:
            if cls.family not in families:
                families[cls.family] = _family_item(cls.family)
                self.appendRow(families[cls.family])
            families[cls.family].appendRow(_layer_item(cls))

    def mimeTypes(self) -> list[str]:
        return [LAYER_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        names = [index.data(NAME_ROLE) for index in indexes]
        return layer_mime(names[0]) if names and names[0] else QMimeData()


def _family_item(family: Family) -> QStandardItem:
    item = QStandardItem(str(family))
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    item.setData(family, FAMILY_ROLE)
    item.setData(f"Family {family}", Qt.ItemDataRole.AccessibleTextRole)
    return item


def _layer_item(cls: type[Layer]) -> QStandardItem:
    item = QStandardItem(cls.tag)
    item.setFlags(
        Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
    )
    text = inspect.cleandoc(cls.__doc__ or "")
    item.setData(cls.tag, NAME_ROLE)
    item.setData(cls.family, FAMILY_ROLE)
    item.setData(f"{cls.tag} {cls.family} {text}", SEARCH_ROLE)
    item.setData(f"{cls.tag}, {cls.family}: {cls.summary()}", Qt.ItemDataRole.AccessibleTextRole)
    item.setToolTip(
        f"<b>{escape(cls.tag)}</b> · {cls.family}<br>{escape(text)}"
        "<br><i>Drag it into the model, or double-click it</i>"
    )
    return item
