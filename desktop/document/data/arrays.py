"""Data sources whose rows are NumPy arrays in a file."""

from enum import StrEnum
from pathlib import PurePath
from typing import ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from desktop.document.data.base import DataSource, Origin, SplitSeed, ValidationSplit
from desktop.document.data.table import Scaling, TargetKind
from desktop.document.fields import ColumnName, FileName

_FOUND: JsonDict = {"none": "Found by values"}


class ArrayRow(StrEnum):
    """What one row of an array is."""

    NUMBERS = "numbers"  # (features,)
    IMAGE = "image"  # (height, width) or (height, width, 1 or 3)
    SEQUENCE = "sequence"  # (steps, features)


class Arrays(DataSource, tag="arrays"):
    """NumPy arrays in an .npz or .npy file: numbers, images or sequences with a target."""

    origin: ClassVar[Origin] = Origin.FILES
    suffixes: ClassVar[tuple[str, ...]] = (".npz", ".npy")
    path: FileName = Field("", title="File", description="Arrays in an .npz or .npy file")
    target_path: FileName | None = Field(
        None,
        title="Target file",
        description="An .npy file with the targets; empty: they are in the file above",
        json_schema_extra={"none": "In the same file"},
    )
    inputs: ColumnName | None = Field(
        None,
        title="Input",
        description="Array with the inputs of the training rows",
        json_schema_extra={"none": "Found by name"},
    )
    target: ColumnName | None = Field(
        None,
        title="Target",
        description="Array with the targets of the training rows",
        json_schema_extra={"none": "Found by name"},
    )
    target_kind: TargetKind | None = Field(
        None, title="Predict", description="Classes or a number", json_schema_extra=_FOUND
    )
    row: ArrayRow | None = Field(
        None, title="One row", description="What one row is", json_schema_extra=_FOUND
    )
    scaling: Scaling | None = Field(
        None,
        title="Scaling",
        description="How inputs are scaled, by the training rows: each feature, or all pixels",
        json_schema_extra=_FOUND,
    )
    validation_split: ValidationSplit = 0.1
    test_split: float = Field(
        0.2,
        gt=0,
        le=0.9,
        title="Test split",
        description="Part of all rows kept for the final test, unless the file has test rows",
    )
    split_seed: SplitSeed = 0

    @property
    def title(self) -> str:
        return PurePath(self.path).name or "Arrays"

    @property
    def has_validation(self) -> bool:
        return self.validation_split > 0
