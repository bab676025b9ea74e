"""Layers that act only while training, against overfitting."""

from typing import ClassVar

from pydantic import Field

from desktop.document.layers.base import Family, Layer


class _Random(Layer):
    training_only: ClassVar[bool] = True
    works_ahead: ClassVar[bool] = True
    seed: int | None = Field(
        None,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Makes the random numbers the same in every run",
        json_schema_extra={"none": "From training", "advanced": True},
    )


class Dropout(_Random):
    """Sets a random fraction of its inputs to zero while training, against overfitting."""

    family: ClassVar[Family] = Family.REGULARIZATION
    rate: float = Field(
        0.2, ge=0, le=1, title="Rate", description="Fraction of the inputs set to zero, 0 to 1"
    )

    def details(self) -> str:
        return f"{self.rate:.0%}"


class GaussianNoise(_Random):
    """Adds random noise to its inputs while training."""

    family: ClassVar[Family] = Family.REGULARIZATION
    max_xla_batch: ClassVar[int] = 512
    stddev: float = Field(
        0.1, ge=0, le=1, title="Standard deviation", description="Standard deviation of the noise"
    )

    def details(self) -> str:
        return f"± {self.stddev:g}"


class ActivityRegularization(Layer):
    """Passes its input on and adds a penalty on large values to the loss."""

    family: ClassVar[Family] = Family.REGULARIZATION
    training_only: ClassVar[bool] = True
    l1: float = Field(0.0, ge=0, title="L1", description="Strength of the penalty on |value|")
    l2: float = Field(0.0, ge=0, title="L2", description="Strength of the penalty on value²")

    def details(self) -> str:
        parts = [f"L1 {self.l1:g}" if self.l1 else "", f"L2 {self.l2:g}" if self.l2 else ""]
        return " · ".join(part for part in parts if part)
