"""Keeps as many runs as the second argument says in the folder of the first; prints their ids."""

from __future__ import annotations

import sys
from pathlib import Path

from desktop.engine.runs.store import RunStore
from tests.engine.run_store.kept import keep

if __name__ == "__main__":
    with RunStore(Path(sys.argv[1])) as kept:
        for _ in range(int(sys.argv[2])):
            sys.stdout.write(f"{keep(kept, epochs=5)}\n")
    assert "tensorflow" not in sys.modules
