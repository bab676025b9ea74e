"""The frame of a page: titled cards in two columns, or in one where the page is narrow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.views.theme import SPACE_L, SPACE_M, SPACE_S, scaled
from desktop.views.widgets.narrow import may_be_narrow

NARROW = 640  # pixels; a page less wide has one column


class Card(QFrame):
    """A bordered part of a page: `heading` (title on the left, room on the right) over `body`."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.title = QLabel(title)
        self.title.setTextFormat(Qt.TextFormat.PlainText)  # it may name data
        self.title.setProperty("role", "title")
        self.heading = QHBoxLayout()
        self.heading.setSpacing(SPACE_S)
        self.heading.addWidget(self.title)
        self.heading.addStretch(1)
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACE_S)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addLayout(self.heading)
        column.addLayout(self.body, 1)


class Columns(QWidget):
    """Two widgets side by side, `left` : `right` wide; one above the other where it is narrow."""

    def __init__(
        self, left: QWidget, right: QWidget, shares: tuple[int, int], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_M)
        for widget, share in zip((left, right), shares, strict=True):
            may_be_narrow(widget)
            self._layout.addWidget(widget, share)

    def set_narrow(self, narrow: bool) -> None:
        """One column if `narrow`, else two."""
        self._layout.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()  # of texts that have the width they like best
        return hint.expandedTo(QSize(0, self.heightForWidth(self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


class CardPage(QScrollArea):
    """A page that fills its height and scrolls, vertically only, where that is not enough."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: list[Columns] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its contents are scrolled to by Tab
        content = QWidget()
        self.rows = QVBoxLayout(content)
        self.rows.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        self.rows.setSpacing(SPACE_M)
        self.setWidget(content)

    def add_columns(
        self, left: QWidget, right: QWidget, shares: tuple[int, int] = (1, 1), stretch: int = 0
    ) -> Columns:
        """Add a row of two widgets."""
        columns = Columns(left, right, shares)
        columns.set_narrow(self.width() < scaled(NARROW))
        if not stretch:
            columns.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._columns.append(columns)
        self.rows.addWidget(columns, stretch)
        return columns

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    def _arrange(self) -> None:
        for columns in self._columns:
            columns.set_narrow(self.width() < scaled(NARROW))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._arrange()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        super().resizeEvent(event)
