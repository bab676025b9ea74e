"""Names and directions of the numbers that a training reports."""

from __future__ import annotations

import pytest

from desktop.document.choices import Direction, Metric
from desktop.document.metrics import direction, higher_is_better, in_sentence, metric_title


@pytest.mark.parametrize(
    ("name", "title", "inside"),
    [
        ("loss", "Loss", "loss"),
        ("auc", "AUC", "AUC"),
        ("val_auc", "Validation AUC", "validation AUC"),
        ("val_mean_squared_error", "Validation mean squared error", None),
        ("learning_rate", "Learning rate", "learning rate"),
    ],
)
def test_titles(name: str, title: str, inside: str | None) -> None:
    assert metric_title(name) == title
    if inside is not None:
        assert in_sentence(title) == inside


def test_losses_and_errors_improve_downwards_and_the_rest_upwards() -> None:
    smaller = {"loss", *(metric for metric in Metric if metric.unit_power)}
    for name in ("loss", *Metric):
        for full in (name, f"val_{name}"):
            assert higher_is_better(full) == (name not in smaller)
            assert direction(full, Direction.MIN) is Direction.MIN
