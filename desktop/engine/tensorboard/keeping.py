"""The logs of the runs that are kept, where the project asks for them; no training fails here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.document.text import first_line
from desktop.engine.records import RunRecord
from desktop.engine.reports import EpochEnded, Outcome

if TYPE_CHECKING:
    from desktop.engine.tensorboard.writing import RunLogs

logger = logging.getLogger(__name__)


class LogKeeper:
    """Writes the logs of one run after the other; `say` is told, once for each, if it cannot."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._logs: RunLogs | None = None  # of the run in progress, if it is to have any

    def begin(self, folder: Path, record: RunRecord, model: Any) -> None:
        """A run of `model` begins, whose logs go into the new folder `folder` if it is to have any.

        That costs a little time in each epoch; without logs nothing is even imported.
        """
        self.close()
        if record.project.training.tensorboard:
            with self._explaining():
                from desktop.engine.tensorboard.writing import RunLogs

                self._logs = RunLogs(folder, model, record)

    def epoch_ended(self, report: EpochEnded) -> None:
        if self._logs is not None:
            with self._explaining():
                self._logs.epoch_ended(report)

    def end(self, outcome: Outcome) -> None:
        if self._logs is not None:
            with self._explaining():
                self._logs.end(outcome)
            self._logs = None

    def close(self) -> None:
        """Leave the logs as they are."""
        logs, self._logs = self._logs, None
        if logs is not None:
            with suppress(Exception):
                logs.close()

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            logger.info("The logs of a run could not be written", exc_info=True)
            self.close()
            self._say(
                "The logs of this run for TensorBoard could not be written to the end: "
                f"{first_line(error):.200}. Training continues"
            )
