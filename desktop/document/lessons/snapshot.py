"""What has happened in the program, as the goals of lessons look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.document.project import Project


@dataclass(frozen=True)
class TrainedRun:
    """A run that ended. `epochs` are those of the network's life, earlier runs of it included.

    `best` has the best finite value of each metric over the run, such as "val_accuracy".
    """

    project: Project
    parameters: int
    epochs: int
    finished: bool  # not stopped by the user, and not failed
    best: Mapping[str, float]


@dataclass(frozen=True)
class TrainedGroup:
    """Several runs that were trained as one group.

    `varied` are the paths of the settings that differ, such as "hidden.activation"; none for
    repeats of one project. `reach` is how far the 95 % interval of the mean of the results extends
    to either side, in the metric that matters most; None where that is not known.
    """

    trials: int
    varied: tuple[str, ...] = ()
    reach: float | None = None


@dataclass(frozen=True)
class Snapshot:
    """The program at one moment, and what was done in it since the lesson was opened.

    `loaded` is the tag of the data source in use, "" while it is being loaded. `drawn` are the
    classes that were predicted for drawings, `metrics` those of the last evaluation. `compared` are
    the projects of runs that were shown beside each other, those of one comparison together.
    """

    project: Project
    loaded: str = ""
    runs: tuple[TrainedRun, ...] = ()
    groups: tuple[TrainedGroup, ...] = ()
    drawn: frozenset[str] = frozenset()
    metrics: Mapping[str, float] | None = None
    model_saved: bool = False
    tensorboard_opened: bool = False
    compared: tuple[tuple[Project, ...], ...] = ()
