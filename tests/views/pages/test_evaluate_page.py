"""The evaluate page: when it can be asked, what it shows, and when that is out of date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pyqtgraph import PlotWidget
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QTableWidget
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits, LogicTable
from desktop.engine.reports import (
    Baseline,
    DataSummary,
    Evaluation,
    Mistake,
    NumbersFit,
    SplitSummary,
    read_only,
)
from desktop.views.pages.evaluate.confusion import contrast, shades
from desktop.views.pages.evaluate.metrics import metric_text
from desktop.views.pages.evaluate.page import EvaluatePage
from desktop.views.theme import DARK, LIGHT, Mode, Theme, Tokens
from desktop.views.widgets.samples import percent, to_image
from desktop.workers.session import State


class FakeSession(QObject):
    """What the page needs of a session."""

    stateChanged = Signal(object)
    dataLoading = Signal()
    dataLoaded = Signal(object)
    dataFailed = Signal(str)
    runStarted = Signal(object)
    runEnded = Signal(object)
    modelReset = Signal()
    modelAdopted = Signal(object)
    progress = Signal(object)
    epochEnded = Signal(object)
    imagesPredicted = Signal(object)
    imagePredictionFailed = Signal(str)
    evaluationStarted = Signal()
    evaluated = Signal(object)
    evaluationFailed = Signal(str)
    filePredicted = Signal(str, object)
    filePredictionFailed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.state = State.IDLE
        self.has_model = self.can_predict_images = True
        self.trained_epochs = 3
        self.summary: DataSummary | None = None
        self.calls: list[str] = []

    def evaluate(self) -> None:
        self.calls.append("evaluate")

    def stop(self) -> None:
        self.calls.append("stop")

    def enter(self, state: State) -> None:
        self.state = state
        self.stateChanged.emit(state)


def an_evaluation(note: str = "", shape: tuple[int, ...] = (8, 8)) -> Evaluation:
    """Four classes, 40 rows, 3 mistakes: 1 predicted as 2 twice, 3 as 0 once, not kept."""
    confusion = np.diag([10, 8, 10, 9])
    confusion[1, 2], confusion[3, 0] = 2, 1
    sample = read_only(np.zeros(shape))
    return Evaluation(
        rows=40,
        metrics={"loss": 0.12345, "accuracy": 0.925},
        classes=("zero", "one", "two", "three"),
        confusion=read_only(confusion),
        mistakes=(Mistake(6, sample, 1, 2, 0.98), Mistake(30, sample, 1, 2, 0.6)),
        mistake_count=3,
        epoch=3,
        note=note,
    )


class Bench:
    """A page on show, and its session."""

    def __init__(self, qtbot: QtBot, mode: Mode = Mode.LIGHT) -> None:
        self.qtbot = qtbot
        self.session = FakeSession()
        self.theme = Theme(mode)
        self.page = EvaluatePage(self.session, self.theme)  # type: ignore[arg-type]
        qtbot.addWidget(self.page)
        self.page.resize(760, 700)
        self.page.show()

    def text(self) -> str:
        """Every label one can see."""
        labels = self.page.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible())

    def captions(self) -> list[str]:
        """What is written under the mistakes on show."""
        return [" ".join(sample.caption) for sample in self.page.mistakes.samples]


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_results_of_another_project_are_forgotten(bench: Bench) -> None:
    bench.session.evaluated.emit(an_evaluation())
    assert bench.page.metrics.isVisible()
    bench.page.clear()
    assert bench.page.evaluation is None
    assert not bench.page.metrics.isVisible() and bench.page.empty.isVisible()


def test_the_button_asks_the_session(bench: Bench) -> None:
    assert "Press “Evaluate on the test rows”" in bench.text()
    bench.qtbot.mouseClick(bench.page.evaluate, Qt.MouseButton.LeftButton)
    assert bench.session.calls == ["evaluate"]


def test_rows_that_were_trained_are_called_so(bench: Bench) -> None:
    source = LogicTable()
    values = np.zeros((0, 2)), np.zeros(0, np.int64)
    splits = (SplitSummary("training", 4, (2, 2), *values),)
    bench.session.summary = DataSummary(
        source, source.title, source.known_schema, splits, 0.0, 1.0, 0.5, *values, ""
    )
    bench.session.dataLoaded.emit(bench.session.summary)
    assert bench.page.evaluate.text() == "Evaluate on the training rows"
    assert "not how well" in bench.text()
    bench.session.evaluated.emit(replace(an_evaluation(), on_training_rows=True))
    bench.session.summary = None
    bench.session.dataLoading.emit()
    assert "40 training rows" in bench.text()
    assert "test row" not in bench.text().lower()
    samples = bench.page.mistakes.samples
    assert all(sample.name.startswith("Training row") for sample in samples)


def test_mistakes_keep_the_range_of_the_rows_that_were_evaluated(bench: Bench) -> None:
    raw = Digits(scale_pixels=False)
    values = np.zeros((0, 8, 8)), np.zeros(0, np.int64)
    bench.session.summary = DataSummary(  # chosen while the other was evaluated
        Digits(), "Digits", Digits().known_schema, (), 0.0, 1.0, 0.5, *values, ""
    )
    mistake = Mistake(6, read_only(np.full((8, 8), 8.0)), 1, 2, 0.98)
    bench.session.evaluated.emit(
        replace(an_evaluation(), mistakes=(mistake,), value_range=raw.known_schema.value_range)
    )
    assert bench.page.mistakes.gallery.tiles.image(0).pixelColor(4, 4).value() == 127


def test_mistakes_of_outputs_that_are_no_probabilities_have_no_percentage(bench: Bench) -> None:
    mistakes = tuple(replace(each, confidence=None) for each in an_evaluation().mistakes)
    bench.session.evaluated.emit(replace(an_evaluation(), mistakes=mistakes))
    assert bench.captions() == ["true one, predicted two", "true one, predicted two"]
    assert "sure" not in bench.page.mistakes.samples[0].description


def test_a_network_from_a_file_is_called_so(bench: Bench) -> None:
    bench.session.evaluated.emit(replace(an_evaluation(), epoch=0, is_loaded=True))
    assert "40 test rows, as opened from the file." in bench.text()


@pytest.mark.parametrize("width", [380, 427, 700])
def test_nothing_is_wider_than_the_page(bench: Bench, width: int) -> None:
    metrics = {"accuracy": 1.0, "loss": 0.12345, "top_k_categorical_accuracy": 0.99, "auc": 0.9}
    bench.session.evaluated.emit(replace(an_evaluation(), metrics=metrics))
    bench.page.resize(width, 700)
    QApplication.processEvents()
    assert bench.page.widget().width() == bench.page.viewport().width()
    labels = [label for label in bench.page.metrics.findChildren(QLabel) if label.isVisible()]
    assert len(labels) == 10
    for label in labels:
        assert label.width() >= label.sizeHint().width()
        assert label.mapTo(bench.page.widget(), label.rect().topRight()).x() < width


@pytest.mark.parametrize("width", [420, 560, 639, 640, 660, 800, 1200])
def test_ten_classes_fit_without_scrolling_sideways(bench: Bench, width: int) -> None:
    counts = read_only(np.diag([100] * 10))
    classes = tuple(str(digit) for digit in range(10))
    ten = replace(an_evaluation(), classes=classes, confusion=counts)
    bench.theme.apply()  # with the fonts that people see
    bench.page.resize(width, 700)
    bench.session.evaluated.emit(ten)
    QApplication.processEvents()
    assert bench.page.matrix.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize(
    ("state", "has_model", "reason"),
    [
        (State.IDLE, False, "Press Train first"),
        (State.STARTING, False, "TensorFlow is still loading"),
        (State.TRAINING, True, "Training is running"),
        (State.PAUSED, True, "Training is paused"),
        (State.STOPPING, True, "Training is stopping"),
    ],
)
def test_when_it_cannot_be_asked_the_reason_is_given(
    bench: Bench, state: State, has_model: bool, reason: str
) -> None:
    bench.session.has_model = has_model
    bench.session.state = state
    bench.session.stateChanged.emit(state)
    assert not bench.page.evaluate.isEnabled()
    assert reason in bench.text()
    bench.session.has_model = True
    bench.session.enter(State.IDLE)
    assert bench.page.evaluate.isEnabled()


def test_an_evaluation_under_way_can_be_stopped(bench: Bench) -> None:
    assert not bench.page.stop.isVisible()
    bench.session.enter(State.EVALUATING)
    bench.session.evaluationStarted.emit()
    assert not bench.page.evaluate.isEnabled()
    bench.page.stop.click()
    assert bench.session.calls == ["stop"]
    bench.session.enter(State.IDLE)
    bench.session.evaluationFailed.emit("The evaluation was stopped")
    assert "The evaluation was stopped" in bench.text()
    assert not bench.page.stop.isVisible()


def test_results_are_shown_in_numbers(bench: Bench) -> None:
    bench.session.evaluated.emit(an_evaluation("These are the training rows."))
    text = bench.text()
    for words in ("Loss", "0.1235", "Accuracy", "92.5 %", "Mistakes", "These are the training"):
        assert words in text
    assert "40 test rows, after 3 epochs." in text
    assert bench.captions() == ["true one, predicted two 98 %", "true one, predicted two 60 %"]
    assert "2 of 3" in text
    bench.session.evaluated.emit(an_evaluation())
    assert bench.text().count("92.5 %") == 1


def test_a_cell_filters_the_mistakes(bench: Bench) -> None:
    bench.session.evaluated.emit(an_evaluation())
    matrix = bench.page.matrix
    place = matrix.visualRect(matrix.model().index(1, 2)).center()
    bench.qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert len(bench.captions()) == 2
    assert "True one, predicted two: 2 of 10 rows (20.0 %)" in bench.text()
    bench.qtbot.keyClick(matrix, Qt.Key.Key_Left)
    assert matrix.selected_cell == (1, 1)
    assert bench.page.mistakes.message == "These rows were predicted correctly."
    bench.qtbot.keyClick(matrix, Qt.Key.Key_Up)
    assert bench.page.mistakes.message == "No row was predicted this way."
    matrix.select_cell(3, 0)
    assert "most confident mistakes" in bench.page.mistakes.message
    bench.qtbot.keyClick(matrix, Qt.Key.Key_Escape)
    assert matrix.selected_cell is None
    assert len(bench.captions()) == 2


def test_show_all_and_a_second_click_let_the_cell_go(bench: Bench) -> None:
    bench.session.evaluated.emit(an_evaluation())
    matrix = bench.page.matrix
    matrix.select_cell(0, 1)
    bench.page.show_all.click()
    assert matrix.selected_cell is None and len(bench.captions()) == 2
    place = matrix.visualRect(matrix.model().index(0, 1)).center()
    for expected in ((0, 1), None):
        bench.qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert matrix.selected_cell == expected


def test_arrow_keys_stay_in_the_matrix(bench: Bench) -> None:
    bench.session.evaluated.emit(an_evaluation())
    matrix = bench.page.matrix
    matrix.select_cell(2, 3)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Right):
        bench.qtbot.keyClick(matrix, key)
        assert matrix.selected_cell == (2, 3)


def test_every_cell_can_be_read_aloud(bench: Bench) -> None:
    bench.session.evaluated.emit(an_evaluation())
    model, role = bench.page.matrix.model(), Qt.ItemDataRole.AccessibleTextRole
    assert model.index(3, 0).data(role) == "True three, predicted zero: 1 of 10 rows (10.0 %)"
    assert model.index(1, 4).data(role) == "Class one: recall 80.0 %"


def test_no_mistakes_is_reported(bench: Bench) -> None:
    perfect = Evaluation(
        4, {"loss": 0.01, "accuracy": 1.0}, ("0", "1"), read_only(np.diag([3, 1])), (), 0, 1, ""
    )
    bench.session.evaluated.emit(perfect)
    assert bench.page.mistakes.message == "No mistakes: all 4 rows were predicted correctly."
    assert "100.0 %" in bench.text()
    assert "4 test rows, after 1 epoch." in bench.text()


def test_the_focus_stays_with_the_evaluation(bench: Bench) -> None:
    """Not on the next field of the window, where a key would change a setting."""
    field = QLineEdit(bench.page)
    field.show()
    bench.page.activateWindow()
    bench.page.evaluate.setFocus()
    bench.qtbot.waitUntil(bench.page.evaluate.hasFocus)
    bench.session.enter(State.EVALUATING)
    assert bench.page.stop.hasFocus()
    bench.session.enter(State.IDLE)
    assert bench.page.evaluate.hasFocus()
    field.setFocus()
    bench.session.enter(State.EVALUATING)
    assert field.hasFocus()


def test_rows_of_numbers_are_listed_in_a_table(bench: Bench) -> None:
    bench.session.evaluated.emit(an_evaluation(shape=(2,)))
    model = bench.page.mistakes.table.model()
    assert bench.page.mistakes.table.isVisible()
    first = [model.index(0, column).data() for column in range(model.columnCount())]
    assert first == ["7", "0", "0", "one", "two, 98 %"]


def test_outputs_that_are_not_classes_have_numbers_only(bench: Bench) -> None:
    bench.session.evaluated.emit(an_evaluation())
    bench.session.evaluated.emit(
        Evaluation(4, {"loss": 0.25}, ("0", "1"), None, (), 0, 1, "The output is not a class.")
    )
    assert "0.25" in bench.text()
    assert not bench.page.matrix.isVisible()
    assert "Mistakes" not in bench.text()


@pytest.mark.parametrize(
    ("signal", "words"), [("runStarted", "trained since"), ("modelReset", "reset since")]
)
def test_results_of_an_earlier_network_are_marked(bench: Bench, signal: str, words: str) -> None:
    bench.session.evaluated.emit(an_evaluation())
    assert not bench.page.is_outdated
    if signal == "runStarted":
        bench.session.runStarted.emit(None)
    else:
        bench.session.modelReset.emit()
    assert bench.page.is_outdated
    assert "Out of date" in bench.text() and words in bench.text()
    assert "92.5 %" in bench.text()
    bench.session.evaluated.emit(an_evaluation())
    assert not bench.page.is_outdated
    assert "Out of date" not in bench.text()


def test_other_data_makes_the_results_out_of_date(bench: Bench) -> None:
    bench.session.evaluated.emit(an_evaluation())
    bench.session.has_model = False  # as the session says when other data are chosen
    bench.session.dataLoading.emit()
    assert bench.page.is_outdated
    assert not bench.page.evaluate.isEnabled()


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_numbers_are_readable_on_every_shade(tokens: Tokens) -> None:
    for token in ("accent", "bad"):
        for strength in np.linspace(0, 1, 41):
            cell, text = shades(tokens, token, float(strength))
            assert contrast(cell, text) >= 4.5


def test_contrast_is_that_of_black_and_white() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_the_largest_share_of_a_row_is_the_strongest_color(qtbot: QtBot, mode: Mode) -> None:
    bench = Bench(qtbot, mode)
    bench.session.evaluated.emit(an_evaluation())
    matrix, tokens = bench.page.matrix, bench.theme.tokens
    image = matrix.viewport().grab().toImage()

    def color(true: int, said: int) -> QColor:
        corner = matrix.visualRect(matrix.model().index(true, said)).topLeft()
        return image.pixelColor(corner.x() + 3, corner.y() + 3)

    assert color(0, 0) == tokens.color("accent")
    assert color(0, 1) == tokens.color("surface")
    assert len({color(0, 0).name(), color(1, 1).name(), color(1, 2).name()}) == 3


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("loss", 0.123456, "0.1235"),
        ("loss", float("nan"), "not a number"),
        ("accuracy", 0.99999, ">99.9 %"),
        ("accuracy", 1.0, "100.0 %"),
        ("auc", 0.75, "0.75"),
    ],
)
def test_metrics_are_written_as_people_do(name: str, value: float, text: str) -> None:
    assert metric_text(name, value) == text


def test_metric_names_and_shares() -> None:
    assert [percent(share) for share in (0.0, 0.984, 0.9999, 1.0)] == [
        "0 %",
        "98 %",
        ">99 %",
        "100 %",
    ]


def test_images_keep_every_pixel() -> None:
    dark, bright = Digits(scale_pixels=False).known_schema.value_range
    image = to_image(np.array([[dark, bright], [8.0, np.nan]]), (dark, bright))
    grays = [[image.pixelColor(x, y).red() for x in range(2)] for y in range(2)]
    assert grays == [[0, 255], [127, 0]]
    colors = to_image(np.full((2, 2, 3), 255.0), (0.0, 255.0))
    assert colors.pixelColor(1, 1) == QColor("white")


# --- numbers and baselines ------------------------------------------------------------------------


def of_numbers() -> Evaluation:
    """Four rows, predicted with errors of 5, 0, -10 and 1."""
    true, predicted = np.array([105.0, 120, 130, 141]), np.array([100.0, 120, 140, 140])
    numbers = NumbersFit(
        column="price",
        true=read_only(true),
        predicted=read_only(predicted),
        r2=0.824,
        counts=read_only(np.array([1, 0, 3])),
        edges=read_only(np.array([-10.0, -5, 0, 5])),
        worst=((2, 130.0, 140.0), (0, 105.0, 100.0), (3, 141.0, 140.0), (1, 120.0, 120.0)),
    )
    return replace(
        an_evaluation(),
        metrics={"loss": 0.3, "mean_absolute_error": 4.0},
        classes=(),
        confusion=None,
        mistakes=(),
        mistake_count=0,
        numbers=(numbers,),
        scores=(4.0,),
        baselines=(
            Baseline("always predicting the mean", (11.0,)),
            Baseline("Ridge regression", (5.0,)),
        ),
    )


@pytest.mark.parametrize("mode", list(Mode))
def test_numbers_are_plotted_and_the_worst_rows_listed(qtbot: QtBot, mode: Mode) -> None:
    bench = Bench(qtbot, mode)
    bench.session.evaluated.emit(of_numbers())
    assert "Loss, of the scaled target\n0.3\nMean absolute error\n4" in bench.text()
    assert "R²\n0.824" in bench.text()
    assert not bench.page.matrix.isVisible()
    table = bench.page.findChild(QTableWidget)
    cells = [table.item(0, column).text() for column in range(table.columnCount())]
    assert cells == ["3", "130", "140", "-10"]
    points, residuals = bench.page.findChildren(PlotWidget)
    assert points.isVisible() and residuals.isVisible()
    diagonal, dots = points.listDataItems()
    assert diagonal.getData()[0].tolist() == diagonal.getData()[1].tolist() == [100, 141]
    assert len(dots.getData()[0]) == 4
    bench.session.evaluated.emit(an_evaluation())
    assert not points.isVisible() and bench.page.matrix.isVisible()


def test_of_several_numbers_one_is_chosen(bench: Bench) -> None:
    one = of_numbers()
    (price,) = one.numbers
    size = replace(price, column="size", true=read_only(price.true / 10), r2=-0.5)
    simple = Baseline("always predicting the mean", (11.0, 0.7))
    both = replace(one, numbers=(price, size), scores=(4.0, 0.25), baselines=(simple,))
    bench.session.evaluated.emit(both)
    box = bench.page.findChild(QComboBox)
    points = bench.page.findChildren(PlotWidget)[0]
    assert "Loss, of the scaled target\n0.3\nMean absolute error, price\n4" in bench.text()
    assert box.isVisible() and box.currentText() == "price"
    box.setCurrentText("size")
    assert "Mean absolute error, size\n0.25\nR², size\n-0.500" in bench.text()
    assert "off by 0.25 on average over the test rows, in the unit of size" in bench.text()
    assert "always predicting the mean by 0.7." in bench.text()
    assert points.listDataItems()[1].getData()[0].tolist() == size.true.tolist()
    bench.session.evaluated.emit(both)  # the choice stays
    assert box.currentText() == "size" and "R², size" in bench.text()
    bench.session.evaluated.emit(one)
    assert not box.isVisible() and "R²\n0.824" in bench.text()


def test_the_network_is_compared_with_simple_models(bench: Bench) -> None:
    bench.session.evaluated.emit(of_numbers())
    assert (
        "The network is off by 4 on average over the test rows, in the unit of price; always "
        "predicting the mean by 11, Ridge regression by 5."
    ) in bench.text()
    simple = (Baseline("logistic regression", (0.75,), "fitted on 10 of the training rows"),)
    bench.session.evaluated.emit(replace(an_evaluation(), scores=(0.925,), baselines=simple))
    assert (
        "The network predicts 92.5 % of the test rows correctly; logistic regression 75.0 %. "
        "The logistic regression was fitted on 10 of the training rows."
    ) in bench.text()
    bench.session.evaluated.emit(an_evaluation())
    assert not bench.page.comparison.isVisible()
