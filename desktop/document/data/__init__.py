"""Where the rows come from, and how they are split: a class for each kind of data source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.document.data.arrays import ArrayRow, Arrays
from desktop.document.data.base import (
    DataSource,
    Download,
    Origin,
    data_suffixes,
    held_back,
    named_sources,
    sources_by_origin,
    sources_for,
)
from desktop.document.data.idx import IDX_NAME, Idx
from desktop.document.data.image_folder import Background, ColorMode, Fit, ImageFolder
from desktop.document.data.images import Digits, GeneratedDigits, Mnist
from desktop.document.data.keras import FASHION, CaliforniaHousing, Cifar10, FashionMnist
from desktop.document.data.logic import GATES, GATES_OF_THREE, LogicTable, Row
from desktop.document.data.my_drawings import MyDrawings
from desktop.document.data.points import DECIMALS, SURFACES, PlanePoints, Point, PointShape
from desktop.document.data.scikit_learn import (
    BreastCancer,
    Diabetes,
    Iris,
    ScikitLearnTable,
    Wine,
)
from desktop.document.data.table import (
    Column,
    ColumnKind,
    DateOrder,
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
    fills,
)
from desktop.document.spec import family_type

__all__ = [
    "DECIMALS",
    "FASHION",
    "GATES",
    "GATES_OF_THREE",
    "IDX_NAME",
    "SURFACES",
    "AnyDataSource",
    "ArrayRow",
    "Arrays",
    "Background",
    "BreastCancer",
    "CaliforniaHousing",
    "Cifar10",
    "ColorMode",
    "Column",
    "ColumnKind",
    "DataSource",
    "DateOrder",
    "DecimalSign",
    "Delimiter",
    "Diabetes",
    "Digits",
    "Download",
    "Encoding",
    "FashionMnist",
    "Fill",
    "Fit",
    "GeneratedDigits",
    "Idx",
    "ImageFolder",
    "Iris",
    "LogicTable",
    "Mnist",
    "MyDrawings",
    "Origin",
    "PlanePoints",
    "Point",
    "PointShape",
    "Quote",
    "Row",
    "Scaling",
    "ScikitLearnTable",
    "Table",
    "TableSource",
    "TargetKind",
    "ThousandsSign",
    "Wine",
    "data_suffixes",
    "fills",
    "held_back",
    "named_sources",
    "sources_by_origin",
    "sources_for",
]

if TYPE_CHECKING:
    AnyDataSource = DataSource
else:
    AnyDataSource = family_type(DataSource)
