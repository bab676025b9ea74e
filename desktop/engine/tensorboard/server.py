"""TensorBoard for runs of the store, as a process of ours that ends with this one."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from desktop.engine.closing import Closing
from desktop.engine.tensorboard.serving import HOST, serve

START_SECONDS = 120.0  # that TensorBoard may take until it answers
END_SECONDS = 5.0  # that it may take to end


class TensorBoardError(Exception):
    """TensorBoard could not be started; the message is for the user."""


class TensorBoard(Closing):
    """TensorBoard for the runs in `folders`, on this machine alone, until it is closed.

    Whatever ends this program ends it, too. `address` is where it answers, once it does: that takes
    seconds.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self.address = ""
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(self.folders, theirs), name="TensorBoard", daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def wait(self, seconds: float) -> bool:
        """Wait so long for the address; returns whether it is there. Raises TensorBoardError."""
        if self.address or not self._connection.poll(seconds):
            return bool(self.address)
        try:
            answer = self._connection.recv()
        except (EOFError, OSError):
            answer = "its process has ended"
        if not isinstance(answer, int):
            raise TensorBoardError(f"TensorBoard could not be started: {answer}")
        self.address = f"http://{HOST}:{answer}/"
        return True

    def wait_for_end(self, seconds: float) -> bool:
        """Wait so long for TensorBoard to end; returns whether it has."""
        self._process.join(seconds)
        return not self.is_alive

    def close(self) -> None:
        """End TensorBoard."""
        with suppress(OSError):
            self._connection.close()
        if not self.wait_for_end(END_SECONDS):
            self._process.terminate()
            if not self.wait_for_end(END_SECONDS):
                self._process.kill()
                self._process.join()
