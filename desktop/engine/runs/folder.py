"""The folder of a run: files that can be read without this program.

run.json            what was trained, with what, and how it ended
project.layerwise   the project
history.csv         a line per epoch, written as the epoch ends
histograms.npz      how the weights were spread
statistics.npz      what was measured of the layers
model.keras         the network as it was at the end
best.keras          and in its best epoch, where that was another one
logs                for TensorBoard, where the project asks for them
running             there, and locked, as long as the run is being written
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from desktop import paths
from desktop.document.files import write_atomically
from desktop.document.json_values import Settings
from desktop.document.project import Project
from desktop.document.spec import Spec
from desktop.document.storage import ProjectFileError, project_content, read_project
from desktop.engine.fingerprint import Fingerprint
from desktop.engine.history import read_history
from desktop.engine.kept_files import DamagedError, KeptFile, read_kept, unreadable
from desktop.engine.records import EpochRecord, RunLabels, RunRecord
from desktop.engine.reports import EngineInfo, Outcome, RunEnded, RunStarted

FORMAT = 1
RECORD, PROJECT, HISTORY = "run.json", "project.layerwise", "history.csv"
HISTOGRAMS, STATISTICS = "histograms.npz", "statistics.npz"
LAST, BEST = "model.keras", "best.keras"
LOGS = "logs"
WEIGHTS = (LAST, BEST)


class Ending(Spec):
    """RunEnded, but for the id of the run."""

    outcome: Outcome
    epoch: int
    seconds: float
    message: str = ""
    monitor: str = ""
    best_epoch: int | None = None
    stopped_early: bool = False
    restored_epoch: int | None = None


@dataclass(frozen=True)
class Origin:
    """How far a run had trained a network that it kept, in epochs over the life of the network.

    `epoch` were completed; the weights are those of `weights_epoch`, an earlier one where the best
    were restored. `run` is the id of the run if this is its network at the end, else "".
    """

    run: str
    epoch: int
    weights_epoch: int


class RunFile(KeptFile):
    """What run.json says: a record without its project, epochs and curves."""

    format: int = FORMAT
    id: str
    name: str = ""
    notes: str = ""
    starred: bool = False
    color: str = ""
    tags: tuple[str, ...] = ()
    program: str
    python: str
    keras: str
    tensorflow: str
    device: str
    machine: str
    data: str  # its title
    data_fingerprint: str | None = None
    split_fingerprint: str | None = None
    test_fingerprint: str | None = None
    training_rows: int
    validation_rows: int
    seed: int | None
    parameters: int
    batch_size: int
    steps_per_epoch: int
    first_epoch: int
    first_step: int
    planned_epochs: int
    monitor: str
    best_epoch: int | None = None  # as the run began
    continues: str | None = None
    group: str = ""
    trial: int | None = None
    settings: Settings = {}
    note: str = ""
    test: dict[str, float | None] = {}
    test_looks: int | None = None
    ended: Ending | None = None
    not_kept: str = ""

    def with_ending(self, ended: RunEnded) -> RunFile:
        """The same of a run that ended."""
        values = {name: value for name, value in asdict(ended).items() if name != "run"}
        return self.replace(ended=Ending(**values))

    def interrupted(self, epochs: tuple[EpochRecord, ...]) -> RunFile:
        """The same of a run that has these epochs, and whose program is gone."""
        last = epochs[-1].epoch if epochs else self.first_epoch
        seconds = sum(epoch.seconds for epoch in epochs)
        return self.replace(
            ended=Ending(
                outcome=Outcome.INTERRUPTED,
                epoch=last,
                seconds=round(seconds, 3),
                message=f"What came after epoch {last} was not written: the program was ended, or "
                "there was no room on the disk",
            )
        )


def file_of(record: RunRecord) -> RunFile:
    """What run.json says about `record`."""
    start, marks = record.start, record.fingerprint
    file = RunFile(
        id=record.id,
        **asdict(record.labels),
        program=record.program,
        python=record.python,
        **asdict(record.engine),
        machine=record.machine,
        data=record.project.data.title,
        data_fingerprint=marks.data if marks is not None else None,
        split_fingerprint=marks.split if marks is not None else None,
        test_fingerprint=marks.test if marks is not None else None,
        training_rows=start.training_rows,
        validation_rows=start.validation_rows,
        seed=record.seed,
        parameters=record.parameters,
        batch_size=start.batch_size,
        steps_per_epoch=start.steps_per_epoch,
        first_epoch=start.first_epoch,
        first_step=start.first_step,
        planned_epochs=start.epochs,
        monitor=record.monitor,
        best_epoch=start.best_epoch,
        continues=record.continues,
        group=record.group,
        trial=record.trial,
        settings=record.settings,
        note=start.note,
        test=finite(record.test),
        test_looks=record.test_looks,
        not_kept=record.not_kept,
    )
    return file if record.ended is None else file.with_ending(record.ended)


def finite(values: Mapping[str, float]) -> dict[str, float | None]:
    """`values` for JSON, which has no NaN and no infinity."""
    return {
        name: float(value) if abs(value) < float("inf") else None for name, value in values.items()
    }


def record_of(file: RunFile, project: Project) -> RunRecord:
    """The record that run.json and project describe, without epochs; its end is not yet told."""
    marks = None
    if file.data_fingerprint is not None and file.split_fingerprint is not None:
        marks = Fingerprint(
            file.data_fingerprint, file.split_fingerprint, file.test_fingerprint or ""
        )
    record = RunRecord(
        RunStarted(
            run=file.id,
            first_epoch=file.first_epoch,
            epochs=file.planned_epochs,
            steps_per_epoch=file.steps_per_epoch,
            parameters=file.parameters,
            training_rows=file.training_rows,
            validation_rows=file.validation_rows,
            seed=file.seed,
            histograms=(),
            first_step=file.first_step,
            note=file.note,
            batch_size=file.batch_size,
            monitor=file.monitor,
            best_epoch=file.best_epoch,
            project=project,
            engine=EngineInfo(file.keras, file.tensorflow, file.device),
            fingerprint=marks,
        )
    )
    record.program, record.python, record.machine = file.program, file.python, file.machine
    record.continues = file.continues
    record.group, record.trial, record.settings = file.group, file.trial, file.settings
    record.labels = RunLabels(file.name, file.notes, file.starred, file.color, file.tags)
    record.test = {name: float("nan") if v is None else v for name, v in file.test.items()}
    record.test_looks, record.not_kept = file.test_looks, file.not_kept
    return record


def ending_of(file: RunFile) -> RunEnded | None:
    """The report that the run ended with; None if it is running."""
    return None if file.ended is None else RunEnded(run=file.id, **dict(file.ended))


# --- reading and writing --------------------------------------------------------------------------


def read_file(folder: Path) -> RunFile:
    """What run.json in `folder` says. Raises DamagedError."""
    return read_kept(folder / RECORD, RunFile)


def read_epochs(folder: Path) -> tuple[EpochRecord, ...]:
    """The epochs in `folder`. Raises DamagedError."""
    try:
        return read_history(folder / HISTORY)
    except (OSError, ValueError) as error:
        raise unreadable(HISTORY, error) from error


def read_run_project(folder: Path) -> Project:
    """The project in `folder`. Raises DamagedError."""
    try:
        return read_project(folder / PROJECT)
    except ProjectFileError as error:
        raise DamagedError(str(error)) from error


def write_file(folder: Path, file: RunFile) -> None:
    """Replace run.json in `folder`. Raises FileError."""
    write_atomically(folder / RECORD, file.content())


def new_files(folder: Path, record: RunRecord) -> dict[str, bytes]:
    """The files of a run that begins, which is to lie in `folder`."""
    return {
        RECORD: file_of(record).content(),
        PROJECT: project_content(folder / PROJECT, record.project),
        HISTORY: b"",
    }


def origin_of(path: Path) -> Origin | None:
    """Of which of the user's runs the network in the file at `path` is; None for other files."""
    path = path.absolute()
    if path.name not in WEIGHTS or path.parent.parent != paths.runs_folder().absolute():
        return None
    try:
        file = read_file(path.parent)
    except DamagedError:
        return None
    if file.ended is None:
        return None
    if path.name == BEST:
        best = file.ended.best_epoch or 0
        return Origin("", best, best)
    return Origin(file.id, file.ended.epoch, file.ended.restored_epoch or file.ended.epoch)


def weight_bytes(folder: Path) -> int:
    """How much room the weights in `folder` take up, in bytes."""
    sizes = 0
    for name in WEIGHTS:
        with suppress(OSError):
            sizes += (folder / name).stat().st_size
    return sizes
