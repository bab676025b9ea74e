"""What the numbers that a training reports are called, and which way they improve."""

from __future__ import annotations

from desktop.document.choices import Direction, Metric

LOSS = "loss"
LEARNING_RATE = "learning_rate"
VALIDATION_PREFIX = "val_"  # of a number that was measured on the validation rows
TEST_PREFIX = "test_"  # and of one on the test rows

LARGER_IS_BETTER = (
    Metric.ACCURACY,
    Metric.TOP_K,
    Metric.PRECISION,
    Metric.RECALL,
    Metric.AUC,
)


def metric_title(name: str) -> str:
    """The name of a number for people: "val_auc" -> "Validation AUC"."""
    base = _base(name)
    words = base.upper() if base == Metric.AUC else base.replace("_", " ")
    rows = {VALIDATION_PREFIX: "validation ", TEST_PREFIX: "test "}
    text = rows.get(name.removesuffix(base), "") + words
    return text[:1].upper() + text[1:]


def _base(name: str) -> str:
    """The name without what says on which rows it was measured."""
    return name.removeprefix(VALIDATION_PREFIX).removeprefix(TEST_PREFIX)


def in_sentence(title: str) -> str:
    """A title of `metric_title` for the middle of a sentence: "Loss" -> "loss", "AUC" stays."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def direction(monitor: str, mode: Direction = Direction.AUTO) -> Direction:
    """Which way `monitor`, e.g. "val_loss", improves: MIN or MAX; `mode` unless that is AUTO."""
    if mode is not Direction.AUTO:
        return mode
    larger = _base(monitor) in LARGER_IS_BETTER
    return Direction.MAX if larger else Direction.MIN


def higher_is_better(name: str) -> bool:
    """Whether large values of the number called `name`, e.g. "val_accuracy", are good."""
    return direction(name) is Direction.MAX
