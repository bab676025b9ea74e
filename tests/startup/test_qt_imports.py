"""Imports stay Python's own while Qt is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = """
import builtins
own = builtins.__import__
{lines}
print(builtins.__import__ is own)
"""


def is_own(*lines: str) -> bool:
    """Whether imports are Python's own after `lines` in a new process."""
    program = OWN.format(lines="\n".join(lines))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip() == "True"


def test_the_program_imports_as_python_does() -> None:
    assert is_own(
        "import sys",
        "from unittest.mock import patch",
        "from desktop import window",
        "sys.argv = ['main.py']",
        "with patch.object(window, 'run_window', return_value=0):",
        "    window.open_window(None)",
        "assert 'PySide6.QtWidgets' in sys.modules",
    )


def test_it_is_still_needed() -> None:
    """Where this fails, PySide6 no longer replaces the function, and `plain_imports` can go."""
    assert not is_own("import PySide6.QtCore")
