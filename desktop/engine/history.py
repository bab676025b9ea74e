"""The course of a training as a table: a CSV file with one line per epoch."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from desktop.document.metrics import LEARNING_RATE, LOSS, VALIDATION_PREFIX
from desktop.engine.records import EpochRecord

_FIRST = ("epoch", "seconds")


def history_content(epochs: Sequence[EpochRecord]) -> bytes:
    """What the file holds: epoch, seconds, loss, ..."""
    names = history_names(epoch.logs for epoch in epochs)
    return b"".join([header(names), *(line(epoch, names) for epoch in epochs)])


def history_names(logs: Iterable[Mapping[str, float]]) -> tuple[str, ...]:
    """The columns after epoch and seconds: loss first, then validation, the learning rate last."""
    names = dict.fromkeys(name for each in logs for name in each)
    return tuple(
        sorted(
            names,
            key=lambda name: (
                name == LEARNING_RATE,
                name.startswith(VALIDATION_PREFIX),
                name.removeprefix(VALIDATION_PREFIX) != LOSS,
            ),
        )
    )


def header(names: Sequence[str]) -> bytes:
    """The first line, for these columns after epoch and seconds."""
    return _line([*_FIRST, *names])


def line(epoch: EpochRecord, names: Sequence[str]) -> bytes:
    """The line of an epoch; what it has no value for stays empty."""
    values = (epoch.logs.get(name, "") for name in names)
    return _line([epoch.epoch, round(epoch.seconds, 3), *values])


def read_history(path: Path) -> tuple[EpochRecord, ...]:
    """The epochs in the file at `path`; a last line that is not complete is none.

    Raises OSError, and ValueError if it is no such file.
    """
    text = path.read_text("utf-8")
    lines = list(csv.reader(text[: text.rfind("\n") + 1].splitlines()))
    if (not lines and text.startswith(_FIRST[0])) or not text:
        return ()
    names = lines[0] if lines else [text]
    if tuple(names[:2]) != _FIRST:
        raise ValueError(f"its first line is {','.join(names)[:60]!r}")
    epochs = []
    for cells in lines[1:]:
        epoch, seconds, *values = cells
        pairs = zip(names[2:], values, strict=True)
        logs = {name: float(value) for name, value in pairs if value}
        epochs.append(EpochRecord(int(epoch), float(seconds), logs))
    return tuple(epochs)


def _line(cells: Sequence[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
