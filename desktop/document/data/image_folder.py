"""Images in folders, one for each class."""

from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, ClassVar

from pydantic import Field

from desktop.document.data.base import Origin
from desktop.document.data.images import Images
from desktop.document.fields import FolderName
from desktop.document.schema import Ink
from desktop.document.spec import ADVANCED


class ColorMode(StrEnum):
    """What is read of the colors of an image."""

    GRAYSCALE = "grayscale"
    COLOR = "color"


class Fit(StrEnum):
    """How an image of other proportions gets the size of all."""

    PAD = "whole image"  # with a margin of the background
    CROP = "crop"  # its middle fills the size


class Background(StrEnum):
    """What is seen through transparent pixels, and in the margins of padded images."""

    WHITE = "white"
    BLACK = "black"


_Side = Annotated[int, Field(ge=1, le=2048)]


class ImageFolder(Images, tag="image_folder"):
    """Images in a folder with one subfolder for each class, or train and test folders of these."""

    origin: ClassVar[Origin] = Origin.FILES
    takes_pictures: ClassVar[bool] = True
    pixel_maximum: ClassVar[float] = 255.0
    path: FolderName = Field(
        "", title="Folder", description="A folder with one subfolder of images for each class"
    )
    size: tuple[_Side, _Side] | None = Field(
        None,
        title="Size",
        description="Height and width that all images get; empty: as they are if small, or 64 × 64",
        json_schema_extra={"none": "Found in images"},
    )
    color: ColorMode | None = Field(
        None,
        title="Color",
        description="Grayscale or color; empty: grayscale if all images are gray",
        json_schema_extra={"none": "Found in images"},
    )
    fit: Fit = Field(
        Fit.PAD,
        title="Fit",
        description="Whether images of other proportions are shown whole, with margins, or cropped",
    )
    background: Background = Field(
        Background.WHITE,
        title="Background",
        description="Color of margins, and behind transparent pixels",
    )
    ink: Ink | None = Field(
        None,
        title="Drawings",
        description="Whether images show ink on plain paper; what you draw is prepared like them",
        json_schema_extra={"none": "Found in images"} | ADVANCED,
    )
    test_split: float = Field(
        0.2,
        gt=0,
        le=0.9,
        title="Test split",
        description="Fraction of all images held out for the test where there is no test folder",
    )
    split_seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Split seed",
        description="Decides which images go where; the same seed gives the same split",
        json_schema_extra=ADVANCED,
    )

    @property
    def title(self) -> str:
        return PurePath(self.path).name or "Image folder"
