"""Starts two worker processes, says which, and waits to be killed. Run by `test_local.py`."""

from __future__ import annotations

import sys
import time

from desktop.engine.trials.local import WorkerProcesses
from tests.engine.trials.helpers import process_and_place


def main() -> None:
    with WorkerProcesses(2) as workers:
        found = [workers.submit(process_and_place) for _ in range(8)]
        processes = sorted({future.result()[0] for future in found})
        for _ in processes:
            workers.submit(time.sleep, 600)
        sys.stderr.write(f"{processes}\n")
        sys.stderr.flush()
        time.sleep(600)


if __name__ == "__main__":
    main()
