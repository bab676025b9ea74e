"""Shared fixtures: offscreen Qt, isolated settings and caches, and nothing left behind.

A test fails if it raises a Python warning or prints a Qt message (both set in pyproject.toml), logs
an error, or leaves a thread or a top-level widget.
"""

from __future__ import annotations

import gc
import itertools
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# As in the program: see `desktop.app`.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, Phase, settings
from PySide6.QtCore import QEvent, QThread, QThreadPool
from PySide6.QtWidgets import QApplication, QWidget

from desktop import paths

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
GRACE = 2.0  # seconds a thread that was told to end may take to do so

# The same examples in every run, so that a failure in one place is a failure everywhere.
# HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    max_examples=60,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def shared_file(name: str) -> Path:
    """A file of real data kept beside the project; skips the test, with the reason, without it."""
    path = SHARED_DATA / name
    if not path.is_file():
        pytest.skip(f"needs {path}, which is not there")
    return path


@pytest.fixture
def mnist_file() -> Path:
    return shared_file("mnist.npz")


@pytest.fixture
def mnist_in_place(mnist_file: Path) -> None:
    """MNIST where Keras keeps it."""
    folder = paths.keras_datasets()
    folder.mkdir(parents=True)
    shutil.copy(mnist_file, folder / "mnist.npz")


@pytest.fixture
def pen_digits_file() -> Path:
    return shared_file("pen-digits-train.jsonl.gz")


@pytest.fixture
def all_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers are measured after every epoch, however short."""
    monkeypatch.setattr("desktop.engine.probe.SHORT_EPOCH", 0)


@pytest.fixture
def no_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs that other tests left are not used: each is made anew."""
    monkeypatch.setattr("desktop.engine.programs._graphs", {})


@pytest.fixture(scope="session")
def data_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for each test, in which runs are kept: without weights, which take a while."""
    base = tmp_path_factory.mktemp("layerwise-data")

    def folders() -> Iterator[Path]:
        for number in itertools.count():
            runs = base / str(number) / "runs"
            runs.mkdir(parents=True)
            (runs / "settings.json").write_text('{"weights_limit_mb": 0}')
            yield runs.parent

    return folders()


@pytest.fixture(autouse=True)
def isolated_settings(
    tmp_path: Path, data_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings, recent files, runs and caches of the person running the tests stay untouched."""
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "layerwise-home"))
    monkeypatch.setenv("LAYERWISE_DATA", str(next(data_folders)))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras-home"))


# Garbage may hold widgets, and those are destroyed on the thread that finds them: look for it on
# this one alone.
gc.disable()
MUCH = 20_000  # new objects that are worth a look


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Garbage of a test is gone after it."""
    yield
    if gc.get_count()[0] > MUCH:
        gc.collect()


# --- nothing left behind --------------------------------------------------------------------------


def _wait_until(done: Callable[[], bool]) -> bool:
    """Whether `done` came true within the grace period."""
    end = time.monotonic() + GRACE
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)  # there is no signal to wait on: the thread may be of any kind
    return True


@pytest.fixture(autouse=True)
def no_leaked_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that leaves a Python thread, a QThread or work in the thread pool running fails."""
    before = set(threading.enumerate())
    started: list[QThread] = []
    start = QThread.start

    def note_and_start(thread: QThread, *arguments: QThread.Priority) -> None:
        started.append(thread)
        start(thread, *arguments)

    monkeypatch.setattr(QThread, "start", note_and_start)
    yield
    pool = QThreadPool.globalInstance()

    def left() -> list[object]:
        # A thread that Qt or TensorFlow started has no Python object but a dummy.
        python: list[object] = [
            thread
            for thread in threading.enumerate()
            if thread not in before and not isinstance(thread, threading._DummyThread)
        ]
        return [*python, *(thread for thread in started if _is_running(thread))]

    _wait_until(lambda: not left() and not pool.activeThreadCount())
    threads, busy = left(), pool.activeThreadCount()
    for thread in started:
        if _is_running(thread):  # or Qt ends the whole program when it is deleted
            thread.requestInterruption()
            thread.quit()
            if not thread.wait(2000):
                thread.terminate()
                thread.wait()
    if threads or busy:
        pytest.fail(f"threads left running: {threads}, in the thread pool: {busy}", pytrace=False)


def _is_running(thread: QThread) -> bool:
    try:
        return thread.isRunning()
    except RuntimeError:  # deleted by Qt, which it is not while it runs
        return False


@pytest.fixture(autouse=True)
def no_leaked_widgets(no_leaked_threads: None) -> Iterator[None]:
    """A test that leaves a top-level widget fails: give it to qtbot.addWidget, or close it."""
    before = _top_level_widgets()
    yield
    if QApplication.instance() is None:
        return
    _delete_what_is_to_be_deleted()
    if _top_level_widgets() - before:
        gc.collect()  # what only a cycle keeps alive is not leaked
        _delete_what_is_to_be_deleted()
    left = _top_level_widgets() - before
    names = [f"{type(widget).__name__} {widget.objectName()!r}" for widget in left]
    for widget in left:
        widget.hide()
        widget.deleteLater()
    _delete_what_is_to_be_deleted()
    if names:
        pytest.fail(f"top-level widgets left: {sorted(names)}", pytrace=False)


def _top_level_widgets() -> set[QWidget]:
    if QApplication.instance() is None:
        return set()
    return {widget for widget in QApplication.topLevelWidgets() if widget.parent() is None}


def _delete_what_is_to_be_deleted() -> None:
    if QApplication.instance() is not None:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(self.format(record))


@pytest.fixture(autouse=True)
def logged_errors() -> Iterator[list[str]]:
    """Errors logged by the test, which fail it unless the test checks and clears the list."""
    handler = _Errors()
    logging.getLogger().addHandler(handler)
    yield handler.messages
    logging.getLogger().removeHandler(handler)
    if handler.messages:
        pytest.fail("errors were logged:\n" + "\n".join(handler.messages), pytrace=False)
