"""Finds the training images that a drawing is most like, between the predictions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.workers.tasks import explaining
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.drawing_reports import NearestImages
    from desktop.engine.nearest import NearestSearch, TrainingImages
    from desktop.engine.reports import FloatArray
    from desktop.engine.rows import Dataset


class NearestWork(QObject):
    """Searches the training rows of the data set that `current` returns.

    It does so part by part, so that no prediction waits for more than one of them. Of what is asked
    meanwhile, only the last is looked for next.

    Signals:
        found: the NearestImages.
        failed: why they could not be found.
    """

    found = Signal(object)
    failed = Signal(str)

    def __init__(
        self, threads: Threads, current: Callable[[], Dataset | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._threads, self._current = threads, current
        self._images: TrainingImages | None = None  # of the data set searched last
        self._waiting: FloatArray | None = None
        self._is_busy = False

    def ask(self, image: FloatArray) -> None:
        """Have the images nearest to `image`, (h, w) as the network gets it, found."""
        self._waiting = image
        if not self._is_busy:
            self._begin()

    def _begin(self) -> None:
        from desktop.engine.nearest import NearestSearch, TrainingImages

        image, self._waiting = self._waiting, None
        dataset = self._current()
        self._is_busy = False
        if image is None or dataset is None or image.shape != dataset.schema.input_shape[:2]:
            return
        if self._images is None or self._images.dataset is not dataset:
            self._images = TrainingImages(dataset)
        self._is_busy = True
        self._resume(NearestSearch(self._images, image))

    def _resume(self, search: NearestSearch) -> None:
        self._threads.background(
            partial(_step, search), partial(self._on_step, search), self._on_failed
        )

    def _on_step(self, search: NearestSearch, nearest: NearestImages | None) -> None:
        if search.images.dataset is not self._current():
            self._images = None
            self._begin()
        elif nearest is None:
            self._resume(search)
        else:
            self._begin()
            self.found.emit(nearest)

    def _on_failed(self, message: str) -> None:
        self._begin()
        self.failed.emit(message)


def _step(search: NearestSearch) -> NearestImages | None:
    with explaining("The nearest training images could not be found"):
        return search.step()
