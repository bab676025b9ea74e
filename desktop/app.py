"""Starts the program: the command line, or the window."""

from __future__ import annotations

import signal
import sys

from desktop.garbage import collector_paused


def main() -> int:
    """Run the program with the arguments of this process. Returns its exit code."""
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
