"""What all data sources have in common."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from pathlib import Path
from typing import Annotated, ClassVar, Self, TypeAlias

from pydantic import Field

from desktop.document.fields import FILES, FileName, Kind, fields_of
from desktop.document.schema import DataSchema, Ink
from desktop.document.spec import ADVANCED, Spec, variants

# Settings that several sources have.
ValidationSplit: TypeAlias = Annotated[
    float,
    Field(
        ge=0,
        le=0.9,
        title="Validation split",
        description="Part of the training rows held out for validation, 0 to 1",
    ),
]
SplitSeed: TypeAlias = Annotated[
    int,
    Field(
        ge=0,
        le=2**32 - 1,
        title="Split seed",
        description="Decides which rows go where; the same seed gives the same split",
        json_schema_extra=ADVANCED,
    ),
]
KerasFile: TypeAlias = Annotated[
    FileName | None,
    Field(
        title="File",
        description="The downloaded file; empty: the one in Keras's data folder",
        json_schema_extra={"none": "Keras's data folder"},
    ),
]


class Origin(StrEnum):
    """Where rows come from: the headings of a menu of data sources, in this order."""

    BUILT_IN = "Built in"  # needs no file
    FILES = "Your own files"
    KERAS = "From Keras"  # downloaded, or a file that Keras has downloaded


@dataclass(frozen=True)
class Download:
    """A file in Keras's data folder, and where it comes from.

    `size` is in bytes; `checksum` is its SHA-256, or its MD5 where no other is known.
    """

    file: str
    url: str
    size: int
    checksum: str


class DataSource(Spec):
    """The base of all data sources. It says nothing that it does not know without reading."""

    tag_key: ClassVar[str] = "source"
    source: str = ""

    origin: ClassVar[Origin] = Origin.BUILT_IN
    suffixes: ClassVar[tuple[str, ...]] = ()  # of the files it reads, in small letters
    # Whether the rows are pictures as files have them: others become drawings of ink on paper.
    takes_pictures: ClassVar[bool] = False
    keras_file: ClassVar[str] = ""  # in Keras's data folder; read where no other file is chosen

    @classmethod
    def kind_title(cls) -> str:
        """What the user calls this kind of data, whatever its settings."""
        return cls().title.partition(":")[0]

    downloads: ClassVar[tuple[Download, ...]] = ()  # what there is to be in Keras's data folder

    @classmethod
    def recognizes(cls, path: Path) -> bool | None:
        """Whether the file at `path` is of this kind; None if that cannot be told.

        A file of Keras is told by its name; a class that knows more looks at the contents.
        """
        return path.name.lower() == cls.keras_file and path.is_file() if cls.keras_file else None

    @classmethod
    def file_field(cls) -> str:
        """The name of the setting that says which file or folder is read; "" if none is."""
        return next((field.name for field in fields_of(cls) if field.kind in FILES), "")

    @classmethod
    def takes_folder(cls) -> bool:
        """Whether what is chosen to be read is a folder."""
        return any(field.kind is Kind.FOLDER for field in fields_of(cls))

    @property
    def file(self) -> str | None:
        """The file or folder that was chosen to be read."""
        name = self.file_field()
        return getattr(self, name) if name else None

    def with_file(self, file: str) -> Self:
        """The same with `file` to be read; only of a source with a `file_field`."""
        return self.replace(**{self.file_field(): file})

    def with_test_file(self, file: str) -> Self | None:
        """The same with its test rows in `file`; None if it cannot have such a file."""
        return None

    @property
    def title(self) -> str:
        """What the user calls this data."""
        raise NotImplementedError

    @property
    def known_schema(self) -> DataSchema | None:
        """What the source holds, as far as that is known before it is read; None if it is not."""
        return None

    def takes_drawings(self, schema: DataSchema) -> bool:
        """Whether what is drawn can be made like the rows, which `schema` describes."""
        is_drawing = schema.ink is not Ink.NONE or not self.takes_pictures
        return schema.is_image and schema.is_grayscale and is_drawing

    @property
    def uses_drawings(self) -> bool:
        """Whether there are drawings among the rows that the user kept on the page Draw."""
        return False

    @property
    def has_validation(self) -> bool:
        """Whether some rows are held out for validation."""
        return False


def sources_by_origin() -> dict[Origin, tuple[type[DataSource], ...]]:
    """All kinds of data source by their origin, in the order in which a menu shows them."""
    kinds = variants(DataSource)
    return {origin: tuple(kind for kind in kinds if kind.origin is origin) for origin in Origin}


def sources_for(path: Path) -> tuple[type[DataSource], ...]:
    """The kinds of data source that can read what is at `path`: a file by its contents and its
    ending, or a folder.
    """
    if path.is_dir():
        return tuple(kind for kind in variants(DataSource) if kind.takes_folder())
    answers = {kind: kind.recognizes(path) for kind in variants(DataSource)}
    if recognized := tuple(kind for kind, answer in answers.items() if answer):
        return recognized
    suffix = path.suffix.lower()
    return tuple(
        kind for kind, answer in answers.items() if answer is None and suffix in kind.suffixes
    )


def named_sources() -> dict[str, type[DataSource]]:
    """By tag, the kinds of data source that hold something without a file being chosen."""
    return {kind.tag: kind for kind in variants(DataSource) if kind().file is None}


def data_suffixes() -> tuple[str, ...]:
    """The endings of all files that some data source reads, each once."""
    return tuple(dict.fromkeys(each for kind in variants(DataSource) for each in kind.suffixes))


def held_back(part: float, rows: int) -> int:
    """How many of `rows` rows `part` of them is, rounded up as scikit-learn does."""
    return ceil(part * rows)
