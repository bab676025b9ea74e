"""A list over what there is to see of the rows that are selected in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTableView, QVBoxLayout, QWidget

from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS


class ListAndDetails(QStackedWidget):
    """`above`, `table`, and below a splitter `bar` and `details`; or `empty` in place of all.

    `shares` are those of the height that the two sides of the splitter get of what there is more.
    """

    def __init__(
        self,
        empty: QWidget,
        above: QWidget,
        table: QTableView,
        bar: QWidget,
        details: QWidget,
        shares: tuple[int, int],
    ) -> None:
        super().__init__()
        self.below = QWidget()
        column = QVBoxLayout(self.below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(bar)
        column.addWidget(details, 1)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setProperty("role", "gap")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(SPACE_S)
        for place, widget in enumerate((table, self.below)):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(place, shares[place])
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(above)
        column.addWidget(self.splitter, 1)
        self.addWidget(empty)
        self.addWidget(content)

    @property
    def is_empty(self) -> bool:
        """Whether `empty` is shown."""
        return self.currentIndex() == 0

    def set_empty(self, is_empty: bool) -> None:
        """Show `empty`, or the list."""
        self.setCurrentIndex(0 if is_empty else 1)
