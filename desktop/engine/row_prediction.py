"""What a network makes of rows of a table: of one, or of all in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import ColumnKind
from desktop.document.schema import Numbers
from desktop.engine import backend
from desktop.engine.encoding import are_probabilities, class_probabilities, class_scores
from desktop.engine.model_card import ModelCard
from desktop.engine.prediction import PredictionError
from desktop.engine.reports import FloatArray, read_only
from desktop.engine.row_reports import Cell, RowPrediction, TableMatch
from desktop.engine.tables.new_images import read_new_images
from desktop.engine.tables.new_rows import NewRows, read_new_rows
from desktop.engine.tables.numbers import PLAIN

if TYPE_CHECKING:
    import pandas as pd

BATCH = 4096


@dataclass(frozen=True)
class TablePredictions:
    """The predictions for the rows of a file.

    `columns` are those to be appended, by name: the prediction, as a class or a number in the
    unit of the target, and for classes the probability of each. `content` is the file with them.
    """

    columns: Mapping[str, list[str] | list[float]]
    match: TableMatch
    content: str


class RowPredictor:
    """Asks `model`, which was trained with what `card` says, about rows of a table.

    Rows of a table may also be images. Safe to use on one thread while another trains the model.
    Raises PredictionError if the card does not say how rows are prepared.
    """

    def __init__(self, model: Any, card: ModelCard) -> None:
        if card.preparation is None and not card.data_schema.is_image:
            raise PredictionError(
                f"The network was trained with {card.project.data.title}, which is no table"
            )
        self.model, self.card = model, card
        self._preparation = card.preparation
        tf = backend.tensorflow()
        shape = tuple(model.inputs[0].shape[1:])
        self._forward = tf.function(
            lambda x: model(x, training=False),
            input_signature=[tf.TensorSpec((None, *shape), tf.float32)],
        )

    def predict_row(
        self,
        cells: Mapping[str, Cell],
        request: int = 0,
        epoch: int = 0,
        *,
        is_trained: bool = True,
        is_loaded: bool = False,
    ) -> RowPrediction:
        """What the network makes of the row of `cells`, by column; one that lacks is missing.

        Not of a network for images.
        """
        import pandas as pd

        assert self._preparation is not None
        dates = {each.name for each in self._preparation.columns if each.kind is ColumnKind.DATE}
        row = {
            name: [_moment(cell) if name in dates and isinstance(cell, float) else cell]
            for name, cell in cells.items()
        }
        frame = pd.DataFrame(row, dtype="object")
        outputs = self._outputs(self._preparation.inputs(frame, PLAIN))
        project, schema = self.card.project, self.card.data_schema
        targets = schema.target.columns if isinstance(schema.target, Numbers) else ()
        probabilities = scores = None
        if not targets and are_probabilities(project, schema):
            probabilities = class_probabilities(outputs, project, schema)
            if probabilities is not None and not np.isfinite(outputs).all():
                probabilities = np.full_like(probabilities, np.nan)
        elif not targets:
            scores = class_scores(outputs, project, schema)
        return RowPrediction(
            request,
            None if probabilities is None else read_only(probabilities[0]),
            None if scores is None else read_only(scores[0]),
            tuple(self._numbers(outputs)[0].tolist()) if targets else (),
            schema.class_names,
            targets,
            epoch,
            is_trained,
            is_loaded,
        )

    def predict_table(self, path: Path) -> TablePredictions:
        """What the network makes of the rows of the table at `path`.

        Raises DataError, and PredictionError if outputs are no numbers or stand for no classes.
        """
        if self._preparation is not None:
            rows = read_new_rows(path, self.card.project.data, self._preparation)
        else:
            rows = read_new_images(path, self.card.data_schema)
        outputs = self._outputs(rows.x)
        if not np.isfinite(outputs).all():
            raise PredictionError(
                "The network's outputs are not numbers: its training diverged, or its file is "
                "damaged; train it again"
            )
        columns = self._columns(outputs, {str(name) for name in rows.texts.columns})
        return TablePredictions(columns, rows.match, _csv(rows, columns))

    def _columns(self, outputs: FloatArray, taken: set[str]) -> dict[str, list[str] | list[float]]:
        project, schema = self.card.project, self.card.data_schema
        if isinstance(schema.target, Numbers):
            names = schema.target.columns
            titles = ["prediction"] if len(names) == 1 else [f"prediction {n}" for n in names]
            numbers = self._numbers(outputs)
            return {
                _free(title, taken): numbers[:, index].tolist()
                for index, title in enumerate(titles)
            }
        likely = are_probabilities(project, schema)
        values = (class_probabilities if likely else class_scores)(outputs, project, schema)
        if values is None:
            raise PredictionError("The outputs of this network do not stand for classes")
        classes, kind = schema.target.names, "probability" if likely else "output"
        result: dict[str, list[str] | list[float]] = {
            _free("prediction", taken): [classes[index] for index in values.argmax(axis=1)]
        }
        for index, name in enumerate(classes):
            result[_free(f"{kind} {name}", taken)] = values[:, index].tolist()
        return result

    def _numbers(self, outputs: FloatArray) -> FloatArray:
        """Outputs as numbers in the unit of the target, float64 (rows, columns)."""
        if self._preparation is None:
            numbers = self.card.data_schema.target
            assert isinstance(numbers, Numbers)
            return np.stack(numbers.in_unit(outputs.astype(np.float64).T), axis=1)
        target = self._preparation.target
        values: FloatArray = outputs.astype(np.float64) * target.scales + target.offsets
        return values

    def _outputs(self, x: FloatArray) -> FloatArray:
        shape = tuple(self.model.inputs[0].shape[1:])
        batches = [
            self._forward(x[start : start + BATCH].reshape(-1, *shape)).numpy()
            for start in range(0, len(x), BATCH)
        ]
        outputs: FloatArray = np.concatenate(batches)
        return outputs


def _moment(days: float) -> str:
    """The moment so many days after the beginning of 1970, as texts of tables have it."""
    return f"{datetime(1970, 1, 1) + timedelta(days=days):%Y-%m-%d %H:%M:%S}"


def _free(name: str, taken: set[str]) -> str:
    """`name`, or one like it that is not among `taken`, where it is entered."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    taken.add(free)
    return free


def _csv(rows: NewRows, columns: Mapping[str, list[str] | list[float]]) -> str:
    """The table as it was, with `columns` appended, delimited and with numbers as it has them."""
    dialect = rows.table.dialect
    delimiter = dialect.delimiter if dialect.delimiter.strip(" ") else ","
    decimal = "," if dialect.decimal == "," and delimiter != "," else "."
    frame: pd.DataFrame = rows.texts.assign(**columns)
    text: str = frame.to_csv(
        index=False, sep=delimiter, decimal=decimal, float_format="%.7g", lineterminator="\n"
    )
    return text
