"""TensorBoard for runs of the store, as a process of ours that ends with this one."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.engine.runs.summary import RunSummary
from desktop.engine.tensorboard.serving import HOST, ServedRun, serve

START_SECONDS = 120.0  # that TensorBoard may take until it answers
END_SECONDS = 5.0  # that it may take to end


class TensorBoardError(Exception):
    """TensorBoard could not be started; the message is for the user."""


class TensorBoard:
    """TensorBoard for `runs` at `address`, on this machine alone, until it is closed.

    To start it takes seconds, in which this waits. Whatever ends this program ends it, too. Raises
    TensorBoardError.
    """

    def __init__(self, runs: Sequence[ServedRun]) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(tuple(runs), theirs), name="TensorBoard", daemon=True
        )
        try:
            self._process.start()
            theirs.close()
            answer = self._answer()
        except BaseException:
            self.close()
            raise
        if not isinstance(answer, int):
            self.close()
            raise TensorBoardError(f"TensorBoard could not be started: {answer}")
        self.address = f"http://{HOST}:{answer}/"

    def _answer(self) -> object:
        if not self._connection.poll(START_SECONDS):
            return f"it did not answer within {START_SECONDS:g} seconds"
        try:
            return self._connection.recv()
        except (EOFError, OSError):
            return "its process ended at once"

    def wait(self, seconds: float) -> bool:
        """Wait so long for TensorBoard to end; returns whether it has."""
        self._process.join(seconds)
        return not self._process.is_alive()

    def close(self) -> None:
        """End TensorBoard."""
        with suppress(OSError):
            self._connection.close()
        if self._process.pid is not None and not self.wait(END_SECONDS):
            self._process.terminate()
            if not self.wait(END_SECONDS):
                self._process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def served(runs: Sequence[RunSummary], folder: Path) -> tuple[ServedRun, ...]:
    """`runs` of the store in `folder`, with names that tell them apart."""
    return tuple(ServedRun(_name(run), folder / run.id) for run in runs)


def _name(run: RunSummary) -> str:
    """The name and the id of a run; TensorBoard takes / for a folder."""
    words = re.sub(r"[/\\\s]+", " ", run.name).strip()
    return f"{words:.60} {run.id}".strip()
