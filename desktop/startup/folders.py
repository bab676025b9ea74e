"""The folders that the program writes to: for temporary files and for settings."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from desktop import paths
from desktop.startup.sizes import MEBIBYTE, mebibytes

NEEDED_SPACE = 5 * MEBIBYTE


def temporary_problem() -> str | None:
    """No folder for temporary files, or no room in it."""
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError:
        return (
            "No temporary file can be written: make room on the disk, or let the environment "
            "variable TMPDIR name a folder that can be written to"
        )
    return _disk_problem(
        folder,
        "temporary files",
        "let the environment variable TMPDIR name a folder on another disk",
    )


def settings_problem() -> str | None:
    """Settings cannot be kept. The program works, but the layout and the recent files are lost."""
    folder = paths.settings_folder()
    advice = "let the environment variable LAYERWISE_HOME name another folder"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        path = folder / "settings.ini"
        if path.exists():
            path.open("r+b").close()
    except OSError as error:
        return (
            f"Settings and recent files will not be kept, because {folder} cannot be written to "
            f"({'it is a file' if folder.is_file() else error.strerror}): fix that, or {advice}"
        )
    return _disk_problem(folder, "settings", advice)


def _disk_problem(folder: Path, purpose: str, advice: str) -> str | None:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return None  # it can be written to, which is what counts
    if free >= NEEDED_SPACE:
        return None
    return (
        f"Only {mebibytes(free)} is free in {folder} for {purpose}, and Layerwise needs "
        f"{mebibytes(NEEDED_SPACE)}: make room on that disk, or {advice}"
    )
