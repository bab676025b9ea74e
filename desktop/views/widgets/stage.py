"""How far the network was trained whose prediction or evaluation a page shows, in words."""

from __future__ import annotations

from desktop.document.text import counted
from desktop.workers.reports import Evaluation, ImagePredictions, Prediction, RowPrediction

UNTRAINED = "untrained network"
DIGIT_MODEL = "digit model"


def stage(report: Evaluation | Prediction | RowPrediction | ImagePredictions) -> str:
    """After which epoch the network had the weights that `report` is of."""
    if isinstance(report, Prediction | ImagePredictions) and report.is_of_digit_model:
        return DIGIT_MODEL
    epoch = report.epoch
    epochs = counted(epoch, "epoch")
    if report.is_loaded:
        return f"after {epochs} since it was opened" if epoch else "as opened from the file"
    return f"after {epochs}" if epoch else "in the first epoch"
