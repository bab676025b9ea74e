"""Limits put on weights after every step. Names, fields and defaults are keras.constraints'."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from desktop.document.spec import Spec, family_type


class Constraint(Spec):
    """The base of all constraints."""

    tag_key: ClassVar[str] = "constraint"
    constraint: str = ""

    @property
    def norm_limit(self) -> tuple[tuple[int, ...], float] | None:
        """The axes along which norms are limited, and the largest norm; None if none is."""
        return None


def _as_axes(value: Any) -> Any:
    """Keras allows one axis as a bare number; JSON has lists for tuples."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


class _AlongAxis(Constraint):
    axis: Annotated[tuple[int, ...], BeforeValidator(_as_axes)] = Field(
        (0,),
        min_length=1,
        title="Axis",
        description="Axes along which a unit's incoming weights lie: 0 for Dense; "
        "0, 1, 2 for Conv2D",
    )


class MaxNorm(_AlongAxis):
    """Shrinks a unit's incoming weights when their norm exceeds a maximum."""

    max_value: float = Field(
        2.0, gt=0, title="Maximum value", description="Largest norm of a unit's weights"
    )

    @property
    def norm_limit(self) -> tuple[tuple[int, ...], float] | None:
        return self.axis, self.max_value


class UnitNorm(_AlongAxis):
    """Keeps the norm of each unit's incoming weights at 1."""


class NonNeg(Constraint):
    """Sets negative weights to zero."""


if TYPE_CHECKING:
    AnyConstraint = Constraint
else:
    AnyConstraint = family_type(Constraint)
