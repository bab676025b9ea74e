"""Standard output and standard error: their reader may leave, and their disk may be full."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO, cast

# What writing to a pipe gives after its reader has left; the second on Windows.
READER_LEFT = (errno.EPIPE, errno.EINVAL)


class Stream:
    """A text stream that can always be written to.

    After an error, which it keeps in `error`, what is written goes nowhere. Nothing that a command
    has to do is canceled because nobody reads about it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.error: OSError | None = None

    @property
    def failed(self) -> bool:
        """Whether something got lost that somebody may be waiting for."""
        return self.error is not None and self.error.errno not in READER_LEFT

    def write(self, text: str) -> int:
        with self._checked():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._checked():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextlib.contextmanager
    def _checked(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = self.error or error
            # As in Python's note on SIGPIPE: what waits in buffers is written at exit, too.
            with contextlib.suppress(OSError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)


@contextlib.contextmanager
def lasting() -> Iterator[tuple[Stream, Stream]]:
    """Standard output and standard error as `Stream`s, while the context lasts."""
    before = sys.stdout, sys.stderr
    with contextlib.ExitStack() as opened:
        streams = []
        for stream in before:
            if stream is None:  # closed, or a program without a console
                stream = opened.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
            if hasattr(stream, "reconfigure"):  # a console may lack some characters
                stream.reconfigure(errors="replace")
            streams.append(Stream(stream))
        output, errors = streams
        sys.stdout, sys.stderr = cast(TextIO, output), cast(TextIO, errors)
        try:
            yield output, errors
        finally:
            output.flush()
            errors.flush()
            sys.stdout, sys.stderr = before
