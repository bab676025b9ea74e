"""The section *Regularization*: kinds of it are trained side by side, measured and taken over."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.document.callbacks import EarlyStopping
from desktop.document.data import Digits
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project
from desktop.document.space import REGULARIZATION, presets
from desktop.document.training import Training
from desktop.engine import backend
from desktop.engine.records import RunRecorder
from desktop.engine.regularization import NEAR_ZERO, measure
from desktop.engine.runs.settings import set_weights_limit
from desktop.engine.training import Trainer
from desktop.engine.trials.group import Group
from desktop.engine.trials.sweeps import new_sweep
from desktop.engine.trials.trial import Trial, TrialResult
from desktop.views.pages.regularization.page import RegularizationPage
from desktop.views.pages.regularization.setup_card import NO_HIDDEN
from desktop.views.theme import Theme
from desktop.views.window.tab_order import move_focus
from desktop.views.workspace import Workspace
from desktop.workers.reports import Outcome
from desktop.workers.session import Session
from tests.engine.runs import dataset, train

PATIENCE = 300_000
NAMES = ("none", "L1", "L2", "MaxNorm", "dropout", "early stopping")


def project(**training: object) -> Project:
    settings = {"epochs": 6, "batch_size": 32, "seed": 7, **training}
    layers = (Flatten(), Dense(units=8, activation="relu"), Dense(units=10, activation="softmax"))
    return Project(data=Digits(), layers=layers, training=Training(**settings))


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    session.groups.workers = 1
    session.start()
    yield session
    session.close()


@pytest.fixture
def workspace(session: Session) -> Workspace:
    return Workspace(project(), session)


@pytest.fixture
def vary(session: Session) -> QAction:
    return QAction("Vary", session)


@pytest.fixture
def page(
    workspace: Workspace, session: Session, theme: Theme, vary: QAction, qtbot: QtBot
) -> RegularizationPage:
    return new_page(workspace, session, theme, vary, qtbot)


def new_page(
    workspace: Workspace, session: Session, theme: Theme, vary: QAction, qtbot: QtBot
) -> RegularizationPage:
    page = RegularizationPage(workspace, session, theme, vary)
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    page.prepare()
    return page


def is_known(page: RegularizationPage, count: int) -> bool:
    shown = page.comparison.shown
    return len(shown) == count and all(each.measured is not None for each in shown)


def showing(page: RegularizationPage, session: Session, what: Project, *names: str) -> None:
    """Let the page show these kinds of `what`, trained here and measured."""
    space = presets(what)[REGULARIZATION]
    group = new_sweep(what, space, "val_accuracy", name="shown")
    data, results, reports = dataset(200, 100), list[TrialResult](), list[object]()
    for number, name in enumerate(names, start=1):
        settings = {REGULARIZATION: name}
        trainer, recorder = Trainer(data), RunRecorder()
        train(space.apply(what, settings), trainer, then=recorder, run=f"run-{number}")
        assert recorder.record is not None and trainer.network is not None
        trial = Trial(number, space.apply(what, settings), settings)
        results.append(TrialResult(trial, f"run-{number}", Outcome.FINISHED, "", 6, 1.0, {}))
        reports.append((recorder.record, measure(trainer.network, data, f"run-{number}")))
    session.groups.queued.emit(Group(group.file, what, tuple(results)))
    for record, measured in reports:  # type: ignore[misc]
        session.kept_runs.recordRead.emit(record)
        session.regularization.measured.emit(measured)
    page.comparison.changed.emit()
    for tiles in (page.curves.tiles, page.weights.tiles):
        tiles.prepare()


def test_kinds_are_trained_side_by_side_and_taken_over(
    page: RegularizationPage,
    workspace: Workspace,
    session: Session,
    theme: Theme,
    vary: QAction,
    qtbot: QtBot,
) -> None:
    set_weights_limit(paths.runs_folder(), 100)
    before = workspace.project
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        session.load_data(before.data)
    setup = page.setup
    rows = setup.editor.target
    rows.setFocus()
    rows.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(rows, "150")
    for name, box in setup.boxes.items():
        box.setChecked(name in ("none", "L1", "early stopping"))
    with qtbot.waitSignal(session.groups.ended, timeout=PATIENCE):
        qtbot.keyClick(setup.button, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: page.comparison.is_running, timeout=PATIENCE)
        qtbot.waitUntil(setup.cancel.isVisible, timeout=PATIENCE)
        assert not setup.button.isEnabled()
    qtbot.waitUntil(lambda: is_known(page, 3), timeout=PATIENCE)
    assert workspace.project == before
    variants = {each.name: each for each in page.comparison.shown}
    assert list(variants) == ["none", "L1", "early stopping"]
    keras = backend.keras()
    for each in variants.values():
        record, measured = each.record, each.measured
        assert record is not None and measured is not None
        assert record.start.training_rows == 150  # type: ignore[attr-defined]
        path, _ = session.kept_runs.networks(each.run)
        model = keras.models.load_model(path)
        assert measured.penalty == pytest.approx(float(sum(model.losses)), rel=1e-5)
        kernel = model.layers[1].kernel.numpy()
        assert measured.layers[0].near_zero == np.mean(np.abs(kernel) < NEAR_ZERO)
        norms = np.linalg.norm(kernel, axis=0)
        np.testing.assert_allclose(measured.layers[0].norms, norms, rtol=1e-6)
        reported = record.epochs[-1].logs["val_loss"]
        assert measured.validation["loss"] == pytest.approx(reported, rel=1e-3)
    qtbot.waitUntil(lambda: len(page.curves.tiles.tiles) == 3, timeout=PATIENCE)
    tile = next(each for each in page.curves.tiles.tiles if each.variant.name == "L1")
    qtbot.keyClick(tile.button, Qt.Key.Key_Space)
    assert workspace.project == variants["L1"].project.replace(training=before.training)
    assert workspace.undo_stack.undoText() == "Use L1"
    workspace.undo()
    assert workspace.project == before
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        session.load_data(Digits(split_seed=5))
    again = new_page(workspace, session, theme, vary, qtbot)
    known = again.comparison
    qtbot.waitUntil(
        lambda: len(known.shown) == 3 and all(each.note for each in known.shown), timeout=PATIENCE
    )
    qtbot.waitUntil(lambda: len(again.curves.tiles.tiles) == 3, timeout=PATIENCE)
    again.curves.tiles.prepare()
    assert "not the one that is loaded" in again.curves.tiles.tiles[0].caption.text()
    session.load_data(before.data)
    qtbot.waitUntil(lambda: is_known(again, 3), timeout=PATIENCE)
    assert "150 training rows" in again.setup.state.text()


def test_the_charts_have_the_same_axes_and_show_the_gap(
    page: RegularizationPage, session: Session
) -> None:
    showing(page, session, project(), "none", "dropout")
    first, second = page.curves.tiles.tiles
    assert first.plot.getViewBox().viewRange() == second.plot.getViewBox().viewRange()
    record, measured = second.variant.record, second.variant.measured
    assert record is not None and measured is not None
    _, drawn = second.validation.getData()
    np.testing.assert_allclose(drawn, [each.logs["val_loss"] for each in record.epochs])
    assert second.gap.isVisible() and second.gap.curves == [second.training, second.validation]
    at, dot = second.dot.getData()
    assert (list(at), list(dot)) == ([6.0], [measured.training["loss"]])
    assert "dropout off" in second.caption.text() and "gap" in second.plot.accessibleName()
    choice = page.curves.metric_choice
    choice.setCurrentIndex(choice.findData("accuracy"))
    page.curves.tiles.prepare()
    _, drawn = second.training.getData()
    np.testing.assert_allclose(drawn, [each.logs["accuracy"] for each in record.epochs])


def test_the_parts_of_the_loss_are_told(page: RegularizationPage, session: Session) -> None:
    showing(page, session, project(), "none", "L2")
    (none, l2) = page.losses.lines
    assert none[0] == "None" and none[2] == "0.0000"
    variant = page.comparison.shown[1]
    measured = variant.measured
    assert measured is not None and measured.penalty > 0.001
    assert l2[1:4] == (
        f"{measured.training['loss'] - measured.penalty:.4f}",
        f"{measured.penalty:.4f}",
        f"{measured.training['accuracy']:.4f}",
    )


def test_weights_and_norms_are_drawn(page: RegularizationPage, session: Session) -> None:
    showing(page, session, project(), "none", "MaxNorm")
    none, limited = page.weights.tiles.tiles
    assert none.spread.getViewBox().viewRange() == limited.spread.getViewBox().viewRange()
    assert none.lengths.getViewBox().viewRange() == limited.lengths.getViewBox().viewRange()
    measured = limited.variant.measured
    assert measured is not None
    _, norms = limited.norms.getData()
    np.testing.assert_allclose(norms, np.sort(measured.layers[0].norms)[::-1])
    assert list(limited.limit.getData()[1]) == [2.0, 2.0]
    assert none.limit.getData()[1] is None or not len(none.limit.getData()[1])
    assert "near zero" in none.caption.text() and "at the limit 2" in limited.caption.text()
    choice = page.weights.choice
    choice.setCurrentIndex(1)
    page.weights.tiles.prepare()
    _, norms = none.norms.getData()
    assert len(norms) == 10


def test_early_stopping_is_explained(page: RegularizationPage, session: Session) -> None:
    stopping = EarlyStopping(patience=2, min_delta=10.0, restore_best_weights=True)
    showing(page, session, project(early_stopping=stopping), "none", "early stopping")
    card = page.stopping
    assert card.choice.currentData() == "early stopping"
    record = page.comparison.shown[1].record
    assert record is not None and record.stopped_early_epoch == 3
    first, last = (record.epochs[place].logs["val_loss"] for place in (0, -1))
    text = card.reading.text()
    assert "Epoch 1 is the best" in text and "patience of 2 epochs" in text
    assert "ended after epoch 3" in text and "2 epochs after it did not help" in text
    assert f"changed validation loss from {last:.4f} to {first:.4f}" in text
    assert card.wasted[0].getRegion() == (1.0, 3.0) and card.wasted[0].isVisible()
    assert list(card.left.getData()[1]) == [2, 1, 0]
    card.choice.setCurrentIndex(card.choice.findData("none"))
    text = card.reading.text()
    assert "would have ended this training after epoch 3 and saved 3 epochs" in text
    assert "would change" in text


def test_a_training_that_fails_before_its_first_epoch_says_why(
    page: RegularizationPage, session: Session
) -> None:
    what, reason = project(), "There is not enough memory for this network"
    group = new_sweep(what, presets(what)[REGULARIZATION], "val_accuracy", name="failed")
    settings = {REGULARIZATION: "L1"}
    trial = Trial(1, what, settings)
    failed = TrialResult(trial, "", Outcome.FAILED, reason, 0, 0.0, {})
    session.groups.queued.emit(Group(group.file, what, (failed,)))
    page.comparison.changed.emit()
    page.curves.tiles.prepare()
    (tile,) = page.curves.tiles.tiles
    assert page.curves.isVisible()
    assert (tile.title.text(), tile.caption.text()) == ("L1", reason)
    assert not page.weights.isVisible() and not page.losses.isVisible()


def test_it_says_why_it_cannot_begin(
    page: RegularizationPage, workspace: Workspace, vary: QAction
) -> None:
    setup = page.setup
    assert setup.button.isEnabled() and set(NAMES) <= set(setup.boxes)
    for box in setup.boxes.values():
        box.setChecked(False)
    assert not setup.button.isEnabled() and "at least two" in setup.state.text()
    setup.boxes["L1"].setChecked(True)
    setup.boxes["none"].setChecked(True)
    assert setup.button.isEnabled()
    output = Project(layers=(Flatten(), Dense(units=10, activation="softmax")))
    workspace.edit("Another", output)
    assert setup.state.text() == NO_HIDDEN and not setup.button.isEnabled()
    vary.setStatusTip("The data is being read")
    vary.setEnabled(False)
    assert setup.state.text() == "The data is being read"


def test_all_is_reached_by_tab_and_has_a_name(
    page: RegularizationPage, session: Session, qtbot: QtBot
) -> None:
    showing(page, session, project(), "none", "L2")
    reached: list[QWidget] = []
    qtbot.waitUntil(lambda: all(tile.button.isVisible() for tile in page.curves.tiles.tiles))
    page.setup.editor.target.setFocus()
    for _ in range(60):
        focused = page.focusWidget()
        assert focused is not None
        if focused in reached:
            break
        reached.append(focused)
        move_focus(page, True)  # as Tab does in the window
    wanted = {
        page.setup.editor.target,
        *page.setup.boxes.values(),
        page.setup.button,
        page.curves.metric_choice,
        *(tile.button for tile in page.curves.tiles.tiles),
        page.weights.choice,
        page.stopping.choice,
    }
    assert wanted <= set(reached)
    for widget in reached:
        named = isinstance(widget, QComboBox | QLineEdit) or bool(widget.accessibleName())
        assert named or isinstance(widget, QPushButton) or widget.property("text")
