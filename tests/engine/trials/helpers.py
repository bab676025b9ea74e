"""What tests of trials let worker processes do. Imported there, so light."""

from __future__ import annotations

import atexit
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.document.data import Digits
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine.trials.worker import process_trainer


def project(**training: Any) -> Project:
    """A small network for the digits, which trains for three epochs."""
    layers = (Flatten(), Dense(units=8, activation="relu"), Dense(units=10, activation="softmax"))
    settings = {"epochs": 3, "batch_size": 256, "seed": 7, **training}
    return Project(data=Digits(), layers=layers, training=Training(**settings))


def die(*_: Any) -> None:
    """End this process as the system does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def process_and_place() -> tuple[int, set[int]]:
    """The id of this process, and its processors."""
    return os.getpid(), os.sched_getaffinity(0)


def is_paused() -> bool:
    """Whether a trial would be held."""
    return process_trainer.control.is_paused


def note_at_exit(path: Path) -> None:
    """Leave a file when this process ends in order."""
    atexit.register(path.write_text, "ended")


def fail(message: str) -> None:
    raise ValueError(message)


def tell_and_sleep(pipe: Path) -> None:
    """Write a line to `pipe`, a named one, and then do nothing for long."""
    pipe.write_text("asleep\n")
    time.sleep(600)


@dataclass(frozen=True)
class DieOnce:
    """Ends the process of the first trial that completes its epoch 2; others go on.

    With `parent`, it ends the process that this one belongs to.
    """

    mark: Path
    metric: str = "val_accuracy"
    parent: bool = False

    def should_stop(self, epoch: int, value: float) -> bool:
        if epoch == 2 and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getppid() if self.parent else os.getpid(), signal.SIGKILL)
        return False


@dataclass(frozen=True)
class Tell:
    """Writes a line to the pipe of that name after each epoch, as long as it is read."""

    pipe: Path
    metric: str = "val_accuracy"

    def should_stop(self, epoch: int, value: float) -> bool:
        try:
            handle = os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return False
        os.write(handle, b"epoch\n")
        os.close(handle)
        return False
