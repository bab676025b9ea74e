"""Keeps runs in the folder of the first argument until it is killed; prints every epoch on disk.

With a second argument, it keeps so many runs of five epochs and ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from desktop.engine.records import RunRecord
from desktop.engine.runs.store import RunStore
from desktop.engine.runs.writer import RunWriter
from tests.engine.run_store.kept import epoch_ended, keep, started


def endless(store: RunStore) -> None:
    record = RunRecord(started(epochs=1_000_000))
    writer = RunWriter(store, record)
    for number in range(1, 1_000_000):
        record.add(epoch_ended(record.id, number))
        writer.epoch_ended()
        sys.stdout.write(f"{record.id} {number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    with RunStore(Path(sys.argv[1])) as kept:
        if len(sys.argv) > 2:
            for _ in range(int(sys.argv[2])):
                sys.stdout.write(f"{keep(kept, epochs=5)}\n")
        else:
            endless(kept)
    assert "tensorflow" not in sys.modules
