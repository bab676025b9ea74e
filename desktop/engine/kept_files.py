"""The files that describe what is kept in folders: a run, or a group of runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from desktop.document.spec import Spec, SpecError

MAX_BYTES = 1_000_000  # of such a file


class DamagedError(Exception):
    """The folder of a run or a group cannot be used; the message says why."""


class UnreadableError(DamagedError):
    """It cannot be used now or by this version, though nothing is wrong with it."""


class KeptFile(Spec):
    """What such a file says. `format` is increased with each change; `id` names the folder."""

    format: int
    id: str

    def content(self) -> bytes:
        """What the file holds."""
        values = self.model_dump(mode="json")
        return (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode()


F = TypeVar("F", bound=KeptFile)


def read_kept(path: Path, kind: type[F]) -> F:
    """What the file at `path` says, in the folder that it names. Raises DamagedError."""
    name = path.name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DamagedError(f"{name} is too large")
        content = path.read_bytes()
        values = json.loads(content)
        found = values.get("format") if isinstance(values, dict) else None
        if isinstance(found, int) and found > kind.model_fields["format"].default:
            raise UnreadableError(f"{name} is of a newer Layerwise; install that to open it")
        file = kind.model_validate_json(content, strict=True)
    except SpecError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise DamagedError(f"{name}: {where} {first['msg']}".replace("  ", " ")) from error
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(name, error) from error
    if file.id != path.parent.name:
        raise DamagedError(f"{name} is that of another folder, {file.id:.60}")
    return file


def unreadable(name: str, error: Exception) -> DamagedError:
    """What to raise where the file called `name` cannot be read because of `error`.

    A file that the system does not give is not damaged, unless it is not there.
    """
    is_there = isinstance(error, OSError) and not isinstance(error, FileNotFoundError)
    kind = UnreadableError if is_there else DamagedError
    return kind(f"{name} cannot be read: {error!s:.100}")
