"""What a user should look at before training with some data, in plain sentences.

Each check looks at a `Dataset` of any kind and says at most a few things; `CHECKS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import numpy as np

from desktop.document.data import ColumnKind
from desktop.document.schema import Classes, Numbers, RowKind
from desktop.document.text import counted, some
from desktop.engine.fingerprint import hashes_of_arrays
from desktop.engine.reports import ColumnFacts, FloatArray, IntArray
from desktop.engine.rows import Dataset
from desktop.engine.tables.columns import counts_up

FEW_ROWS = 10  # of a class for training
ENOUGH_ROWS = 30  # for training, to tell what determines the target
NEARLY = 0.98  # the part of the errors of guessing that a column spares, from which it tells all
ROUGHLY = 0.9  # ... and where its values are put together so that chance cannot do it
LARGE, SMALL = 10.0, 0.01  # usual sizes of inputs that hinder training
_SAMPLE = 2_000  # rows for what need not be exact
_INTERVALS = 100
_WIDE = 3  # rows of an interval that are not alike by chance
_NUMBERS = 5_000_000  # that are compared at first to find equal rows
_IN_ORDER = 0.95  # the part of the steps that go the same way

Check: TypeAlias = Callable[[Dataset], Iterator[str]]


def find_warnings(dataset: Dataset) -> tuple[str, ...]:
    """What to look at, most important first."""
    return tuple(warning for check in CHECKS for warning in check(dataset))


def few_rows(dataset: Dataset) -> Iterator[str]:
    """Classes with too few training rows to learn from."""
    target = dataset.schema.target
    if not isinstance(target, Classes) or dataset.test_is_training:
        return
    counts = np.bincount(dataset.training.y, minlength=len(target.names))
    few = [
        f"{_quoted(name)} ({count})"
        for name, count in zip(target.names, counts.tolist(), strict=True)
        if count < FEW_ROWS
    ]
    if few:
        what = "This class has" if len(few) == 1 else "These classes have"
        yield f"{what} very few training rows to learn from: {some(few)}"


def twins(dataset: Dataset) -> Iterator[str]:
    """Classes that may be the same one, written in two ways."""
    target = dataset.schema.target
    groups: dict[Any, list[str]] = {}
    for name in target.names if isinstance(target, Classes) else ():
        groups.setdefault(_plain(name), []).append(name)
    for group in [group for group in groups.values() if len(group) > 1][:3]:
        yield f"These classes look like one, written differently: {_listed(group)}"


def _plain(name: str) -> float | str:
    """What is left of the name of a class without case, spaces and punctuation.

    Signs that compare or rate are no punctuation: "<=50K" is another class than ">50K".
    """
    try:
        return float(name.strip().replace(",", "."))
    except ValueError:
        kept = (each for each in name.casefold() if each.isalnum() or each in "<>=≤≥+")
        return "".join(kept) or name


def constant_columns(dataset: Dataset) -> Iterator[str]:
    """Columns that have the same value in every training row."""
    names = [
        each.name
        for each in dataset.columns
        if each.distinct <= 1 and not each.missing and not each.purpose
    ]
    if not dataset.columns and not _is_picture(dataset) and len(dataset.training) > 1:
        x = _flat(dataset.training.x)
        same = np.flatnonzero(x.min(axis=0) == x.max(axis=0))
        names = [_feature(dataset, index) for index in same.tolist()]
    if names:
        yield (
            "These columns have the same value in every training row, so that nothing can be "
            f"learned from them: {_listed(names)}"
        )


def identifiers(dataset: Dataset) -> Iterator[str]:
    """Columns that number or name the rows."""
    found = [each for each in dataset.columns if _is_identifier(each, dataset)]
    for used in (True, False):
        names = [each.name for each in found if (each.kind is not ColumnKind.LEFT_OUT) == used]
        if names:
            end = "leave them out unless that means something" if used else "they are left out"
            yield (
                f"These columns have another value in every row, as an ID has: {_listed(names)}; "
                + end
            )


def _is_identifier(facts: ColumnFacts, dataset: Dataset) -> bool:
    rows = len(dataset.training)
    if facts.purpose or facts.missing or facts.distinct < rows or rows < ENOUGH_ROWS:
        return False
    if facts.kind is ColumnKind.LEFT_OUT:
        return True
    values = _numbers(dataset, facts.name)
    if facts.kind is not ColumnKind.NUMBER or values is None:
        return False
    rounded = np.round(values)
    return bool(np.allclose(values, rounded, rtol=0, atol=1e-3)) and counts_up(rounded)


def determining_columns(dataset: Dataset) -> Iterator[str]:
    """Inputs that equal the target, or nearly tell it by themselves."""
    if _is_picture(dataset) or len(dataset.training) < ENOUGH_ROWS or dataset.test_is_training:
        return
    step = -(-len(dataset.training) // _SAMPLE)
    x, y = _flat(dataset.training.x)[::step], dataset.training.y[::step]
    names = [name for name, values in _inputs(dataset, x) if _determines(values, y, dataset)]
    if names:
        yield (
            f"These columns nearly tell the target by themselves: {_listed(names)}; leave them out "
            "if they will not be known when predicting"
        )


def _determines(values: FloatArray, y: Any, dataset: Dataset) -> bool:
    if isinstance(dataset.schema.target, Numbers):
        return values.shape[1] == 1 and any(
            _correlation(values[:, 0], y[:, column]) ** 2 >= NEARLY for column in range(y.shape[1])
        )
    if values.shape[1] == 1:
        wide = max(2, min(_INTERVALS, len(y) // _WIDE))
        return (
            _spared_errors(values[:, 0], y, _INTERVALS) >= NEARLY
            and _spared_errors(values[:, 0], y, wide) >= ROUGHLY
        )
    return _spared_errors(values.argmax(axis=1), y) >= NEARLY


def _correlation(a: FloatArray, b: FloatArray) -> float:
    """Pearson's coefficient; 0 where one of the two does not vary."""
    a, b = a - a.mean(dtype=np.float64), b - b.mean(dtype=np.float64)
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / size if size > 0 else 0.0


def _spared_errors(values: Any, y: IntArray, intervals: int | None = None) -> float:
    """The part of the errors of always guessing the largest class that `values` spare, 0 to 1.

    That is Goodman and Kruskal's lambda (1954) of the classes `y` given `values`, each of a few
    different ones, or so many `intervals` of ordered ones, with as many rows each.
    """
    classes, y = np.unique(y, return_inverse=True)
    largest = np.bincount(y).max()
    if len(y) - largest < FEW_ROWS:
        return 0.0  # too few to tell
    distinct, codes = np.unique(values, return_inverse=True)
    if intervals is not None and len(distinct) > intervals:
        edges = np.quantile(values, np.linspace(0, 1, intervals + 1)[1:-1])
        codes = np.searchsorted(edges, values)
    table = np.zeros((int(codes.max()) + 1, len(classes)), np.int64)
    np.add.at(table, (codes, y), 1)
    return float(table.max(axis=1).sum() - largest) / float(len(y) - largest)


def repeated_rows(dataset: Dataset) -> Iterator[str]:
    """Test rows that stand among the training rows as well."""
    if dataset.test_is_training:
        return
    training, test = dataset.training, dataset.test
    x, x_test = _flat(training.x), _flat(test.x)
    step = -(-(x.size + x_test.size) // _NUMBERS)
    same = _among(_hashes(x_test[:, ::step], test.y), _hashes(x[:, ::step], training.y))
    if step > 1 and same.any():  # equal in every number that was compared: compare all of them
        alike = _hashes(x_test[same, ::step], test.y[same])
        first = _among(_hashes(x[:, ::step], training.y), alike)
        found = _among(_hashes(x_test[same], test.y[same]), _hashes(x[first], training.y[first]))
        count = int(found.sum())
    else:
        count = int(same.sum())
    if count:
        yield (
            f"{count:,} of {counted(len(test), 'test row', 'test rows')} have the same inputs and "
            "target as a training row, so that the test partly shows what was learned by heart"
        )


def _among(values: Any, others: Any) -> Any:
    """Which of `values` are among `others`: bool (values,). Many times faster than np.isin."""
    ordered = np.sort(others)
    places = np.searchsorted(ordered, values)
    return ordered[np.minimum(places, len(ordered) - 1)] == values


def _hashes(x: FloatArray, y: Any) -> Any:
    """A number for each row of inputs and targets: uint64 (rows,), the same for equal rows."""
    return hashes_of_arrays((x + np.float32(0), y))  # -0 is 0


def unscaled_numbers(dataset: Dataset) -> Iterator[str]:
    """Inputs whose numbers are far from 0 to 1 or -1 to 1."""
    x = _flat(dataset.training.x)
    if dataset.schema.row is RowKind.SEQUENCE and bool(np.all(x[:100] == np.floor(x[:100]))):
        return  # numbers of words, which are looked up
    x = x[:: -(-x.size // _NUMBERS)]
    end = "networks learn best from values around 0 to 1 or -1 to 1"
    if _is_picture(dataset):
        low, high = float(x.min()), float(x.max())
        if low < high and not SMALL < max(-low, high) <= LARGE:
            yield f"The values are not scaled, they go from {low:.3g} to {high:.3g}; {end}"
        return
    sizes = np.sqrt(np.mean(np.square(x, dtype=np.float64), axis=0))
    for found, what in ((sizes > LARGE, "large"), ((sizes > 0) & (sizes < SMALL), "small")):
        places = np.flatnonzero(found).tolist()
        if what == "small":  # a rare category is seldom 1, and that is as it should be
            places = [place for place in places if np.abs(x[:, place]).max() < 0.1]
        if places:
            names = [_feature(dataset, place) for place in places]
            yield f"These inputs have {what} numbers: {_listed(names)}; scale them, as {end}"


def lost_order(dataset: Dataset) -> Iterator[str]:
    """Rows that are ordered by date, and are shuffled into the splits."""
    if dataset.test_is_training or (dataset.cells is not None and dataset.cells.has_test_file):
        return
    for facts in dataset.columns:
        values = _numbers(dataset, facts.name) if facts.kind is ColumnKind.DATE else None
        if values is None or len(values) < ENOUGH_ROWS or values.min() == values.max():
            continue
        steps = np.diff(values)
        if max(np.mean(steps >= 0), np.mean(steps <= 0)) >= _IN_ORDER:
            yield (
                f"The rows are in the order of the dates in {_quoted(facts.name)}, but shuffled "
                "into the splits: the test does not show how well later rows are predicted from "
                "earlier ones"
            )


CHECKS: tuple[Check, ...] = (
    repeated_rows,
    determining_columns,
    few_rows,
    twins,
    identifiers,
    constant_columns,
    lost_order,
    unscaled_numbers,
)


# --- what the checks share ------------------------------------------------------------------------


def _is_picture(dataset: Dataset) -> bool:
    return len(dataset.schema.input_shape) > 1 or dataset.schema.row is RowKind.IMAGE


def _flat(array: Any) -> Any:
    return array.reshape(len(array), -1)


def _inputs(dataset: Dataset, x: FloatArray) -> Iterator[tuple[str, FloatArray]]:
    """Each column with the inputs it became: (rows, inputs)."""
    if dataset.preparation is None:
        for index in range(x.shape[1]):
            yield _feature(dataset, index), x[:, index : index + 1]
        return
    place = 0
    for column in dataset.preparation.columns:
        width = len(column.features)
        yield column.name, x[:, place : place + width]
        place += width


def _numbers(dataset: Dataset, name: str) -> FloatArray | None:
    """The numbers of a column in the training rows, in its own unit; None if it is no input."""
    for column, values in _inputs(dataset, _flat(dataset.training.x)):
        if column == name and dataset.preparation is not None:
            fitted = next(each for each in dataset.preparation.columns if each.name == name)
            result: FloatArray = values[:, 0].astype(np.float64) * fitted.scale + fitted.offset
            return result
    return None


def _feature(dataset: Dataset, index: int) -> str:
    features = dataset.schema.features
    return features[index] if features else f"Input {index + 1}"


def _quoted(name: str) -> str:
    return f'"{name:.40}"'


def _listed(names: Iterable[str]) -> str:
    return some([*map(_quoted, names)])
