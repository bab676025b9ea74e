"""How much room runs may take up: a setting in their folder, shared by all that write there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from desktop.document.files import FileError, write_atomically

SETTINGS = "settings.json"
WEIGHTS_LIMIT = "weights_limit_mb"
DEFAULT_LIMIT = 1000  # megabytes


def set_weights_limit(folder: Path, megabytes: float) -> None:
    """Set what `weights_limit` says. Raises ValueError if that cannot be a size, and FileError."""
    if not 0 <= megabytes < float("inf"):
        raise ValueError(
            f"Weights cannot take up {megabytes:g} megabytes: give 0, which keeps those of starred "
            "runs alone, or more"
        )
    content = json.dumps({WEIGHTS_LIMIT: megabytes}) + "\n"
    write_atomically(folder / SETTINGS, content.encode())


def weights_limit(folder: Path, say: Callable[[str], None]) -> int:
    """Bytes that the weights of runs without a star may take up together.

    The file is written where there is none. `say` is told if it cannot be used.
    """
    path = folder / SETTINGS
    try:
        if not path.exists():
            set_weights_limit(folder, DEFAULT_LIMIT)
        value = json.loads(path.read_text("utf-8"))[WEIGHTS_LIMIT]
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return int(value * 1e6)
        problem = f"{WEIGHTS_LIMIT} is {value!r:.40}"
    except (OSError, FileError, ValueError, OverflowError, KeyError, TypeError) as error:
        problem = f"{error!s:.100}"
    say(
        f"{path} cannot be used ({problem}): it must say how many megabytes the weights of runs "
        f'may take up, {{"{WEIGHTS_LIMIT}": {DEFAULT_LIMIT}}}, which is used now; `runs limit` '
        "writes it anew"
    )
    return int(DEFAULT_LIMIT * 1e6)
