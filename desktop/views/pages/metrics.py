"""Metrics as people read them, in big numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.document.choices import Metric
from desktop.views.theme import SPACE_L, SPACE_M, SPACE_S

SHARES = (Metric.ACCURACY, Metric.TOP_K, Metric.PRECISION, Metric.RECALL)  # shown in per cent


def metric_title(name: str) -> str:
    """A metric's name for people: AUC, Loss, Mean squared error."""
    return name.upper() if name == Metric.AUC else name.replace("_", " ").capitalize()


def metric_text(name: str, value: float) -> str:
    """A metric's value: in per cent where it is a part of the rows, else four digits."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if any(str(name).endswith(share) for share in SHARES):
        return f"{value * 100:.1f} %" if value == 1 or value < 0.9995 else ">99.9 %"
    return f"{value:.4g}"


class MetricTiles(QWidget):
    """Big numbers, each with its name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_M)
        self._columns = 0

    def show_values(self, values: Mapping[str, str]) -> None:
        """Show the texts in `values` under their titles, in the order given."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        columns = min(len(values), 3 if len(values) not in (2, 4) else 4)
        for number, (title, text) in enumerate(values.items()):
            tile = QFrame()
            tile.setProperty("role", "card")
            tile.setAccessibleName(f"{title}: {text}")
            column = QVBoxLayout(tile)
            column.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
            column.setSpacing(0)
            for words, role in ((title, "muted"), (text, "display")):
                label = QLabel(words)
                label.setProperty("role", role)
                column.addWidget(label)
            self._grid.addWidget(tile, number // columns, number % columns)
            tile.show()
        for column_number in range(max(columns, self._columns)):
            self._grid.setColumnStretch(column_number, int(column_number < columns))
        self._columns = columns
