"""Data sources whose rows are rows of a table, and what is asked for its columns."""

from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, ClassVar, Self

from pydantic import Field

from desktop.document.data.base import DataSource, Origin, SplitSeed, ValidationSplit
from desktop.document.fields import ColumnName, FileName, Kind, SheetName
from desktop.document.spec import ADVANCED, Spec


class ColumnKind(StrEnum):
    """What the cells of a column are."""

    NUMBER = "number"
    CATEGORY = "category"
    YES_NO = "yes/no"  # one of two values
    DATE = "date"
    LEFT_OUT = "left out"


class Fill(StrEnum):
    """What becomes of a row whose cell is missing."""

    MEDIAN = "median"
    MOST_FREQUENT = "most frequent"
    OWN_CATEGORY = "own category"
    DROP_ROW = "drop row"


def fills(kind: ColumnKind) -> tuple[Fill, ...]:
    """What can become of missing values in a column of this kind."""
    match kind:
        case ColumnKind.NUMBER | ColumnKind.DATE:
            return Fill.MEDIAN, Fill.MOST_FREQUENT, Fill.DROP_ROW
        case ColumnKind.CATEGORY:
            return Fill.MOST_FREQUENT, Fill.OWN_CATEGORY, Fill.DROP_ROW
        case ColumnKind.YES_NO:
            return Fill.MOST_FREQUENT, Fill.DROP_ROW
        case ColumnKind.LEFT_OUT:
            return ()


class Scaling(StrEnum):
    """How the numbers of a column are scaled, by the training rows."""

    STANDARDIZE = "standardize"  # mean 0, standard deviation 1
    ZERO_TO_ONE = "0 to 1"
    NONE = "none"


class DateOrder(StrEnum):
    """What comes first in a date such as 03/02/2020."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


class TargetKind(StrEnum):
    """What is predicted."""

    CLASSES = "classes"
    NUMBER = "number"


class Column(Spec):
    """What the user decided for one column. None leaves a decision to the program."""

    name: ColumnName = Field(title="Column", description="Name of the column", min_length=1)
    kind: ColumnKind | None = Field(None, title="Kind", description="What the cells are")
    fill: Fill | None = Field(
        None, title="Missing values", description="What becomes of a row whose cell is missing"
    )
    scaling: Scaling | None = Field(
        None, title="Scaling", description="How numbers are scaled, by the training rows"
    )
    date_order: DateOrder | None = Field(
        None, title="Dates", description="Whether day or month comes first in dates"
    )

    @property
    def decided(self) -> tuple[str, ...]:
        """The names of what is not left to the program."""
        fields = ("kind", "fill", "scaling", "date_order")
        return tuple(name for name in fields if getattr(self, name) is not None)


class _TableSource(DataSource):
    """What all tables have in common: a target, columns, and splits by fractions."""

    target: ColumnName | None = Field(
        None,
        title="Target",
        description="Column to be predicted; empty: the last one, or the label of images",
        json_schema_extra={"none": "Last or label"},
    )
    target_kind: TargetKind | None = Field(
        None,
        title="Predict",
        description="Classes or a number; empty: what the column looks like",
        json_schema_extra={"none": "Found by values"},
    )
    columns: Annotated[tuple[Column, ...], Kind.COLUMNS] = Field(
        (), title="Columns", description="Decisions on columns that differ from those found"
    )
    group: ColumnName | None = Field(
        None,
        title="Group",
        description="Column whose equal values keep rows in the same split",
        json_schema_extra={"none": "None"} | ADVANCED,
    )
    weight: ColumnName | None = Field(
        None,
        title="Row weight",
        description="Column that says how much each row counts in the loss",
        json_schema_extra={"none": "None"} | ADVANCED,
    )
    validation_split: ValidationSplit = 0.1
    test_split: float = Field(
        0.2,
        gt=0,
        le=0.9,
        title="Test split",
        description="Part of all rows kept for the final test, where there is no test file",
    )
    split_seed: SplitSeed = 0

    @property
    def has_validation(self) -> bool:
        return self.validation_split > 0

    @property
    def has_test_file(self) -> bool:
        """Whether the test rows are in a file of their own."""
        return False

    def column(self, name: str) -> Column:
        """What was decided for the column called `name`."""
        return next((each for each in self.columns if each.name == name), Column(name=name))

    def with_column(self, column: Column) -> Self:
        """The same with what `column` says decided for the column of its name."""
        others = tuple(each for each in self.columns if each.name != column.name)
        return self.replace(columns=(*others, column) if column.decided else others)

    def decide(self, name: str, field: str, value: StrEnum | None) -> Self:
        """The same with `field` of the column called `name` decided; None leaves it to the program.

        How missing values are filled goes with the kind, unless it suits the new one as well.
        """
        column = self.column(name).replace(**{field: value})
        if field == "kind" and (column.kind is None or column.fill not in fills(column.kind)):
            column = column.replace(fill=None)
        return self.with_column(column)

    def with_target(self, name: str) -> Self:
        """The same with the column called `name` to be predicted, as what it looks like."""
        return self.replace(target=name, target_kind=None)


TableSource = _TableSource  # the underscore says that it is no source of its own


class Delimiter(StrEnum):
    """What stands between two cells."""

    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"
    BAR = "vertical bar"
    SPACES = "spaces"
    NONE = "none"  # a table of one column


class Quote(StrEnum):
    """What stands around a cell that has delimiters in it."""

    DOUBLE = "double"
    SINGLE = "single"
    NONE = "none"


class DecimalSign(StrEnum):
    """What stands before the fraction of a number."""

    POINT = "point"
    COMMA = "comma"


class ThousandsSign(StrEnum):
    """What stands between groups of three digits."""

    NONE = "none"
    COMMA = "comma"
    POINT = "point"
    SPACE = "space"
    APOSTROPHE = "apostrophe"


class Encoding(StrEnum):
    """How characters are stored, as Python names it."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS = "cp1252"
    LATIN_1 = "latin-1"


_FOUND = ADVANCED | {"none": "Found in the file"}
_WORKBOOKS = (".xlsx", ".xlsm")  # endings of Excel's files
_OF_TEXTS = {"delimiter", "quote", "decimal", "thousands", "encoding"}


class Table(_TableSource, tag="table"):
    """A table in a file: CSV, TSV and the like, compressed or not, or an Excel workbook."""

    origin: ClassVar[Origin] = Origin.FILES
    suffixes: ClassVar[tuple[str, ...]] = (
        *(".csv", ".tsv", ".tab", ".txt", ".data", ".gz"),
        *_WORKBOOKS,
    )
    path: FileName = Field(
        "", title="File", description="CSV, TSV or other text file, also gzipped, or Excel workbook"
    )
    test_path: FileName | None = Field(
        None,
        title="Test file",
        description="A file of the same kind with the test rows; empty: part of the file above",
        json_schema_extra={"none": "Part of the file"},
    )
    sheet: SheetName | None = Field(
        None,
        title="Sheet",
        description="Sheet of the workbook that holds the table; empty: the first",
        json_schema_extra={"none": "The first"},
    )
    images: bool | None = Field(
        None,
        title="Rows are images",
        description="Whether each row holds a label and the pixels, 0 to 255, of a square image",
        json_schema_extra=_FOUND,
    )
    delimiter: Delimiter | None = Field(
        None,
        title="Delimiter",
        description="What stands between two cells",
        json_schema_extra=_FOUND,
    )
    quote: Quote | None = Field(
        None,
        title="Quotes",
        description="What stands around a cell that has delimiters in it",
        json_schema_extra=_FOUND,
    )
    decimal: DecimalSign | None = Field(
        None,
        title="Decimal sign",
        description="What stands before the fraction of a number",
        json_schema_extra=_FOUND,
    )
    thousands: ThousandsSign | None = Field(
        None,
        title="Thousands sign",
        description="What stands between groups of three digits",
        json_schema_extra=_FOUND,
    )
    encoding: Encoding | None = Field(
        None,
        title="Encoding",
        description="How the characters are stored",
        json_schema_extra=_FOUND,
    )
    header: bool | None = Field(
        None,
        title="Header",
        description="Whether the first row holds the names of the columns",
        json_schema_extra=_FOUND,
    )
    skip_rows: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        title="Skipped lines",
        description="Lines before the header, or before the first row",
        json_schema_extra=_FOUND,
    )
    missing_marks: Annotated[tuple[str, ...], Kind.TEXTS] | None = Field(
        None,
        title="Missing marks",
        description='What stands for a missing value beside an empty cell: NA, ?, "not known"',
        json_schema_extra=_FOUND,
    )

    @property
    def title(self) -> str:
        return PurePath(self.path).name or "Table"

    def with_file(self, file: str) -> Self:
        """The same with `file` to be read. Of a file of another name, only the splits are the same:
        other decisions were about columns and rows of the one before.
        """
        if PurePath(file).name == PurePath(self.path).name:
            return self.replace(path=file)
        splits = ("validation_split", "test_split", "split_seed")
        return type(self)(path=file, **{name: getattr(self, name) for name in splits})

    def with_test_file(self, file: str) -> Self | None:
        return self.replace(test_path=file) if self.path and file != self.path else None

    @property
    def has_test_file(self) -> bool:
        return self.test_path is not None

    @property
    def unused(self) -> frozenset[str]:
        names = {"test_split"} if self.has_test_file else set()
        files = [file for file in (self.path, self.test_path) if file]
        workbooks = [file.lower().endswith(_WORKBOOKS) for file in files]
        if workbooks and all(workbooks):
            names |= _OF_TEXTS
        return frozenset(names if any(workbooks) else names | {"sheet"})
