"""The file that My drawings are kept in: one of them a line, as JSON.

Every change writes the whole file anew and takes the place of the old one, while other programs
wait. Lines that cannot be read are left out, and set aside in a file beside it with the next
change: another version of the program may know what to do with them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desktop import paths
from desktop.document.drawings import KeptDrawing
from desktop.document.files import FileError, alone_in, is_special, reason, write_atomically
from desktop.document.json_values import to_json
from desktop.document.spec import SpecError
from desktop.document.text import counted
from desktop.engine.reports import run_id

FILE, DAMAGED = "drawings.jsonl", "damaged.jsonl"
MOST = 20_000  # drawings
LARGEST = 200_000_000  # bytes of the file


class DrawingsError(Exception):
    """My drawings could not be read or changed; the message says why and what to do."""


@dataclass(frozen=True)
class KeptDrawings:
    """All `drawings` in the order in which they were kept, and how many lines are `damaged`."""

    drawings: tuple[KeptDrawing, ...] = ()
    damaged: int = 0

    @property
    def warning(self) -> str:
        """What to say about damaged lines; "" if there are none."""
        if not self.damaged:
            return ""
        return f"{counted(self.damaged, 'line')} of My drawings cannot be read and were left out"


def new_drawing_id() -> str:
    """An id that no other drawing has, on whatever day and machine."""
    return run_id(datetime.now(UTC), secrets.token_hex(4))


class DrawingStore:
    """My drawings in `folder`, by default that of the user. Every method raises DrawingsError."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or paths.drawings_folder()

    @property
    def file(self) -> Path:
        """Where the drawings are."""
        return self._folder / FILE

    def read(self) -> KeptDrawings:
        """All drawings that can be read."""
        drawings, damaged = self._read()
        return KeptDrawings(drawings, len(damaged))

    def add(self, drawings: Iterable[KeptDrawing]) -> KeptDrawings:
        """Keep `drawings`, too; one of the same id is replaced."""
        added = {drawing.id: drawing for drawing in drawings}

        def change(before: dict[str, KeptDrawing]) -> dict[str, KeptDrawing]:
            return before | added

        return self._change(change)

    def remove(self, ids: Iterable[str]) -> KeptDrawings:
        """Keep those with these `ids` no longer."""
        unwanted = set(ids)

        def change(before: dict[str, KeptDrawing]) -> dict[str, KeptDrawing]:
            return {key: value for key, value in before.items() if key not in unwanted}

        return self._change(change)

    def _change(
        self, change: Callable[[dict[str, KeptDrawing]], dict[str, KeptDrawing]]
    ) -> KeptDrawings:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with alone_in(self._folder):
                before, damaged = self._read()
                after = change({drawing.id: drawing for drawing in before})
                if len(after) > MOST:
                    raise DrawingsError(
                        f"My drawings has room for {MOST:,} drawings: delete some of them on the "
                        f"page Data, or move {self.file} elsewhere"
                    )
                drawings = tuple(sorted(after.values(), key=lambda drawing: drawing.id))
                if damaged:
                    aside = self._folder / DAMAGED
                    earlier = aside.read_bytes() if aside.is_file() else b""
                    write_atomically(aside, earlier + b"".join(line + b"\n" for line in damaged))
                lines = [json.dumps(to_json(drawing)) + "\n" for drawing in drawings]
                write_atomically(self.file, "".join(lines).encode())
        except FileError as error:
            raise DrawingsError(str(error)) from error
        except OSError as error:
            raise DrawingsError(
                f"My drawings in {self._folder} could not be changed: {reason(error)}"
            ) from error
        return KeptDrawings(drawings, len(damaged))

    def _read(self) -> tuple[tuple[KeptDrawing, ...], list[bytes]]:
        """The drawings, and the lines that are none."""
        try:
            if is_special(self.file) or self.file.is_dir():
                raise DrawingsError(f"{self.file} is not a regular file: move it elsewhere")
            if not self.file.exists():
                return (), []
            with self.file.open("rb") as file:
                content = file.read(LARGEST + 1)
        except OSError as error:
            raise DrawingsError(f"{self.file} could not be read: {reason(error)}") from error
        if len(content) > LARGEST:
            raise DrawingsError(
                f"{self.file} is larger than {LARGEST // 1_000_000} MB: move it elsewhere"
            )
        drawings: dict[str, KeptDrawing] = {}
        damaged = []
        for line in content.split(b"\n"):
            if not line.strip():
                continue
            try:
                drawing = KeptDrawing.model_validate_json(line, strict=True)
            except SpecError:
                damaged.append(line)
            else:
                drawings[drawing.id] = drawing
        return tuple(sorted(drawings.values(), key=lambda drawing: drawing.id)), damaged
