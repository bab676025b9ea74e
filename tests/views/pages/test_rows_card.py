"""The rows of a table: of each split, as read or as the network sees them, with their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.document.data import Table
from desktop.engine import datasets
from desktop.views.pages.data.rows import RowsCard, Seen
from desktop.views.theme import Theme
from desktop.workers.reports import DataSummary

ROWS = 100


@pytest.fixture
def summary(tmp_path: Path) -> DataSummary:
    """The row numbered n holds n - 1 in the column n."""
    path = tmp_path / "table.csv"
    rows = [f"{n},{'red' if n % 3 else ''},{n * 0.5},{'ab'[n % 2]}" for n in range(ROWS)]
    path.write_text("\n".join(["n,color,size,kind", *rows]))
    return datasets.summarize(datasets.load(Table(path=str(path))))


@pytest.fixture
def card(qtbot: QtBot, theme: Theme, summary: DataSummary) -> RowsCard:
    card = RowsCard(theme)
    qtbot.addWidget(card)
    card.show_summary(summary)
    return card


def choose(card: RowsCard, seen: Seen, split: str = "training") -> None:
    for combo, data in ((card.splits, split), (card.seen, seen)):
        combo.setCurrentIndex(combo.findData(data))
        combo.activated.emit(combo.currentIndex())


def cells(card: RowsCard, row: int) -> list[str]:
    return [card.model.index(row, column).data() for column in range(card.model.columnCount())]


def header(card: RowsCard, orientation: Qt.Orientation) -> list[str]:
    across = orientation == Qt.Orientation.Horizontal
    count = card.model.columnCount() if across else card.model.rowCount()
    return [card.model.headerData(section, orientation) for section in range(count)]


def test_every_row_is_there_once_with_its_number_in_the_file(card: RowsCard) -> None:
    numbers = []
    for split in ("training", "validation", "test"):
        choose(card, Seen.AS_READ, split)
        shown = header(card, Qt.Orientation.Vertical)
        assert [str(int(cells(card, row)[0]) + 1) for row in range(len(shown))] == shown
        numbers += shown
    assert sorted(map(int, numbers)) == list(range(1, ROWS + 1))


def test_rows_as_read_and_as_the_network_sees_them(card: RowsCard, summary: DataSummary) -> None:
    assert header(card, Qt.Orientation.Horizontal) == ["n", "color", "size", "kind"]
    number = int(header(card, Qt.Orientation.Vertical)[0]) - 1
    color = "red" if number % 3 else ""
    assert cells(card, 0) == [str(number), color, f"{number * 0.5:g}", "ab"[number % 2]]
    choose(card, Seen.BY_NETWORK)
    assert header(card, Qt.Orientation.Horizontal) == [*summary.schema.features, "Target"]
    split = summary.split("training")
    assert cells(card, 0) == [*(f"{value:.4g}" for value in split.x[0]), str(split.y[0])]


def test_the_rows_of_one_class(card: RowsCard) -> None:
    card.show_class(1)
    assert {cells(card, row)[-1] for row in range(card.model.rowCount())} == {"b"}
    assert card.title.text() == "Rows of class b"
    card.show_class(None)
    assert card.model.rowCount() == 72 and card.title.text() == "Rows"
