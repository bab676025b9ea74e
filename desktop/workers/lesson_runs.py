"""Runs and predictions, as goals of lessons look at them."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.document.lessons.snapshot import TrainedRun
from desktop.engine.records import RunRecord
from desktop.engine.reports import Outcome, Prediction
from desktop.engine.runs.summary import best_values
from desktop.engine.trials.reports import GroupEnded


def trained_run(record: RunRecord) -> TrainedRun:
    """What the `record` of a run that ended says."""
    best: Mapping[str, float | None] = best_values(record.epochs)
    return TrainedRun(
        record.project,
        record.parameters,
        record.first_epoch if record.ended is None else record.ended.epoch,
        record.outcome is Outcome.FINISHED,
        {name: value for name, value in best.items() if value is not None},
    )


def predicted_class(prediction: Prediction) -> str:
    """The class that a trained network finds most probable for a drawing; "" for none."""
    values = prediction.probabilities
    if values is None or not prediction.is_trained or values.size != len(prediction.classes):
        return ""
    return prediction.classes[int(values.argmax())]


def is_finished(report: GroupEnded) -> bool:
    """Whether nothing of the group is left to do."""
    return report.outcome is Outcome.FINISHED
