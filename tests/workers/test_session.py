"""The session: what it tells the views, and that it can be stopped and closed at any time."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.document.callbacks import EarlyStopping
from desktop.document.data import DataSource, Digits, LogicTable, Mnist
from desktop.document.project import Project, starter_project
from desktop.engine import loaders
from desktop.engine.builder import build
from desktop.engine.control import Stopped
from desktop.engine.network import Network
from desktop.engine.progress import Progress
from desktop.engine.rows import Dataset
from desktop.engine.runs.store import RunStore
from desktop.workers import tasks
from desktop.workers.reports import Outcome, Prediction, Step
from desktop.workers.session import Session, State

PATIENCE = 60_000


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@pytest.fixture
def ready(session: Session, qtbot: QtBot) -> Session:
    """A session that has loaded TensorFlow and the built-in digits."""
    with qtbot.waitSignals([session.engineReady, session.dataLoaded], timeout=PATIENCE):
        session.start()
        session.load_data(Digits())
    return session


def drawing() -> np.ndarray:
    """A stroke from top to bottom."""
    paper = np.zeros((280, 280), np.uint8)
    paper[60:220, 130:150] = 255
    return paper


def project(epochs: int = 2) -> Project:
    base = starter_project()
    return base.replace(training=base.training.replace(epochs=epochs))


def test_data_is_summed_up(ready: Session) -> None:
    summary = ready.summary
    assert summary is not None
    assert summary.schema.input_shape == (8, 8)
    assert sum(split.rows for split in summary.splits) == 1797
    assert ready.info is not None
    assert ready.state is State.IDLE


def test_a_run_reports_in_order(ready: Session, qtbot: QtBot) -> None:
    seen: list[str] = []
    for name in ("runStarted", "progress", "epochEnded", "runEnded"):
        getattr(ready, name).connect(lambda _report, name=name: seen.append(name))
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE) as ended:
        ready.train(project(2))
    assert ended.args[0].outcome is Outcome.FINISHED
    assert seen[0] == "runStarted"
    assert seen[-1] == "runEnded"
    assert seen.count("runStarted") == seen.count("runEnded") == 1
    assert seen.count("epochEnded") == 2
    assert "progress" in seen
    assert ready.state is State.IDLE
    assert ready.trained_epochs == 2
    assert ready.has_model


def test_runs_are_kept_also_one_that_closing_ends(qtbot: QtBot) -> None:
    session = Session()
    with qtbot.waitSignals([session.engineReady, session.dataLoaded], timeout=PATIENCE):
        session.start()
        session.load_data(Digits())
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(project(1))
    with qtbot.waitSignal(session.evaluated, timeout=PATIENCE):
        session.evaluate()
    with qtbot.waitSignal(session.epochEnded, timeout=PATIENCE):
        session.train(project(100_000), resume=True)
    session.close()
    with RunStore() as store:
        last, first = store.all()
    assert (first.outcome, first.epochs, last.outcome) == (Outcome.FINISHED, 1, Outcome.STOPPED)
    assert first.test.keys() == {"loss", "accuracy"} and not last.test
    assert (first.test_looks, last.test_looks) == (0, 1)
    assert last.first_epoch == 1 and last.epochs >= 1


def test_a_run_that_cannot_be_kept_is_said_and_trained(
    ready: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path / "file"))
    with (
        qtbot.waitSignal(ready.runNotKept, timeout=PATIENCE) as message,
        qtbot.waitSignal(ready.runEnded, timeout=PATIENCE) as ended,
    ):
        ready.train(project(1))
    assert ended.args[0].outcome is Outcome.FINISHED
    assert message.args[0].startswith("This run is not kept")


def test_training_further_continues_from_the_weights(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.train(project(2))
    assert ready.can_continue(project(2))
    before = ready.unsaved_seconds
    with (
        qtbot.waitSignal(ready.runEnded, timeout=PATIENCE),
        qtbot.waitSignal(ready.runStarted, timeout=PATIENCE) as started,
    ):
        ready.train(project(2), resume=True)
    assert started.args[0].first_epoch == 2
    assert ready.trained_epochs == 4
    assert ready.unsaved_seconds > before > 0


def test_the_session_keeps_the_record_of_its_network(ready: Session, qtbot: QtBot) -> None:
    assert ready.record is None
    kept = []
    ready.epochEnded.connect(lambda _: kept.append(len(ready.record.epochs)))  # type: ignore[union-attr]
    ids = []
    for resume in (False, True):
        with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
            ready.train(project(2), resume=resume)
        assert ready.record is not None
        assert ready.record.outcome is Outcome.FINISHED
        ids.append(ready.record.id)
    assert kept == [1, 2, 1, 2]  # up to date when the views hear of it
    assert ids[0] != ids[1]
    assert ready.record is not None
    assert ready.record.curves.training["loss"].x.tolist() == [1, 2, 3, 4]
    ready.reset()
    assert ready.record is None


def test_another_stack_cannot_continue(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.train(project(1))
    assert not ready.can_continue(project(1).removed(1))


def test_pressed_early_it_starts_when_it_can(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE) as ended:
        session.start()
        session.train(project(1))
        assert session.state is State.WAITING
    assert ended.args[0].outcome is Outcome.FINISHED


def test_waiting_can_be_canceled(session: Session, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(session.runStarted):
        with qtbot.waitSignal(session.engineReady, timeout=PATIENCE):
            session.start()
            session.train(project(1))
            session.stop()
        assert session.state is State.IDLE


def test_pause_resume_and_stop(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.progress, timeout=PATIENCE):
        ready.train(project(10_000))
    ready.pause()
    assert ready.state is State.PAUSED
    ready.resume()
    assert ready.state is State.TRAINING
    with qtbot.waitSignal(ready.epochEnded, timeout=PATIENCE):
        pass
    began = time.perf_counter()
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE) as ended:
        ready.stop()
    assert time.perf_counter() - began < 5  # and not when ten thousand epochs are over
    assert ended.args[0].outcome is Outcome.STOPPED
    assert ready.has_model


def test_every_epoch_is_shown_as_long_as_is_wanted(ready: Session, qtbot: QtBot) -> None:
    ready.epoch_seconds = 3600.0
    with qtbot.waitSignal(ready.epochEnded, timeout=PATIENCE):
        ready.train(project(10))
    assert ready.state is State.TRAINING
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE) as ended:
        ready.stop()
    assert (ended.args[0].outcome, ended.args[0].epoch) == (Outcome.STOPPED, 1)
    with qtbot.waitSignal(ready.epochEnded, timeout=PATIENCE):
        ready.train(project(3), resume=True)
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE) as ended:
        ready.epoch_seconds = 0.0
    assert (ended.args[0].outcome, ended.args[0].epoch) == (Outcome.FINISHED, 4)


def test_stopped_in_its_first_epoch_a_network_can_continue(ready: Session, qtbot: QtBot) -> None:
    what = project(10_000)
    what = what.replace(training=what.training.replace(batch_size=1))
    with qtbot.waitSignal(ready.progress, timeout=PATIENCE):
        ready.train(what)
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.stop()
    assert ready.trained_epochs == 0
    assert ready.can_continue(what)


def test_closing_while_training_waits_for_the_end(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.progress, timeout=PATIENCE):
        ready.train(project(10_000))
    began = time.perf_counter()
    ready.close()
    assert time.perf_counter() - began < 10


def test_a_drawing_is_recognized_while_training(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.epochEnded, timeout=PATIENCE):
        ready.train(project(10_000))
    with qtbot.waitSignal(ready.predicted, timeout=PATIENCE) as predicted:
        request = ready.predict(drawing())
    prediction = predicted.args[0]
    assert prediction.request == request
    assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-3)
    assert ready.state is State.TRAINING
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.stop()


def test_only_the_newest_drawing_is_recognized(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.train(project(1))
    answered: list[int] = []
    ready.predicted.connect(lambda prediction: answered.append(prediction.request))
    requests = [ready.predict(drawing()) for _ in range(20)]
    qtbot.waitUntil(lambda: bool(answered) and answered[-1] == requests[-1], timeout=PATIENCE)
    assert len(answered) < len(requests)


def test_without_a_network_there_is_the_image_it_would_get(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.predicted, timeout=PATIENCE) as predicted:
        ready.predict(drawing())
    prediction = predicted.args[0]
    assert (prediction.probabilities, prediction.classes) == (None, ())
    assert prediction.image.shape == (8, 8)
    assert prediction.image.any()


def test_a_step_of_the_preparation_is_left_out(ready: Session, qtbot: QtBot) -> None:
    def steps() -> dict[str, bool]:
        return {str(each.step): each.is_used for each in predicted.args[0].steps}

    with qtbot.waitSignal(ready.predicted, timeout=PATIENCE) as predicted:
        ready.predict(drawing(), [Step.SLANT])
    assert not steps().pop("slant") and steps()["crop"]
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.train(project(1))
    with qtbot.waitSignal(ready.predicted, timeout=PATIENCE) as predicted:
        ready.predict(drawing(), [Step.SLANT])
    assert not steps().pop("slant") and steps()["crop"]
    assert predicted.args[0].probabilities is not None


def test_the_nearest_training_images_are_found(ready: Session, qtbot: QtBot) -> None:
    assert ready.summary is not None
    image = ready.summary.samples[0]
    with qtbot.waitSignal(ready.nearest.found, timeout=PATIENCE) as found:
        ready.nearest.ask(np.zeros((8, 8), np.float32))
        ready.nearest.ask(np.ones((8, 8), np.float32))
        ready.nearest.ask(image)
    with qtbot.waitSignal(ready.nearest.found, timeout=PATIENCE) as found:
        pass  # the first is of the first question; of the others only the last is answered
    first, *others = found.args[0].images
    np.testing.assert_allclose(first.image, image, atol=1e-6)
    assert first.distance == pytest.approx(0, abs=1e-5) and len(others) == 4


def test_a_drawing_without_any_data_is_refused_with_the_reason(
    session: Session, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(session.predictionFailed, timeout=PATIENCE) as failed:
        session.start()
        session.predict(drawing())
    assert "data" in failed.args[0]


def test_evaluation_uses_the_test_rows(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.train(project(5))
    with qtbot.waitSignal(ready.evaluated, timeout=PATIENCE) as evaluated:
        ready.evaluate()
        assert ready.state is State.EVALUATING
    assert ready.summary is not None
    assert evaluated.args[0].rows == ready.summary.split("test").rows
    assert evaluated.args[0].metrics["accuracy"] > 0.5


def test_the_evaluation_of_a_network_that_is_gone_is_not_reported(
    ready: Session, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.train(project(1))
    told: list[object] = []
    ready.evaluated.connect(told.append)
    ready.evaluationFailed.connect(told.append)
    with qtbot.waitSignal(ready.stateChanged, timeout=PATIENCE):
        ready.evaluate()
    ready.reset()
    qtbot.waitUntil(lambda: ready.state is State.IDLE, timeout=PATIENCE)
    assert told == []


def test_restored_weights_are_those_of_the_best_epoch(ready: Session, qtbot: QtBot) -> None:
    stopping = EarlyStopping(monitor="loss", min_delta=10, patience=2, restore_best_weights=True)
    base = project(20)
    what = base.replace(training=base.training.replace(early_stopping=stopping))
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE) as ended:
        ready.train(what)
    best = ended.args[0].best_epoch
    assert best < ended.args[0].epoch
    with qtbot.waitSignal(ready.predicted, timeout=PATIENCE) as predicted:
        ready.predict(drawing())
    with qtbot.waitSignal(ready.evaluated, timeout=PATIENCE) as evaluated:
        ready.evaluate()
    assert predicted.args[0].epoch == evaluated.args[0].epoch == best


def test_evaluation_without_its_data_is_explained(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    missing = project().replace(data=Mnist(path=str(tmp_path / "nothing.npz")))
    with qtbot.waitSignals([session.engineReady, session.dataFailed], timeout=PATIENCE):
        session.start()
        session.load_data(missing.data)
    session.adopt(Network.loaded(build(missing, 5), missing))
    with qtbot.waitSignal(session.evaluationFailed) as failed:
        session.evaluate()
    assert "not loaded" in failed.args[0]


def test_missing_data_is_explained(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(session.dataFailed, timeout=PATIENCE) as failed:
        session.start()
        session.load_data(Mnist(path=str(tmp_path / "nothing.npz")))
    assert "nothing.npz" in failed.args[0]
    assert session.summary is None


class Endless:
    """A loader that is never done. It notes for which source it was given up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type[DataSource]) -> None:
        self.stopped: list[DataSource] = []
        self._load = loaders.LOADERS[kind]
        self.is_over = False
        monkeypatch.setitem(loaders.LOADERS, kind, self)

    def __call__(self, source: DataSource, progress: Progress) -> Dataset:
        part = 0.0
        try:
            while not self.is_over:
                progress(part := min(0.9, part + 1e-5))
        except Stopped:
            self.stopped.append(source)
            raise
        return self._load(source, progress)


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Endless:
    return Endless(monkeypatch, Digits)


def test_loading_tells_how_far_it_is_and_can_be_canceled(
    session: Session, qtbot: QtBot, endless: Endless
) -> None:
    session.start()
    with qtbot.waitSignal(session.dataProgress, timeout=PATIENCE) as progress:
        session.load_data(Digits())
    assert 0 < progress.args[0] <= 0.9
    with qtbot.waitSignal(session.dataFailed, timeout=PATIENCE) as failed:
        session.cancel_data()
    assert failed.args == ["Loading Handwritten digits was canceled"] == [session.data_error]
    qtbot.waitUntil(lambda: endless.stopped == [Digits()], timeout=PATIENCE)
    endless.is_over = True
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        session.load_data(Digits())
    assert endless.stopped == [Digits()] and session.data_error == ""
    with qtbot.assertNotEmitted(session.dataFailed):
        session.cancel_data()  # of what is loaded


def test_another_source_takes_the_place_of_the_one_that_is_being_loaded(
    session: Session, qtbot: QtBot, endless: Endless
) -> None:
    session.start()
    with qtbot.waitSignal(session.dataProgress, timeout=PATIENCE):
        session.load_data(Digits())
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE) as loaded:
        session.load_data(LogicTable())
    assert loaded.args[0].source == LogicTable()
    assert endless.stopped == [Digits()]


def test_closing_ends_a_load(session: Session, qtbot: QtBot, endless: Endless) -> None:
    session.start()
    with qtbot.waitSignal(session.dataProgress, timeout=PATIENCE):
        session.load_data(Digits())
    session.close()
    assert endless.stopped == [Digits()]


def test_missing_data_ends_the_wait_for_training(
    ready: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    broken = project().replace(data=Mnist(path=str(tmp_path / "nothing.npz")))
    with qtbot.waitSignal(ready.dataFailed, timeout=PATIENCE):
        ready.train(broken)
    assert ready.state is State.IDLE


def test_only_the_last_chosen_source_counts(ready: Session, qtbot: QtBot) -> None:
    loaded: list[object] = []
    ready.dataLoaded.connect(lambda summary: loaded.append(summary.source))
    with qtbot.waitSignal(
        ready.dataLoaded, timeout=PATIENCE, check_params_cb=lambda s: s.source == LogicTable()
    ):
        ready.load_data(Digits(validation_split=0.3))
        ready.load_data(LogicTable())
    assert loaded == [LogicTable()]
    assert ready.summary is not None
    assert ready.summary.source == LogicTable()


def test_reset_discards_the_network(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.train(project(1))
    with qtbot.waitSignal(ready.modelReset):
        ready.reset()
    assert not ready.has_model
    assert ready.trained_epochs == 0
    assert ready.unsaved_seconds == 0


def test_the_network_is_saved(ready: Session, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.train(project(1))
    assert ready.unsaved_seconds > 0
    with qtbot.waitSignal(ready.modelSaved, timeout=PATIENCE):
        ready.save_model(tmp_path / "model.keras")
    assert ready.unsaved_seconds == 0
    assert (tmp_path / "model.keras").stat().st_size > 1000
    with qtbot.waitSignal(ready.modelSaveFailed, timeout=PATIENCE) as failed:
        ready.save_model(tmp_path / "no" / "such" / "folder" / "model.keras")
    assert "folder" in failed.args[0]
    assert failed.args[1] == str(tmp_path / "no" / "such" / "folder" / "model.keras")


def test_a_project_that_cannot_be_built_ends_as_failed(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE) as ended:
        ready.train(project().removed(2))
    assert ended.args[0].outcome is Outcome.FAILED
    assert "32" in ended.args[0].message


def test_training_without_its_data_says_so_each_time(
    ready: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    missing = project().replace(data=Mnist(path=str(tmp_path / "nothing.npz")))
    for _ in range(2):
        with qtbot.waitSignal(ready.dataFailed, timeout=PATIENCE):
            ready.train(missing)
        assert ready.state is State.IDLE
        assert "nothing.npz" in ready.data_error


def test_other_data_chosen_while_waiting_gives_up_the_wait(session: Session, qtbot: QtBot) -> None:
    with (
        qtbot.assertNotEmitted(session.runStarted),
        qtbot.waitSignals([session.engineReady, session.dataLoaded], timeout=PATIENCE),
    ):
        session.start()
        session.train(project(1))
        session.load_data(Digits(validation_split=0.3))
    assert session.state is State.IDLE


def test_tensorflow_is_tried_again(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise tasks.TaskError("TensorFlow is not there")

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "load_engine", fail)
        with qtbot.waitSignal(session.engineFailed, timeout=PATIENCE):
            session.start()
    assert session.state is State.UNAVAILABLE
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE) as ended:
        session.train(project(1))
    assert ended.args[0].outcome is Outcome.FINISHED


def test_a_network_is_kept_until_the_next_one_has_begun(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.train(project(1))
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE) as ended:
        ready.train(project(1).removed(1))
        ready.stop()
    assert ended.args[0].outcome is Outcome.STOPPED
    assert ready.has_model
    assert ready.model_project == project(1)


def test_reset_while_training_stops_first(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.epochEnded, timeout=PATIENCE):
        ready.train(project(10_000))
    with qtbot.waitSignal(ready.modelReset, timeout=PATIENCE):
        ready.reset()
    assert ready.state is State.IDLE
    assert not ready.has_model


def test_a_run_ends_before_the_network_is_reset(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.epochEnded, timeout=PATIENCE):
        ready.train(project(10_000))
    seen: list[str] = []
    ready.runEnded.connect(lambda _: seen.append("ended"))
    ready.modelReset.connect(lambda: seen.append("reset"))
    ready.reset()
    qtbot.waitUntil(lambda: len(seen) == 2, timeout=PATIENCE)
    assert seen == ["ended", "reset"]


def loaded(seed: int = 5) -> Network:
    """A network like one from a file."""
    return Network.loaded(build(project(), seed), project())


def test_an_adopted_network_is_used_like_a_trained_one(ready: Session, qtbot: QtBot) -> None:
    network = loaded()
    mean = float(network.model.layers[1].kernel.numpy().mean())
    with qtbot.waitSignal(ready.modelAdopted) as adopted:
        assert ready.adopt(network)
    assert adopted.args[0] == project()
    assert ready.has_model
    assert ready.unsaved_seconds == 0
    with qtbot.waitSignal(ready.predicted, timeout=PATIENCE) as predicted:
        ready.predict(drawing())
    assert predicted.args[0].is_trained
    with qtbot.waitSignal(ready.evaluated, timeout=PATIENCE):
        ready.evaluate()
    assert ready.can_continue(project(3))
    with (
        qtbot.waitSignal(ready.runEnded, timeout=PATIENCE) as ended,
        qtbot.waitSignal(ready.runStarted, timeout=PATIENCE) as started,
    ):
        ready.train(project(3), resume=True)
    kernel = next(each for each in started.args[0].histograms if each.weight == "kernel")
    assert kernel.mean == pytest.approx(mean, rel=1e-5)
    assert (ended.args[0].outcome, ended.args[0].epoch) == (Outcome.FINISHED, 3)
    assert ready.unsaved_seconds > 0


def test_no_network_is_adopted_while_another_is_trained(ready: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.progress, timeout=PATIENCE):
        ready.train(project(10_000))
    assert not ready.adopt(loaded())
    with qtbot.waitSignal(ready.runEnded, timeout=PATIENCE):
        ready.stop()


def test_a_prediction_does_not_bring_back_a_network_that_was_reset(
    ready: Session, qtbot: QtBot
) -> None:
    network = loaded()
    ready.adopt(network)
    told: list[Prediction] = []
    ready.predicted.connect(told.append)
    ready.predict(drawing())
    ready.reset()
    last = ready.predict(drawing())
    qtbot.waitUntil(lambda: any(each.request == last for each in told), timeout=PATIENCE)
    assert all(each.probabilities is None for each in told)
    gone = weakref.ref(network)
    del network
    qtbot.waitUntil(lambda: gc.collect() >= 0 and gone() is None, timeout=PATIENCE)


def test_a_prediction_is_of_the_network_there_is_when_it_comes(
    ready: Session, qtbot: QtBot
) -> None:
    ready.adopt(loaded())
    after: list[np.ndarray] = []
    ready.predicted.connect(lambda prediction: after.append(prediction.probabilities))
    newer = loaded(seed=6)
    with qtbot.waitSignal(ready.predicted, timeout=PATIENCE):
        ready.predict(drawing())
        ready.adopt(newer)
    with qtbot.waitSignal(ready.predicted, timeout=PATIENCE):
        ready.predict(drawing())
    assert len(after) == 2
    assert np.array_equal(after[0], after[1])


def test_a_closed_session_does_not_start(session: Session) -> None:
    session.close()
    session.start()
    session.close()
