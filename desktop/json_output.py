"""What the command line prints with --json: one object, in plain values."""

from __future__ import annotations

import contextlib
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.document.analysis import Analysis
    from desktop.document.project import Project
    from desktop.engine.image_reports import ImageFailure, ImagePrediction
    from desktop.engine.records import RunRecord
    from desktop.engine.reports import Evaluation
    from desktop.engine.row_prediction import TablePredictions
    from desktop.engine.rows import Dataset
    from desktop.engine.runs.comparing import RunComparison
    from desktop.engine.runs.summary import RunSummary
    from desktop.engine.verdicts import GroupComparison


def print_json(value: dict[str, Any]) -> None:
    """Write `value` to standard output. Numbers that are not finite become null."""
    sys.stdout.write(json.dumps(_plain(value), indent=2, allow_nan=False) + "\n")


@contextlib.contextmanager
def quiet_output(as_json: bool) -> Iterator[None]:
    """Keep standard output for the JSON alone, if wanted, whatever a library may print."""
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        yield


def analysis_values(analysis: Analysis) -> dict[str, Any]:
    """Layers, parameters and problems; a problem's "layer" counts from 0, or is null."""
    return {
        "layers": [
            {
                "layer": info.layer.tag,
                "output_shape": info.output_shape,
                "parameters": info.parameters,
            }
            for info in analysis.layers
        ],
        "parameters": analysis.parameters,
        "problems": [
            {
                "severity": str(problem.severity),
                "layer": problem.layer,
                "message": problem.message,
            }
            for problem in analysis.problems
        ],
    }


def new_project_values(path: Path, project: Project, dataset: Dataset) -> dict[str, Any]:
    """What was written to `path`, for which rows; "notes" are what to know about the data."""
    schema = dataset.schema
    return {
        "project": str(path),
        "layers": [layer.tag for layer in project.layers],
        "epochs": project.training.epochs,
        "input_shape": schema.input_shape,
        "features": schema.features,
        "classes": schema.class_names or None,
        "rows": {name: len(rows) for name, rows in dataset.splits},
        "notes": dataset.notes,
    }


def training_values(
    record: RunRecord | None,
    evaluation: Evaluation | None,
    seconds: float,
) -> dict[str, Any]:
    """The course of a training; "test" is null if it was stopped before.

    `record` is None if it was stopped before it began.
    """
    return {
        "run": record.id if record is not None else None,
        "parameters": record.parameters if record is not None else 0,
        "epochs": [
            {"epoch": each.epoch, "seconds": round(each.seconds, 3), **shown_logs(each.logs)}
            for each in (record.epochs if record is not None else ())
        ],
        "test": None if evaluation is None else shown_logs(evaluation.metrics),
        "seconds": round(seconds, 3),
    }


def evaluation_values(evaluation: Evaluation) -> dict[str, Any]:
    """Test metrics, the confusion matrix (a row per true class), and how numbers are predicted.

    `score`, `r2` and the values of the baselines are None where several numbers are predicted:
    each of the `targets` has its own.
    """
    numbers, scores = evaluation.numbers, evaluation.scores
    targets = [
        {
            "name": each.column,
            "mean_absolute_error": scores[number],
            "r2": each.r2,
            "baselines": {each.title: each.values[number] for each in evaluation.baselines},
        }
        for number, each in enumerate(numbers)
    ]
    return {
        "rows": evaluation.rows,
        "test": shown_logs(evaluation.metrics),
        "classes": evaluation.classes,
        "confusion": None if evaluation.confusion is None else evaluation.confusion.tolist(),
        "mistakes": evaluation.mistake_count,
        "score": scores[0] if len(scores) == 1 else None,
        "r2": numbers[0].r2 if len(numbers) == 1 else None,
        "baselines": {
            each.title: each.values[0] if len(each.values) == 1 else None
            for each in evaluation.baselines
        },
        "targets": targets,
    }


def prediction_values(
    predictions: Sequence[ImagePrediction], failures: Sequence[ImageFailure]
) -> dict[str, Any]:
    """The class of every image and the probability of each class; what failed, with the error.

    Instead of probabilities there are outputs where the network gives none. Whether it is sure is
    null where that is not known. Where a symbol was
    found in an image, its box is in parts of the image's width and height.
    """

    def name(each: ImagePrediction) -> str:
        return "probability" if each.are_probabilities else "output"

    def names(each: ImagePrediction) -> str:
        return "probabilities" if each.are_probabilities else "outputs"

    return {
        "predictions": [
            {
                "image": str(each.path),
                "box": None if each.box is None else asdict(each.box),
                "class": each.classes[each.best],
                "sure": each.is_sure,
                name(each): float(each.values[each.best]),
                names(each): dict(zip(each.classes, each.values.tolist(), strict=True)),
            }
            for each in predictions
        ],
        "failures": [{"image": str(each.path), "error": each.message} for each in failures],
    }


def table_prediction_values(result: TablePredictions, out: Path | None) -> dict[str, Any]:
    """How the columns of a table were matched, and the new columns, or the file with them."""
    match = result.match
    return {
        "rows": match.rows,
        "used_columns": match.used,
        "matched_by": "position" if match.by_position else "name",
        "has_target": match.has_target,
        "missing_columns": match.missing_columns,
        "extra_columns": match.extra_columns,
        "missing_cells": dict(match.filled),
        "unreadable_cells": dict(match.unreadable),
        "unseen_categories": {name: dict(counts) for name, counts in match.unseen.items()},
        "columns": dict(result.columns) if out is None else None,
        "out": None if out is None else str(out),
    }


def run_values(run: RunSummary, differs: str, *, test: bool) -> dict[str, Any]:
    """A line of the table of runs; "differs" says what is not as in the run before it.

    With `test`, the metrics on the test rows are there, if they were measured.
    """
    return {
        "id": run.id,
        "name": run.name,
        "started": None if run.started is None else run.started.isoformat(),
        "differs": differs,
        "best": run.best,
        "test": (run.test or None) if test else None,
        "is_evaluated": bool(run.test),
        "test_looks": run.test_looks,
        "data": run.data,
        "seed": run.seed,
        "parameters": run.parameters,
        "epochs": run.epochs,
        "seconds": round(run.seconds, 3),
        "outcome": run.state,
        "starred": run.starred,
        "color": run.color or None,
        "tags": run.tags,
        "notes": run.notes,
        "has_weights": run.weights > 0,
        "group": run.group or None,
        "trial": run.trial,
        "settings": run.settings,
    }


def run_record_values(
    record: RunRecord, run: RunSummary, folder: Path, *, test: bool
) -> dict[str, Any]:
    """All of a run but its weights and histograms, which are in "folder"."""
    ended, marks = record.ended, record.fingerprint
    return {
        **{k: value for k, value in run_values(run, "", test=test).items() if k != "differs"},
        "folder": str(folder),
        "program": record.program,
        "python": record.python,
        "keras": record.engine.keras,
        "tensorflow": record.engine.tensorflow,
        "machine": record.machine,
        "data_fingerprint": None if marks is None else marks.data,
        "split_fingerprint": None if marks is None else marks.split,
        "continues": record.continues,
        "message": "" if ended is None else ended.message,
        "not_kept": record.not_kept or None,
        "monitor": record.monitor,
        "best_epoch": record.best_epoch,
        "project": json.loads(run.project_text),
        "history": [
            {"epoch": each.epoch, "seconds": each.seconds, **each.logs} for each in record.epochs
        ],
    }


def run_comparison_values(
    one: RunSummary, other: RunSummary, comparison: RunComparison
) -> dict[str, Any]:
    """What differs between two runs, and the values of both."""
    return {
        "runs": [one.id, other.id],
        "differences": [
            {
                "place": each.place or None,
                "setting": each.setting,
                "before": each.before,
                "after": each.after,
                "text": each.text,
            }
            for each in comparison.differences
        ],
        "warnings": comparison.warnings,
        "values": comparison.values,
    }


def comparison_values(comparison: GroupComparison, second: str) -> dict[str, Any]:
    """The verdict on two groups of runs, of which the other one is called `second`."""
    return {
        "metric": comparison.metric,
        "runs": comparison.runs,
        "paired": comparison.paired,
        "difference": comparison.difference,
        "low": comparison.low,
        "high": comparison.high,
        "p_value": comparison.p_value,
        "verdict": str(comparison.verdict),
        "text": comparison.text(second),
    }


def shown_logs(logs: Mapping[str, float]) -> dict[str, float]:
    """The metrics in `logs` without the learning rate: the loss first, validation last."""

    def order(name: str) -> tuple[bool, bool]:
        return name.startswith("val_"), name.removeprefix("val_") != "loss"

    return {name: logs[name] for name in sorted(logs, key=order) if name != "learning_rate"}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
