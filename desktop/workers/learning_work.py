"""The current network learns the hand of its user, where networks are trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal

from desktop.document.drawings import KeptDrawing
from desktop.document.text import counted
from desktop.engine.control import RunControl, Stopped
from desktop.workers.tasks import explaining
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.my_drawings.learning import Learned
    from desktop.engine.network import Network
    from desktop.engine.rows import Dataset

Current: TypeAlias = "Callable[[], tuple[Network | None, Dataset | None]]"
CANCELED = "Canceled: the network is as it was."
UNDONE = "The network has the weights from before again."


class LearningWork(QObject):
    """Trains the network that `current` returns further on drawings; that can be undone.

    `current` also returns the rows of the data in use.

    Signals:
        progress: how much of it is done, 0 to 1.
        ended: in words, what the network gained and lost, or that it is as it was.
        failed: why the drawings could not be learned.
    """

    progress = Signal(float)
    ended = Signal(str)
    failed = Signal(str)

    def __init__(self, threads: Threads, current: Current, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads, self._current = threads, current
        self._control: RunControl | None = None  # of what is running
        self._before: tuple[Network, Learned, str, int] | None = None  # what can be undone

    @property
    def is_running(self) -> bool:
        """Whether drawings are being learned."""
        return self._control is not None

    @property
    def can_undo(self) -> bool:
        """Whether the network has not been trained since it learned drawings."""
        if self._before is None or self.is_running:
            return False
        network, _, _, epoch = self._before
        return self._current()[0] is network and network.epoch == epoch and not network.partial

    def begin(self, drawings: Sequence[KeptDrawing]) -> bool:
        """Learn those of `drawings` whose labels are classes; False if there is no network."""
        network, dataset = self._current()
        if network is None or dataset is None or self.is_running:
            return False
        self._control = control = RunControl()
        run, epoch = network.run, network.epoch
        report = partial(self._threads.deliver, self.progress.emit)
        self._threads.engine(
            partial(_learn, network, dataset, tuple(drawings), control, report),
            partial(self._on_learned, network, run, epoch),
            self._on_failed,
        )
        return True

    def stop(self) -> None:
        """Leave the network as it is."""
        if self._control is not None:
            self._control.stop()

    def undo(self) -> None:
        """Give the network the weights from before."""
        if self.can_undo and self._before is not None:
            network, learned, run, _ = self._before
            self._before = None
            self._threads.engine(
                partial(network.take_weights, learned.before, -learned.seconds, run),
                lambda _: self.ended.emit(UNDONE),
            )

    def _on_learned(self, network: Network, run: str, epoch: int, learned: Learned | None) -> None:
        self._control = None
        if learned is not None:
            self._before = network, learned, run, epoch
        self.ended.emit(CANCELED if learned is None else in_words(learned))

    def _on_failed(self, message: str) -> None:
        self._control = None
        self.failed.emit(message)


def in_words(learned: Learned) -> str:
    """What the network gained and lost."""
    texts = [f"Learned {counted(learned.drawings, 'drawing')}."]
    drawings = counted(learned.held_out, "drawing held out", "drawings held out")
    for measured, rows in (
        (learned.own, drawings),
        (learned.others, counted(learned.rows, "validation row")),
    ):
        if measured is not None:
            before, after = (f"{100 * accuracy:.1f} %" for accuracy in measured)
            texts.append(f"Accuracy on {rows}: {before} before, {after} now.")
    if learned.own is None:
        texts.append("With five drawings of a class, one is held out to show what was gained.")
    return " ".join(texts)


def _learn(
    network: Network,
    dataset: Dataset,
    drawings: Sequence[KeptDrawing],
    control: RunControl,
    report: Callable[[float], None],
) -> Learned | None:
    """On the thread of the training: None if that was stopped, and then nothing has changed."""
    from desktop.engine.my_drawings.learning import LearningError, learn

    with explaining("The drawings could not be learned", LearningError):
        try:
            learned = learn(network, dataset, drawings, control, report)
            control.checkpoint()
        except Stopped:
            return None
        network.take_weights(learned.weights, learned.seconds)
        return learned
