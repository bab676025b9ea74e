"""Rows of a data set as the views show them: an image or a line of numbers, and a caption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from desktop.document.schema import Classes, Target
from desktop.document.text import decimal_text, number_text, one_line
from desktop.views.widgets.text import plain
from desktop.workers.reports import FloatArray

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


@dataclass(frozen=True)
class Sample:
    """One row of the data: `values` has the input's shape, `predicted` names a class."""

    values: FloatArray
    name: str  # which row it is, e.g. "Test row 57"
    true: str
    predicted: str | None = None
    confidence: float | None = None  # 0 to 1
    is_class: bool = True  # or what is told of it are numbers

    @property
    def caption(self) -> tuple[str, ...]:
        """The lines under the image."""
        if self.predicted is None:
            return (self.true,)
        lines = f"true {self.true}, predicted {self.predicted}", percent(self.confidence)
        return tuple(line for line in lines if line)

    @property
    def description(self) -> str:
        """All there is to say about it, in one sentence."""
        if self.predicted is None:
            return f"{self.name}: {'class ' if self.is_class else ''}{self.true}"
        sure = "" if self.confidence is None else f", {percent(self.confidence)} sure"
        return f"{self.name}: true {self.true}, predicted {self.predicted}{sure}"


def target_text(y: Any, target: Target) -> str:
    """The target of one row: the name of its class, or its numbers in their units."""
    if isinstance(target, Classes):
        return one_line(target.names[y])
    return ", ".join(map(number_text, target.in_unit(np.atleast_1d(y).tolist())))


def percent(share: float | None) -> str:
    """`share` (0 to 1) in whole per cent; what is not quite everything is never called 100 %."""
    if share is None:
        return ""
    return ">99 %" if 0.995 <= share < 1 else f"{share * 100:.0f} %"


def score(value: float) -> str:
    """An output that is no probability, in two decimals."""
    return decimal_text(value)


def to_image(values: FloatArray, value_range: tuple[float, float]) -> QImage:
    """The pixels as an image: black at the range's lower end, white at its upper end."""
    low, high = value_range
    scaled = (np.asarray(values, dtype=np.float64) - low) / ((high - low) or 1.0)
    pixels = np.ascontiguousarray(np.clip(np.nan_to_num(scaled) * 255, 0, 255).astype(np.uint8))
    height, width = pixels.shape[:2]
    color = pixels.ndim == 3 and pixels.shape[2] == 3
    form = QImage.Format.Format_RGB888 if color else QImage.Format.Format_Grayscale8
    return QImage(pixels.tobytes(), width, height, width * (3 if color else 1), form).copy()


class RowsModel(QAbstractTableModel):
    """Samples whose values are a short list of numbers."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.samples: tuple[Sample, ...] = ()
        self._titles: list[str] = []
        self._cells: list[list[str]] = []

    def show(self, samples: tuple[Sample, ...], names: tuple[str, ...] = ()) -> None:
        """Show `samples`, whose inputs are called `names` if they have names."""
        self.beginResetModel()
        self.samples = samples
        inputs = samples[0].values.size if samples else 0
        answered = any(sample.predicted is not None for sample in samples)
        name = "x" if answered else "Input "
        numbered = tuple(f"{name}{number + 1}" for number in range(inputs))
        self._titles = ["Row", *(names if len(names) == inputs else numbered)]
        self._titles += ["True", "Predicted"] if answered else ["Target"]
        self._cells = []
        for sample in samples:
            number = sample.name.rpartition(" ")[2]
            cells = [number, *(f"{value:.4g}" for value in sample.values.ravel()), sample.true]
            if answered:
                sure = "" if sample.confidence is None else f", {percent(sample.confidence)}"
                cells.append(f"{sample.predicted}{sure}")
            self._cells.append(cells)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if role == Role.DisplayRole:
            return self._cells[index.row()][index.column()]
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role == Role.ToolTipRole:
            return plain(self.samples[index.row()].description)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return self._titles[section]
        return None
