"""A file of a table, opened so that it tells how far it is read."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from desktop.engine.data_error import DataError
from desktop.engine.progress import Progress

MAX_UNPACKED = 8 << 30  # bytes; a small gzip file can hold any number of them


@contextmanager
def opened(path: Path, compressed: bool, progress: Progress) -> Iterator[IO[bytes]]:
    """The file at `path`, unpacked if it is compressed; `progress` is told how far it is read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        watched = _Watched(file, size, progress)
        if not compressed:
            yield io.BufferedReader(watched, 1 << 20)
            return
        with gzip.GzipFile(fileobj=watched) as unpacked:
            yield io.BufferedReader(_Limited(unpacked, path), 1 << 20)


class _Watched(io.RawIOBase):
    """A file that tells how much of it has been read."""

    def __init__(self, file: IO[bytes], size: int, progress: Progress) -> None:
        self._file, self._size, self._progress = file, max(1, size), progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._progress(min(1.0, self._file.tell() / self._size))
        return int(count)


class _Limited(io.RawIOBase):
    """What is unpacked of a file, which ends with an error where it is more than can be meant."""

    def __init__(self, file: gzip.GzipFile, path: Path) -> None:
        self._file, self._path, self._count = file, path, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        self._count += len(data)
        if self._count > MAX_UNPACKED:
            raise DataError(
                f"{self._path.name} unpacks to more than {MAX_UNPACKED >> 30} GB; use a smaller "
                "table"
            )
        buffer[: len(data)] = data
        return len(data)
