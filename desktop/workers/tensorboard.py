"""TensorBoard for runs that are kept, for the views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.tensorboard.reading import LoggedRun as LoggedRun
    from desktop.engine.tensorboard.server import TensorBoard

INTERVAL = 100  # milliseconds between two looks whether TensorBoard answers


def holds_logs(folder: Path) -> bool:
    """Whether `folder` holds event files of TensorBoard, as far as that is seen at a glance."""
    from desktop.engine.tensorboard.reading import holds_logs

    return holds_logs(folder)


class TensorBoardRunner(QObject):
    """Starts TensorBoard in a process of its own, one at a time, which ends with the program.

    Signals:
        starting: TensorBoard was requested, and takes some seconds.
        opened: its address.
        failed: why it cannot be opened.
        logsRead: what `read_logs` found, a tuple of LoggedRun, by name.
        logsFailed: why it found nothing.
    """

    starting = Signal()
    opened = Signal(str)
    failed = Signal(str)

    logsRead = Signal(object)
    logsFailed = Signal(str)

    def __init__(self, threads: Threads, folder_of: Callable[[str], Path], parent: QObject) -> None:
        """`folder_of` says where the files of the run of an id are."""
        super().__init__(parent)
        self._threads = threads
        self._folder_of = folder_of
        self._board: TensorBoard | None = None
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self._look)

    def open(self, runs: Sequence[str]) -> None:
        """Open the runs of these ids in TensorBoard, in the place of those that it shows now."""
        from desktop.engine.tensorboard.server import TensorBoard

        folders = tuple(map(self._folder_of, runs))
        board = self._board
        if board is not None and board.is_alive and board.folders == folders:
            if board.address:
                self.opened.emit(board.address)
            return
        self.close()
        self.starting.emit()
        try:
            self._board = TensorBoard(folders)
        except OSError as error:
            self.failed.emit(f"TensorBoard could not be started: {error}")
            return
        self._timer.start()

    def read_logs(self, folder: Path) -> None:
        """Read the logs that Keras's callback wrote to `folder`, or below it, as runs."""
        self._threads.runs(
            partial(tasks.read_logs, folder), self.logsRead.emit, self.logsFailed.emit
        )

    def close(self) -> None:
        """End TensorBoard, if it is there."""
        self._timer.stop()
        board, self._board = self._board, None
        if board is not None:
            board.close()

    def _look(self) -> None:
        from desktop.engine.tensorboard.server import TensorBoardError

        assert self._board is not None
        try:
            if self._board.wait(0):
                self._timer.stop()
                self.opened.emit(self._board.address)
        except TensorBoardError as error:
            self.close()
            self.failed.emit(str(error))
