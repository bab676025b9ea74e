"""A data source of points in a plane, which show what a network does as a picture."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from desktop.document.data.base import DataSource, held_back
from desktop.document.fields import Kind
from desktop.document.schema import Classes, DataSchema, Numbers, RowCounts, RowKind
from desktop.document.spec import ADVANCED

MOST_EDITED = 2_000
DECIMALS = 4  # of the points that are added or removed
FARTHEST = 10.0  # from the middle, in either direction, for a point of one's own

Coordinate = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST)]
Point = tuple[Coordinate, Coordinate, float]
Place = tuple[Coordinate, Coordinate]


class PointShape(StrEnum):
    """What the points form."""

    MOONS = "two moons"
    CIRCLES = "circles"
    BLOBS = "blobs"
    SPIRALS = "spirals"
    XOR = "XOR"
    HILLS = "hill and valley"
    SLOPE = "slope"


SURFACES = (PointShape.HILLS, PointShape.SLOPE)  # each point has a number
_SEVERAL = (PointShape.BLOBS, PointShape.SPIRALS)  # with as many classes as asked for


class PlanePoints(DataSource, tag="plane_points"):
    """Points in a plane, of classes or with a number each; the page shows what is predicted."""

    shape: PointShape = Field(PointShape.MOONS, title="Shape", description="What the points form")
    classes: int = Field(
        2,
        ge=2,
        le=5,
        title="Classes",
        description="How many blobs or spiral arms, 2 to 5; the other shapes have two classes, "
        "surfaces a number for each point",
    )
    points: int = Field(500, ge=20, le=10_000, title="Points", description="How many, 20 to 10,000")
    noise: float = Field(
        0.07,
        ge=0,
        le=1,
        title="Noise",
        description="Standard deviation of what is added to coordinates, or to the numbers of a "
        "surface, in units of the axes; 0 to 1",
    )
    validation_split: float = Field(
        0.1,
        ge=0,
        le=0.9,
        title="Validation split",
        description="Fraction of the training points held out for validation, 0 to 1",
    )
    test_split: float = Field(
        0.3,
        gt=0,
        le=0.9,
        title="Test split",
        description="Fraction of all points held out for the test, 0 to 1",
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Decides where the points are and which are held out",
        json_schema_extra=ADVANCED,
    )
    added: Annotated[tuple[Point, ...], Kind.POINTS] = Field(
        (),
        max_length=MOST_EDITED,
        title="Added points",
        description="Training points of one's own: x, y, and the number of the class or the value",
    )
    removed: Annotated[tuple[Place, ...], Kind.PLACES] = Field(
        (),
        max_length=MOST_EDITED,
        title="Removed points",
        description="Where points are left out: x, y, to the fourth decimal",
    )

    @property
    def class_count(self) -> int:
        """How many classes there are; 0 where the target is numbers."""
        if self.shape in SURFACES:
            return 0
        return self.classes if self.shape in _SEVERAL else 2

    @model_validator(mode="after")
    def _check_added(self) -> Self:
        for x, y, target in self.added:
            if not self._fits(target):
                raise ValueError(
                    f"the added point at {x:g}, {y:g} has the class {target:g}, but "
                    f"0 to {self.class_count - 1} are possible"
                )
        return self

    def _fits(self, target: float) -> bool:
        """Whether a point may be of that class, or have that value."""
        count = self.class_count
        return not count or (target.is_integer() and 0 <= target < count)

    def replace(self, **changes: Any) -> Self:
        """A validated copy. What was done to points that are gone then is gone with them.

        Other settings make other points, so that none is removed any more. Another kind of target
        leaves no added point, other classes those that still fit.
        """
        others = type(self).model_validate({**dict(self), **changes, "added": (), "removed": ()})
        made = ("shape", "classes", "points", "noise", "seed")
        if any(getattr(self, name) != getattr(others, name) for name in made):
            same_kind = bool(self.class_count) == bool(others.class_count)
            kept = tuple(point for point in self.added if same_kind and others._fits(point[2]))
            changes = {"added": kept, "removed": (), **changes}
        return super().replace(**changes)

    def with_points(self, points: Sequence[Point]) -> Self:
        """With `points` added; only the first ones where that would be too many."""
        rounded = ((round(x, DECIMALS), round(y, DECIMALS), target) for x, y, target in points)
        return self.replace(added=(*self.added, *rounded)[:MOST_EDITED])

    def without_points(self, places: Sequence[Place]) -> Self:
        """Without the points at `places`, added ones or others."""
        gone = {(round(x, DECIMALS), round(y, DECIMALS)) for x, y in places}
        kept = tuple(point for point in self.added if point[:2] not in gone)
        others = gone - {point[:2] for point in self.added} - set(self.removed)
        return self.replace(added=kept, removed=(*self.removed, *sorted(others))[:MOST_EDITED])

    @property
    def title(self) -> str:
        return f"Points: {self.shape}"

    @property
    def known_schema(self) -> DataSchema:
        """With the rows there are before any is removed."""
        test = held_back(self.test_split, self.points)
        validation = held_back(self.validation_split, self.points - test)
        training = self.points - test - validation + len(self.added)
        count = self.class_count
        return DataSchema(
            input_shape=(2,),
            row=RowKind.POINT,
            target=Classes(tuple(map(str, range(count)))) if count else Numbers(("value",)),
            rows=RowCounts(training, validation, test),
            value_range=(-1.0, 1.0),
            features=("x", "y"),
            feature_ranges=((-1.0, 1.0), (-1.0, 1.0)),
        )

    @property
    def has_validation(self) -> bool:
        return self.validation_split > 0
