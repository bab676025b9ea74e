"""Programs that keep runs in the folder of the first argument and are killed at random moments.

The second argument is how many. Each is a copy of this process, so that none has to start anew.
Prints a line for each: what it had kept when it was killed, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from functools import partial
from pathlib import Path

from desktop.engine.runs import writer
from desktop.engine.runs.keeper import RunKeeper
from desktop.engine.runs.store import RunStore
from tests.engine.killing import Tell, told_before_death
from tests.engine.run_store.kept import epoch_ended, keep, run_ended, started

MOST = 12  # things it may tell until it is killed; without any, the store may not be open


def keep_runs(folder: Path, tell: Tell) -> None:
    """Keep runs and star each, and `tell` what is kept, until somebody kills this."""
    say = partial(tell, "said")
    keeper = RunKeeper(say, folder=folder)
    with RunStore(folder, say) as store:
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
    told = told_before_death(partial(keep_runs, folder), MOST)
    return {
        "epochs": {values[0]: values[1] for kind, *values in told if kind == "epoch"},
        "ended": [values[0] for kind, *values in told if kind == "ended"],
        "said": [values[0] for kind, *values in told if kind == "said"],
    }


if __name__ == "__main__":
    random.seed(1)
    os.fsync = lambda _: None  # type: ignore[assignment]  # takes long, and outlives no kill
    # As if each run took minutes: the index and the histograms are written at every epoch.
    writer.INDEX_SECONDS = writer.HISTOGRAM_SECONDS = writer.HISTOGRAM_PART = 0
    # What is read once by every program is read before, so that the moments are those of keeping.
    with tempfile.TemporaryDirectory() as folder, RunStore(Path(folder)) as store:
        keep(store)
    for _ in range(int(sys.argv[2])):
        sys.stdout.write(json.dumps(killed(Path(sys.argv[1]))) + "\n")
    assert "tensorflow" not in sys.modules
