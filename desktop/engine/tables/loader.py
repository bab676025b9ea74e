"""A table as a data set: read, split, and prepared by what its training rows hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from desktop.document.data import ColumnKind, Table, TableSource
from desktop.document.schema import DataSchema, RowCounts, RowKind
from desktop.engine.data_error import DataError
from desktop.engine.progress import Progress, between, ignore
from desktop.engine.reports import ColumnFacts, FloatArray, IntArray, TableCells
from desktop.engine.row_reports import RowExample
from desktop.engine.rows import Dataset, Rows
from desktop.engine.tables.columns import Use, find_columns
from desktop.engine.tables.fitting import fit, fit_target
from desktop.engine.tables.frame import RawTable, preview, read_table
from desktop.engine.tables.image_table import load_images
from desktop.engine.tables.numbers import NumberFormat
from desktop.engine.tables.preparation import Preparation
from desktop.engine.tables.separate_rows import SeparateRows, read_separate_rows
from desktop.engine.tables.splits import parts, without_validation
from desktop.engine.tables.statistics import with_statistics
from desktop.engine.tables.target import TargetValues, read_target
from desktop.engine.tables.values import cell_numbers, rows_of
from desktop.garbage import collector_paused

if TYPE_CHECKING:
    import pandas as pd

MOST_EXAMPLES = 200


@dataclass(frozen=True)
class PreparedTable:
    """A table with all that was found out about it.

    `training`, `validation` and `test` are numbers of rows of `raw.frame`; no row is for the test
    where test rows have a file of their own.
    """

    raw: RawTable
    target: TargetValues
    columns: tuple[ColumnFacts, ...]
    preparation: Preparation
    training: IntArray
    validation: IntArray
    test: IntArray


@collector_paused()  # texts by the thousand are made, which it would look through again and again
def load_table(source: Table, progress: Progress = ignore) -> Dataset:
    """The data set of the file of `source`. Raises DataError."""
    beginning = preview(source, between(progress, 0, 0.7))
    images = load_images(source, beginning, progress)
    if images is not None:
        return images
    raw = read_table(source, between(progress, 0, 0.7), beginning)
    prepared = prepare(source, raw, between(progress, 0.7, 0.85))
    separate = None
    if source.has_test_file:
        separate = read_separate_rows(source, prepared.preparation, between(progress, 0.85, 0.95))
    return dataset(source, prepared, between(progress, 0.95, 1), separate)


def prepare(source: TableSource, raw: RawTable, progress: Progress = ignore) -> PreparedTable:
    """Split the rows of `raw`, and fit what prepares them on the training rows alone."""
    frame = raw.frame
    form = raw.numbers
    target = read_target(frame[raw.target], source.target_kind, form)
    progress(0.3)
    uses = {raw.target: Use("target", target.reason, target.kind)}
    for name, use in (
        (source.group, Use("group", "its equal values keep rows together")),
        (source.weight, Use("row weight", "it says how much a row counts")),
    ):
        if name is not None:
            if name not in frame.columns:
                raise DataError(f'The table has no column "{name}"; choose another')
            uses[name] = use
    rows = np.flatnonzero(target.present)
    groups = None
    if source.group is not None:
        groups = frame[source.group].astype("object").factorize(use_na_sentinel=False)[0]
    test: IntArray = rows[:0]
    if source.has_test_file:
        training, validation = without_validation(source, target, rows, groups)
    else:
        training, validation, test = parts(source, target, rows, groups)
    progress(0.5)
    known = rows_of(frame, training, form)
    columns, questions = find_columns(frame, known, source, uses)
    prepared = fit(known, columns, fit_target(raw.target, target, training), form)
    progress(0.9)
    # Rows with a missing cell in a column that asks for it are not used, in whatever part.
    keep = prepared.complete(frame, form)
    if not keep[training].all():
        known = known[keep[training]]
    training, validation, test = (each[keep[each]] for each in (training, validation, test))
    if not (len(training) and (len(test) or source.has_test_file)):
        raise DataError(
            "Dropping the rows with missing values leaves none; fill the values instead"
        )
    columns = with_statistics(columns, known, target.y[training], target, form)
    raw = replace(raw, questions=(*raw.questions, *questions))
    return PreparedTable(raw, target, columns, prepared, training, validation, test)


def dataset(
    source: TableSource,
    table: PreparedTable,
    progress: Progress = ignore,
    separate: SeparateRows | None = None,
) -> Dataset:
    """The rows of `table`, and the test rows in `separate` if they are in one, for a network."""
    frame, prepared = table.raw.frame, table.preparation
    weights = _weights(frame, source, table.raw.numbers)
    numbers = (table.training, table.validation, table.test)
    inputs = prepared.inputs_of_parts(frame, table.raw.numbers, numbers)
    progress(0.9)
    training, validation, test = (
        Rows(
            x,
            prepared.target.encoded(table.target.y[rows]),
            None if weights is None else weights[rows],
        )
        for x, rows in zip(inputs, numbers, strict=True)
    )
    test_frame, tested = frame, table.test
    if separate is not None:
        test_frame, tested = separate.frame.reindex(columns=frame.columns), separate.numbers
        weights = _weights(test_frame, source, separate.form, tested)
        test = Rows(separate.x, prepared.target.encoded(separate.y), weights)
    lows, highs = _ranges(training.x)
    schema = DataSchema(
        input_shape=(len(prepared.features),),
        row=RowKind.TABLE_ROW,
        target=prepared.target.in_schema,
        rows=RowCounts(len(training), len(table.validation), len(test)),
        value_range=(float(lows.min()), float(highs.max())),
        features=prepared.features,
        feature_ranges=tuple(
            (float(low), float(high)) for low, high in zip(lows, highs, strict=True)
        ),
    )
    return Dataset(
        source,
        schema,
        training,
        validation if len(table.validation) else None,
        test,
        test_is_training=False,
        notes=(
            *table.raw.questions,
            *table.raw.notes,
            *table.target.notes,
            *(separate.notes if separate is not None else ()),
        ),
        columns=table.columns,
        examples=_examples(table, separate),
        preparation=prepared,
        cells=TableCells(
            tuple(map(str, frame.columns)),
            {"training": frame, "validation": frame, "test": test_frame},
            {"training": table.training, "validation": table.validation, "test": tested},
        ),
    )


def _ranges(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The smallest and the largest number of each column.

    Rows are compared many at a time, because NumPy is slow with short ones.
    """
    many = 64 * (len(x) // 64)
    wide = x[:many].reshape(-1, 64 * x.shape[1])
    lows, highs = wide.min(axis=0, initial=np.inf), wide.max(axis=0, initial=-np.inf)
    return (
        np.concatenate([lows.reshape(64, -1), x[many:]]).min(axis=0),
        np.concatenate([highs.reshape(64, -1), x[many:]]).max(axis=0),
    )


def _examples(table: PreparedTable, separate: SeparateRows | None) -> tuple[RowExample, ...]:
    """The first test rows as they were read."""
    if separate is None:
        frame, form, numbers = table.raw.frame, table.raw.numbers, table.test[:MOST_EXAMPLES]
        y = table.target.y[numbers]
    else:
        frame, form, numbers = separate.frame, separate.form, separate.numbers[:MOST_EXAMPLES]
        y = separate.y[:MOST_EXAMPLES]
    rows, classes = table.preparation.cells(frame.iloc[numbers], form), table.target.classes
    targets = [classes[int(value)] if classes else f"{value:.6g}" for value in y]
    return tuple(
        RowExample(index + 1, row, target)
        for index, (row, target) in enumerate(zip(rows, targets, strict=True))
    )


def _weights(
    frame: pd.DataFrame, source: TableSource, form: NumberFormat, rows: IntArray | None = None
) -> FloatArray | None:
    """The weights in `rows`, by default all, written as `form` says; None if there are none."""
    if source.weight is None:
        return None
    if rows is None:
        rows = np.arange(len(frame))
    cells = frame[source.weight].iloc[rows]
    weights = cell_numbers(cells, ColumnKind.NUMBER, None, form)
    bad = np.flatnonzero(~(weights >= 0))
    if len(bad):
        raise DataError(
            f'Row {rows[bad[0]] + 1} has the weight "{cells.iloc[bad[0]]}" in column '
            f'"{source.weight}"; weights have to be numbers of at least 0'
        )
    return weights.astype(np.float32)
