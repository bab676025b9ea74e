"""How long it takes from pen up to new probabilities, with and without training going on.

    python tests/benchmarks/bench_canvas.py [--drawings N] [--mnist FILE] [--convolutional]

Strokes are drawn on the page Draw of the real window with mouse events. Printed are milliseconds
from the release of the mouse button until the bars show the answer to what was drawn: alone, with
each of the explanations that the page can show, and with all of them.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop import paths
from desktop.document.data import Mnist
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project
from desktop.document.storage import read_project
from desktop.document.training import Training
from desktop.views.pages.draw.show_menu import Part
from desktop.window import make_window
from desktop.workers.session import State

SHARED = ROOT.parent / "shared" / "data" / "mnist.npz"
PAUSE = 300  # milliseconds between two drawings


def wait(signal: Any, until: Any = lambda: True) -> None:
    """Run the event loop until `signal` comes and `until` is true."""
    loop = QEventLoop()

    def look(*_: Any) -> None:
        if until():
            loop.quit()

    signal.connect(look)
    loop.exec()
    signal.disconnect(look)


def rest(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def draw(window: Any, random: np.random.Generator) -> float:
    """Draw a stroke; milliseconds from pen up to the answer."""
    page, canvas = window.pages.draw, window.pages.draw.canvas
    canvas.clear()
    rest(PAUSE)
    width, height = canvas.width(), canvas.height()
    places = [QPoint(int(x * width), int(y * height)) for x, y in 0.2 + 0.6 * random.random((6, 2))]
    button = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, button, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas, place)
    start = time.perf_counter()
    QTest.mouseRelease(canvas, button, pos=places[-1])
    assert page._request is not None
    wanted = page._request + page._outdated  # an answer to less of the stroke may be under way
    wait(
        window.session.predicted,
        lambda: page.prediction is not None and page.prediction.request >= wanted,
    )
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description="From pen up to new probabilities")
    parser.add_argument("--drawings", type=int, default=60)
    parser.add_argument("--mnist", type=Path, default=SHARED)
    parser.add_argument("--convolutional", action="store_true", help="the example, not a dense one")
    options = parser.parse_args()
    os.environ["LAYERWISE_HOME"] = os.environ["LAYERWISE_DATA"] = tempfile.mkdtemp()
    app = QApplication([])
    window = make_window()
    layers = (
        Flatten(),
        Dense(units=128, activation="relu"),
        Dense(units=10, activation="softmax"),
    )
    if options.convolutional:
        layers = read_project(
            paths.resources() / "projects" / "mnist-convolutional.layerwise"
        ).layers
    data = Mnist(path=str(options.mnist))
    window.workspace.new(
        Project(data=data, layers=layers, training=Training(epochs=100_000, batch_size=32))
    )
    window.show()
    window.start()
    session, random = window.session, np.random.default_rng(812)
    if session.summary is None:
        wait(session.dataLoaded)
    if session.state is not State.IDLE:
        wait(session.stateChanged, lambda: session.state is State.IDLE)
    window.toolbar.train_button.click()
    wait(session.epochEnded)
    wait(session.epochEnded)
    window.pages.setCurrentWidget(window.pages.draw)
    draw(window, random)
    print(f"{'milliseconds':<40}{'min':>7}{'median':>8}{'95 %':>7}{'max':>7}")
    parts = window.pages.draw.show_menu.parts
    for name in ("while training", "not training"):
        for shown in ((), *((part,) for part in Part), tuple(Part)):
            for part, action in parts.items():
                action.setChecked(part in shown)
            draw(window, random)  # its graph is made
            times = [draw(window, random) for _ in range(options.drawings)]
            low, middle, high = np.percentile(times, (0, 50, 95))
            with_parts = "all shown" if len(shown) > 1 else "".join(shown) or "prediction alone"
            title = f"{name}, {with_parts}"
            print(f"{title:<40}{low:7.1f}{middle:8.1f}{high:7.1f}{max(times):7.1f}", flush=True)
        if session.is_running:
            session.stop()
            wait(session.runEnded)
    session.reset()  # or a training of a minute or more would be asked about
    window.workspace.new(window.workspace.project)
    window.close()
    app.processEvents()


if __name__ == "__main__":
    main()
