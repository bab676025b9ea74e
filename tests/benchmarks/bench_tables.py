"""Time and memory of loading a large table, beside pandas reading it: bench_tables.py [ROWS].

Writes a CSV file of 1,000,000 rows and 20 columns (17 of numbers, one of them with missing cells,
two of text, and the target) to a temporary folder, and reads it in turn by `pandas.read_csv` and as
a data set with its splits, each in a process of its own. Memory is the peak of the process over
what it had before. The preview is timed as the window asks for it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
TURNS = 7


def write_table(path: Path, rows: int) -> None:
    """A table of `rows` rows whose target is a class."""
    import pandas as pd

    rng = np.random.default_rng(5)
    columns: dict[str, object] = {
        f"x{index}": np.round(rng.normal(index, 1 + index, rows), 4) for index in range(12)
    }
    columns |= {f"count{index}": rng.integers(0, 10**index, rows) for index in range(1, 6)}
    columns["city"] = rng.choice(["Aachen", "Berlin", "Cologne", "Dresden", "Essen"], rows)
    columns["plan"] = rng.choice(["basic", "plus", "all in"], rows)
    frame = pd.DataFrame(columns)
    frame["bought"] = np.where(frame["x0"] + rng.normal(0, 1, rows) > 0, "yes", "no")
    frame.loc[rng.random(rows) < 0.02, "x3"] = np.nan
    frame.to_csv(path, index=False)


def peak() -> int:
    """The most memory that this process has had, in bytes; Linux alone says so."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def measure(what: str, path: Path) -> None:
    """Print seconds, peak of memory in MB, and the size of the frame in MB."""
    import pandas as pd
    import sklearn.model_selection  # noqa: F401 - as in a program that has loaded a table before

    from desktop.document.data import Table
    from desktop.engine import datasets, splits  # noqa: F401
    from desktop.engine.tables import frame, loader  # noqa: F401

    size = 0.0
    before, start = peak(), perf_counter()
    if what == "pandas":
        table = pd.read_csv(path)
        seconds = perf_counter() - start
        used = peak() - before
        size = float(table.memory_usage(deep=True).sum())
    elif what == "dataset":
        loaded = datasets.load(Table(path=str(path)))
        seconds = perf_counter() - start
        used = peak() - before
        assert len(loaded.training)
    else:
        frame.preview(Table(path=str(path)))
        seconds, used = perf_counter() - start, peak() - before
    print(seconds, used / 1e6, size / 1e6)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_table(path, rows)
        print(f"{rows:,} rows, 20 columns, {path.stat().st_size / 1e6:.0f} MB")
        results: dict[str, list[list[float]]] = {"pandas": [], "dataset": [], "preview": []}
        for _ in range(TURNS):
            for what, found in results.items():
                done = subprocess.run(
                    [sys.executable, __file__, what, str(path)],
                    capture_output=True,
                    text=True,
                    check=True,
                    cwd=ROOT,
                    env={"PYTHONPATH": str(ROOT)},
                )
                found.append([float(number) for number in done.stdout.split()])
        for what, found in results.items():
            seconds = [each[0] for each in found]
            print(
                f"{what:8} {min(seconds):6.2f} {statistics.median(seconds):6.2f} "
                f"{max(seconds):6.2f} s   {found[0][1]:6.0f} MB over what the process had before"
            )
        print(f"the frame has {results['pandas'][0][2]:.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ("pandas", "dataset", "preview"):
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
