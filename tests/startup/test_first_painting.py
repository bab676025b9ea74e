"""What has been made for the window does not hold up its first painting."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import gc, sys
from unittest.mock import patch
from desktop import window

def run_window(app, main):
    looked_through = gc.get_objects()
    print(any(each is main for each in looked_through))
    print(len(looked_through), gc.get_freeze_count())
    return 0

sys.argv = ["main.py"]
with patch.object(window, "run_window", run_window):
    window.open_window(None)
"""


def test_the_garbage_collector_does_not_look_through_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    window_is_among_them, counts = done.stdout.splitlines()
    looked_through, left_out = map(int, counts.split())
    assert window_is_among_them == "False"
    assert looked_through < left_out / 10
