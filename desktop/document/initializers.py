"""How the weights of a layer start. Names, fields and defaults are those of keras.initializers."""

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from desktop.document.spec import Spec, family_type


class Initializer(Spec):
    """The base of all initializers."""

    tag_key: ClassVar[str] = "initializer"
    makes_matrix: ClassVar[bool] = False  # and so cannot start a weight with a single axis
    initializer: str = ""


class _Seeded(Initializer):
    seed: int | None = Field(
        None,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Makes these weights the same in every run; empty: the training seed decides",
        json_schema_extra={"none": "From training"},
    )


class GlorotUniform(_Seeded):
    """Uniform within ±√(6 / (fan in + fan out)): Keras's default, good with tanh and sigmoid."""


class GlorotNormal(_Seeded):
    """Truncated normal with variance 2 / (fan in + fan out)."""


class HeUniform(_Seeded):
    """Uniform within ±√(6 / fan in): made for ReLU."""


class HeNormal(_Seeded):
    """Truncated normal with variance 2 / fan in: made for ReLU."""


class LecunUniform(_Seeded):
    """Uniform within ±√(3 / fan in): made for SELU."""


class LecunNormal(_Seeded):
    """Truncated normal with variance 1 / fan in: made for SELU."""


class RandomNormal(_Seeded):
    """Normal with the given mean and standard deviation."""

    mean: float = Field(0.0, title="Mean", description="Center of the distribution")
    stddev: float = Field(
        0.05, ge=0, title="Standard deviation", description="Spread around the mean"
    )


class RandomUniform(_Seeded):
    """Uniform between two limits."""

    minval: float = Field(-0.05, title="Minimum value", description="Lower limit")
    maxval: float = Field(0.05, title="Maximum value", description="Upper limit")


class TruncatedNormal(_Seeded):
    """Normal, with values beyond two standard deviations drawn again."""

    mean: float = Field(0.0, title="Mean", description="Center of the distribution")
    stddev: float = Field(
        0.05, gt=0, title="Standard deviation", description="Spread around the mean"
    )


class Orthogonal(_Seeded):
    """An orthogonal matrix: keeps the length of what passes through."""

    makes_matrix: ClassVar[bool] = True
    gain: float = Field(1.0, title="Gain", description="Factor applied to the matrix")


class FanMode(StrEnum):
    FAN_IN = "fan_in"
    FAN_OUT = "fan_out"
    FAN_AVG = "fan_avg"


class Distribution(StrEnum):
    TRUNCATED_NORMAL = "truncated_normal"
    UNTRUNCATED_NORMAL = "untruncated_normal"
    UNIFORM = "uniform"


class VarianceScaling(_Seeded):
    """Variance = scale / fan: the general form of Glorot, He and LeCun."""

    scale: float = Field(1.0, gt=0, title="Scale", description="Factor of the variance")
    mode: FanMode = Field(FanMode.FAN_IN, title="Mode", description="Connections that fan counts")
    distribution: Distribution = Field(
        Distribution.TRUNCATED_NORMAL, title="Distribution", description="Shape of the distribution"
    )


class Zeros(Initializer):
    """All zeros."""


class Ones(Initializer):
    """All ones."""


class Constant(Initializer):
    """One value everywhere."""

    value: float = Field(0.0, title="Value", description="The value of every weight")


if TYPE_CHECKING:
    AnyInitializer = Initializer
else:
    AnyInitializer = family_type(Initializer)
