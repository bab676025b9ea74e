"""How long the start takes: to the painted window, and to the first training step.

    python tests/benchmarks/bench_start.py [--rounds N] [--mnist FILE]

Four programs take turns, each a process of its own, timed from its launch: a bare window of PySide6
with a pyqtgraph plot and this program's window, until they are painted; a script that imports
TensorFlow and fits one batch of MNIST, and this program with Train pressed as soon as its window is
painted, until the first batch is trained.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
SHARED = ROOT.parent / "shared" / "data" / "mnist.npz"


def done() -> None:
    """Tell the time, and leave without tidying up."""
    sys.stdout.write(f"{time.time()}\n")
    sys.stdout.flush()
    os._exit(0)


def when_painted(window: Any, then: Any) -> Any:
    """Call `then` after the first time that all of `window` has been painted."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:  # of the first widget in the window
                app.removeEventFilter(self)
                QTimer.singleShot(0, then)
            return False

    watch = Watch(window)
    app.installEventFilter(watch)
    return watch


def bare_window(_: Path) -> None:
    import pyqtgraph as pg
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication([])
    window = QMainWindow()
    plot = pg.PlotWidget()
    plot.plot([1, 3, 2])
    window.setCentralWidget(plot)
    window.resize(1440, 900)
    when_painted(window, done)
    window.show()
    app.exec()


def our_window(mnist: Path, pressing_train: bool = False) -> None:
    from desktop import app, window

    run_window = window.run_window

    def watched(application: Any, main: Any) -> int:
        def press() -> None:
            main.session.progress.connect(done)
            main.toolbar.train_button.click()

        when_painted(main, press if pressing_train else done)
        return run_window(application, main)

    window.run_window = watched
    os.environ["LAYERWISE_HOME"] = os.environ["LAYERWISE_DATA"] = tempfile.mkdtemp()
    sys.argv = ["main.py"]
    if pressing_train:
        path = Path(tempfile.mkdtemp()) / "bench.layerwise"
        project = {
            "format": 1,
            "data": {"source": "mnist", "path": str(mnist)},
            "layers": [
                {"layer": "Flatten"},
                {"layer": "Dense", "units": 128, "activation": "relu"},
                {"layer": "Dense", "units": 10, "activation": "softmax"},
            ],
        }
        path.write_text(json.dumps(project))
        sys.argv.append(str(path))
    app.main()


def script(mnist: Path) -> None:
    import keras
    import numpy as np
    import tensorflow  # noqa: F401

    with np.load(mnist) as file:
        x, y = file["x_train"].astype("float32") / 255, np.eye(10)[file["y_train"]]
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[:32], y[:32], batch_size=32, verbose=0)
    done()


def our_first_step(mnist: Path) -> None:
    our_window(mnist, pressing_train=True)


PROGRAMS = {
    "bare window painted": bare_window,
    "this window painted": our_window,
    "script fits a batch": script,
    "this window trains a batch": our_first_step,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="How long the start takes")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--mnist", type=Path, default=SHARED)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        PROGRAMS[options.one](options.mnist)
    environment = {"QT_QPA_PLATFORM": "offscreen", "TF_CPP_MIN_LOG_LEVEL": "3", **os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # with it, every start compiles the sources
    seconds: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for number in range(options.rounds + 1):
        for name in PROGRAMS:
            start = time.time()
            command = [sys.executable, __file__, "--one", name, "--mnist", str(options.mnist)]
            run = subprocess.run(
                command, capture_output=True, text=True, check=True, env=environment
            )
            if number:  # the first round only fills the caches
                seconds[name].append(float(run.stdout.split()[-1]) - start)
    print(f"{'seconds from launch':<28}{'min':>7}{'median':>8}{'max':>7}")
    for name, times in seconds.items():
        print(f"{name:<28}{min(times):7.2f}{statistics.median(times):8.2f}{max(times):7.2f}")
    names = list(PROGRAMS)
    for bare, ours in (names[:2], names[2:]):
        ratios = [b / a for a, b in zip(seconds[bare], seconds[ours], strict=True)]
        print(
            f"{ours} / {bare}: {min(ratios):.2f} {statistics.median(ratios):.2f} {max(ratios):.2f}"
        )


if __name__ == "__main__":
    main()
