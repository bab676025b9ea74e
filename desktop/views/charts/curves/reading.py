"""The values of a chart's lines at one epoch."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.views.charts.curves.content import CurveContent
from desktop.views.charts.looks import Look
from desktop.views.charts.summary import format_epoch, format_value


@dataclass(frozen=True)
class Value:
    """The value that a line has nearest to the epoch asked for, at epoch `x`, unsmoothed."""

    label: str
    look: Look
    x: float
    y: float


@dataclass(frozen=True)
class Reading:
    """The values nearest to epoch `x`."""

    x: float
    values: tuple[Value, ...]
    beside_smoothed: bool = False  # lines, so that these values are not the ones drawn

    @property
    def heading(self) -> str:
        return f"Epoch {format_epoch(self.x)}" + ", not smoothed" * self.beside_smoothed

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """For each value what it is, with its epoch if that is another one, and the value."""
        return tuple(
            (
                value.label
                + ("" if abs(value.x - self.x) < 0.5 else f" (epoch {format_epoch(value.x)})"),
                format_value(value.y),
            )
            for value in self.values
        )

    @property
    def text(self) -> str:
        """The reading in lines of plain text."""
        return "\n".join([self.heading, *(f"{words}: {value}" for words, value in self.rows)])


def read(content: CurveContent, x: float) -> Reading:
    """The values that `content` has nearest to epoch `x`."""
    points = ((key, source.at(x)) for key in content.runs.keys if (source := content.source(key)))
    values = tuple(
        Value(content.runs.label(key), content.runs.look(key), *point)
        for key, point in points
        if point is not None
    )
    return Reading(x, values, content.smoothing > 0)
