"""New images for a network that was trained with images: a table of their pixels, row by row."""

from __future__ import annotations

from math import prod
from pathlib import Path

import numpy as np

from desktop.document.data import Table
from desktop.document.schema import DataSchema
from desktop.engine.data_error import DataError
from desktop.engine.image_rows import LEVELS
from desktop.engine.progress import Progress, ignore
from desktop.engine.row_reports import TableMatch
from desktop.engine.tables.frame import TextTable, column_names, preview
from desktop.engine.tables.image_table import NoPixels, label_column, pixel_bytes, pixel_of
from desktop.engine.tables.new_rows import NewRows
from desktop.engine.tables.reading import read_rows


def read_new_images(path: Path, schema: DataSchema, progress: Progress = ignore) -> NewRows:
    """The rows of the table at `path` as images like those of `schema`.

    Each row holds the pixels, row by row, and may hold a label as the first or last column, which
    is not used. Pixels reach from 0 to 1, 16 or 255, the least that all are within. Raises
    DataError.
    """
    import pandas as pd

    source = Table(path=str(path))
    sample, recognized = preview(source)
    names, _ = column_names(recognized)
    count, shape = prod(schema.input_shape), " × ".join(map(str, schema.input_shape))
    if len(names) not in (count, count + 1):
        raise DataError(
            f"{path.name} has {len(names):,} columns; the network takes images of {shape}, so a "
            f"table needs the {count:,} pixels of an image in each row, with or without a label"
        )
    texts = read_rows(path, source, sample, recognized, names, None, progress).fillna("")
    if not len(texts):
        raise DataError(f"{path.name} has no rows; choose a table with rows")
    pixels = list(names)
    if has_label := len(names) > count:
        rows = [row for row in recognized.rows if len(row) == len(names)]
        values = np.array([[pixel_of(cell) for cell in row] for row in rows])
        del pixels[label_column(Table(), names, values, (values >= 0).all(axis=0))]
    cells = texts[pixels]
    numbers = cells.apply(pd.to_numeric, errors="coerce")
    try:  # what is no number is named as it is written
        images = pixel_bytes(cells if numbers.isna().any(axis=None) else numbers, 0)
    except NoPixels as error:
        raise DataError(f"{path.name}: {error}") from error
    low, high = schema.value_range
    white = next(level for level in LEVELS if images.max() <= level)
    x = images.astype(np.float32) * np.float32((high - low) / white) + np.float32(low)
    match = TableMatch(len(texts), count, True, has_label, (), (), {}, {}, {})
    table = TextTable(texts, texts, recognized.dialect, bool(recognized.names))
    return NewRows(table, texts, x.reshape(-1, *schema.input_shape), match)
