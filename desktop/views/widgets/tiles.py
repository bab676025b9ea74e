"""The images of a gallery, by row."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from desktop.views.widgets.samples import Index, Role, to_image
from desktop.views.widgets.text import plain
from desktop.workers.reports import FloatArray


class Tile(Protocol):
    """An image to show: `values` in the shape of an image, and what to say about it."""

    @property
    def values(self) -> FloatArray: ...

    @property
    def caption(self) -> tuple[str, ...]:
        """The lines under the image."""

    @property
    def description(self) -> str:
        """All there is to say about it."""


class Tiles(QAbstractListModel):
    """Tiles by row. An image is made when it is first wanted, and is kept as long as its values."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.samples: tuple[Tile, ...] = ()
        self._values: tuple[FloatArray, ...] = ()
        self._range = 0.0, 1.0
        self._side = 1
        self._images: dict[int, QImage] = {}

    def show(self, samples: tuple[Tile, ...], value_range: tuple[float, float], side: int) -> None:
        """Show `samples`, no larger than `side` pixels, whose values lie in `value_range`.

        Where the values are those that are shown, what is selected stays selected.
        """
        values = tuple(sample.values for sample in samples)
        is_same = (value_range, side) == (self._range, self._side) and (
            list(map(id, values)) == list(map(id, self._values))
        )
        if is_same and samples:
            self.samples = samples
            self.dataChanged.emit(self.index(0), self.index(len(samples) - 1))
            return
        self.beginResetModel()
        self.samples, self._values, self._images = samples, values, {}
        self._range, self._side = value_range, side
        self.endResetModel()

    def image(self, row: int) -> QImage:
        """The image of that row."""
        if row not in self._images:
            values = self._values[row]
            # Of an image much larger than it is shown, a part of the pixels is enough.
            step = max(1, max(values.shape[:2]) // (2 * self._side))
            self._images[row] = to_image(values[::step, ::step], self._range)
        return self._images[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.samples)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        sample = self.samples[index.row()]
        if role == Role.DisplayRole:
            return " ".join(sample.caption)
        if role == Role.ToolTipRole:
            return plain(sample.description)
        if role == Role.AccessibleTextRole:
            return sample.description
        return None
