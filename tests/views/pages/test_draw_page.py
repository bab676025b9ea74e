"""The page to draw on: what it asks the session for, and what it shows of the answers."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from desktop.document.data import DataSource, Digits, LogicTable, Mnist
from desktop.views.pages.draw.page import (
    BUSY,
    DIGIT_MODEL_EMPTY,
    EMPTY,
    LOADING,
    NO_DATA,
    NO_MODEL,
    DrawPage,
)
from desktop.views.pages.draw.paper import SMALLEST
from desktop.views.pages.draw.prediction import MOST_BARS, NOT_NUMBERS, ProbabilityBars
from desktop.views.pages.draw.preparation import AS_IT_STANDS, NOTHING
from desktop.views.pages.draw.show_menu import Part
from desktop.views.pages.draw.sign_colors import signs
from desktop.views.theme import Mode, Theme
from desktop.workers.drawing_work import DrawingWork
from desktop.workers.learning_work import LearningWork
from desktop.workers.reports import (
    DataSummary,
    DrawingStep,
    Explanation,
    FloatArray,
    LayerActivation,
    NearestImage,
    NearestImages,
    Prediction,
    Step,
)
from desktop.workers.threads import Threads
from tests.views.timers import wait_until_idle

# Said by the offscreen platform whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


class FakeNearest(QObject):
    """Writes down what is to be found."""

    found = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.asked: list[FloatArray] = []

    def ask(self, image: FloatArray) -> None:
        self.asked.append(image)


class FakeSession(QObject):
    """A session that writes down what it is asked and answers when told to."""

    dataLoading = Signal()
    dataLoaded = Signal(object)
    dataFailed = Signal(str)
    modelReset = Signal()
    modelAdopted = Signal(object)
    runStarted = Signal(object)
    progress = Signal(object)
    epochEnded = Signal(object)
    runEnded = Signal(object)
    predicted = Signal(object)
    predictionFailed = Signal(str)
    digitPredicted = Signal(object)
    digitPredictionFailed = Signal(str)
    rowPredicted = Signal(object)
    rowPredictionFailed = Signal(str)
    imagesPredicted = Signal(object)
    imagePredictionFailed = Signal(str)
    imageOpened = Signal(object)
    stateChanged = Signal(object)
    is_busy = False

    def __init__(
        self,
        source: DataSource | None = None,
        *,
        has_model: bool = True,
        has_digit_model: bool = False,
    ) -> None:
        super().__init__()
        self.summary = summary_of(source) if source is not None else None
        self.has_model, self.has_digit_model = has_model, has_digit_model
        self.asked_digits: list[NDArray[np.uint8]] = []
        self.wanted_of_digits: frozenset[Explanation] = frozenset()  # of the last one
        self.asked: list[NDArray[np.uint8]] = []
        self.left_out: frozenset[Step] = frozenset()  # of the last one
        self.wanted: frozenset[Explanation] = frozenset()  # of the last one
        self.drawings = DrawingWork(Threads(self), self)
        self.nearest = FakeNearest(self)
        self.learning = LearningWork(Threads(self), lambda: (None, None), self)

    def predict(
        self,
        drawing: NDArray[np.uint8],
        left_out: Collection[Step] = (),
        wanted: Collection[Explanation] = (),
    ) -> int:
        self.asked.append(drawing)
        self.left_out, self.wanted = frozenset(left_out), frozenset(wanted)
        return len(self.asked)

    @property
    def can_predict_images(self) -> bool:
        return self.has_model or self.has_digit_model

    def predict_digit(
        self,
        drawing: NDArray[np.uint8],
        left_out: Collection[Step] = (),
        wanted: Collection[Explanation] = (),
    ) -> int:
        self.asked_digits.append(drawing)
        self.wanted_of_digits = frozenset(wanted)
        return len(self.asked_digits)

    def answer_by_digit_model(self, probabilities: list[float], *, is_sure: bool = True) -> None:
        self.digitPredicted.emit(
            Prediction(
                request=len(self.asked_digits),
                image=np.full((28, 28), 0.25, np.float32),
                probabilities=np.array(probabilities),
                classes=tuple("0123456789"),
                seconds=0.002,
                epoch=0,
                is_loaded=True,
                is_sure=is_sure,
                is_of_digit_model=True,
            )
        )

    def answer(
        self,
        probabilities: list[float] | None,
        request: int | None = None,
        epoch: int = 3,
        is_trained: bool = True,
        scores: list[float] | None = None,
        steps: tuple[DrawingStep, ...] = (),
        contributions: FloatArray | None = None,
        activations: tuple[LayerActivation, ...] = (),
    ) -> None:
        assert self.summary is not None
        values = None if probabilities is None else np.array(probabilities)
        self.predicted.emit(
            Prediction(
                request=len(self.asked) if request is None else request,
                image=np.full(self.summary.schema.input_shape[:2], 0.5, np.float32),
                probabilities=values,
                classes=self.summary.schema.class_names if self.has_model else (),
                seconds=0.002,
                epoch=epoch,
                is_trained=is_trained,
                scores=None if scores is None else np.array(scores),
                steps=steps,
                contributions=contributions,
                activations=activations,
            )
        )


def summary_of(source: DataSource) -> DataSummary:
    schema = source.known_schema
    assert schema is not None
    return DataSummary(
        source=source,
        title=source.title,
        schema=schema,
        splits=(),
        minimum=schema.value_range[0],
        maximum=schema.value_range[1],
        mean=0.1,
        samples=np.zeros((0, *schema.input_shape)),
        sample_targets=np.zeros(0, dtype=np.int64),
        notes=(),
    )


def seven(share: float) -> list[float]:
    """Probabilities of ten classes, `share` for the seven."""
    return [share if digit == 7 else (1 - share) / 9 for digit in range(10)]


@pytest.fixture
def theme(qtbot: QtBot) -> Theme:
    return Theme(Mode.LIGHT)


def make_page(qtbot: QtBot, theme: Theme, session: FakeSession) -> DrawPage:
    page = DrawPage(session, theme)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(760, 700)
    page.show()
    return page


def stroke(qtbot: QtBot, page: DrawPage, height: float = 0.5) -> None:
    """One short stroke across the canvas, with the left mouse button."""
    canvas = page.canvas
    y = round(canvas.height() * height)
    start, end = QPoint(canvas.width() // 3, y), QPoint(canvas.width() // 2, y)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)


def answer_all(
    session: FakeSession, probabilities: list[float] | None, scores: list[float] | None = None
) -> None:
    """Answer until nothing more is asked."""
    answered = -1
    while answered != len(session.asked):
        answered = len(session.asked)
        session.answer(probabilities, scores=scores)


def test_a_prediction_is_readable(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    assert page.result.message.text() == EMPTY
    stroke(qtbot, page)
    session.answer(seven(0.91), epoch=1)
    assert page.result.top.text() == "7"
    assert page.result.sure.text() == "91 % sure"
    assert page.result.epoch.text() == "after 1 epoch"
    assert page.result.bars.texts[7] == ("7", "91 %")
    assert len(page.result.bars.texts) == 10
    assert "7 91 %" in page.result.bars.accessibleDescription()
    assert page.result.top.isVisible() and not page.result.message.isVisible()
    assert (
        page.network_input.pixels.values is not None
        and page.network_input.pixels.values.shape == (8, 8)
    )


def test_one_request_at_a_time_and_the_newest_drawing_wins(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page, 0.3)
    stroke(qtbot, page, 0.5)
    stroke(qtbot, page, 0.7)
    assert len(session.asked) == 1
    session.answer(seven(0.2))
    assert len(session.asked) == 2
    assert np.array_equal(session.asked[1], page.canvas.raster())
    session.answer(seven(0.6))
    assert len(session.asked) == 2  # nothing has changed since
    assert page.result.sure.text() == "60 % sure"


def test_older_predictions_are_ignored(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    answer_all(session, seven(0.9))
    stroke(qtbot, page, 0.7)
    session.answer(seven(0.1), request=1)
    assert page.result.sure.text() == "90 % sure"
    session.answer(seven(0.8))
    assert page.result.sure.text() == "80 % sure"


def test_the_drawing_is_sent_again_as_the_network_learns(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    with qtbot.waitSignal(page._live.due):
        session.epochEnded.emit(None)
    assert session.asked == []  # nothing is drawn yet
    stroke(qtbot, page)
    answer_all(session, seven(0.3))
    for signal in (session.runStarted, session.progress, session.epochEnded, session.runEnded):
        asked = len(session.asked)
        signal.emit(None)
        qtbot.waitUntil(lambda asked=asked: len(session.asked) > asked)
        session.answer(seven(0.9))
    assert page.result.sure.text() == "90 % sure"


def test_clearing_removes_the_prediction(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    page.drawing.clear.click()
    assert page.canvas.is_empty
    session.answer(seven(0.9))  # of the drawing that is gone
    assert page.result.message.text() == EMPTY and page.result.message.isVisible()
    assert not page.result.top.isVisible()
    assert (
        page.network_input.pixels.values is not None and not page.network_input.pixels.values.any()
    )
    page.drawing.undo.click()
    session.answer(seven(0.9))
    assert page.result.top.isVisible()


def test_drawing_before_there_is_a_network(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Mnist(), has_model=False)
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    answer_all(session, None)
    assert page.result.message.text() == NO_MODEL and not page.result.top.isVisible()
    assert (
        page.network_input.pixels.values is not None and page.network_input.pixels.values.any()
    )  # as a network will get it
    asked = len(session.asked)
    session.has_model = True
    session.runStarted.emit(None)
    assert page.result.message.text() == BUSY
    qtbot.waitUntil(lambda: len(session.asked) > asked)
    session.answer(seven(0.11), epoch=0, is_trained=False)
    assert page.result.epoch.text() == "untrained network"
    stroke(qtbot, page)
    session.answer(seven(0.3), epoch=0)
    assert page.result.epoch.text() == "in the first epoch"
    session.has_model = False
    session.modelReset.emit()
    assert page.result.message.text() == NO_MODEL and not page.result.top.isVisible()
    answer_all(session, None)
    values = page.network_input.pixels.values
    assert values is not None and values.any()


def test_a_page_that_is_not_seen_asks_when_it_is(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    session.runStarted.emit(None)
    answer_all(session, seven(0.3))
    asked = len(session.asked)
    page.hide()
    for _ in range(3):
        session.progress.emit(None)
    wait_until_idle(qtbot, page)
    assert len(session.asked) == asked
    page.show()
    qtbot.waitUntil(lambda: len(session.asked) == asked + 1)


def test_outputs_that_are_no_probabilities_are_shown_as_they_are(
    qtbot: QtBot, theme: Theme
) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    answer_all(session, None, scores=[0.1, 0.2, 0.48, -0.3, 0, 0, 0, 0.02, 0, 0])
    assert (page.result.top.text(), page.result.sure.text()) == ("2", "output 0.48")
    assert page.result.bars.texts[3] == ("3", "−0.30")
    assert not any("%" in value for _, value in page.result.bars.texts)
    stroke(qtbot, page)
    answer_all(session, None, scores=[math.nan] * 10)
    assert page.result.message.text() == NOT_NUMBERS


def test_clear_puts_the_eraser_away(qtbot: QtBot, theme: Theme) -> None:
    page = make_page(qtbot, theme, FakeSession(Digits()))
    for clear in (page.drawing.clear.click, lambda: qtbot.keyClick(page.canvas, Qt.Key.Key_Delete)):
        stroke(qtbot, page)
        page.drawing.eraser.click()
        clear()
        assert page.drawing.pen.isChecked() and not page.canvas.eraser


def test_without_images_to_draw_there_is_no_paper(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    answer_all(session, seven(0.9))
    asked = len(session.asked)
    session.summary = summary_of(LogicTable())
    session.dataLoaded.emit(session.summary)
    assert page.nothing.isVisible() and "takes 2 numbers" in page.nothing.text()
    assert not page.canvas.isVisible()
    session.summary = None
    session.dataLoading.emit()
    assert page.nothing.text() == LOADING and not page.canvas.isVisible()
    session.summary = summary_of(Mnist())
    session.dataLoaded.emit(session.summary)
    assert page.canvas.isVisible() and not page.canvas.is_empty
    assert len(session.asked) == asked + 1


def test_waiting_for_data(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession()
    page = make_page(qtbot, theme, session)
    assert page.result.message.text() == LOADING
    session.dataFailed.emit("mnist.npz is not there")
    assert page.result.message.text() == NO_DATA
    session.dataLoading.emit()
    assert page.result.message.text() == LOADING


def test_a_failure_is_reported_and_does_not_stop_the_next_prediction(
    qtbot: QtBot, theme: Theme
) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    session.predictionFailed.emit("There is no network yet")
    assert page.result.message.text() == "There is no network yet"
    session.answer(seven(0.9))
    assert page.result.message.isHidden() and page.result.top.text() == "7"


def test_an_output_that_is_not_a_number(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    session.answer([math.nan] * 10)
    assert page.result.message.text() == NOT_NUMBERS and not page.result.top.isVisible()


def test_tools(qtbot: QtBot, theme: Theme) -> None:
    page = make_page(qtbot, theme, FakeSession(Digits()))
    assert not page.drawing.undo.isEnabled() and not page.drawing.clear.isEnabled()
    page.drawing.width_slider.setValue(30)
    assert page.canvas.width_in_use == 30
    page.drawing.eraser.click()
    assert page.canvas.eraser and page.drawing.width_label.text() == "Eraser &width"
    assert page.drawing.width_slider.value() == page.canvas.width_in_use != 30
    page.drawing.pen.click()
    assert page.drawing.width_slider.value() == 30
    stroke(qtbot, page)
    page.drawing.undo.click()
    assert page.canvas.is_empty and page.drawing.redo.isEnabled()
    page.drawing.redo.click()
    assert not page.canvas.is_empty


@pytest.mark.parametrize("size", [(760, 700), (480, 520)])
def test_a_prediction_does_not_move_the_paper(
    qtbot: QtBot, theme: Theme, size: tuple[int, int]
) -> None:
    session = FakeSession(Mnist())
    page = make_page(qtbot, theme, session)
    page.resize(*size)
    QApplication.processEvents()
    before = page.canvas.geometry()
    stroke(qtbot, page)
    QApplication.processEvents()
    assert page.canvas.geometry() == before
    answer_all(session, seven(0.9))
    QApplication.processEvents()
    assert page.canvas.geometry() == before
    assert page.size().toTuple() == size  # it fits
    assert min(before.width(), before.height()) >= 150


def test_the_page_is_scrolled_only_where_it_cannot_shrink(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Mnist())
    page = make_page(qtbot, theme, session)
    page.resize(560, 560)  # what a window of 1366 × 768 has for it
    part = page.findChild(QScrollArea, "drawing-part")
    assert part is not None
    qtbot.waitUntil(lambda: part.height() < 560)
    assert part.verticalScrollBar().maximum() == 0
    assert page.canvas.height() >= SMALLEST
    page.show_menu.parts[Part.STEPS].trigger()
    stroke(qtbot, page)
    session.answer(seven(0.9), steps=fitted(Step.FIT))
    page.resize(560, 400)
    qtbot.waitUntil(lambda: part.verticalScrollBar().maximum() > 0)
    assert page.canvas.height() >= SMALLEST
    assert page.canvas.geometry().bottom() < page.drawing.width_slider.geometry().top()


def test_the_digit_model_answers_until_there_is_a_network(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits(), has_model=False, has_digit_model=True)
    page = make_page(qtbot, theme, session)
    assert page.result.message.text() == DIGIT_MODEL_EMPTY
    stroke(qtbot, page)
    session.answer_by_digit_model(seven(0.9))
    assert page.result.top.text() == "7" and page.result.sure.text() == "90 % sure"
    assert page.result.runner_up.text().startswith("then ")
    assert page.result.epoch.text() == "digit model"
    values = page.network_input.pixels.values
    assert values is not None and values.shape == (28, 28)
    assert not page.result.choice.isVisible()


def test_what_is_no_digit_is_called_unsure(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits(), has_model=False, has_digit_model=True)
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    session.answer_by_digit_model(seven(0.3), is_sure=False)
    assert page.result.top.text() == "?" and page.result.sure.text() == "Unsure"
    assert page.result.runner_up.text() == "most like 7, 30 %"


def test_ones_own_network_takes_over_and_the_two_are_side_by_side(
    qtbot: QtBot, theme: Theme
) -> None:
    session = FakeSession(Digits(), has_digit_model=True)
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    three = [0.02] * 10
    three[3] = 0.82
    session.answer(three)
    session.answer_by_digit_model(seven(0.9))
    choice = page.result.choice
    assert choice.isVisible() and page.result.top.text() == "3"
    assert choice.network.text() == "Network: 3, 82 %"
    assert choice.digit_model.text() == "Digit model: 7, 90 %"
    asked = len(session.asked), len(session.asked_digits)
    choice.digit_model.click()
    assert page.result.top.text() == "7" and page.result.epoch.text() == "digit model"
    choice.network.click()
    assert page.result.top.text() == "3"
    assert (len(session.asked), len(session.asked_digits)) == asked  # both are known


def test_only_what_is_looked_at_is_explained(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits(), has_digit_model=True)
    page = make_page(qtbot, theme, session)
    page.show_menu.parts[Part.PIXELS].trigger()
    stroke(qtbot, page)
    session.answer(seven(0.8))
    session.answer_by_digit_model(seven(0.9))
    session.answer(seven(0.8))  # of the end of the stroke
    session.answer_by_digit_model(seven(0.9))
    assert (session.wanted, session.wanted_of_digits) == ({Explanation.PIXELS}, frozenset())
    asked = len(session.asked), len(session.asked_digits)
    page.result.choice.digit_model.click()
    assert session.wanted_of_digits == {Explanation.PIXELS}
    assert (len(session.asked), len(session.asked_digits)) == (asked[0], asked[1] + 1)


def test_a_digit_model_that_cannot_be_read_is_told(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits(), has_model=False, has_digit_model=True)
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    session.digitPredictionFailed.emit("The digit model cannot be used: it is damaged")
    assert "is damaged" in page.result.message.text()


def fitted(*left_out: Step) -> tuple[DrawingStep, ...]:
    """The steps of some drawing, without those `left_out`."""
    image = np.full((20, 20), 255, np.uint8)
    titles = {Step.CROP: "Crop to the ink", Step.FIT: "Fit into 20 × 20", Step.CENTER: "Center"}
    return tuple(
        DrawingStep(step, title, image, step not in left_out) for step, title in titles.items()
    )


def test_the_steps_of_the_preparation_are_shown_when_wanted(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Mnist())
    page = make_page(qtbot, theme, session)
    assert not page.preparation.isVisible()
    page.show_menu.parts[Part.STEPS].trigger()
    assert page.preparation.isVisible() and page.preparation.about.text() == NOTHING
    qtbot.waitUntil(lambda: not page.preparation.visibleRegion().isEmpty())
    stroke(qtbot, page)
    session.answer(seven(0.9), steps=fitted())
    names = [box.text() for box in page.preparation.switches.values()]
    assert names == ["Crop to the ink", "Fit into 20 × 20", "Center"]
    for picture, name in zip(page.preparation.pictures, names, strict=True):
        assert picture.isVisible() and picture.accessibleName() == name
        assert picture.values is not None and picture.values.shape == (20, 20)
    page.drawing.clear.click()
    assert all(picture.values is None for picture in page.preparation.pictures)
    page.canvas.show_image(np.full((28, 28), 255, np.uint8))
    session.answer(seven(0.9))
    session.answer(seven(0.9))
    assert page.preparation.about.text() == AS_IT_STANDS
    page.show_menu.parts[Part.STEPS].trigger()
    assert not page.preparation.isVisible()


def test_a_step_is_left_out_and_used_again(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Mnist())
    page = make_page(qtbot, theme, session)
    page.show_menu.parts[Part.STEPS].trigger()
    stroke(qtbot, page)
    session.answer(seven(0.9), steps=fitted())
    session.answer(seven(0.9), steps=fitted())
    asked = len(session.asked)
    page.preparation.switches[Step.CENTER].click()
    assert len(session.asked) == asked + 1 and session.left_out == {Step.CENTER}
    session.answer(seven(0.2), steps=fitted(Step.CENTER))
    assert page.result.sure.text() == "20 % sure"
    texts = [label.text() for label in page.network_input.findChildren(QLabel)]
    assert any("left out" in text for text in texts)
    page.show_menu.parts[Part.STEPS].trigger()  # what no one sees is not left out
    assert session.left_out == frozenset() and len(session.asked) == asked + 2
    session.answer(seven(0.9), steps=fitted())
    texts = [label.text() for label in page.network_input.findChildren(QLabel)]
    assert not any("left out" in text for text in texts)


def test_the_steps_of_other_data_are_discarded(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Mnist())
    page = make_page(qtbot, theme, session)
    page.show_menu.parts[Part.STEPS].trigger()
    stroke(qtbot, page)
    session.answer(seven(0.9), steps=fitted())
    session.answer(seven(0.9), steps=fitted())
    page.preparation.switches[Step.FIT].click()
    assert session.left_out == {Step.FIT}
    session.summary = summary_of(Digits())
    session.dataLoaded.emit(session.summary)
    assert not page.preparation.switches and session.left_out == frozenset()


def test_the_pixels_that_mattered_are_colored(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Digits())
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    answer_all(session, seven(0.9))
    assert not session.wanted and page.network_input.pixels.contributions is None
    asked = len(session.asked)
    page.show_menu.parts[Part.PIXELS].trigger()
    assert len(session.asked) == asked + 1 and session.wanted == {Explanation.PIXELS}
    contributions = np.zeros((8, 8), np.float32)
    contributions[0, 0], contributions[7, 0] = 1.0, -1.0
    session.answer(seven(0.9), contributions=contributions)
    pixels = page.network_input.pixels
    assert pixels.contributions is contributions
    image = pixels.grab().toImage()
    cell, ratio = (pixels.height() - 2) // 8, image.devicePixelRatio()
    for row, color in zip((0, 7), signs(theme), strict=True):
        place = round((1 + cell // 2) * ratio), round((1 + cell * row + cell // 2) * ratio)
        shown = image.pixelColor(*place)
        assert abs(shown.red() - color.red()) < 30 and abs(shown.blue() - color.blue()) < 30
    texts = [label.text() for label in page.network_input.findChildren(QLabel)]
    assert any("for 7" in text and "logit" in text for text in texts)
    page.show_menu.parts[Part.PIXELS].trigger()
    assert pixels.contributions is None


def test_the_activations_of_each_layer_are_shown(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Mnist())
    page = make_page(qtbot, theme, session)
    page.show_menu.parts[Part.ACTIVATIONS].trigger()
    assert page.activations.isVisible() and not page.activations.maps
    stroke(qtbot, page)
    assert session.wanted == {Explanation.ACTIVATIONS}
    ramp = np.linspace(-1, 1, 3 * 4 * 16, dtype=np.float32).reshape(3, 4, 16)
    convolution = LayerActivation(0, "Conv2D 1", (3, 4, 32), ramp, ramp[:2, :2])
    dense = LayerActivation(2, "Dense 3", (40,), np.arange(40, dtype=np.float32))
    session.answer(seven(0.9), activations=(convolution, dense))
    kernels, images, units = page.activations.maps
    np.testing.assert_array_equal(kernels.values, ramp[:2, :2])
    np.testing.assert_array_equal(images.values, ramp)
    np.testing.assert_array_equal(units.values[0, 0], dense.values)
    assert images.accessibleName() == "Conv2D 1: 3 × 4 × 32, the first 16"
    assert "40 shown, 1 of them 0" in units.accessibleDescription()
    qtbot.waitUntil(lambda: units.width() > 300)
    strip = units.grab().toImage()
    ratio = strip.devicePixelRatio()
    first, last = (strip.pixelColor(round(x * ratio), round(5 * ratio)) for x in (6, 13 * 39 + 6))
    assert abs(last.red() - signs(theme)[0].red()) < 10 and first != last
    page.drawing.clear.click()
    assert not page.activations.maps
    page.show_menu.parts[Part.ACTIVATIONS].trigger()
    stroke(qtbot, page)
    assert page.activations.isHidden() and not session.wanted


def test_the_nearest_training_images_are_shown(qtbot: QtBot, theme: Theme) -> None:
    session = FakeSession(Mnist())
    page = make_page(qtbot, theme, session)
    stroke(qtbot, page)
    answer_all(session, seven(0.9))
    assert not session.nearest.asked  # nobody wants to see them
    page.show_menu.parts[Part.NEAREST].trigger()
    assert page.prediction is not None
    np.testing.assert_array_equal(session.nearest.asked[-1], page.prediction.image)
    image = np.ones((28, 28), np.float32)
    nearest = tuple(NearestImage(row, image, str(row), 1.5 + row) for row in range(5))
    session.nearest.found.emit(NearestImages(nearest, 54_000))
    shown = page.nearest.gallery.tiles.samples
    assert [sample.caption for sample in shown] == [(str(row),) for row in range(5)]
    assert shown[0].description == "Training row 1, distance 1.50: class 0"
    assert "54,000 training images" in page.nearest.about.text()
    asked = len(session.nearest.asked)
    stroke(qtbot, page, height=0.6)
    answer_all(session, seven(0.8))  # of the same image
    assert len(session.nearest.asked) == asked
    for _ in range(2):
        page.show_menu.parts[Part.NEAREST].trigger()
    assert len(session.nearest.asked) == asked + 1  # there may be other data by now
    page.drawing.clear.click()
    assert page.nearest.gallery.isHidden()
    session.nearest.found.emit(NearestImages(nearest, 54_000))  # too late
    assert page.nearest.gallery.isHidden()


def test_every_control_has_a_name(qtbot: QtBot, theme: Theme) -> None:
    page = make_page(qtbot, theme, FakeSession(Digits()))
    for control in (
        page.canvas,
        page.drawing.pen,
        page.drawing.eraser,
        page.drawing.undo,
        page.drawing.redo,
        page.drawing.clear,
        page.drawing.width_slider,
        page.network_input.pixels,
        page.show_menu,
        page.result.bars,
    ):
        assert control.accessibleName()
    assert page.drawing.width_label.buddy() is page.drawing.width_slider


def test_of_many_classes_the_most_probable_are_shown(qtbot: QtBot, theme: Theme) -> None:
    bars = ProbabilityBars(theme)
    qtbot.addWidget(bars)
    classes = tuple(f"class {number}" for number in range(40))
    shares = np.linspace(0.0, 0.05, 40)
    bars.show_values(classes, shares)
    assert len(bars.texts) == MOST_BARS
    assert bars.texts[0] == ("class 39", "5 %")
    bars.show_values(("yes", "no"), np.array([0.25, 0.75]))
    assert bars.texts == (("yes", "25 %"), ("no", "75 %"))


def test_only_the_most_probable_class_stands_out_in_a_new_theme(qtbot: QtBot) -> None:
    theme = Theme(Mode.LIGHT)
    theme.apply()
    bars = ProbabilityBars(theme)
    qtbot.addWidget(bars)
    bars.show()
    for top in (1, 2):
        bars.show_values(("a", "b", "c"), np.eye(3)[top])
    theme.set_mode(Mode.DARK)
    QApplication.processEvents()
    bold = [label.text() for label in bars.findChildren(QLabel) if label.font().bold()]
    assert bold == ["c", "100 %"]
