"""The drawings that the user kept, as a data source."""

from typing import Annotated, ClassVar

from pydantic import Field

from desktop.document.data.base import Origin, SplitSeed
from desktop.document.data.images import Images
from desktop.document.fields import Kind


class MyDrawings(Images, tag="my_drawings"):
    """What was drawn on the page Draw and kept there with its label."""

    origin: ClassVar[Origin] = Origin.FILES
    pixel_maximum: ClassVar[float] = 255.0
    size: int = Field(
        28,
        ge=8,
        le=128,
        title="Image size",
        description="Pixels a side; 28 prepares drawings as MNIST, 8 as the built-in digits",
    )
    labels: Annotated[tuple[str, ...], Kind.TEXTS] | None = Field(
        None,
        title="Labels",
        description="Which drawings are used: those with one of these labels, which are the "
        "classes in this order",
        json_schema_extra={"none": "All that there are"},
    )
    test_split: float = Field(
        0.2,
        ge=0,
        le=0.9,
        title="Test split",
        description="Fraction of the drawings of each class held out for the test, 0 to 1",
    )
    split_seed: SplitSeed = 0

    @property
    def title(self) -> str:
        return "My drawings"

    @property
    def uses_drawings(self) -> bool:
        return True
