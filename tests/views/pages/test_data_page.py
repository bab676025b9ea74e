"""The data page: choosing a source, what is loaded, and what happens when it cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QProgressBar,
    QTableWidget,
)
from pytestqt.qtbot import QtBot

from desktop.document.data import (
    GATES,
    CaliforniaHousing,
    DataSource,
    Digits,
    GeneratedDigits,
    LogicTable,
    Mnist,
    PlanePoints,
    Table,
    sources_by_origin,
)
from desktop.document.project import starter_project
from desktop.document.spec import variants
from desktop.document.text import row_text
from desktop.engine.datasets import load, summarize
from desktop.engine.reports import DataPreview, DataSummary, SplitSummary, read_only
from desktop.views.pages.data.page import DataPage
from desktop.views.theme import Mode, Theme
from desktop.views.workspace import Workspace
from desktop.workers.drawing_work import DrawingWork
from desktop.workers.threads import Threads


class FakeAugmenter(QObject):
    """Answers nothing."""

    answered = Signal(object)
    failed = Signal(str)


class FakeSession(QObject):
    """What the page needs of a session."""

    dataLoading = Signal()
    dataPreviewed = Signal(object)
    dataProgress = Signal(float)
    dataLoaded = Signal(object)
    dataFailed = Signal(str)
    stateChanged = Signal(object)
    is_busy = False
    has_model = True
    runStarted = Signal(object)
    progress = Signal(object)
    epochEnded = Signal(object)
    runEnded = Signal(object)
    modelReset = Signal()
    modelAdopted = Signal(object)
    surfacePredicted = Signal(object)
    unitsPredicted = Signal(object)
    classMeansMade = Signal(object)
    classMeansFailed = Signal(str)
    engineReady = Signal(object)
    info = None

    def __init__(self, summary: DataSummary | None = None) -> None:
        super().__init__()
        self.augmenter = FakeAugmenter()
        self.summary = summary
        self.asked: list[DataSource] = []
        self.downloaded: list[DataSource] = []
        self.canceled = 0
        self.drawings = DrawingWork(Threads(self), self)

    def refresh_data(self) -> None:
        """There is nothing new."""

    def predict_surface(self, extent: tuple[float, float]) -> None:
        """There is no network."""

    def load_data(self, source: DataSource) -> None:
        self.asked.append(source)

    def download_data(self, source: DataSource) -> None:
        self.downloaded.append(source)

    def cancel_data(self) -> None:
        self.canceled += 1


def part(name: str, counts: tuple[int, ...], shape: tuple[int, ...]) -> SplitSummary:
    """A split with `counts` rows of the classes, all of whose inputs are 0."""
    x = read_only(np.zeros((sum(counts), *shape), np.float32))
    return SplitSummary(name, sum(counts), counts, x, np.repeat(np.arange(len(counts)), counts))


def digits_summary() -> DataSummary:
    """1,000 rows, of which 100 with labels 0 to 9 in turn are the samples."""
    return DataSummary(
        source=Digits(),
        title="Handwritten digits",
        schema=Digits().known_schema,
        splits=(
            part("training", (130,) * 9 + (123,), (8, 8)),
            part("validation", (14,) * 9 + (18,), (8, 8)),
            part("test", (36,) * 10, (8, 8)),
        ),
        minimum=0.0,
        maximum=1.0,
        mean=0.3054,
        samples=read_only(np.linspace(0, 1, 6400).reshape(100, 8, 8)),
        sample_targets=read_only(np.arange(100) % 10),
        notes=(),
    )


def logic_summary() -> DataSummary:
    source = LogicTable(rows=GATES["XOR"])
    rows = np.array(source.rows)
    return DataSummary(
        source=source,
        title=source.title,
        schema=source.known_schema,
        splits=(
            part("training", (2, 2), (2,)),
            part("validation", (0, 0), (2,)),
            part("test", (2, 2), (2,)),
        ),
        minimum=0.0,
        maximum=1.0,
        mean=0.5,
        samples=read_only(rows[:, :2]),
        sample_targets=read_only(rows[:, 2].astype(int)),
        notes=("The test rows are the training rows.",),
    )


class Bench:
    """A page on show, and what it is connected to."""

    def __init__(self, qtbot: QtBot, data: DataSource | None = None) -> None:
        self.qtbot = qtbot
        self.workspace = Workspace(starter_project().replace(data=data or Digits()))
        self.session = FakeSession()
        self.theme = Theme(Mode.LIGHT)
        self.page = DataPage(self.workspace, self.session, self.theme)  # type: ignore[arg-type]
        qtbot.addWidget(self.page)
        self.page.resize(760, 700)
        self.page.show()

    def text(self) -> str:
        """Every label one can see."""
        labels = self.page.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible())

    def choose(self, title: str) -> None:
        combo = self.page.findChild(QComboBox)
        combo.setCurrentIndex(combo.findText(title))
        combo.activated.emit(combo.currentIndex())


def test_settings_that_mean_nothing_beside_others_are_hidden(qtbot: QtBot) -> None:
    bench = Bench(qtbot, Table(path="table.csv"))
    form = bench.page.source.form
    form.focus_field("missing_marks")
    assert form.editor("delimiter").isVisible() and not form.editor("sheet").isVisible()
    source = Table(path="table.xlsx", test_path="test.xlsx")
    bench.workspace.edit("file", bench.workspace.project.replace(data=source))
    assert form.editor("sheet").isVisible() and form.editor("header").isVisible()
    assert not form.editor("delimiter").isVisible() and not form.editor("test_split").isVisible()
    bench.workspace.undo()
    assert form.editor("delimiter").isVisible() and form.editor("test_split").isVisible()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_loading_is_reported_until_the_data_is_there(bench: Bench) -> None:
    assert "Loading Handwritten digits…" in bench.text()
    assert not bench.page.bars.isVisible()
    bench.session.dataLoaded.emit(digits_summary())
    assert "Loading" not in bench.text()
    assert bench.page.bars.isVisible()


def test_how_far_it_is_can_be_seen_and_loading_canceled(bench: Bench) -> None:
    bar = bench.page.findChild(QProgressBar)
    for widget in (bar, bench.page.source.loading.cancel):  # at the top, in sight
        assert widget.mapTo(bench.page, QPoint()).y() < 60
    assert bar is not None and bar.isVisible() and bar.maximum() == 0  # how far is not known yet
    bench.session.dataProgress.emit(0.25)
    assert bar.value() == bar.maximum() / 4 > 0
    bench.page.source.loading.cancel.click()
    assert bench.session.canceled == 1
    bench.session.dataFailed.emit("Loading Handwritten digits was canceled")
    assert "was canceled" in bench.text() and not bar.isVisible()
    bench.page.facts.try_again.click()
    assert bench.session.asked == [Digits()]
    bench.session.dataLoading.emit()
    assert bar.isVisible() and bar.maximum() == 0


def test_the_first_rows_of_a_large_table_are_shown_while_it_is_loading(bench: Bench) -> None:
    bench.session.dataPreviewed.emit(
        DataPreview(("age", "city"), (("31", "Berlin"), ("", "<b>Bonn</b>")))
    )
    table = bench.page.findChild(QTableWidget, "first-rows")
    assert table is not None and table.isVisible() and "First rows" in bench.text()
    assert [table.horizontalHeaderItem(column).text() for column in (0, 1)] == ["age", "city"]
    assert [table.item(row, 1).text() for row in (0, 1)] == ["Berlin", "<b>Bonn</b>"]
    bench.session.dataLoaded.emit(digits_summary())
    assert not table.isVisible()
    bench.page.facts.show_loading("other data")
    assert not table.isVisible()


def test_what_is_loaded_is_reported_in_numbers(bench: Bench) -> None:
    bench.session.dataLoaded.emit(digits_summary())
    text = bench.text()
    assert "1,293 training · 144 validation · 360 test" in text
    assert "8 × 8" in text
    assert "0 to 1" in text
    assert "0.3054" in text


def test_a_summary_from_before_the_page_is_shown(qtbot: QtBot) -> None:
    session = FakeSession(digits_summary())
    page = DataPage(Workspace(), session, Theme(Mode.DARK))  # type: ignore[arg-type]
    qtbot.addWidget(page)
    assert page.pictures.view.samples


def test_a_short_reload_does_not_flash_but_a_long_one_is_reported(bench: Bench) -> None:
    bench.session.dataLoaded.emit(digits_summary())
    bench.session.dataLoading.emit()
    assert "1,293 training" in bench.text()
    bench.qtbot.waitUntil(lambda: "Loading" in bench.text())
    bench.session.dataLoaded.emit(digits_summary())
    assert "1,293 training" in bench.text()


@pytest.mark.parametrize("by_mouse", [True, False])
def test_choosing_a_class_filters_the_samples(bench: Bench, by_mouse: bool) -> None:
    bench.session.dataLoaded.emit(digits_summary())
    bars, view = bench.page.bars, bench.page.pictures.view
    if by_mouse:
        place = bars.visualRect(bars.model().index(4, 0)).center()
        bench.qtbot.mouseClick(bars.viewport(), Qt.MouseButton.LeftButton, pos=place)
    else:
        bars.setCurrentIndex(bars.model().index(3, 0))
        bench.qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert {sample.true for sample in view.samples} == {"4"}
    assert bench.page.pictures.classes.currentText() == "4 (130)"
    if by_mouse:  # the same class again lets it go
        bench.qtbot.mouseClick(bars.viewport(), Qt.MouseButton.LeftButton, pos=place)
    else:
        bench.qtbot.keyClick(bars, Qt.Key.Key_Escape)
    assert bench.page.pictures.classes.currentText() == "All 10 classes"


def test_a_class_chosen_over_the_images_is_selected_below(bench: Bench) -> None:
    bench.session.dataLoaded.emit(digits_summary())
    classes = bench.page.pictures.classes
    for index, selected in ((3, 2), (0, None)):
        classes.setCurrentIndex(index)
        classes.activated.emit(index)
        assert bench.page.bars.selected_class == selected


def test_show_all_lets_the_class_go(qtbot: QtBot) -> None:
    bench = Bench(qtbot, LogicTable(rows=GATES["XOR"]))
    bench.session.dataLoaded.emit(logic_summary())
    bench.page.bars.selectRow(1)
    assert len(bench.page.sample_view.samples) == 2
    bench.page.show_all.click()
    assert len(bench.page.sample_view.samples) == 4
    assert bench.page.bars.selected_class is None
    assert not bench.page.show_all.isVisible()


def test_the_gallery_fits_its_columns_and_obeys_the_keys(bench: Bench) -> None:
    bench.session.dataLoaded.emit(digits_summary())
    gallery = bench.page.pictures.view.gallery
    bench.qtbot.waitUntil(lambda: gallery.viewport().width() > 200)
    narrow = gallery.columns
    gallery.setCurrentIndex(gallery.model().index(0, 0))
    bench.qtbot.keyClick(gallery, Qt.Key.Key_Right)
    assert gallery.currentIndex().row() == 1
    bench.qtbot.keyClick(gallery, Qt.Key.Key_Down)
    assert gallery.currentIndex().row() == 1 + narrow
    bench.page.resize(1300, 700)
    bench.qtbot.waitUntil(lambda: gallery.columns > narrow)
    tip = gallery.model().index(13, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "Training row 14: class 0"


def test_the_logic_table_is_shown_as_a_table(qtbot: QtBot) -> None:
    bench = Bench(qtbot, LogicTable(rows=GATES["XOR"]))
    bench.session.dataLoaded.emit(logic_summary())
    table = bench.page.sample_view.table
    assert table.isVisible()
    model = table.model()
    header = [
        model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())
    ]
    cells = [[model.index(r, c).data() for c in range(1, 4)] for r in range(model.rowCount())]
    assert header == ["Row", "Input 1", "Input 2", "Target"]
    assert cells == [["0", "0", "0"], ["0", "1", "1"], ["1", "0", "1"], ["1", "1", "0"]]
    assert "2 numbers" in bench.text()
    for column in range(model.columnCount()):
        assert table.columnWidth(column) >= table.sizeHintForColumn(column)
    assert "4 training · 4 test" in bench.text()
    assert "The test rows are the training rows." in bench.text()


def test_sources_stand_under_the_heading_of_their_origin(bench: Bench) -> None:
    menu = bench.page.source.sources
    headings: dict[str, list[object]] = {}
    for row in range(menu.count()):
        kind = menu.itemData(row)
        if isinstance(kind, type):
            headings[next(reversed(headings))].append(kind)
        elif menu.itemText(row):
            headings[menu.itemText(row)] = []
    assert headings == {origin: list(kinds) for origin, kinds in sources_by_origin().items()}
    assert {kind for kinds in headings.values() for kind in kinds} == set(variants(DataSource))


def test_choosing_a_source_is_one_undo_step_and_keeps_its_settings(bench: Bench) -> None:
    workspace = bench.workspace
    workspace.edit("x", workspace.project.replace(data=Digits(test_split=0.5)))
    bench.choose("Logic table")
    assert workspace.project.data == LogicTable()
    assert "Two or three inputs and one output" in bench.text()
    workspace.undo()
    assert workspace.project.data == Digits(test_split=0.5)
    assert bench.page.findChild(QComboBox).currentText() == "Handwritten digits"
    bench.choose("MNIST")
    bench.choose("Handwritten digits")
    assert workspace.project.data == Digits(test_split=0.5)


def test_a_gate_is_chosen_with_one_press(qtbot: QtBot) -> None:
    bench = Bench(qtbot, LogicTable())
    buttons = bench.page.source.findChildren(QAbstractButton)
    next(button for button in buttons if button.text() == "NAND").click()
    assert bench.workspace.project.data == LogicTable(rows=GATES["NAND"])
    bench.workspace.undo()
    assert bench.workspace.project.data == LogicTable()


def test_settings_edited_in_the_form_change_the_project(bench: Bench) -> None:
    edited = Digits(validation_split=0.25)
    bench.page.source.form.edited.emit(edited, "validation_split")
    assert bench.workspace.project.data == edited
    assert bench.workspace.undo_stack.undoText() == "Change validation split"
    bench.page.source.form.edited.emit(Digits(validation_split=0.3), "validation_split")
    bench.workspace.undo()
    assert bench.workspace.project.data == Digits()


def test_a_failure_says_why_and_what_to_do(qtbot: QtBot) -> None:
    bench = Bench(qtbot, Mnist())
    bench.session.dataFailed.emit("MNIST is not on this machine: no mnist.npz in the folder.")
    assert "MNIST is not loaded" in bench.text()
    assert "no mnist.npz in the folder" in bench.text()
    assert not bench.page.bars.isVisible()
    bench.page.facts.try_again.click()
    assert bench.session.asked == [Mnist()]
    bench.page.facts.use_digits.click()
    assert bench.workspace.project.data == Digits()
    bench.workspace.undo()
    assert bench.workspace.project.data == Mnist()


def test_generated_digits_take_the_place_of_missing_ones(qtbot: QtBot) -> None:
    bench = Bench(qtbot, Mnist())
    bench.session.dataFailed.emit("MNIST is not on this machine")
    assert bench.page.facts.use_generated.isVisible()
    shape = bench.workspace.analysis.schema.input_shape if bench.workspace.analysis.schema else ()
    bench.page.facts.use_generated.click()
    data = bench.workspace.project.data
    assert data == GeneratedDigits()
    assert data.known_schema.input_shape == shape  # the network still fits
    bench.workspace.undo()
    assert bench.workspace.project.data == Mnist()
    bench.workspace.edit("", bench.workspace.project.replace(data=CaliforniaHousing()))
    bench.session.dataFailed.emit("It is not there")
    assert not bench.page.facts.use_generated.isVisible()


def test_keras_data_is_downloaded_by_a_click_alone(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    source = CaliforniaHousing()
    bench.workspace.edit("Use it", bench.workspace.project.replace(data=source))
    bench.session.dataFailed.emit("It is not there")
    button = bench.page.facts.download
    assert button.isVisible() and "0.7 MB" in button.text()
    assert "storage.googleapis.com" in button.toolTip()
    assert bench.session.downloaded == []
    button.click()
    assert bench.session.downloaded == [source]
    assert "Downloading California housing" in bench.text()
    for other in (source.with_file("other.npz"), LogicTable()):
        bench.workspace.edit("Use it", bench.workspace.project.replace(data=other))
        bench.session.dataFailed.emit("It is not there")
        assert not button.isVisible()


def test_a_failure_is_scrolled_to_in_a_small_window(qtbot: QtBot) -> None:
    bench = Bench(qtbot, Mnist())
    bench.page.resize(480, 330)
    QApplication.processEvents()
    bench.session.dataFailed.emit("MNIST is not on this machine: " + "no file there. " * 10)
    viewport = bench.page.viewport()

    def lower_edge() -> int:
        facts = bench.page.facts
        return facts.mapTo(viewport, facts.rect().bottomLeft()).y()

    qtbot.waitUntil(lambda: bench.page.verticalScrollBar().value() > 0)
    assert 0 < lower_edge() <= viewport.height()


def test_a_file_is_offered_only_where_one_is_needed(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: None)  # no window of its own
    bench = Bench(qtbot, Mnist(validation_split=0.2))
    bench.session.dataFailed.emit("It is not there.")
    assert bench.page.facts.choose_file.isVisible()
    bench.page.facts.choose_file.click()
    dialog = bench.page.findChild(QFileDialog)
    dialog.fileSelected.emit("/data/mnist.npz")
    assert bench.workspace.project.data == Mnist(path="/data/mnist.npz", validation_split=0.2)
    bench.choose("Handwritten digits")
    bench.session.dataFailed.emit("Something else.")
    assert not bench.page.facts.choose_file.isVisible()
    assert not bench.page.facts.use_digits.isVisible()


@pytest.mark.parametrize("size", [(480, 520), (760, 700)])
def test_nothing_is_wider_than_the_page(bench: Bench, size: tuple[int, int]) -> None:
    bench.session.dataLoaded.emit(digits_summary())
    bench.page.resize(*size)
    for part in (bench.page.source, bench.page.facts, bench.page.classes, bench.page.pictures):
        bench.qtbot.waitUntil(
            lambda part=part: (
                part.mapTo(bench.page.viewport(), QPoint(part.width(), 0)).x()
                <= bench.page.viewport().width()
            )
        )


@pytest.mark.parametrize(
    ("shape", "text"), [((28, 28), "28 × 28"), ((2,), "2 numbers"), ((1,), "1 number")]
)
def test_shapes_are_written_as_people_do(shape: tuple[int, ...], text: str) -> None:
    assert row_text(shape) == text


@pytest.mark.parametrize("signal", ["dataLoading", "dataFailed"])
def test_points_are_not_shown_for_other_data(bench: Bench, signal: str) -> None:
    points = PlanePoints(points=40)
    bench.session.dataLoaded.emit(summarize(load(points)))
    assert bench.page.plane.isVisible()
    getattr(bench.session, signal).emit(*(["table.csv is empty"] if signal == "dataFailed" else []))
    assert not bench.page.plane.isVisible()
