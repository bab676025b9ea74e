"""Drawings that the user kept: pen strokes, and what they show.

Positions and widths are in units of the paper, which has `SIDE` of them a side, so that a drawing
can be painted again at any size. Drawings are read from a file, which may hold anything: whatever
is beyond the limits here is refused.
"""

from typing import Annotated, Self, TypeAlias

from pydantic import Field, model_validator

from desktop.document.spec import Spec

SIDE = 280  # units
MOST_POINTS = 20_000  # of a drawing

_Coordinate: TypeAlias = Annotated[float, Field(ge=-SIDE, le=2 * SIDE)]  # the pen may leave it
_Width: TypeAlias = Annotated[float, Field(gt=0, le=SIDE)]


class PenStroke(Spec):
    """What the pen or the eraser did from being set down to being lifted.

    `widths` has one for each point, or one for all of them.
    """

    points: tuple[tuple[_Coordinate, _Coordinate], ...] = Field(min_length=1)
    widths: tuple[_Width, ...] = Field(min_length=1)
    eraser: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.widths) not in (1, len(self.points)):
            raise ValueError(
                f"there are {len(self.widths)} widths for {len(self.points)} points: give one for "
                "each, or one for all"
            )
        return self


Strokes: TypeAlias = Annotated[tuple[PenStroke, ...], Field(min_length=1, max_length=1000)]


class KeptDrawing(Spec):
    """A drawing that shows the class `label`.

    `id` begins with the time, in UTC, at which it was kept: sorted by it, drawings are in order.
    """

    id: str = Field(pattern=r"^[0-9A-Za-z._-]{1,64}$")
    label: str = Field(min_length=1, max_length=200)
    strokes: Strokes

    @model_validator(mode="after")
    def _check(self) -> Self:
        points = sum(len(stroke.points) for stroke in self.strokes)
        if points > MOST_POINTS:
            raise ValueError(f"it has {points:,} points; {MOST_POINTS:,} are allowed")
        return self
