"""The fields of a single row, whose prediction follows live, and predicting a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from desktop.document.data import ColumnKind, Digits
from desktop.engine.import_model import open_network
from desktop.views.pages.draw.page import DrawPage
from desktop.views.pages.draw.row import MOST_FIELDS, NO_MODEL
from desktop.views.pages.evaluate.predict_file import PredictFile
from desktop.views.theme import Mode, Theme
from desktop.views.widgets.controls import ComboBox, LineEdit, Slider
from desktop.views.widgets.image_predictions import ImagesCard
from desktop.workers.reports import RowField, RowPrediction
from desktop.workers.session import Session
from tests.engine.tables.trained import TrainedTable, trained_table

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
PATIENCE = 60_000


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> TrainedTable:
    return trained_table(tmp_path_factory.mktemp("trained"))


@pytest.fixture
def session(qtbot: QtBot, trained: TrainedTable) -> Iterator[Session]:
    """A session that has loaded TensorFlow and the table, and has no network yet."""
    session = Session()
    with qtbot.waitSignals([session.engineReady, session.dataLoaded], timeout=PATIENCE):
        session.start()
        session.load_data(trained.project.data)
    yield session
    session.close()


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> DrawPage:
    page = DrawPage(session, Theme(Mode.LIGHT))
    qtbot.addWidget(page)
    page.resize(760, 600)
    page.show()
    return page


def test_a_table_has_a_field_for_each_column(page: DrawPage, trained: TrainedTable) -> None:
    row = page.row
    assert row.isVisible() and not page.canvas.isVisible()
    assert row.result.message.text() == NO_MODEL
    columns = trained.dataset.preparation.columns
    assert row.card.cells == {column.name: column.usual for column in columns}
    kinds = [type(editor.main) for editor in row.card.editors]
    assert kinds == [Slider, ComboBox, ComboBox, Slider, Slider]
    age, joined = (row.card.editors[index].main for index in (0, 3))
    assert isinstance(age, Slider) and isinstance(joined, Slider)
    age.setValue(age.maximum())
    assert row.card.cells["age"] == columns[0].high
    line = row.card.editors[3].beside
    assert isinstance(line, LineEdit) and line.text() >= "2010-01-11"


def test_of_very_many_columns_the_first_have_fields(page: DrawPage) -> None:
    fields = tuple(RowField(f"x{index}", ColumnKind.NUMBER, 1.0, high=9.0) for index in range(300))
    card = page.row.card
    card.show_fields(fields)
    assert len(card.editors) == MOST_FIELDS
    assert card.more.text().startswith("The first 100 of 300 fields.")
    card.show_cells({field.name: 7.0 for field in fields})
    assert set(card.cells.values()) == {7.0} and len(card.cells) == 300


def test_the_prediction_follows_every_change(
    qtbot: QtBot, page: DrawPage, session: Session, trained: TrainedTable
) -> None:
    row = page.row
    with qtbot.waitSignal(session.rowPredicted, timeout=PATIENCE):
        assert session.adopt(open_network(trained.model, Digits()))
    before = dict(row.result.bars.texts)
    assert list(before) == ["cat", "dog", "owl"] and not row.result.message.isVisible()

    with qtbot.waitSignal(session.rowPredicted, timeout=PATIENCE):
        row.card.take.click()
    assert session.summary is not None
    example = session.summary.examples[0]
    assert row.card.cells == example.cells
    assert row.card.true.text() == f"Test row 1, true: {example.target}"

    line = row.card.editors[0].beside
    assert isinstance(line, LineEdit)
    line.selectAll()
    answers: list[RowPrediction] = []
    session.rowPredicted.connect(answers.append)
    qtbot.keyClicks(line, "7")
    assert row.card.cells["age"] == 7.0 and row.card.true.text() == ""
    expected = trained.network.row_predictor.predict_row(row.card.cells).probabilities
    assert expected is not None
    qtbot.waitUntil(
        lambda: bool(answers) and answers[-1].probabilities == pytest.approx(expected),
        timeout=PATIENCE,
    )
    line.selectAll()
    with qtbot.waitSignal(session.rowPredicted, timeout=PATIENCE):
        line.del_()
        line.textEdited.emit("")
    assert row.card.cells["age"] is None


def test_the_prediction_is_above_the_form_where_it_is_narrow(page: DrawPage) -> None:
    row = page.row
    page.resize(400, 420)
    QApplication.processEvents()
    assert row.result.geometry().bottom() < row.card.geometry().top()
    page.resize(760, 600)
    QApplication.processEvents()
    assert row.card.geometry().right() < row.result.geometry().left()


def test_training_updates_the_prediction(
    qtbot: QtBot, page: DrawPage, session: Session, trained: TrainedTable
) -> None:
    epochs: list[int] = []
    session.rowPredicted.connect(lambda prediction: epochs.append(prediction.epoch))
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(trained.project)
    qtbot.waitUntil(lambda: bool(epochs) and epochs[-1] == 2, timeout=PATIENCE)
    assert "after 2 epochs" in page.row.result.epoch.text()


def test_a_file_is_predicted_and_what_was_matched_is_told(
    qtbot: QtBot,
    session: Session,
    trained: TrainedTable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    images = ImagesCard(session, Theme(Mode.LIGHT))
    qtbot.addWidget(images)
    widget = PredictFile(session, images)
    qtbot.addWidget(widget)
    widget.show()
    assert not widget.button.isEnabled()
    session.adopt(open_network(trained.model, Digits()))
    assert widget.button.isEnabled()
    new, out = tmp_path / "new.csv", tmp_path / "out.csv"
    new.write_text("color,weight,age\nred,30,40\npurple,50,60\n")
    names = {"getOpenFileName": new, "getSaveFileName": out}
    for name, path in names.items():
        monkeypatch.setattr(QFileDialog, name, lambda *_, path=path: (str(path), ""))
    with qtbot.waitSignal(session.filePredicted, timeout=PATIENCE):
        widget.button.click()
    assert out.read_text().startswith("color,weight,age,prediction,probability cat")
    text = widget.text.text()
    assert f"Saved {out}" in text and "member and joined" in text and '"purple" (1)' in text
    new.write_text("a,b\n1,2\n3,4\n")
    with qtbot.waitSignal(session.filePredictionFailed, timeout=PATIENCE):
        widget.button.click()
    assert "none of the columns" in widget.text.text()
