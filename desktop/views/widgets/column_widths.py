"""How wide the columns of a table of many rows and columns are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView

from desktop.views.theme import scaled

_LOOKED_AT = 10  # rows that decide how wide a column is
_FITTED = 60  # columns, from the left, that are as wide as their texts
_WIDTHS = (48, 220)  # of a column: the least and the most
_EDGES = 20  # pixels beside a text


def fit_columns(table: QTableView) -> None:
    """Make the columns of `table` as wide as their titles and first texts.

    Those far to the right have the usual width. Qt's own way looks at every cell, and each that it
    asks for waits for the interpreter while data is prepared on another thread.
    """
    model, metrics = table.model(), table.fontMetrics()
    least, most = map(scaled, _WIDTHS)
    rows = range(min(_LOOKED_AT, model.rowCount()))
    for column in range(min(_FITTED, model.columnCount())):
        title = model.headerData(column, Qt.Orientation.Horizontal)
        texts = [model.data(model.index(row, column)) for row in rows]
        widest = max(metrics.horizontalAdvance(text) for text in (title, *texts))
        table.setColumnWidth(column, min(max(widest + scaled(_EDGES), least), most))
