"""Names and numbers as a person would say them."""

from __future__ import annotations

import math

from desktop.document.metrics import (
    LOSS,
    VALIDATION_PREFIX,
    higher_is_better,
    in_sentence,
    metric_title,
)
from desktop.document.text import counted, with_minus
from desktop.workers.records import Recorded
from desktop.workers.reports import Outcome


def format_value(value: float) -> str:
    """A value in a few characters: four significant digits, words for what is not a number."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return with_minus(f"{value:.4g}")


def format_epoch(x: float) -> str:
    """A position in epochs: "9", or "9.25" within an epoch."""
    return f"{round(x)}" if abs(x - round(x)) < 0.005 else f"{x:.2f}"


def describe(record: Recorded, metric: str) -> str:
    """One spoken sentence on how a metric went; empty before the first epoch has ended.

    E.g. "Validation loss lowest 0.071 at epoch 9, rising since."
    """
    name = _described(record, metric)
    series = record.curves.series(name)
    if series is None or not len(series):
        return ""
    title = metric_title(name)
    best = record.best(name)
    if best is None:
        return f"{title} is not a number."
    epoch, value = best
    last_epoch, last = int(series.x[-1]), float(series.y[-1])
    extremes = series.extremes() or (value, value)
    upwards = higher_is_better(name)
    word = ("highest" if upwards else "lowest") if value == extremes[upwards] else "best"
    start = f"{title} {word} {value:.3g} at epoch {epoch}"
    if not math.isfinite(last):
        return f"{start}, not a number since."
    if epoch == last_epoch:
        if len(series) == 1:
            return f"{title} {value:.3g} after epoch {epoch}."
        return f"{start}, still {'rising' if upwards else 'falling'}."
    if abs(last - value) <= 0.02 * (extremes[1] - extremes[0]):
        return f"{start}, about constant since."
    return f"{start}, {'rising' if last > value else 'falling'} since."


def best_words(record: Recorded, metric: str) -> str:
    """What the best epoch is called in the chart of `metric`, e.g. "best", "best loss"."""
    judged = record.monitor.removeprefix(VALIDATION_PREFIX)
    if record.monitor != _described(record, judged):
        return f"best training {in_sentence(metric_title(judged))}"
    if judged != metric:
        return f"best {in_sentence(metric_title(judged))}"
    return "best so far" if record.is_running else "best"


def _described(record: Recorded, metric: str) -> str:
    """Which values of a metric are described: those of the validation, if there are any."""
    series = record.curves.validation.get(metric)
    return VALIDATION_PREFIX + metric if series is not None and len(series) else metric


def outcome(record: Recorded) -> str:
    """How the last run ended, where that needs saying; empty while it runs or after a plain end."""
    ended = record.ended
    if ended is None:
        return ""
    if ended.outcome is Outcome.FAILED:
        return f"Training failed in epoch {ended.epoch + 1}."
    if ended.message:
        return ended.message
    if ended.stopped_early:
        text = f"Early stopping ended the training after epoch {ended.epoch}"
        if ended.restored_epoch is not None:
            return f"{text}; the weights of epoch {ended.restored_epoch} were restored."
        return f"{text}."
    if ended.outcome is Outcome.STOPPED:
        return f"You stopped the training after {counted(ended.epoch, 'epoch')}."
    return ""


def caption(record: Recorded | None) -> str:
    """The state of the training in a few sentences, for the page's caption and screen readers."""
    if record is None:
        return "Nothing trained yet."
    if not record.curves.epoch - record.curves.origin:
        waiting = "The first epoch is running." if record.is_running else ""
        return " ".join(filter(None, (outcome(record), waiting))) or "No epoch was completed."
    second = next((m for m in record.curves.metrics if m != LOSS and higher_is_better(m)), None)
    metrics = [LOSS] if second is None else [LOSS, second]
    parts = [outcome(record), *(describe(record, metric) for metric in metrics)]
    monitor, best = record.monitor, record.best_epoch
    if best is not None and monitor not in [_described(record, metric) for metric in metrics]:
        parts.append(f"Best {in_sentence(metric_title(monitor))} at epoch {best}.")
    return " ".join(filter(None, parts))
