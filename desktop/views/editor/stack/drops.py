"""A list that shows where a drop will land, and takes it there."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from desktop.views.theme import Theme
from desktop.views.widgets.layer_card import SIDE

_DOT = 3  # radius of the ends of the drop line
_FIRST_ROW = 1  # nothing lands above the input


class DropListView(QListView):
    """Cards one below the other; between two of them a line says where a drop would go."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drop_row = -1  # the row that a drop would get; -1 while nothing is dragged
        self._press_position = QPoint()
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)  # the line below is clearer than Qt's
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(24)
        self.setAutoScrollMargin(32)

    @property
    def drop_row(self) -> int:
        """The row that something dropped now would get; -1 while nothing is dragged here."""
        return self._drop_row

    def _row_at(self, position: QPoint) -> int:
        """The row before which a drop at `position` of the viewport goes."""
        for row in range(_FIRST_ROW, self.model().rowCount()):
            if position.y() < self.visualRect(self.model().index(row, 0)).center().y():
                return row
        return self.model().rowCount()

    def _takes(self, event: QDropEvent) -> bool:
        own = event.source() is self
        copy = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        action = Qt.DropAction.MoveAction if own and not copy else Qt.DropAction.CopyAction
        row = self._row_at(event.position().toPoint())
        if not self.model().canDropMimeData(event.mimeData(), action, row, 0, QModelIndex()):
            return False
        event.setDropAction(action)
        return True

    def _set_drop_row(self, row: int) -> None:
        if row != self._drop_row:
            self._drop_row = row
            self.viewport().update()

    def _line(self, row: int) -> QRect:
        """The place of the line above `row`, one pixel high."""
        last = self.model().rowCount() - 1
        if row <= last:
            y = self.visualRect(self.model().index(row, 0)).top()
        else:
            y = self.visualRect(self.model().index(last, 0)).bottom() + 1
        return QRect(SIDE, max(y, _DOT + 1), self.viewport().width() - 2 * SIDE, 1)

    # --- Qt ---------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._takes(event):
            self.setState(QAbstractItemView.State.DraggingState)
            event.accept()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # for scrolling at the edges
        if self._takes(event):
            self._set_drop_row(self._row_at(event.position().toPoint()))
            event.accept()
        else:
            self._set_drop_row(-1)
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._set_drop_row(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        row = self._row_at(event.position().toPoint())
        self._set_drop_row(-1)
        self.stopAutoScroll()
        self.setState(QAbstractItemView.State.NoState)
        if self._takes(event) and self.model().dropMimeData(
            event.mimeData(), event.dropAction(), row, 0, QModelIndex()
        ):
            event.accept()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._drop_row < 0:
            return
        line = self._line(self._drop_row)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = self._theme.tokens.color("accent")
        painter.setPen(QPen(accent, 2))
        y = float(line.top())
        painter.drawLine(QPointF(line.left() + _DOT, y), QPointF(line.right() - _DOT, y))
        painter.setBrush(accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(line.left() + _DOT, y), _DOT, _DOT)
        painter.drawEllipse(QPointF(line.right() - _DOT, y), _DOT, _DOT)
