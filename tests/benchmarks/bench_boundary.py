"""How much slower a network for points trains while its live boundary is shown.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/bench_boundary.py [--points N] [--epochs N]
        [--turns N]

The first network for two moons is trained in turn with the plane shown and without, as the page
*Train* does it: predictions beside the training, painted in the widget. Printed are seconds from
`train` to the report that the run has ended, and of processor time in all threads meanwhile
(minimum, median, maximum), and the ratio of the medians. Processor time says more than seconds
where other programs are running.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop.document.data import PlanePoints
from desktop.document.first_network import first_project
from desktop.document.project import Project
from desktop.views.theme import Mode, Theme
from desktop.views.widgets.plane.card import PlaneCard
from desktop.workers.session import Session


def train(session: Session, project: Project) -> tuple[float, float]:
    """Train new weights; returns seconds, and seconds of processor time."""
    loop = QEventLoop()
    session.runEnded.connect(loop.quit)
    start, used = time.perf_counter(), time.process_time()
    session.train(project)
    loop.exec()
    session.runEnded.disconnect(loop.quit)
    return time.perf_counter() - start, time.process_time() - used


def show(name: str, values: list[float]) -> float:
    middle = statistics.median(values)
    print(f"{name:<32} {min(values):7.2f} {middle:7.2f} {max(values):7.2f}")
    return middle


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=5000)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    app = QApplication([])
    theme = Theme(Mode.LIGHT)
    theme.apply()
    session = Session()
    session.start()
    card = PlaneCard(session, theme)
    card.resize(500, 520)
    source = PlanePoints(points=options.points)
    project = first_project(source, source.known_schema)
    training = project.training.replace(epochs=options.epochs, early_stopping=None)
    project = project.replace(training=training)
    train(session, project)  # TensorFlow is loaded, and what networks share is compiled
    surfaces: list[object] = []
    session.surfacePredicted.connect(surfaces.append)
    times: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for _ in range(options.turns):
        for shown, found in times.items():
            card.setVisible(shown)
            app.processEvents()
            found.append(train(session, project))
    print(f"{options.points} points, {options.epochs} epochs; minimum, median, maximum")
    for index, unit in enumerate(("seconds", "processor seconds")):
        shown, hidden = (
            show(f"{name}, {unit}", [each[index] for each in times[name == "boundary"]])
            for name in ("boundary", "without")
        )
        print(f"{'ratio':<40} {shown / hidden:7.2f}")
    print(f"{len(surfaces) / options.turns:.0f} boundaries in a run")
    session.close()


if __name__ == "__main__":
    main()
