"""Data sources whose rows are images."""

import re
import zlib
from pathlib import Path
from typing import ClassVar
from zipfile import BadZipFile, ZipFile

from pydantic import Field

from desktop.document.data.base import DataSource, Download, KerasFile, Origin, SplitSeed, held_back
from desktop.document.schema import Classes, DataSchema, Ink, RowCounts, RowKind
from desktop.document.spec import ADVANCED

_DIGITS = Classes(tuple(str(digit) for digit in range(10)))


_MNIST_NAME = re.compile(r"(?<![a-z])mnist(?![a-z])", re.IGNORECASE)
_MNIST_SHAPE = re.compile(rb"'shape': \(\d+, 28, 28\)")


class _Images(DataSource):
    """What image sources share: part of the training rows for validation, and scaled pixels."""

    pixel_maximum: ClassVar[float]
    validation_split: float = Field(
        0.1,
        ge=0,
        le=0.9,
        title="Validation split",
        description="Fraction of the training rows held out for validation, 0 to 1",
    )
    scale_pixels: bool = Field(
        True,
        title="Scale pixels",
        description="Divide pixels by their largest value",
    )

    def _schema(
        self, shape: tuple[int, ...], training: int, test: int, target: Classes | None = None
    ) -> DataSchema:
        """Of images of the classes `target`, `training` of them for training and validation.

        Without a target they are drawn digits.
        """
        validation = held_back(self.validation_split, training)
        highest = 1.0 if self.scale_pixels else self.pixel_maximum
        return DataSchema(
            input_shape=shape,
            row=RowKind.IMAGE,
            target=target or _DIGITS,
            rows=RowCounts(training - validation, validation, test),
            value_range=(0.0, highest),
            ink=Ink.NONE if target else Ink.LIGHT,
        )

    @property
    def has_validation(self) -> bool:
        return self.validation_split > 0


class _DrawnImages(_Images):
    """What sources share whose images were drawn: those of the user can be added."""

    add_drawings: bool = Field(
        False,
        title="Add my drawings",
        description="Train on My drawings, too, as far as their labels are classes of this data; "
        "none of them is held out for validation or the test",
    )

    @property
    def uses_drawings(self) -> bool:
        return self.add_drawings


# The underscores say that they are no sources of their own.
Images = _Images
DrawnImages = _DrawnImages


class Digits(_DrawnImages, tag="digits"):
    """1,797 handwritten digits of 8 × 8 pixels that come with the program."""

    pixel_maximum: ClassVar[float] = 16.0
    test_split: float = Field(
        0.2,
        gt=0,
        le=0.9,
        title="Test split",
        description="Fraction of all rows held out for the test, 0 to 1",
    )
    split_seed: SplitSeed = 0

    @property
    def title(self) -> str:
        return "Handwritten digits"

    @property
    def known_schema(self) -> DataSchema:
        test = held_back(self.test_split, 1797)
        return self._schema((8, 8), 1797 - test, test)


class Mnist(_DrawnImages, tag="mnist"):
    """70,000 handwritten digits of 28 × 28 pixels: 60,000 for training, 10,000 for the test."""

    origin: ClassVar[Origin] = Origin.KERAS
    pixel_maximum: ClassVar[float] = 255.0
    suffixes: ClassVar[tuple[str, ...]] = (".npz",)
    keras_file: ClassVar[str] = "mnist.npz"
    downloads: ClassVar[tuple[Download, ...]] = (
        Download(
            "mnist.npz",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
            11_490_434,
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    )
    path: KerasFile = None

    @classmethod
    def recognizes(cls, path: Path) -> bool:
        if path.suffix.lower() not in cls.suffixes or not _MNIST_NAME.search(path.stem):
            return False
        if "fashion" in path.stem.lower():
            return False
        try:
            with ZipFile(path) as archive, archive.open("x_train.npy") as stream:
                return _MNIST_SHAPE.search(stream.read(256)) is not None
        except (OSError, KeyError, ValueError, BadZipFile, zlib.error, EOFError, RuntimeError):
            return False  # reading it says why

    @property
    def title(self) -> str:
        return "MNIST"

    @property
    def known_schema(self) -> DataSchema:
        return self._schema((28, 28), 60_000, 10_000)


class GeneratedDigits(_DrawnImages, tag="generated_digits"):
    """Handwritten digits of 28 × 28 pixels that the program draws itself, as many as wanted."""

    pixel_maximum: ClassVar[float] = 255.0
    count: int = Field(
        20_000,
        ge=100,
        le=200_000,
        title="Images",
        description="How many digits are drawn, for training, validation and test together",
    )
    test_split: float = Field(
        0.2,
        gt=0,
        le=0.9,
        title="Test split",
        description="Fraction of all images held out for the test, 0 to 1",
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Decides which digits are drawn; the same seed gives the same digits",
        json_schema_extra=ADVANCED,
    )

    @property
    def title(self) -> str:
        return "Generated digits"

    @property
    def known_schema(self) -> DataSchema:
        test = held_back(self.test_split, self.count)
        return self._schema((28, 28), self.count - test, test)
