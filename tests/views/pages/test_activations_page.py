"""The section *Activations*: every function is drawn and described, and depth is computed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QSlider
from pytestqt.qtbot import QtBot

from desktop.document.activations import NOTES, parameters_of
from desktop.document.choices import ActivationFunction
from desktop.document.data import Digits
from desktop.document.initializers import GlorotUniform, HeUniform
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project, starter_project
from desktop.document.training import Training
from desktop.engine.activation_facts import facts
from desktop.engine.activations import activation, softmax, softmax_slopes
from desktop.views.pages.activations.depth_card import left_text
from desktop.views.pages.activations.function_card import FunctionCard
from desktop.views.pages.activations.inputs_card import NO_LAYER, NO_NETWORK
from desktop.views.pages.activations.page import ActivationsPage
from desktop.views.pages.activations.words import slope_text
from desktop.views.theme import Theme
from desktop.workers.session import Session

PATIENCE = 120_000
RELU, SOFTMAX, STEP = ActivationFunction.RELU, ActivationFunction.SOFTMAX, ActivationFunction.STEP


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    session.start()
    yield session
    session.close()


@pytest.fixture
def page(session: Session, theme: Theme, qtbot: QtBot) -> ActivationsPage:
    page = ActivationsPage(session, theme, QAction("Compare", session))
    qtbot.addWidget(page)
    page.prepare()
    return page


def drawn(line: object) -> tuple[np.ndarray, np.ndarray]:
    return line.getData()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("function", [f for f in ActivationFunction if f is not SOFTMAX])
def test_each_function_is_drawn_and_described(
    page: ActivationsPage, function: ActivationFunction
) -> None:
    card = page.functions
    card.show_function(function)
    assert card.function is function
    x, values = drawn(card.plots._value_line)
    _, slopes = drawn(card.plots._slope_line)
    shown = np.abs(values) < 6
    np.testing.assert_allclose(values[shown], activation(function).value(x)[shown])
    shown = np.abs(slopes) < 6
    np.testing.assert_allclose(slopes[shown], activation(function).slope(x)[shown])
    assert set(card.plots.sliders) == {field.name for field in parameters_of(function)}
    assert NOTES[function].formula in card.formula.text()
    texts = {label.text() for label in card.findChildren(QLabel)}
    assert {NOTES[function].strengths, NOTES[function].weaknesses, NOTES[function].use} <= texts


def test_the_facts_are_said(page: ActivationsPage) -> None:
    card = page.functions
    card.show_function(ActivationFunction.SIGMOID)
    facts = {name: label.text() for name, label in card.facts.items()}
    assert facts == {
        "range": "0 to 1",
        "slope": "0.25",
        "saturation": "below −4.6 and above 4.6",
        "center": "no, the mean output is 0.50",
        "cost": "not measured yet",
    }
    card.show_function(ActivationFunction.TANH)
    assert card.facts["center"].text() == "yes"
    card.show_function(RELU)
    assert card.facts["range"].text() == "0 to ∞" and card.facts["saturation"].text() == "below 0"
    card.show_function(STEP)
    assert "cannot be trained" in card.facts["saturation"].text()
    card.show_function(ActivationFunction.EXPONENTIAL)
    assert card.facts["slope"].text() == "grows without limit"


def test_a_parameter_is_moved(page: ActivationsPage) -> None:
    card = page.functions
    slope = card.plots.sliders["negative_slope"]
    slope.slider.setValue(50)
    x, values = drawn(card.plots._value_line)
    assert values[0] == pytest.approx(0.5 * x[0])
    assert card.facts["range"].text() == "−∞ to ∞"
    assert card.facts["saturation"].text() == "nowhere"
    limit = card.plots.sliders["max_value"]
    assert limit.value is None and limit.slider.accessibleDescription() == "No limit"
    limit.slider.setValue(20)
    assert limit.value == pytest.approx(2.0)
    assert drawn(card.plots._value_line)[1].max() == pytest.approx(2.0)
    card.show_function(ActivationFunction.LEAKY_RELU)
    assert card.plots.sliders["negative_slope"].value == pytest.approx(0.2)  # Keras's own
    card.show_function(RELU)
    assert card.plots.sliders["negative_slope"].value == 0


def test_the_input_is_moved_by_keys_and_by_the_mouse(page: ActivationsPage, qtbot: QtBot) -> None:
    plots = page.functions.plots
    page.show()
    assert plots.reading.text() == "f(1.00) = 1.00,  slope 1.00"
    plots.input.slider.setValue(0)
    qtbot.keyClick(plots.input.slider, Qt.Key.Key_Right)
    assert plots.reading.text() == "f(−5.95) = 0.00,  slope 0.00"
    plots.value_plot.pointed.emit(2.5)
    assert plots.reading.text() == "f(2.50) = 2.50,  slope 1.00"


def test_softmax_is_five_bars(page: ActivationsPage) -> None:
    card = page.functions
    card.show_function(SOFTMAX)
    bars = card.softmax
    logits = np.array([2.0, 1.0, 0.5, 0.0, -1.0])
    np.testing.assert_allclose(bars.probabilities, softmax(logits))
    assert card.facts["slope"].text() == "0.25"
    bars.logits[2].slider.setValue(bars.logits[2].slider.maximum())
    logits[2] = 5.0
    bars.temperature.slider.setValue(19)  # 2.0
    np.testing.assert_allclose(bars.probabilities, softmax(logits, 2.0))
    np.testing.assert_allclose(bars.derivatives, softmax_slopes(logits, 2.0)[:, 2])
    assert card.facts["slope"].text() == "0.125"
    assert "class 3" in bars.value_plot.accessibleName()
    card.show_function(RELU)
    assert card.facts["slope"].text() == "1"


def test_the_cost_is_measured_when_tensorflow_is_there(
    page: ActivationsPage, session: Session, theme: Theme, qtbot: QtBot
) -> None:
    waiting = FunctionCard(Session(), theme)  # of a session that has not been started
    qtbot.addWidget(waiting)
    assert not waiting.measure.isEnabled() and "TensorFlow" in waiting.measure.toolTip()
    card = page.functions
    qtbot.waitUntil(card.measure.isEnabled, timeout=PATIENCE)
    with qtbot.waitSignal(session.activations.measured, timeout=PATIENCE):
        card.measure.click()
        assert card.facts["cost"].text() == "measuring…" and not card.measure.isEnabled()
    assert card.facts["cost"].text() == "1.0 × ReLU" and card.measure.isEnabled()
    card.show_function(ActivationFunction.GELU)
    assert card.facts["cost"].text().endswith(" × ReLU")


def test_measuring_the_cost_is_stopped_by_a_training(
    page: ActivationsPage, session: Session, qtbot: QtBot
) -> None:
    card = page.functions
    qtbot.waitUntil(card.measure.isEnabled, timeout=PATIENCE)
    measured: list[object] = []
    session.activations.measured.connect(measured.append)
    card.measure.click()
    project = starter_project()
    project = project.replace(training=project.training.replace(epochs=1))
    with (
        qtbot.waitSignal(session.runEnded, timeout=PATIENCE),
        qtbot.waitSignal(session.activations.failed, timeout=PATIENCE),
    ):
        session.train(project)
        assert not card.measure.isEnabled()
    assert not measured and card.facts["cost"].text().startswith("stopped")
    qtbot.waitUntil(card.measure.isEnabled, timeout=PATIENCE)
    with qtbot.waitSignal(session.activations.measured, timeout=PATIENCE):
        card.measure.click()
    assert card.facts["cost"].text() == "1.0 × ReLU"


def test_what_cannot_be_computed_is_said(
    page: ActivationsPage,
    session: Session,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    logged_errors: list[str],
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("desktop.engine.gradient_depth.gradients_through", fail)
    monkeypatch.setattr("desktop.engine.activation_inputs.read_inputs", fail)
    project = starter_project()
    project = project.replace(training=project.training.replace(epochs=1))
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(project)
    failed = session.activations.followFailed, session.activations.readFailed
    with qtbot.waitSignals(failed, timeout=PATIENCE):
        page.show()
        page.ensureWidgetVisible(page.inputs)
    said = "The gradient could not be followed: no room"
    assert page.through_depth.reading.text() == said
    assert page.inputs.reading.isVisible()
    assert page.inputs.reading.text() == "What enters the activation could not be computed: no room"
    assert len(logged_errors) == 2
    logged_errors.clear()


def test_a_relu_that_is_cut_off_at_zero_has_no_jump(page: ActivationsPage) -> None:
    card = page.functions
    card.show_function(STEP)
    assert card.facts["slope"].text() == "0; at the jump there is none"
    assert slope_text(facts(activation(RELU, max_value=0.0))) == "0"
    card.show_function(ActivationFunction.TANH)
    assert card.facts["saturation"].text() == "below −2.6 and above 2.6"
    assert card.facts["saturation"].toolTip() == "Where the slope stays under 0.02"


def test_the_gradient_is_followed_through_what_is_chosen(
    page: ActivationsPage, session: Session, qtbot: QtBot
) -> None:
    card = page.through_depth
    followed = session.activations.followed
    with qtbot.waitSignal(followed, timeout=PATIENCE):
        page.show()
    assert card.shown is not None and card.shown.stack == card.stack
    assert card.stack.functions == (ActivationFunction.SIGMOID, RELU)
    assert card.stack.initializer is GlorotUniform
    assert "sigmoid" in card.reading.text() and "10⁻¹" in card.reading.text()
    before = drawn(card.lines[1])[1]
    with qtbot.waitSignal(followed, timeout=PATIENCE):
        card.initializer.setCurrentIndex(card.initializer.findData(HeUniform))
    assert drawn(card.lines[1])[1][-1] > before[-1] + 2  # a hundred times as much arrives
    with qtbot.waitSignal(followed, timeout=PATIENCE):
        card.choices[1].setCurrentIndex(card.choices[1].findData(STEP))
    assert "step nothing after layer 1" in card.plot.accessibleName()
    seed = card.stack.seed
    with qtbot.waitSignal(followed, timeout=PATIENCE):
        card.again.click()
    assert card.shown.stack.seed == seed + 1


def test_of_many_questions_about_depth_the_last_is_answered(
    page: ActivationsPage, session: Session, qtbot: QtBot
) -> None:
    answers: list[int] = []
    session.activations.followed.connect(lambda found: answers.append(found.stack.width))
    with qtbot.waitSignal(session.activations.followed, timeout=PATIENCE):
        page.show()
    slider = page.through_depth.width_slider.slider
    for value in range(slider.minimum(), slider.maximum() + 1):
        slider.setValue(value)
    qtbot.waitUntil(lambda: answers[-1] == 256, timeout=PATIENCE)
    assert len(answers) < slider.maximum()


def test_what_is_left_is_said_in_words() -> None:
    assert left_text(np.array([1.0, 0.5])) == "0.5"
    assert left_text(np.array([1.0, 2e-12])) == "2 × 10⁻¹²"
    assert left_text(np.array([1.0, 0.1, 0.0, 0.0])) == "nothing after layer 2"
    assert left_text(np.array([1.0, np.inf])) == "too large to compute"


def test_the_comparison_says_why_it_cannot_begin(
    session: Session, theme: Theme, qtbot: QtBot
) -> None:
    action = QAction("Compare", session)
    page = ActivationsPage(session, theme, action)
    qtbot.addWidget(page)
    page.prepare()
    page.show()
    assert page.comparison.button.isEnabled() and not page.comparison.why_not.isVisible()
    action.setStatusTip("There is no hidden layer")
    action.setEnabled(False)
    assert page.comparison.why_not.isVisible()
    assert page.comparison.why_not.text() == "There is no hidden layer"
    with qtbot.waitSignal(action.triggered):
        action.setEnabled(True)
        page.comparison.button.click()


def test_what_enters_a_layer_is_drawn_while_it_trains(
    page: ActivationsPage, session: Session, qtbot: QtBot
) -> None:
    card, project = page.inputs, starter_project()
    page.show()
    page.ensureWidgetVisible(card)
    assert card.about.text() == NO_NETWORK and not card.choice.isVisible()
    project = project.replace(training=project.training.replace(epochs=2))
    epochs: list[int] = []
    session.activations.inputsRead.connect(lambda found: epochs.append(found.epoch))
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(project)
    qtbot.waitUntil(lambda: bool(epochs) and epochs[-1] == 2, timeout=PATIENCE)
    assert [card.choice.itemText(row) for row in range(card.choice.count())] == ["Dense 2 · relu"]
    assert card.shown is not None and card.plot.isVisible()
    edges, heights = drawn(card.bars)
    np.testing.assert_allclose(edges, card.shown.histogram.edges)
    assert len(heights) == len(edges) - 1 and card.curve.getData()[0][0] <= edges[0]
    share = f"{100 * card.shown.flat_share:.0f} %"
    assert share in card.reading.text() and "after 2 epochs" in card.reading.text()
    session.reset()
    assert card.about.text() == NO_NETWORK and not card.plot.isVisible()


def test_a_network_without_such_a_layer_is_told(
    page: ActivationsPage, session: Session, qtbot: QtBot
) -> None:
    output = Dense(units=10, activation="softmax")
    project = Project(data=Digits(), layers=(Flatten(), output), training=Training(epochs=1))
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(project)
    assert page.inputs.about.text() == NO_LAYER and page.inputs.layer is None


def test_every_slider_has_a_name(page: ActivationsPage) -> None:
    page.functions.show_function(SOFTMAX)
    page.show()
    sliders = [slider for slider in page.findChildren(QSlider) if slider.isVisible()]
    assert len(sliders) == 8
    assert all(slider.accessibleName() and "&" not in slider.accessibleName() for slider in sliders)
