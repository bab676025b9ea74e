"""The page Runs, on a store of runs that nothing trained."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine import backend
from desktop.engine.runs.store import RunStore
from desktop.views.charts.weights.tile import HistogramTile
from desktop.views.pages.runs.labels import LabelsDialog
from desktop.views.pages.runs.page import RunsPage
from desktop.views.pages.runs.weights import ONE
from desktop.views.settings import Settings
from desktop.views.theme import Theme
from desktop.workers.session import Session
from tests.engine.run_store.kept import keep

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

_NOTHING_PRESSED = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier


def project(units: int = 32, seed: int = 0) -> Project:
    layers = Flatten(), Dense(units=units), Dense(units=10, activation="softmax")
    return Project(data=Digits(), layers=layers, training=Training(seed=seed))


@pytest.fixture
def store() -> Iterator[RunStore]:
    with RunStore() as store:
        yield store


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@pytest.fixture
def make_page(qtbot: QtBot, session: Session, theme: Theme) -> Callable[[], RunsPage]:
    """The page, shown, with the runs that are in the store by then."""

    def make() -> RunsPage:
        page = RunsPage(session, theme, Settings())
        qtbot.addWidget(page)
        page.resize(900, 640)
        with qtbot.waitSignal(session.kept_runs.listed):
            page.show()
        return page

    return make


def names(page: RunsPage) -> list[str]:
    return [run.name for run in page.table.runs.shown]


def texts(page: RunsPage, column: str) -> list[str]:
    place = page.table.runs.column_of(column)
    assert place is not None
    rows = range(page.table.runs.rowCount())
    return [page.table.runs.index(row, place).data() for row in rows]


def tiles(page: RunsPage) -> list[HistogramTile]:
    """The histograms that are shown."""
    is_shown = page.weights.currentWidget() is page.weights.panel
    return list(page.weights.panel.grid.tiles.values()) if is_shown else []


def epochs_of(tile: HistogramTile) -> tuple[int, ...]:
    return tile.reservoir.epochs if tile.reservoir is not None else ()


def test_without_runs_it_says_what_to_do(make_page: Callable[[], RunsPage]) -> None:
    page = make_page()
    assert page.is_empty and "Press Train" in page.empty.text.text()


def test_runs_are_shown_latest_first_with_what_changed(
    make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    for name, units in (("first", 32), ("second", 64), ("third", 64)):
        keep(store, project(units), name)
    page = make_page()
    assert names(page) == ["third", "second", "first"]
    assert texts(page, "changes") == ["nothing", "Dense 2: units 32 → 64", "first run"]
    assert texts(page, "val_loss") == ["0.6667"] * 3


def test_a_click_on_a_header_sorts_and_words_filter(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    for name, loss in (("b", 0.3), ("a", 0.1), ("c", 0.2)):
        keep(store, project(), name, val_loss=loss)
    page = make_page()
    page.table.select([page.table.runs.shown[0].id])
    header = page.table.horizontalHeader()
    orders = ("when", "bac"), ("when", "cab"), ("val_loss", "acb"), ("name", "abc"), ("name", "cba")
    for column, order in orders:
        place = page.table.runs.column_of(column)
        assert place is not None
        page.table.scrollTo(page.table.runs.index(0, place))
        middle = header.sectionViewportPosition(place) + header.sectionSize(place) // 2
        qtbot.mouseClick(
            header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(middle, header.height() // 2)
        )
        assert names(page) == list(order)
        assert [run.name for run in page.table.selection] == ["c"]
    qtbot.keyClicks(page.filter_bar.box, "a")
    assert len(names(page)) == 3  # all have "Dense" in their network
    page.filter_bar.box.clear()
    store.label(page.table.runs.shown[0].id, tags=("lesson",))
    qtbot.waitUntil(lambda: bool(page.table.runs.shown[0].tags), timeout=5000)
    qtbot.keyClicks(page.filter_bar.box, "lesson dense")
    assert names(page) == ["c"]


def test_scattered_runs_stay_selected_in_another_order_and_all_are_by_key(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    runs = {name: keep(store, project(), name) for name in "daebfc"}
    page = make_page()
    table = page.table
    table.select([runs[name] for name in "def"])
    assert [run.name for run in table.selection] == ["f", "e", "d"]
    table.sort_by("name", Qt.SortOrder.AscendingOrder)
    assert names(page) == list("abcdef")
    assert [run.name for run in table.selection] == ["d", "e", "f"]
    model = table.selectionModel()
    assert [index.row() for index in model.selectedRows()] == [3, 4, 5]  # whole rows
    table.select([runs[name] for name in "ace"])
    qtbot.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert [run.name for run in table.selection] == list("abcdef")
    assert len(model.selectedRows()) == 6
    place = table.visualRect(table.runs.index(2, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [run.name for run in table.selection] == ["c"]


def test_curves_of_selected_runs_lie_over_one_another(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    ids = [keep(store, project(), name, epochs=4) for name in "abc"]
    page = make_page()
    plot = page.curves.charts[0].plot
    page.table.select(ids[:2])
    qtbot.waitUntil(lambda: len(plot.lines) == 2)
    assert {key.run for key in plot.lines} == set(ids[:2])
    assert len({line.look for line in plot.lines.values()}) == 2
    heights = (QPointF(plot.width() / 2, y) for y in range(plot.height()))
    on_a_curve = next(at for at in heights if plot.line_at(at) is not None)
    with qtbot.waitSignal(page.curves.runClicked) as clicked:
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=on_a_curve.toPoint())
    assert clicked.args[0] in ids[:2]
    assert page.table.current is not None and page.table.current.id == clicked.args[0]


def test_names_and_stars_are_changed_in_the_table(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore, session: Session
) -> None:
    run = keep(store, project(), "a")
    page = make_page()
    page.table.select([run])
    qtbot.waitUntil(page.actions_of_runs["run_rename"].isEnabled)
    page.actions_of_runs["run_rename"].trigger()
    editor = page.table.viewport().findChild(QLineEdit)
    assert editor is not None
    with qtbot.waitSignal(session.kept_runs.listed):
        qtbot.keyClicks(editor, "better")
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    star = page.table.visualRect(page.table.runs.index(0, 0)).center()
    with qtbot.waitSignal(session.kept_runs.listed):
        qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=star)
    assert store.read(run).labels.name == "better" and store.read(run).labels.starred


def test_two_runs_are_compared_in_words_and_figures(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    one = keep(store, project(32), "a", val_loss=0.5)
    other = keep(store, project(64, seed=1), "b", val_loss=0.25)
    page = make_page()
    page.table.select([one, other])
    page.table.setFocus()
    qtbot.waitUntil(page.actions_of_runs["run_compare"].isEnabled)
    qtbot.keyClick(page.table, Qt.Key.Key_C)
    assert page.details.isVisible()
    text = page.details.toPlainText()
    for words in ("Dense 2: units 32 → 64", "The seeds differ", "0.5000", "0.2500", "−0.25"):
        assert words in text


def test_two_networks_get_a_verdict(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    importlib.import_module("scipy.stats")  # which takes longer than the wait below
    ids = [
        keep(store, project(units, seed), name, val_loss=loss + seed / (50 + units))
        for name, units, loss in (("small", 8, 0.5), ("large", 64, 0.2))
        for seed in range(3)
    ]
    page = make_page()
    page.table.select(ids)
    qtbot.waitUntil(lambda: "large is better by" in page.details.toPlainText())
    assert "same seed were compared" in page.details.toPlainText()
    plot = page.curves.charts[0].plot
    qtbot.waitUntil(lambda: len(page.curves.runs.records) == 6)
    key, _other = plot.content.runs.keys  # a line each, the mean of three runs
    band = plot.content.runs.band(key, "loss")
    assert band is not None and len(band.x) == 3
    mean = (band.low + band.high) / 2
    assert mean == pytest.approx(plot.lines[key].points()[1])
    values = np.array([run.best["val_loss"] for run in page.table.runs.shown[:3]])
    assert mean[0] == pytest.approx(values.mean())
    assert band.high[0] - mean[0] == pytest.approx(values.std(ddof=1))
    page.curves.mean_box.click()
    assert len(plot.lines) == 6


def test_what_is_deleted_comes_back(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore, session: Session
) -> None:
    ids = [keep(store, project(), name) for name in "ab"]
    page = make_page()
    page.table.select(ids)
    page.table.setFocus()
    qtbot.waitUntil(page.actions_of_runs["run_delete"].isEnabled)
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.is_empty)
    assert store.all() == ()
    page.setFocus()
    for key, count in ((QKeySequence.StandardKey.Undo, 2), (QKeySequence.StandardKey.Redo, 0)):
        qtbot.keySequence(page, QKeySequence(key))
        qtbot.waitUntil(lambda count=count: len(page.table.runs.shown) == count)


def test_labels_are_given_to_all_selected_runs_and_undone(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    ids = [keep(store, project(), name) for name in "ab"]
    page = make_page()
    page.table.select(ids)
    page.doing.edit_labels()
    dialog = page.findChild(LabelsDialog)
    assert dialog is not None
    dialog.tags.setText("lesson, relu ,")
    dialog.accept()
    qtbot.waitUntil(lambda: [run.tags for run in page.table.selection] == [("lesson", "relu")] * 2)
    page.undo()
    qtbot.waitUntil(lambda: [run.tags for run in page.table.selection] == [()] * 2)


def test_a_damaged_run_is_no_obstacle(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore, session: Session
) -> None:
    ids = [keep(store, project(), name) for name in "ab"]
    page = make_page()
    (store.folder / ids[0] / "history.csv").write_bytes(b"nonsense\n")
    with qtbot.waitSignals([session.kept_runs.said, session.kept_runs.failed]):
        page.table.select(ids)
    qtbot.waitUntil(lambda: len(page.curves.runs.records) == 1)


def test_chosen_columns_are_kept(make_page: Callable[[], RunsPage], store: RunStore) -> None:
    keep(store, project(), "a")
    page = make_page()
    page.table.set_column_shown("seed", True)
    page.table.set_column_shown("when", False)
    page.hide()
    again = make_page()
    for name, shown in (("seed", True), ("when", False), ("val_loss", True)):
        place = again.table.runs.column_of(name)
        assert place is not None and again.table.isColumnHidden(place) is not shown


def test_results_on_test_rows_are_sealed(
    make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    run = keep(store, project(), "a")
    store.change(run, lambda file: file.replace(test={"loss": 0.25}))
    page = make_page()
    page.table.select([run])
    assert page.table.runs.column_of("test_loss") is None
    page.filter_bar.test_box.click()
    assert texts(page, "test_loss") == ["0.2500"]
    assert [each.id for each in page.table.selection] == [run]


@pytest.fixture(scope="module")
def keras_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs of two runs of plain Keras, "first" and "second"."""
    keras = backend.keras()
    folder = tmp_path_factory.mktemp("keras") / "logs"
    x, y = np.random.default_rng(0).random((20, 4)), np.arange(20) % 3
    for name in ("first", "second"):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
        model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        callback = keras.callbacks.TensorBoard(folder / name, histogram_freq=1)
        model.fit(x, y, epochs=2, validation_split=0.5, verbose=0, callbacks=[callback])
    return folder


def test_a_dropped_folder_of_logs_opens_as_runs_that_cannot_be_changed(
    qtbot: QtBot,
    make_page: Callable[[], RunsPage],
    store: RunStore,
    session: Session,
    keras_logs: Path,
) -> None:
    ids = [keep(store, project(units), "kept") for units in (32, 64)]
    page = make_page()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(keras_logs))])
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, *_NOTHING_PRESSED)
    page.dragEnterEvent(enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, *_NOTHING_PRESSED)
    with qtbot.waitSignal(session.tensorboard.logsRead, timeout=60_000):
        page.dropEvent(drop)
    assert sorted(names(page)) == ["first", "kept", "kept", "second"]
    changes = dict(zip(names(page), texts(page, "changes"), strict=True))
    assert changes["first"] == changes["second"] == "not known"
    assert "Dense 2: units 32 → 64" in texts(page, "changes")  # of the run before it, not of logs
    logged = page.table.selection
    assert {run.name for run in logged} == {"first", "second"}
    qtbot.waitUntil(lambda: len(page.curves.runs.records) == 2)
    assert len(page.curves.charts[0].plot.lines) == 2
    said = page.details.toPlainText()
    assert "Logs do not tell the network" in said and "Validation loss" in said
    page.table.select([logged[0].id])
    qtbot.waitUntil(lambda: "not known from logs; 15 parameters" in page.details.toPlainText())
    page.tabs.setCurrentWidget(page.weights)
    qtbot.waitUntil(lambda: page.weights.currentWidget() is page.weights.panel)
    (tile,) = tiles(page)
    assert epochs_of(tile) == (1, 2)
    for name in ("open", "load", "star", "rename", "labels", "tensorboard", "delete"):
        action = page.actions_of_runs[f"run_{name}"]
        assert not action.isEnabled() and "ogs" in action.toolTip()
    page.table.starClicked.emit(logged[0].id)
    page.table.select([*ids, logged[0].id])  # never the run of another network
    qtbot.waitUntil(lambda: "Logs do not tell" in page.details.toPlainText())
    with qtbot.waitSignal(session.kept_runs.listed):
        session.kept_runs.label(ids, notes="seen")
    assert {run.id for run in logged} < {run.id for run in page.table.runs.shown}


def test_a_dropped_folder_without_logs_is_left_to_the_window(
    make_page: Callable[[], RunsPage], tmp_path: Path
) -> None:
    page = make_page()
    for name in ("cat", "dog"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        (tmp_path / "pictures" / name / "1.png").touch()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "pictures"))])
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, *_NOTHING_PRESSED)
    page.dragEnterEvent(enter)
    assert not enter.isAccepted()
    (tmp_path / "pictures" / "dog" / "events.out.tfevents.1.host").touch()
    page.dragEnterEvent(enter)
    assert enter.isAccepted()


def test_the_weights_of_a_run_are_shown(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    first, second = keep(store, project(), epochs=3), keep(store, project(), epochs=5)
    page = make_page()
    page.table.select([first, second])
    page.tabs.setCurrentWidget(page.weights)
    qtbot.waitUntil(page.weights.isVisible)
    assert page.weights.currentWidget() is page.weights.note
    assert page.weights.note.text() == ONE

    def shows(epochs: int) -> bool:
        expected = tuple(range(epochs + 1))
        return [(epochs_of(each), each.stale) for each in tiles(page)] == [(expected, False)]

    for run, epochs in ((first, 3), (second, 5)):
        page.table.select([run])
        qtbot.waitUntil(partial(shows, epochs))
        (tile,) = tiles(page)
        assert tile.title == "Dense 2 kernel"


def test_histograms_that_cannot_be_read_are_no_reason_to_wait(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    run, good = keep(store, project()), keep(store, project())
    histograms = store.folder / run / "histograms.npz"
    histograms.unlink()
    histograms.mkdir()
    page = make_page()
    page.tabs.setCurrentWidget(page.weights)
    page.table.select([run])
    qtbot.waitUntil(lambda: "histograms.npz cannot be read" in page.weights.note.text())
    assert page.weights.currentWidget() is page.weights.note
    page.table.select([good])
    qtbot.waitUntil(lambda: len(tiles(page)) == 1)


def test_a_run_is_read_once_for_curves_and_details(
    qtbot: QtBot,
    make_page: Callable[[], RunsPage],
    store: RunStore,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = keep(store, project())
    page = make_page()
    asked: list[str] = []
    read = session.kept_runs.read
    monkeypatch.setattr(session.kept_runs, "read", lambda run: (asked.append(run), read(run)))
    with qtbot.waitSignal(session.kept_runs.recordRead):
        page.table.select([run])
    page.tabs.setCurrentWidget(page.details)
    qtbot.waitUntil(lambda: "Dense 2 dead units 50 %" in page.details.toPlainText())
    assert asked == [run]


def test_the_health_of_the_layers_of_a_run_is_told(
    qtbot: QtBot, make_page: Callable[[], RunsPage], store: RunStore
) -> None:
    run, other = keep(store, project(), epochs=3), keep(store, project(), epochs=5)
    page = make_page()
    page.tabs.setCurrentWidget(page.details)
    for each, epoch in ((run, 3), (other, 5)):
        page.table.select([each])
        words = f"Dense 2 dead units 50 % (epoch {epoch})"
        qtbot.waitUntil(lambda words=words: words in page.details.toPlainText())


def test_logs_are_asked_for_where_there_is_no_run(
    qtbot: QtBot,
    make_page: Callable[[], RunsPage],
    session: Session,
    keras_logs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = make_page()
    answers = iter((str(keras_logs.parent / "nothing"), str(keras_logs / "first")))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: next(answers))
    with qtbot.waitSignal(session.tensorboard.logsFailed, timeout=60_000):
        page.empty.logs_button.click()
    assert page.is_empty
    with qtbot.waitSignal(session.tensorboard.logsRead):
        page.empty.logs_button.click()
    assert not page.is_empty and names(page) == ["first"]
    page.curves.axis_box.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(page.curves.runs.records) == 1)
    page.curves.axis_box.activated.emit(1)
    assert page.curves.caption.text() == "Logs do not count steps"
