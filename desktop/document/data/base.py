"""What all data sources have in common."""

from __future__ import annotations

from math import ceil
from typing import ClassVar

from desktop.document.schema import DataSchema
from desktop.document.spec import Spec


class DataSource(Spec):
    """The base of all data sources. It says nothing that it does not know without reading."""

    tag_key: ClassVar[str] = "source"
    source: str = ""

    @property
    def title(self) -> str:
        """What the user calls this data."""
        raise NotImplementedError

    @property
    def known_schema(self) -> DataSchema | None:
        """What the source holds, as far as that is known before it is read; None if it is not."""
        return None

    @property
    def has_validation(self) -> bool:
        """Whether some rows are held out for validation."""
        return False


def held_back(part: float, rows: int) -> int:
    """How many of `rows` rows `part` of them is, rounded up as scikit-learn does."""
    return ceil(part * rows)
