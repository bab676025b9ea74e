"""The list of the palette: families as headings, layers below them, dragged or picked."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDrag,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from desktop.document.layers import LAYER_CLASSES
from desktop.views.theme import RADIUS, SIZE_SMALL, SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.theme.families import family_color, family_tile
from desktop.views.widgets.layer_card import DRAG_SPOT, CardPainter, class_card
from desktop.views.widgets.layer_mime import layer_class

Index = QModelIndex | QPersistentModelIndex

NAME_ROLE = Qt.ItemDataRole.UserRole  # the name of a layer class; on a family, None
FAMILY_ROLE = Qt.ItemDataRole.UserRole + 1
SEARCH_ROLE = Qt.ItemDataRole.UserRole + 2
_TILE = 18


class LayerTree(QTreeView):
    """The list itself. `layerChosen(name)`: double click, or Enter."""

    layerChosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
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
        self.setItemDelegate(PaletteDelegate(self, theme))
        self.doubleClicked.connect(self._choose)

    @property
    def widest(self) -> int:
        """The width at which no name is cut."""
        metrics = QFontMetrics(QApplication.font())
        names = max(metrics.horizontalAdvance(cls.tag) for cls in LAYER_CLASSES)
        return names + scaled(_TILE + 2 * SPACE_S) + self.verticalScrollBar().sizeHint().width()

    def _choose(self, index: QModelIndex) -> None:
        name = index.data(NAME_ROLE)
        if name:
            self.layerChosen.emit(name)

    # --- Qt ---------------------------------------------------------------------------------------

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
        drag.setPixmap(CardPainter(self._theme).pixmap(class_card(cls), self.devicePixelRatioF()))
        drag.setHotSpot(DRAG_SPOT)
        drag.exec(Qt.DropAction.CopyAction)
        self.setState(QTreeView.State.NoState)


class PaletteDelegate(QStyledItemDelegate):
    """A family as a heading with its tile, a layer as a name beside the family's color."""

    def __init__(self, view: QTreeView, theme: Theme) -> None:
        super().__init__(view)
        self._view = view
        self._theme = theme

    # --- Qt ---------------------------------------------------------------------------------------

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = QFontMetrics(QApplication.font()).height()
        return QSize(0, line + scaled(10 if index.data(NAME_ROLE) else 18))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = option.rect
        state = option.state
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
        side = scaled(_TILE)
        stripe = QRect(rect.left() + side // 2 - 1, rect.top(), scaled(3), rect.height())
        painter.fillRect(stripe, family_color(index.data(FAMILY_ROLE)))
        box = rect.adjusted(side - scaled(4), 1, -1, -1)
        selected = bool(state & flag.State_Selected)
        if selected or state & flag.State_MouseOver:
            painter.setPen(
                tokens.color("accent") if selected and self._view.hasFocus() else Qt.PenStyle.NoPen
            )
            painter.setBrush(tokens.color("selection" if selected else "hover"))
            painter.drawRoundedRect(box, RADIUS - 2, RADIUS - 2)
        text = box.adjusted(scaled(SPACE_S - 2), 0, -1, 0)
        font = QFont(QApplication.font())
        name = index.data(Qt.ItemDataRole.DisplayRole)
        if QFontMetrics(font).horizontalAdvance(name) > text.width():
            font.setPixelSize(scaled(SIZE_SMALL))
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.3)
        shown = QFontMetrics(font).elidedText(name, Qt.TextElideMode.ElideRight, text.width())
        painter.setFont(font)
        painter.setPen(tokens.color("text"))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_family(
        self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, index: Index
    ) -> None:
        tokens, side = self._theme.tokens, scaled(_TILE)
        top = rect.bottom() - side - 2
        ratio = self._view.devicePixelRatioF()
        tile = family_tile(index.data(FAMILY_ROLE), side, ratio)
        painter.drawPixmap(QPoint(rect.left(), top), tile)
        font = QFont(QApplication.font())
        font.setPixelSize(scaled(SIZE_SMALL))
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(tokens.color("muted"))
        left = rect.left() + side + scaled(SPACE_S - 2)
        text = QRect(left, top, rect.right() - side - SPACE_XS - left, side)
        shown = QFontMetrics(font).elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, text.width()
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, shown)
        chevron = "mdi6.chevron-down" if self._view.isExpanded(index) else "mdi6.chevron-right"
        mark = QRect(rect.right() - side + 1, top, side, side)
        self._theme.icon(chevron, "muted").paint(painter, mark)
        if state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            painter.setPen(tokens.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            box = QRect(rect.left() + side, top - 1, rect.width() - side - SPACE_XS, side + 2)
            painter.drawRoundedRect(box, RADIUS - 2, RADIUS - 2)
