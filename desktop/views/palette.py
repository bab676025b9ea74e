"""The list of all layers, by family: searched, dragged from, or picked from with the keyboard."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from html import escape
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDrag,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from desktop.document.layers import LAYER_CLASSES, Family, Layer
from desktop.views.families import family_color, family_tile
from desktop.views.stack.card import CardPainter, class_card
from desktop.views.stack.mime import LAYER_MIME, layer_class, layer_mime
from desktop.views.theme import RADIUS, SIZE_SMALL, SPACE_S, SPACE_XS, Theme

Index = QModelIndex | QPersistentModelIndex

NAME_ROLE = Qt.ItemDataRole.UserRole  # the name of a layer class; on a family, None
FAMILY_ROLE = Qt.ItemDataRole.UserRole + 1
SEARCH_ROLE = Qt.ItemDataRole.UserRole + 2
_TILE = 18
_DRAGGED_WIDTH = 240


class Palette(QWidget):
    """Every layer class under its family. `layerActivated(name)` asks for a layer to be added."""

    layerActivated = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.search = QLineEdit()
        self.search.setObjectName("palette_search")
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
        self.list = _LayerTree(theme)
        self.list.setModel(self._filter)
        self.list.expandAll()
        self._nothing = QLabel("No layer is called or does that")
        self._nothing.setProperty("role", "muted")
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.search)
        column.addWidget(self._nothing)
        column.addWidget(self.list, 1)
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
        self.list.viewport().update()

    # --- Qt ---------------------------------------------------------------------------------------

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


class _LayerTree(QTreeView):
    """The list itself. `layerChosen(name)`: double click, or Enter."""

    layerChosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._press_position = QPoint()
        self.setObjectName("palette_list")
        self.setAccessibleName("Layers")
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(False)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QTreeView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.setItemDelegate(_PaletteDelegate(self, theme))
        self.doubleClicked.connect(self._choose)

    def _choose(self, index: QModelIndex) -> None:
        name = index.data(NAME_ROLE)
        if name:
            self.layerChosen.emit(name)

    # --- Qt ---------------------------------------------------------------------------------------

    def mousePressEvent(self, event: Any) -> None:
        self._press_position = event.position().toPoint()
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            index = self.currentIndex()
            if index.data(NAME_ROLE):
                self._choose(index)
            else:
                self.setExpanded(index, not self.isExpanded(index))
            event.accept()
        else:
            super().keyPressEvent(event)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        cls = layer_class(self.currentIndex().data(NAME_ROLE) or "")
        if cls is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([self.currentIndex()]))
        pixmap = CardPainter(self._theme).pixmap(
            class_card(cls), _DRAGGED_WIDTH, self.devicePixelRatioF()
        )
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(24, 20))
        drag.exec(Qt.DropAction.CopyAction)
        self.setState(QTreeView.State.NoState)


class _PaletteDelegate(QStyledItemDelegate):
    """A family as a heading with its tile, a layer as a name beside the family's colour."""

    def __init__(self, view: QTreeView, theme: Theme) -> None:
        super().__init__(view)
        self._view = view
        self._theme = theme

    # --- Qt ---------------------------------------------------------------------------------------

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = QFontMetrics(QApplication.font()).height()
        return QSize(0, line + (10 if index.data(NAME_ROLE) else 18))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = option.rect  # type: ignore[attr-defined]  # missing in the stubs
        state = option.state  # type: ignore[attr-defined]
        if index.data(NAME_ROLE):
            self._paint_layer(painter, rect, state, index)
        else:
            self._paint_family(painter, rect, state, index)
        painter.restore()

    def _paint_layer(
        self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, index: Index
    ) -> None:
        tokens = self._theme.tokens
        flag = QStyle.StateFlag
        stripe = QRect(rect.left() + _TILE // 2 - 1, rect.top(), 3, rect.height())
        painter.fillRect(stripe, family_color(index.data(FAMILY_ROLE)))
        box = rect.adjusted(_TILE - 4, 1, -1, -1)
        selected = bool(state & flag.State_Selected)
        if selected or state & flag.State_MouseOver:
            painter.setPen(
                tokens.color("accent") if selected and self._view.hasFocus() else Qt.PenStyle.NoPen
            )
            painter.setBrush(tokens.color("selection" if selected else "hover"))
            painter.drawRoundedRect(box, RADIUS - 2, RADIUS - 2)
        text = box.adjusted(SPACE_S - 2, 0, -1, 0)
        font = QFont(QApplication.font())
        name = index.data(Qt.ItemDataRole.DisplayRole)
        if QFontMetrics(font).horizontalAdvance(name) > text.width():
            font.setPixelSize(SIZE_SMALL)
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.3)
        shown = QFontMetrics(font).elidedText(name, Qt.TextElideMode.ElideRight, text.width())
        painter.setFont(font)
        painter.setPen(tokens.color("text"))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_family(
        self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, index: Index
    ) -> None:
        tokens = self._theme.tokens
        top = rect.bottom() - _TILE - 2
        ratio = self._view.devicePixelRatioF()
        tile = family_tile(index.data(FAMILY_ROLE), _TILE, ratio)
        painter.drawPixmap(QPoint(rect.left(), top), tile)
        font = QFont(QApplication.font())
        font.setPixelSize(SIZE_SMALL)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(tokens.color("muted"))
        text = QRect(rect.left() + _TILE + SPACE_S - 2, top, rect.width(), _TILE)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        chevron = "mdi6.chevron-down" if self._view.isExpanded(index) else "mdi6.chevron-right"
        mark = QRect(rect.right() - _TILE - SPACE_XS, top, _TILE, _TILE)
        self._theme.icon(chevron, "muted").paint(painter, mark)
        if state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            painter.setPen(tokens.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            box = QRect(rect.left() + _TILE, top - 1, rect.width() - _TILE - SPACE_XS, _TILE + 2)
            painter.drawRoundedRect(box, RADIUS - 2, RADIUS - 2)
