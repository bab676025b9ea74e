"""Where the rows come from, and how they are split: a class for each kind of data source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.document.data.base import DataSource, data_suffixes, held_back, sources_for
from desktop.document.data.images import Digits, Mnist
from desktop.document.data.logic import GATES, LogicTable, Row
from desktop.document.data.table import (
    Column,
    ColumnKind,
    DecimalSign,
    Delimiter,
    Encoding,
    Fill,
    Quote,
    Scaling,
    Table,
    TableSource,
    TargetKind,
    ThousandsSign,
)
from desktop.document.spec import family_type

__all__ = [
    "GATES",
    "AnyDataSource",
    "Column",
    "ColumnKind",
    "DataSource",
    "DecimalSign",
    "Delimiter",
    "Digits",
    "Encoding",
    "Fill",
    "LogicTable",
    "Mnist",
    "Quote",
    "Row",
    "Scaling",
    "Table",
    "TableSource",
    "TargetKind",
    "ThousandsSign",
    "data_suffixes",
    "held_back",
    "sources_for",
]

if TYPE_CHECKING:
    AnyDataSource = DataSource
else:
    AnyDataSource = family_type(DataSource)
