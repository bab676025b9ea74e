"""Small charts of the variants, side by side, with the same axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.views.pages.regularization.comparison import Variant
from desktop.views.theme import SPACE_M, SPACE_XS, scaled

WIDTH = 180  # pixels of a tile at least, which is what a plot needs


class Tile(QWidget):
    """What a card shows of one variant: its name, something below that, and a caption."""

    def __init__(self, variant: Variant) -> None:
        super().__init__()
        self.variant = variant
        self.title = QLabel(variant.name[:1].upper() + variant.name[1:])
        self.title.setStyleSheet("font-weight: 600")
        self.caption = QLabel()
        self.caption.setWordWrap(True)
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.caption.setProperty("role", "small")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE_XS)
        self.column.addWidget(self.title)


T = TypeVar("T", bound=Tile)


class Tiles(QWidget, Generic[T]):
    """A tile for each variant, in as many columns as there is room for.

    They are made by `make` and drawn by `draw`, one after another, as all at once would hold up the
    window; `prepare` does what is left of that.
    """

    def __init__(self, make: Callable[[Variant], T], draw: Callable[[T], None]) -> None:
        super().__init__()
        self._make, self._draw = make, draw
        self.tiles: list[T] = []
        self._order: list[int] = []
        self._missing: list[Variant] = []
        self._old: list[T] = []  # those to be drawn again
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_M)
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._on_next)

    def show_variants(self, variants: Sequence[Variant]) -> None:
        """Have tiles for these variants and no others."""
        known = [tile.variant for tile in self.tiles] + self._missing
        if [id(each) for each in known] == [id(each) for each in variants]:
            return
        kept = {id(tile.variant): tile for tile in self.tiles}
        wanted = {id(each) for each in variants}
        for tile in self.tiles:
            self._grid.removeWidget(tile)
            if id(tile.variant) not in wanted:
                tile.hide()
                tile.deleteLater()
        self.tiles = [kept[id(each)] for each in variants if id(each) in kept]
        self._old = [tile for tile in self._old if tile in self.tiles]
        self._missing = [each for each in variants if id(each) not in kept]
        self._order = [id(each) for each in variants]
        self._arrange()
        self._next.start()

    def redraw(self) -> None:
        """Draw all tiles again."""
        self._old = list(self.tiles)
        self._next.start()

    def prepare(self) -> None:
        """Make and draw all that is missing."""
        while self._missing or self._old:
            self._do_next()

    def _on_next(self) -> None:
        if self._missing or self._old:
            self._do_next()
            self._next.start()

    def _do_next(self) -> None:
        if self._old:
            self._draw(self._old.pop(0))
            return
        tile = self._make(self._missing.pop(0))
        self.tiles.append(tile)
        self.tiles.sort(key=lambda each: self._order.index(id(each.variant)))
        self._arrange()
        self._old.append(tile)

    def _arrange(self) -> None:
        columns = _columns(self.width())
        for place, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, place // columns, place % columns)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, int(column < columns))

    # --- Qt ---------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """The width of one column: there are fewer columns where it is narrow."""
        return QSize(scaled(WIDTH), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if _columns(event.size().width()) != _columns(event.oldSize().width()):
            self._arrange()


def _columns(width: int) -> int:
    """How many tiles there is room for side by side."""
    return max(1, (width + SPACE_M) // (scaled(WIDTH) + SPACE_M))
