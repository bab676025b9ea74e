"""The columns of a table: every decision is shown with its reason, changed, and given back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from desktop.document.data import (
    Column,
    ColumnKind,
    DateOrder,
    Fill,
    Scaling,
    Table,
    TargetKind,
)
from desktop.document.first_network import first_project
from desktop.engine import datasets
from desktop.views.pages.data.columns_model import (
    DATES,
    FILL,
    KIND,
    NAME,
    SCALING,
    TITLES,
    TOGETHER,
    VALUES,
)
from desktop.views.pages.data.page import DataPage
from desktop.views.theme import Theme
from desktop.views.widgets.controls import ComboBox
from desktop.views.workspace import Workspace
from tests.views.pages.test_data_page import FakeSession

REASON = "4 different whole numbers"


def told(cell: QModelIndex) -> str:
    """What a screen reader says of `cell`."""
    return str(cell.data(Qt.ItemDataRole.AccessibleTextRole)).lower()


class Bench:
    """The page on a table, which is loaded again after every change, as the session does."""

    def __init__(self, qtbot: QtBot, theme: Theme, source: Table) -> None:
        self.qtbot = qtbot
        dataset = datasets.load(source)
        self.workspace = Workspace(first_project(source, dataset.schema))
        self.session = FakeSession(datasets.summarize(dataset))
        self.page = DataPage(self.workspace, self.session, theme)  # type: ignore[arg-type]
        qtbot.addWidget(self.page)
        self.page.resize(900, 900)
        self.page.show()
        self.table = self.page.columns.table
        self.opened: list[str] = []  # the names of the combo boxes that were opened

    @property
    def source(self) -> Table:
        source = self.workspace.project.data
        assert isinstance(source, Table)
        return source

    def cell(self, name: str, column: int) -> QModelIndex:
        model = self.page.columns.model
        rows = [facts.name for facts in model.facts]
        return model.index(rows.index(name), column)

    def load(self) -> None:
        self.session.dataLoaded.emit(datasets.summarize(datasets.load(self.source)))

    def choose(self, name: str, column: int, choice: str) -> None:
        """Choose in the cell, as one does with the keyboard; the table is loaded again."""
        self.table.setCurrentIndex(self.cell(name, column))
        self.qtbot.keyClick(self.table, Qt.Key.Key_Return)
        combo = self.table.viewport().findChildren(QComboBox)[-1]
        combo.setCurrentIndex(combo.findText(choice))
        combo.activated.emit(combo.currentIndex())
        self.load()


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    path = tmp_path / "people.csv"
    rows = [
        f"{index * 0.5},{('Bonn', 'Rom', '')[index % 3]},0{1 + index % 9}/02/2020,{index % 4}"
        for index in range(80)
    ]
    path.write_text("\n".join(["size,city,day,stars", *rows]))
    bench = Bench(qtbot, theme, Table(path=str(path)))
    # A list that pops up would be a window of its own.
    monkeypatch.setattr(
        ComboBox, "showPopup", lambda combo: bench.opened.append(combo.accessibleName())
    )
    return bench


def test_decisions_are_one_undo_step_each_and_keep_each_other(bench: Bench) -> None:
    bench.choose("size", SCALING, Scaling.ZERO_TO_ONE)
    bench.choose("size", FILL, Fill.DROP_ROW)
    decided = Column(name="size", scaling=Scaling.ZERO_TO_ONE, fill=Fill.DROP_ROW)
    assert bench.source.columns == (decided,)
    assert bench.cell("size", SCALING).data() == "0 to 1"
    bench.workspace.undo()
    assert bench.source.columns == (Column(name="size", scaling=Scaling.ZERO_TO_ONE),)
    bench.workspace.undo()
    assert bench.source.columns == ()


def test_what_the_user_decided_is_marked_and_can_be_given_back(bench: Bench) -> None:
    cell = bench.cell("city", KIND)
    assert cell.data(Qt.ItemDataRole.FontRole) is None
    bench.choose("city", KIND, ColumnKind.LEFT_OUT)
    assert cell.data(Qt.ItemDataRole.FontRole).bold()
    assert "chosen by you; found: category" in told(cell)
    bench.choose("city", KIND, "as found")
    assert bench.source.columns == () and cell.data() == "category"
    bench.choose("city", FILL, Fill.MOST_FREQUENT)
    bench.table.setCurrentIndex(bench.cell("city", FILL))
    bench.qtbot.keyClick(bench.table, Qt.Key.Key_Delete)
    assert bench.source.columns == ()


def test_a_way_to_fill_that_does_not_suit_the_new_kind_is_dropped(bench: Bench) -> None:
    bench.choose("city", FILL, Fill.OWN_CATEGORY)  # as found: nothing to decide
    assert bench.source.columns == ()
    bench.choose("size", FILL, Fill.DROP_ROW)
    bench.choose("size", KIND, ColumnKind.CATEGORY)
    kept = Column(name="size", kind=ColumnKind.CATEGORY, fill=Fill.DROP_ROW)
    assert bench.source.columns == (kept,)
    bench.choose("size", FILL, Fill.OWN_CATEGORY)
    bench.choose("size", KIND, ColumnKind.NUMBER)
    assert bench.source.columns == (Column(name="size", kind=ColumnKind.NUMBER),)


def test_the_order_of_dates_is_decided(bench: Bench) -> None:
    assert bench.cell("day", DATES).data() == "month first"
    bench.choose("day", DATES, DateOrder.DAY_FIRST)
    assert bench.source.columns == (Column(name="day", date_order=DateOrder.DAY_FIRST),)
    assert bench.cell("size", DATES).data() == ""


def test_the_target_is_switched_in_its_row(bench: Bench) -> None:
    cell = bench.cell("stars", KIND)
    assert cell.data() == "target: classes"
    assert REASON in told(cell)
    bench.choose("stars", KIND, TargetKind.NUMBER)
    assert bench.source.target_kind is TargetKind.NUMBER
    assert cell.data() == "target: number" and cell.data(Qt.ItemDataRole.FontRole).bold()
    bench.choose("stars", KIND, "as found")
    assert bench.source.target_kind is None


def test_another_column_becomes_the_target(bench: Bench) -> None:
    bench.choose("size", KIND, "target")
    assert (bench.source.target, bench.source.target_kind) == ("size", None)
    assert bench.cell("size", KIND).data() == "target: number"
    assert bench.cell("stars", KIND).data() == "number"
    bench.workspace.undo()
    assert bench.source.target is None


def test_a_double_click_opens_the_choices(bench: Bench) -> None:
    cell = bench.cell("size", KIND)
    place = bench.table.visualRect(cell).center()
    bench.qtbot.mouseClick(bench.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    bench.qtbot.mouseDClick(bench.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    bench.qtbot.waitUntil(lambda: bench.opened == ["Kind of size"])
    assert not bench.cell("size", NAME).flags() & Qt.ItemFlag.ItemIsEditable


def test_the_selected_column_is_shown_large(bench: Bench) -> None:
    histogram = bench.page.columns.histogram
    assert not histogram.isVisible()
    assert bench.cell("size", TOGETHER).data().startswith("η 0.")
    bench.table.setCurrentIndex(bench.cell("size", NAME))
    assert histogram.isVisible()
    assert "correlation ratio η with the target 0." in histogram.sentence
    bench.table.setCurrentIndex(bench.cell("city", NAME))
    assert "Cramér's V with the target 0." in histogram.sentence
    assert not bench.table.grab().isNull() and not histogram.grab().isNull()


@pytest.mark.parametrize("width", [600, 1400])
def test_all_columns_can_be_seen_at_once(bench: Bench, width: int) -> None:
    bench.page.resize(width, 900)
    QApplication.processEvents()
    table, header = bench.table, bench.table.horizontalHeader()
    assert table.horizontalScrollBar().maximum() == 0
    for column, title in enumerate(TITLES):
        if not table.isColumnHidden(column):
            words = [header.fontMetrics().horizontalAdvance(word) for word in title.split()]
            assert table.columnWidth(column) > max(words)
    hidden = {column for column in range(len(TITLES)) if table.isColumnHidden(column)}
    assert hidden <= ({VALUES, TOGETHER} if width < 900 else set())
    name = bench.cell("city", NAME)
    assert name.data(Qt.ItemDataRole.ToolTipRole) == name.data()  # all of what may be elided


@pytest.mark.parametrize("width", [400, 500, 600, 1400])
def test_what_becomes_of_the_values_is_never_cut_off(bench: Bench, width: int) -> None:
    bench.page.resize(width, 900)
    QApplication.processEvents()
    table = bench.table
    for facts in bench.page.columns.model.facts:
        for column in (FILL, SCALING, DATES):
            text = bench.cell(facts.name, column).data()
            assert table.columnWidth(column) >= table.fontMetrics().horizontalAdvance(text) + 8
    bench.choose("day", DATES, DateOrder.DAY_FIRST)  # also where one has to scroll to it
    assert bench.source.columns == (Column(name="day", date_order=DateOrder.DAY_FIRST),)


def test_the_reason_for_a_kind_is_written_whole_below_it(bench: Bench) -> None:
    bench.page.resize(500, 900)
    QApplication.processEvents()
    cell, table = bench.cell("stars", KIND), bench.table
    assert table.columnWidth(KIND) < table.fontMetrics().horizontalAdvance(REASON)
    rect = table.visualRect(cell)
    table.scrollTo(cell)
    image = table.viewport().grab().toImage()
    y = range(table.visualRect(cell).center().y() + 1, table.visualRect(cell).bottom() + 1)
    background = image.pixelColor(image.width() - 2, y[-1])
    inked = [
        x
        for x in range(rect.left(), image.width())
        if any(image.pixelColor(x, each) != background for each in y)
    ]
    width = table.fontMetrics().horizontalAdvance(REASON)
    assert 0.9 * width <= inked[-1] - inked[0] <= width  # past the edge of its own cell
