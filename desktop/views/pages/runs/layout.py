"""Which columns the table of runs has, in which order, how wide: as the user left it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop.views.pages.runs.columns import Column
from desktop.views.settings import Settings


@dataclass
class TableLayout:
    """What was chosen, by the ids of columns; widths in pixels at 100 %.

    Only what differs from the program's own choice is kept, so that a new column appears.
    """

    shown: dict[str, bool] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    widths: dict[str, int] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: Settings) -> TableLayout:
        """As it was kept; what makes no sense is left out."""
        kept = settings.runs_table

        def entries(name: str, kind: type) -> dict[str, Any]:
            found = kept.get(name)
            pairs = found.items() if isinstance(found, dict) else ()
            return {key: value for key, value in pairs if type(value) is kind}

        order = kept.get("order")
        return cls(
            entries("shown", bool),
            [each for each in order if isinstance(each, str)] if isinstance(order, list) else [],
            {key: width for key, width in entries("widths", int).items() if 0 < width < 10_000},
        )

    def keep(self, settings: Settings) -> None:
        """Let `from_settings` find it again."""
        settings.runs_table = {"shown": self.shown, "order": self.order, "widths": self.widths}

    def is_shown(self, column: Column) -> bool:
        return self.shown.get(column.id, column.shown)

    def ordered(self, columns: Sequence[Column]) -> list[int]:
        """The places of `columns` from left to right; unknown ones stay behind their neighbors."""
        rank = {name: place for place, name in enumerate(self.order)}
        keys: list[tuple[int, int]] = []
        last = -1
        for place, column in enumerate(columns):
            last = rank.get(column.id, last)
            keys.append((last, place))
        return sorted(range(len(columns)), key=lambda place: keys[place])
