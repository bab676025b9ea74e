"""Starts the program where something is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAIN = [sys.executable, str(ROOT / "main.py")]
PROJECT = ROOT / "resources" / "projects" / "xor.layerwise"
NAMESPACE = ["unshare", "--mount", "--map-root-user"]
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="shown on Linux")


def started(*command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own, without a display unless `environment` has one."""
    kept = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    return subprocess.run(
        [str(word) for word in command],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What it said on its way out, having made sure that it was one line and exit code 2."""
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def over(path: Path | str, other: Path | str, *command: object) -> list[object]:
    """`command` where the file `path` is found in place of the file `other`."""
    script = f'mount --bind "{path}" "{other}" && exec "$@"'
    return [*NAMESPACE, "sh", "-c", script, "sh", *command]
