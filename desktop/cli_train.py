"""The command `train`: from the project file to the files in the folder of `--out`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import console, json_output, paths, signals, startup
from desktop.cli_checks import CommandError, DataReader, refuse_errors, refuse_machine
from desktop.document.files import FileError, finish_replacing, replace_files
from desktop.document.storage import project_content, read_project

if TYPE_CHECKING:
    from desktop.document.project import Project
    from desktop.engine.records import RunRecord
    from desktop.engine.reports import Evaluation
    from desktop.engine.training import Trainer

RESULTS = "model.keras, history.csv and project.layerwise"


def train_project(path: Path, changes: Mapping[str, Any], out: Path | None, as_json: bool) -> None:
    """Train the network of the project at `path`, with `changes` to its training settings.

    The run is kept beside all others.

    The results are written to the folder `out`, if there is one, also if a signal stops the
    training; then signals.Ended is raised after it. Raises CommandError and the engine's errors.
    """
    project = read_project(path)
    project = project.replace(training=project.training.replace(**changes))
    data = DataReader(project.data)
    refuse_errors(path, project, data.schema)
    folder = _made_folder(out)
    refuse_machine(startup.engine_problem())

    from desktop.engine.control import RunControl
    from desktop.engine.reports import Outcome, Report
    from desktop.engine.runs.keeper import RunKeeper
    from desktop.engine.training import Trainer

    with (
        json_output.quiet_output(as_json),
        closing(RunKeeper(console.warn, path.stem)) as keeper,
    ):
        trainer, control = Trainer(data.dataset), RunControl()
        with signals.Watch(lambda _: control.stop()) as watch:
            with console.TrainingLog() as log:

                def sink(report: Report) -> None:
                    log(report)
                    keeper(report, trainer)

                trainer.run(project, sink, control)
            ended, record = log.ended, log.record
            assert ended is not None
            # Also after a failure: the epochs before it may have taken hours.
            kept = record is not None and (ended.outcome is not Outcome.FAILED or record.epochs)
            if folder is not None and record is not None and kept:
                _write(folder, path, trainer, record)
        if ended.outcome is Outcome.FAILED:
            raise CommandError(f"{path}: {ended.message}")
        if ended.message:
            console.say(ended.message)
        evaluation = _evaluated(project, trainer) if watch.number is None else None
        if evaluation is not None and not evaluation.on_training_rows:
            assert trainer.network is not None
            keeper.evaluated(trainer.network, data.dataset.fingerprint, evaluation.metrics)
    if as_json:
        json_output.print_json(json_output.training_values(record, evaluation, ended.seconds))
    elif evaluation is not None:
        console.show_figures(evaluation)
    if watch.number is not None:
        raise signals.Ended(watch.number)


def _made_folder(path: Path | None) -> Path | None:
    """`path` as a folder that can be written to, made if need be, before hours of training."""
    if path is None:
        return None
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except FileExistsError as error:
        raise CommandError(f"{path} is a file, so nothing can be written in it") from error
    except OSError as error:
        raise CommandError(
            f"Nothing can be written in {path}: {error.strerror or error}; choose another folder"
        ) from error
    finish_replacing(path)
    return path


def _write(folder: Path, path: Path, trainer: Trainer, record: RunRecord) -> None:
    """Write the results of the project at `path` to `folder`.

    Where that fails they go to the program's own folder, and CommandError says so.
    """
    from desktop.engine.inspection import ModelFileError

    try:
        _write_results(folder, None, trainer, record)
    except (FileError, ModelFileError) as error:
        name = f"{path.stem} {datetime.now():%Y-%m-%d %H.%M.%S}"
        kept = paths.data_folder() / "trainings" / name
        try:
            kept.mkdir(parents=True)
            _write_results(kept, kept, trainer, record)
        except (OSError, FileError, ModelFileError) as second:
            raise CommandError(
                f"{error}. Nor could the training be kept in {kept}: {second}"
            ) from error
        raise CommandError(f"{error}. The training is kept in {kept}: {RESULTS}") from error
    console.say(f"Wrote {RESULTS} to {folder}")


def _write_results(
    folder: Path, temporary: Path | None, trainer: Trainer, record: RunRecord
) -> None:
    """Replace the results in `folder`, all or none. Raises FileError or ModelFileError."""
    from desktop.engine.history import history_content

    contents = {
        "model.keras": _model_content(folder / "model.keras", temporary, trainer),
        "history.csv": history_content(record.epochs),
        "project.layerwise": project_content(folder / "project.layerwise", record.project),
    }
    replace_files(folder, contents)


def _model_content(path: Path, temporary: Path | None, trainer: Trainer) -> bytes:
    """What the model file at `path` is to hold. Raises ModelFileError."""
    from desktop.engine.model_card import with_card
    from desktop.engine.storage import packed_model

    assert trainer.network is not None and trainer.network.card is not None
    content = packed_model(trainer.model, temporary)
    return with_card(content, trainer.network.card, path)


def _evaluated(project: Project, trainer: Trainer) -> Evaluation:
    from desktop.engine.evaluation import evaluate

    assert trainer.network is not None
    return evaluate(trainer.model, project, trainer.dataset, trainer.network.weights_epoch)
