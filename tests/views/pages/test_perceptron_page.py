"""The section *Perceptron*: a network for data with two inputs is shown step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QPushButton,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.document.choices import Metric
from desktop.document.data import Digits, LogicTable, PlanePoints
from desktop.document.data.logic import GATES
from desktop.document.first_network import first_project
from desktop.document.layers import Dense
from desktop.document.losses import BinaryCrossentropy
from desktop.document.optimizers import SGD, Adam, Optimizer
from desktop.document.project import Project, starter_project
from desktop.document.training import Training
from desktop.views.pages.perceptron.choice import Unit
from desktop.views.pages.perceptron.line_plane import Line
from desktop.views.pages.perceptron.page import PerceptronPage
from desktop.views.pages.perceptron.words import COPY, LOADING, OTHER_DATA, TRAINING, USED
from desktop.views.theme import Theme
from desktop.views.workspace import Workspace
from desktop.workers import tasks
from desktop.workers.session import Session
from desktop.workers.stepping import StepState

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")
PATIENCE = 120_000
ROW, BATCH, EPOCH = "row", "batch", "epoch"
OUTPUT = Dense(units=1, activation="sigmoid")


def project(gate: str, optimizer: Optimizer | None = None, batch_size: int = 4) -> Project:
    training = Training(
        optimizer=optimizer or SGD(learning_rate=1.0),
        loss=BinaryCrossentropy(),
        metrics=(Metric.ACCURACY,),
        batch_size=batch_size,
        seed=5,
        shuffle=False,
    )
    return Project(data=LogicTable(rows=GATES[gate]), layers=(OUTPUT,), training=training)


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    session.start()
    yield session
    session.close()


@pytest.fixture
def workspace(session: Session) -> Workspace:
    """Its data is loaded as in the window."""
    workspace = Workspace(project("OR"))
    workspace.projectChanged.connect(lambda _, after: session.load_data(after.data))
    return workspace


@pytest.fixture
def page(workspace: Workspace, session: Session, theme: Theme, qtbot: QtBot) -> PerceptronPage:
    session.load_data(workspace.project.data)
    page = PerceptronPage(workspace, session, theme, lambda: True)
    qtbot.addWidget(page)
    page.resize(900, 1400)
    page.prepare()
    page.show()
    page_ready(page, qtbot)
    return page


def page_ready(page: PerceptronPage, qtbot: QtBot) -> StepState:
    qtbot.waitUntil(lambda: page.state is not None, timeout=PATIENCE)
    assert page.state is not None
    return page.state


def press(page: PerceptronPage, name: str, qtbot: QtBot) -> StepState:
    with qtbot.waitSignal(page._session.steps.changed, timeout=PATIENCE) as changed:
        page.steps.buttons[name].click()
    assert isinstance(changed.args[0], StepState)
    return changed.args[0]


def run_until(page: PerceptronPage, qtbot: QtBot, is_enough: Callable[[], bool]) -> StepState:
    press(page, "run", qtbot)
    assert page.steps.buttons["run"].text().replace("&", "") == "Stop"
    assert not page.steps.buttons[ROW].isEnabled()
    qtbot.waitUntil(is_enough, timeout=PATIENCE)
    page.steps.buttons["run"].click()
    assert page.steps.buttons[ROW].isEnabled()
    assert page.state is not None
    return page.state


def solved(page: PerceptronPage) -> bool:
    return page.state is not None and page.state.correct == page.state.total


def trained(page: PerceptronPage, epochs: int) -> bool:
    return page.state is not None and page.state.epoch >= epochs


def test_the_buttons_train_a_row_a_batch_and_an_epoch(page: PerceptronPage, qtbot: QtBot) -> None:
    state = page_ready(page, qtbot)
    assert state.epoch == state.taken == 0 and state.update is None
    state = press(page, ROW, qtbot)
    assert (state.epoch, state.taken) == (0, 1)
    assert page.steps.progress.text() == "Epoch 0, 1 of 4 rows"
    assert page.rows_card.table.item(0, 0).text() == "▸ 1"
    assert page.rows_card.table.item(1, 0).text() == "2"
    state = press(page, BATCH, qtbot)  # what is left of the epoch is less than a batch
    assert (state.epoch, state.taken) == (1, 0)
    state = press(page, EPOCH, qtbot)
    assert state.epoch == 2 and page.steps.progress.text() == "Epoch 2"
    loss = f"loss {state.metrics['loss']:.3f}"
    assert loss in page.steps.measured.text() and "accuracy" in page.steps.measured.text()


def test_sums_and_update_are_written_out(page: PerceptronPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page._session.steps.changed, timeout=PATIENCE):
        page.weights.moved.emit({0: 0.5, 1: -1.0, 2: 0.25})
    cells = page.rows_card.cells(2)  # 1, 0
    assert cells == ["3", "0.500·1 − 1.000·0 + 0.250 = 0.750", "0.679", "1", "0.321"]
    press(page, ROW, qtbot)  # 0, 0 with the target 0: the output is sigmoid(0.25) = 0.562
    lines = page.weights.update_text.text().splitlines()
    assert lines == [
        "w1: 0.500 − 1 × 0.000 = 0.500",
        "w2: −1.000 − 1 × 0.000 = −1.000",
        "b: 0.250 − 1 × 0.562 = −0.312",
    ]
    assert "old weight − learning rate × gradient" in page.weights.heading_of_update.text()


def test_the_update_of_adam_is_named_after_it(
    page: PerceptronPage, workspace: Workspace, qtbot: QtBot
) -> None:
    workspace.edit("Adam", project("OR", Adam(learning_rate=0.1)))
    page_ready(page, qtbot)
    state = press(page, BATCH, qtbot)
    assert state.update is not None and not state.update.is_plain
    assert "Adam makes the update" in page.weights.heading_of_update.text()
    assert all(
        "(g\N{NO-BREAK SPACE}=" in line for line in page.weights.update_text.text().splitlines()
    )


@pytest.mark.parametrize("gate", ["OR", "NAND"])
def test_what_a_line_separates_is_solved(
    page: PerceptronPage, workspace: Workspace, qtbot: QtBot, gate: str
) -> None:
    page.steps.dataChosen.emit(LogicTable(rows=GATES[gate]))
    assert workspace.project.data == LogicTable(rows=GATES[gate])
    page_ready(page, qtbot)
    assert page.steps.table.currentText() == gate and not page.steps.hidden_layer.isVisible()
    state = run_until(page, qtbot, partial(solved, page))
    assert state.metrics["accuracy"] == 1.0
    assert "4 of 4 rows predicted correctly. Solved." in page.steps.verdict.text()


def test_xor_is_solved_with_a_hidden_layer_and_undo_removes_it(
    page: PerceptronPage, workspace: Workspace, qtbot: QtBot
) -> None:
    workspace.edit("XOR", project("XOR", Adam(learning_rate=0.1)))
    page_ready(page, qtbot)
    state = run_until(page, qtbot, partial(trained, page, 100))
    assert state.correct is not None and state.correct < 4
    assert "No line separates these classes" in page.steps.verdict.text()
    assert page.steps.hidden_layer.isVisible()
    qtbot.mouseClick(page.steps.hidden_layer, Qt.MouseButton.LeftButton)
    assert [layer.units for layer in workspace.project.layers if isinstance(layer, Dense)] == [4, 1]
    assert page.state is None  # the network before is gone
    state = page_ready(page, qtbot)
    assert state.has_hidden_layer and not page.steps.hidden_layer.isVisible()
    assert page.weights.choice.count() == 5
    run_until(page, qtbot, partial(solved, page))
    assert "Solved" in page.steps.verdict.text()
    workspace.undo()
    state = page_ready(page, qtbot)
    assert not state.has_hidden_layer and state.epoch == 0


def test_hidden_units_are_looked_at(
    page: PerceptronPage, workspace: Workspace, qtbot: QtBot
) -> None:
    page._add_hidden_layer()
    state = page_ready(page, qtbot)
    assert page.unit == Unit(1, 0) and page.plane.line is None
    assert "whole network" in page.about_line.text()
    header = page.rows_card.table.horizontalHeaderItem
    assert header(3).text() == "sum of 4 products + b = z"
    page.weights.choice.setCurrentIndex(2)
    assert page.unit == Unit(0, 1)
    w1, w2, b = (float(value) for value in state.values[[8, 9, 10]])
    assert page.plane.line == Line(w1, w2, b)
    assert header(1).text() == "w1·x1 + w2·x2 + b = z" and header(2).text() == "tanh(z)"
    assert page.rows_card.table.horizontalHeaderItem(3).text() == "Output"


def test_weights_are_set_by_keys_and_by_the_line(page: PerceptronPage, qtbot: QtBot) -> None:
    changed = page._session.steps.changed
    slider, number = page.weights.sliders[0], page.weights.numbers[2]
    with qtbot.waitSignal(changed, timeout=PATIENCE):
        slider.setValue(40)  # 2.0
    before = page_ready(page, qtbot)
    assert before.values[0] == 2.0
    with qtbot.waitSignal(changed, timeout=PATIENCE) as moved:
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert moved.args[0].values[0] == pytest.approx(2.05)
    assert page.weights.numbers[0].value() == pytest.approx(2.05)
    with qtbot.waitSignal(changed, timeout=PATIENCE) as moved:
        qtbot.keyClick(number, Qt.Key.Key_Up)
    assert moved.args[0].values[2] == pytest.approx(before.values[2] + 0.1)
    with qtbot.waitSignal(changed, timeout=PATIENCE):
        page.weights.moved.emit({0: 1.0, 1: 1.0, 2: -0.5})
    assert page.plane.line == Line(1.0, 1.0, -0.5)
    drag(page, (0.25, 0.25), (0.75, 0.75), qtbot)
    state = page_ready(page, qtbot)
    np.testing.assert_allclose(state.values, [1.0, 1.0, -1.5], atol=0.05)
    assert page.plane.surface is not None
    assert state.surface is page.plane.surface  # the prediction follows


def drag(
    page: PerceptronPage, start: tuple[float, float], end: tuple[float, float], qtbot: QtBot
) -> None:
    plane = page.plane
    points: list[QPoint] = [plane.to_widget(*place).toPoint() for place in (start, end)]
    qtbot.mousePress(plane, Qt.MouseButton.LeftButton, pos=points[0])
    with qtbot.waitSignal(page._session.steps.changed, timeout=PATIENCE):
        qtbot.mouseMove(plane, points[1])
    qtbot.mouseRelease(plane, Qt.MouseButton.LeftButton, pos=points[1])


def test_an_end_of_the_line_turns_it(page: PerceptronPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page._session.steps.changed, timeout=PATIENCE):
        page.weights.moved.emit({0: 0.0, 1: 2.0, 2: -1.0})  # x2 = 0.5
    low, high = page.plane.extent
    drag(page, (high, 0.5), (high, 1.0), qtbot)
    state = page_ready(page, qtbot)
    w1, w2, b = map(float, state.values)
    assert np.hypot(w1, w2) == pytest.approx(2.0, rel=1e-4) and w2 > 0
    for x, y in ((low, 0.5), (high, 1.0)):
        assert w1 * x + w2 * y + b == pytest.approx(0, abs=0.03)


def test_the_error_surface_is_of_the_chosen_weights(page: PerceptronPage, qtbot: QtBot) -> None:
    card = page.surface
    qtbot.waitUntil(lambda: card.shown is not None, timeout=PATIENCE)
    assert card.pair == (0, 1)
    press(page, EPOCH, qtbot)
    state = press(page, EPOCH, qtbot)
    x, y = card.path.getData()
    np.testing.assert_array_equal(x, state.path[:, 0])
    np.testing.assert_array_equal(y, state.path[:, 1])
    with qtbot.waitSignal(page._session.steps.surfaceMade, timeout=PATIENCE):
        card.choices[1].setCurrentIndex(2)
    qtbot.waitUntil(lambda: card.shown is not None and card.shown.question.second == 2)
    assert card.shown is not None and card.image.image.shape == card.shown.values.shape
    assert f"Current loss {state.metrics['loss']:.3f}" in card.reading.text()
    np.testing.assert_array_equal(card.path.getData()[1], state.path[:, 2])
    card.choices[0].setCurrentIndex(2)
    assert card.pair is None and card.reading.text() == "Choose two different weights."


def test_a_reset_has_the_same_or_other_first_weights(page: PerceptronPage, qtbot: QtBot) -> None:
    first = page_ready(page, qtbot)
    press(page, EPOCH, qtbot)
    again = press(page, "same", qtbot)
    assert again.epoch == 0 and again.seed == first.seed
    np.testing.assert_array_equal(again.values, first.values)
    other = press(page, "other", qtbot)
    assert other.seed != first.seed and not np.array_equal(other.values, first.values)


def test_a_new_learning_rate_begins_anew_and_more_epochs_do_not(
    page: PerceptronPage, workspace: Workspace, qtbot: QtBot
) -> None:
    press(page, EPOCH, qtbot)
    training = workspace.project.training
    workspace.edit("", workspace.project.replace(training=training.replace(epochs=7)))
    assert page.state is not None and page.state.epoch == 1
    optimizer = SGD(learning_rate=0.5)
    workspace.edit("", workspace.project.replace(training=training.replace(optimizer=optimizer)))
    assert page_ready(page, qtbot).epoch == 0


def test_other_data_is_answered_with_an_example(
    page: PerceptronPage, workspace: Workspace, qtbot: QtBot
) -> None:
    assert not page.other_data.isVisible() and page.steps.isVisible()
    workspace.edit("Digits", starter_project())
    assert isinstance(workspace.project.data, Digits)
    assert page.other_data.isVisible() and not page.steps.isVisible() and page.state is None
    assert "two inputs" in OTHER_DATA
    qtbot.mouseClick(page.open_example, Qt.MouseButton.LeftButton)
    page_ready(page, qtbot)
    assert page.steps.isVisible() and not page.other_data.isVisible()
    workspace.undo()
    assert isinstance(workspace.project.data, Digits)


def test_it_waits_for_the_training_and_leaves_the_network_alone(
    page: PerceptronPage, workspace: Workspace, session: Session, qtbot: QtBot
) -> None:
    press(page, EPOCH, qtbot)
    assert not session.has_model
    training = workspace.project.training
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(workspace.project.replace(training=training.replace(epochs=2)))
        assert page.steps.message.text() == TRAINING
        assert not page.steps.buttons[ROW].isEnabled()
    qtbot.waitUntil(page.steps.buttons[ROW].isEnabled, timeout=PATIENCE)
    assert session.trained_epochs == 2
    press(page, EPOCH, qtbot)
    assert session.trained_epochs == 2


def test_a_project_with_an_error_says_so(
    page: PerceptronPage, workspace: Workspace, qtbot: QtBot
) -> None:
    workspace.edit("", workspace.project.replace(layers=(Dense(units=3, activation="softmax"),)))
    with qtbot.waitSignal(page._session.steps.failed, timeout=PATIENCE) as failed:
        pass
    assert page.steps.message.text() == failed.args[0]
    assert not page.steps.buttons[ROW].isEnabled()


def test_points_in_the_plane(page: PerceptronPage, workspace: Workspace, qtbot: QtBot) -> None:
    source = PlanePoints(shape="blobs", classes=3, points=60)
    workspace.edit("Points", first_project(source, source.known_schema))
    state = page_ready(page, qtbot)
    assert len(state.schema.class_names) == 3 and not page.steps.table.isVisible()
    assert page.rows_card.pager.isVisible()
    page.rows_card.pager.next.click()
    assert page.rows_card.table.item(0, 0).text() == "11"
    press(page, EPOCH, qtbot)


def test_all_of_it_is_reached_by_tab_and_has_a_name(page: PerceptronPage, qtbot: QtBot) -> None:
    kinds = (QPushButton, QComboBox, QSlider, QAbstractSpinBox)
    expected = {
        widget
        for kind in kinds
        for widget in page.findChildren(kind)
        if widget.isVisible() and widget.isEnabled()
    }
    assert len(expected) >= 15
    page.activateWindow()
    page.steps.buttons[ROW].setFocus()
    reached = set()
    for _ in range(60):
        reached.add(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget() or page, Qt.Key.Key_Tab)
    assert expected <= reached
    qtbot.keyClick(page.steps.buttons[ROW], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.state is not None and page.state.taken == 1, timeout=PATIENCE)


def widest(page: PerceptronPage) -> str:
    """Which parts need how much room, for the message of a test that fails."""
    found = [
        (each.minimumSizeHint().width(), type(each).__name__, each.accessibleName())
        for each in page.findChildren(QWidget)
        if each.isVisible()
    ]
    return str(sorted(found)[-8:])


@pytest.mark.parametrize("width", [250, 360, 540, 900])
def test_it_is_never_wider_than_its_room(
    page: PerceptronPage, workspace: Workspace, qtbot: QtBot, width: int
) -> None:
    page._add_hidden_layer()
    page_ready(page, qtbot)
    page.resize(width, 700)
    QApplication.processEvents()
    inside = page.widget()
    assert inside is not None
    assert inside.width() <= page.viewport().width(), widest(page)
    workspace.edit("Digits", starter_project())
    assert inside.minimumSizeHint().width() <= page.viewport().width()


def test_the_network_of_the_window_gets_these_weights(
    page: PerceptronPage, session: Session, workspace: Workspace, qtbot: QtBot
) -> None:
    press(page, EPOCH, qtbot)
    state = press(page, EPOCH, qtbot)
    use = page.steps.buttons["use"]
    page._may_discard = lambda: False
    use.click()
    assert not session.has_model
    page._may_discard = lambda: True
    with qtbot.waitSignal(session.modelAdopted, timeout=PATIENCE):
        use.click()
    assert page.steps.about.text() == USED
    assert session.trained_epochs == 2 and session.can_continue(workspace.project)
    press(page, EPOCH, qtbot)  # of the copy alone
    assert page.steps.about.text() == COPY

    started = []
    session.runStarted.connect(lambda report: started.append(report.histograms))
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(workspace.project, resume=True)
    kernel, bias = started[0]
    assert kernel.mean == pytest.approx(state.values[:2].mean(), rel=1e-5)
    assert bias.mean == pytest.approx(state.values[2], rel=1e-5)
    assert session.trained_epochs == 2 + workspace.project.training.epochs


def test_no_weights_are_copied_while_something_else_runs(
    page: PerceptronPage, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "adopt", lambda _: False)
    with qtbot.waitSignal(session.steps.failed, timeout=PATIENCE):
        page.steps.buttons["use"].click()
    assert page.steps.message.text().startswith("The weights were not copied")
    assert page.steps.about.text() == COPY


def test_it_says_why_tensorflow_is_not_there(
    workspace: Workspace, theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise tasks.TaskError("TensorFlow is not there")

    monkeypatch.setattr(tasks, "load_engine", fail)
    session = Session()
    page = PerceptronPage(workspace, session, theme, lambda: True)
    qtbot.addWidget(page)
    page.prepare()
    page.show()
    assert page.steps.message.text() == LOADING
    with qtbot.waitSignal(session.engineFailed, timeout=PATIENCE):
        session.start()
    assert page.steps.message.text() == "TensorFlow is not there"
    session.close()
