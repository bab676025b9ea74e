"""Programs that keep runs in the folder of the first argument and are killed at random moments.

The second argument is how many. Each is a copy of this process, so that none has to start anew.
Prints a line for each: what it had kept when it was killed, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import suppress
from itertools import islice
from pathlib import Path

from desktop.engine.runs import writer
from desktop.engine.runs.keeper import RunKeeper
from desktop.engine.runs.store import RunStore
from tests.engine.run_store.kept import epoch_ended, keep, run_ended, started

MOST = 20  # things it may tell until it is killed; without any, the store may not be open
LONGEST = 0.01  # seconds that it may go on after that


def keep_runs(folder: Path, output: int) -> None:
    """Keep runs and star each, and tell `output` what is kept, until somebody kills this."""

    def tell(*values: object) -> None:
        os.write(output, (json.dumps(values) + "\n").encode())

    keeper = RunKeeper(lambda text: tell("said", text), folder=folder)
    with RunStore(folder, lambda text: tell("said", text)) as store:
        while True:
            start = started(epochs=random.randint(1, 12))
            keeper(start)
            tell("epoch", start.run, 0)
            for number in range(1, start.epochs + 1):
                keeper(epoch_ended(start.run, number))
                tell("epoch", start.run, number)
            keeper(run_ended(start.run, start.epochs))
            tell("ended", start.run)
            store.label(start.run, starred=True)


def killed(folder: Path) -> dict[str, object]:
    """What a program had kept when it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            keep_runs(folder, writing)
        finally:
            os._exit(1)
    os.close(writing)
    epochs: dict[str, int] = {}
    ended: list[str] = []
    said: list[str] = []
    with os.fdopen(reading) as lines:
        told = list(islice(lines, random.randint(0, MOST)))
        time.sleep(random.uniform(0, LONGEST))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        for line in [*told, *lines]:
            with suppress(ValueError):  # the last one may be cut
                kind, *values = json.loads(line)
                match kind:
                    case "epoch":
                        epochs[values[0]] = values[1]
                    case "ended":
                        ended.append(values[0])
                    case _:
                        said.append(values[0])
    if not os.WIFSIGNALED(status):
        said.append("It ended by itself")
    return {"epochs": epochs, "ended": ended, "said": said}


if __name__ == "__main__":
    random.seed(1)
    # As if each run took minutes: the index and the histograms are written at every epoch.
    writer.INDEX_SECONDS = writer.HISTOGRAM_SECONDS = writer.HISTOGRAM_PART = 0
    # What is read once by every program is read before, so that the moments are those of keeping.
    with tempfile.TemporaryDirectory() as folder, RunStore(Path(folder)) as store:
        keep(store)
    for _ in range(int(sys.argv[2])):
        sys.stdout.write(json.dumps(killed(Path(sys.argv[1]))) + "\n")
    assert "tensorflow" not in sys.modules
