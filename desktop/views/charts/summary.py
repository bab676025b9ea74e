"""Names and numbers as a person would say them."""

from __future__ import annotations

import math

from desktop.document.metrics import LOSS, VALIDATION_PREFIX, higher_is_better, metric_title
from desktop.views.charts.history import RunHistory
from desktop.workers.reports import Outcome


def format_value(value: float) -> str:
    """A value in a few characters: four significant digits, words for what is not a number."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")


def format_epoch(x: float) -> str:
    """A position in epochs: "9", or "9.25" within an epoch."""
    return f"{round(x)}" if abs(x - round(x)) < 0.005 else f"{x:.2f}"


def describe(history: RunHistory, metric: str) -> str:
    """One spoken sentence on how a metric went; empty before the first epoch has ended.

    E.g. "Validation loss lowest 0.071 at epoch 9, rising since."
    """
    for name in (VALIDATION_PREFIX + metric, metric):
        series = history.series(name)
        if series is not None and len(series):
            break
    else:
        return ""
    title = metric_title(name)
    best = history.best(name)
    if best is None:
        return f"{title} is not a number."
    epoch, value = best
    last_epoch, last = int(series.x[-1]), float(series.y[-1])
    upwards = higher_is_better(name)
    start = f"{title} {'highest' if upwards else 'lowest'} {value:.3g} at epoch {epoch}"
    if not math.isfinite(last):
        return f"{start}, not a number since."
    if epoch == last_epoch:
        if len(series) == 1:
            return f"{title} {value:.3g} after epoch {epoch}."
        return f"{start}, still {'rising' if upwards else 'falling'}."
    low, high = series.extremes() or (value, value)
    if abs(last - value) <= 0.02 * (high - low):
        return f"{start}, about level since."
    return f"{start}, {'falling' if upwards else 'rising'} since."


def outcome(history: RunHistory) -> str:
    """How the last run ended, where that needs saying; empty while it runs or after a plain end."""
    ended = history.ended
    if ended is None:
        return ""
    if ended.message:
        return ended.message
    if ended.outcome is Outcome.FAILED:
        return "The training failed."
    if ended.stopped_early:
        text = f"Early stopping ended the training after epoch {ended.epoch}"
        if ended.restored_best and ended.best_epoch is not None:
            return f"{text}; the weights of epoch {ended.best_epoch} are back in place."
        return f"{text}."
    if ended.outcome is Outcome.STOPPED:
        return f"You stopped the training after {ended.epoch} epoch{'s' * (ended.epoch != 1)}."
    return ""


def caption(history: RunHistory) -> str:
    """The state of the training in a few sentences, for the page's caption and screen readers."""
    if history.is_empty:
        return "Nothing trained yet."
    if not history.epoch - history.origin:
        waiting = "The first epoch is under way." if history.is_running else ""
        return " ".join(filter(None, (outcome(history), waiting))) or "No epoch was completed."
    second = next((m for m in history.metrics if m != LOSS and higher_is_better(m)), None)
    parts = [outcome(history), describe(history, LOSS)]
    if second is not None:
        parts.append(describe(history, second))
    return " ".join(filter(None, parts))
