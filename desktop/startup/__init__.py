"""What the program needs of the machine, checked before anything can abort over it.

Each check takes milliseconds and returns None, or one line that says what is missing, where, and
what to do. Qt and TensorFlow end the whole process, without a word for the user, over what is found
here.
"""

from __future__ import annotations

from collections.abc import Callable

from desktop.startup.display import display_problem, qt_problem, x11_problem
from desktop.startup.folders import temporary_problem
from desktop.startup.hardware import memory_problem, processor_problem


def engine_problem() -> str | None:
    """Why TensorFlow cannot work here, or None."""
    return _first(processor_problem, temporary_problem, memory_problem)


def window_problem() -> str | None:
    """Why no window can be shown here, or None."""
    return _first(display_problem, qt_problem, x11_problem, engine_problem)


def self_test_problem() -> str | None:
    """Why the window cannot be driven without a display here, or None."""
    return _first(qt_problem, engine_problem)


def _first(*checks: Callable[[], str | None]) -> str | None:
    for check in checks:
        problem = check()
        if problem is not None:
            return problem
    return None
