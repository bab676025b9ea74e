"""Where the garbage collector runs while there is a window."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from desktop.garbage import is_held

INTERVAL = 100  # milliseconds


class Collector(QObject):
    """Runs the garbage collector on the GUI thread, and there alone, until it is closed.

    By itself Python looks for it on whatever thread makes many objects, and destroys there what it
    finds. Among that may be widgets and plots, which only the GUI thread may destroy: elsewhere
    that ends the program now and then.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def collect(self, _report: object = None) -> None:
        """Look through everything now: much has become garbage, such as a network."""
        if not is_held():
            gc.collect()

    def close(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()

    def _look(self) -> None:
        """Look through the oldest generation that is due: what Python itself would do."""
        if is_held():
            return
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
