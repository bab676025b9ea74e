"""How much slower a network for points trains while its live boundary is shown.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/bench_boundary.py [--points N] [--epochs N]
        [--turns N]

The first network for two moons is trained in turn without the plane, with it, and with the heat
maps of its hidden units, too, as the page *Train* does it: predictions beside the training, painted
in the widget. Printed are seconds from `train` to the report that the run has ended, and of
processor time in all threads meanwhile (minimum, median, maximum), and the ratio of the medians to
those without. Processor time says more than seconds where other programs are running.
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


CASES = ("without", "boundary", "and hidden units")


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
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in CASES}
    surfaces: list[object] = []
    session.surfacePredicted.connect(surfaces.append)
    for _ in range(options.turns):
        for name, found in times.items():
            card.hidden_units.setChecked(name == CASES[2])
            card.setVisible(name != CASES[0])
            app.processEvents()
            found.append(train(session, project))
    print(f"{options.points} points, {options.epochs} epochs; minimum, median, maximum, ratio")
    for index, unit in enumerate(("seconds", "processor seconds")):
        alone = statistics.median(each[index] for each in times[CASES[0]])
        for name, found in times.items():
            values = [each[index] for each in found]
            middle = statistics.median(values)
            print(
                f"{name + ', ' + unit:<36} {min(values):7.2f} {middle:7.2f} {max(values):7.2f} "
                f"{middle / alone:7.2f}"
            )
    print(f"{len(surfaces) / options.turns / 2:.0f} boundaries in a run")
    session.close()


if __name__ == "__main__":
    main()
