"""The strictness of the tests is itself tested: what should fail a test does."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

CARELESS_TESTS = """
import logging, threading, warnings
from PySide6.QtCore import QObject, QRunnable, QThread, QThreadPool, QTimer, qWarning
from PySide6.QtWidgets import QMenu, QWidget

kept = []
release = threading.Event()

def test_warning():
    warnings.warn("a careless warning")

def test_qt_message(qtbot):
    qWarning("a careless message")

def test_slot(qtbot):
    def slot():
        raise RuntimeError("a careless slot")
    with qtbot.waitSignal(QTimer(kept.append(QObject()), singleShot=True).timeout, raising=False,
                          timeout=1):
        QTimer.singleShot(0, slot)

def test_thread():
    threading.Thread(target=release.wait, args=(20,), name="careless", daemon=True).start()

def test_thread_exception():
    def work():
        raise RuntimeError("a careless thread")
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

def test_qthread(qtbot):
    kept.append(QThread())
    kept[-1].start()

def test_pool(qtbot):
    class Work(QRunnable):
        def run(self):
            release.wait(5)
    QThreadPool.globalInstance().start(Work())

def test_after_pool():
    release.set()
    assert QThreadPool.globalInstance().waitForDone(5000)

def test_widget(qtbot):
    kept.append(QWidget(objectName="careless"))

def test_logged():
    logging.getLogger("desktop").error("a careless error")

def test_log_format():
    logging.getLogger("desktop").warning("%d", "no number")

def test_clean(qtbot, logged_errors):
    widget = QWidget()
    widget.menu = QMenu(widget)
    qtbot.addWidget(widget)
    QWidget()
    thread = QThread()
    thread.start()
    thread.quit()
    thread.wait()
    logging.getLogger("desktop").error("meant")
    assert logged_errors == ["meant"]
    logged_errors.clear()
"""

WHY = {
    "test_warning": "a careless warning",
    "test_qt_message": "a careless message",
    "test_slot": "a careless slot",
    "test_thread": "threads left running: [<Thread(careless",
    "test_thread_exception": "a careless thread",
    "test_qthread": "threads left running: [<PySide6.QtCore.QThread",
    "test_pool": "in the thread pool: 1",
    "test_widget": "top-level widgets left: [\"QWidget 'careless'\"]",
    "test_logged": "a careless error",
    "test_log_format": "%d format: a real number is required",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a run of the careless tests, under this project's settings, says to each of them."""
    folder = tmp_path_factory.mktemp("careless")
    (folder / "test_careless.py").write_text(CARELESS_TESTS)
    # The same fixtures, but without the patience.
    (folder / "conftest.py").write_text("from tests import conftest\nconftest.GRACE = 0.05\n")
    report = folder / "report.xml"
    settings = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "tests.conftest"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *settings, "-q", f"--junitxml={report}", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert report.is_file(), run.stdout + run.stderr
    cases: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        said = [part.get("message", "") + (part.text or "") for part in case if part.tag in BAD]
        cases[str(case.get("name"))] = "\n".join(said)
    return cases


BAD = ("failure", "error")


@pytest.mark.parametrize("name", WHY)
def test_carelessness_fails(name: str, outcomes: dict[str, str]) -> None:
    assert WHY[name] in outcomes[name]


def test_careful_tests_pass(outcomes: dict[str, str]) -> None:
    assert outcomes["test_clean"] == ""
    assert outcomes["test_after_pool"] == ""
