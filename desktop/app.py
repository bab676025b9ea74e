"""Starts the program: the command line, or the window."""

from __future__ import annotations

import os
import signal
import sys

from desktop.garbage import collector_paused


def main() -> int:
    """Run the program with the arguments of this process. Returns its exit code."""
    # NumPy's matrices are small here. Beside a training, the threads of its library wait for each
    # other so long that an eigendecomposition of 1,000 rows takes 8 s, and 0.2 s with one thread.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        if not sys.argv[1:]:  # nothing to parse, and the window is there sooner
            with collector_paused():
                from desktop.window import open_window

            return open_window(None)
        with collector_paused():
            from desktop.cli import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:  # before anybody watches for it
        return 128 + signal.SIGINT
