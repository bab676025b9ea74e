"""Penalties added to the loss. Names, fields and defaults are those of keras.regularizers."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from desktop.document.spec import Spec, family_type


class Regularizer(Spec):
    """The base of all regularizers."""

    tag_key: ClassVar[str] = "regularizer"
    regularizer: str = ""


class L1(Regularizer):
    """l1 · Σ|w|: drives many weights to exactly zero."""

    l1: float = Field(0.01, ge=0, title="L1", description="Strength of the penalty on |w|")


class L2(Regularizer):
    """l2 · Σw²: weight decay, keeps every weight small."""

    l2: float = Field(0.01, ge=0, title="L2", description="Strength of the penalty on w²")


class L1L2(Regularizer):
    """Both penalties together (elastic net)."""

    l1: float = Field(0.0, ge=0, title="L1", description="Strength of the penalty on |w|")
    l2: float = Field(0.0, ge=0, title="L2", description="Strength of the penalty on w²")


if TYPE_CHECKING:
    AnyRegularizer = Regularizer
else:
    AnyRegularizer = family_type(Regularizer)
