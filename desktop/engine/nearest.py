"""The training images that a network input is most like, pixel by pixel."""

from __future__ import annotations

import numpy as np

from desktop.engine.drawing_reports import NearestImage, NearestImages
from desktop.engine.reports import FloatArray, read_only
from desktop.engine.rows import Dataset

COUNT = 5
BLOCK = 2**21  # values that are compared at once: few enough to let a prediction in between


class TrainingImages:
    """The training rows of `dataset`, images with classes, to be searched."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        x = dataset.training.x
        self.rows: FloatArray = x.reshape(len(x), -1)
        self._squares = np.full(len(x), np.nan, np.float32)  # of their lengths, where known

    def squares(self, start: int, end: int) -> FloatArray:
        """The sums of the squares of the rows from `start` up to `end`."""
        part = self._squares[start:end]
        if np.isnan(part).any():
            part[:] = np.einsum("ij,ij->i", self.rows[start:end], self.rows[start:end])
        return part


class NearestSearch:
    """Looks for the training images nearest to `image`, (h, w) as the network gets it.

    The distance is the Euclidean one between their pixels.
    """

    def __init__(self, images: TrainingImages, image: FloatArray) -> None:
        self.images = images
        self._image = image
        self._query: FloatArray = image.reshape(-1).astype(np.float32)
        self._distances = np.empty(len(images.rows), np.float32)  # squared, but for a constant
        self._done = 0

    def step(self) -> NearestImages | None:
        """Look at some more rows; once all were looked at, what was found."""
        rows, start = self.images.rows, self._done
        end = min(start + max(1, BLOCK // max(1, rows.shape[1])), len(rows))
        self._distances[start:end] = self.images.squares(start, end) - 2 * (
            rows[start:end] @ self._query
        )
        self._done = end
        return self._found() if end == len(rows) else None

    def _found(self) -> NearestImages:
        dataset, rows = self.images.dataset, self.images.rows
        count = min(COUNT, len(rows))
        nearest = np.argpartition(self._distances, count - 1)[:count]
        # Exactly, as the small difference of large numbers is not.
        exact = np.linalg.norm(rows[nearest].astype(np.float64) - self._query, axis=1)
        names = dataset.schema.class_names
        return NearestImages(
            tuple(
                NearestImage(
                    row=int(nearest[place]),
                    image=read_only(rows[nearest[place]].reshape(self._image.shape)),
                    label=names[int(dataset.training.y[nearest[place]])],
                    distance=float(exact[place]),
                )
                for place in np.argsort(exact, kind="stable")
            ),
            len(rows),
        )
