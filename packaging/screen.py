"""A virtual screen with a mouse and a keyboard, to use a program as a person does."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

MANAGER_PROPERTY = "_NET_SUPPORTING_WM_CHECK"  # what a window manager sets once it is running
Found = TypeVar("Found")


class Screen:
    """Xvfb with its image in a file below `folder`, and xdotool. Use it with `with`.

    `size` is (width, height) in pixels. `managed`: whether windows get a frame, by Openbox.
    """

    def __init__(
        self, folder: Path, size: tuple[int, int] = (1440, 900), *, managed: bool = False
    ) -> None:
        self._folder, self.size, self._managed = folder, size, managed
        self._processes: list[subprocess.Popen[bytes]] = []
        self.name = ""

    def __enter__(self) -> Screen:
        try:
            self._start()
        except BaseException:  # no `with` ends what was started before the failure
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _start(self) -> None:
        read, write = os.pipe()
        size = f"{self.size[0]}x{self.size[1]}x24"
        server = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(write), "-screen", "0", size),
                *("-nolisten", "tcp", "-fbdir", str(self._folder)),
                # Without it the server starts anew whenever its last client leaves, and refuses
                # a client that comes at that moment.
                "-noreset",
            ],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(server)
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise OSError("Xvfb did not start")
        self.name = f":{number}"
        if self._managed:
            self._processes.append(
                subprocess.Popen(
                    ["openbox"],
                    env=self._environment(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            wait_for(
                "Openbox", lambda: "window id" in self._x("xprop", "-root", MANAGER_PROPERTY), 30
            )

    def _end(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait()

    def pixels(self) -> NDArray[np.uint8]:
        """What the screen shows, as (height, width, red-green-blue)."""
        # A file in X's format XWD.
        data = (self._folder / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", data[:100])
        start, height, line = header[0] + 12 * header[19], header[5], header[12]
        rows = np.frombuffer(data, np.uint8, height * line, start).reshape(height, line // 4, 4)
        return rows[:, : self.size[0], 2::-1]

    def save(self, path: Path) -> None:
        """Save what the screen shows as PNG."""
        path.write_bytes(png(self.pixels()))

    def xdotool(self, *words: object) -> str:
        """Run xdotool; returns what it writes."""
        return self._x("xdotool", *words)

    def frame(self, title: str) -> tuple[int, int, int, int] | None:
        """Left, top, right and bottom of the window with this title, with the frame around it.

        None if there is no such window yet, or Openbox has not yet given it a frame.
        """
        windows = self.xdotool("search", "--onlyvisible", "--name", title).split()
        if not windows:
            return None
        inner = re.findall(
            r"(?:Absolute upper-left [XY]|Width|Height): +(-?\d+)",
            self._x("xwininfo", "-id", windows[-1]),
        )
        edges = re.findall(r"\d+", self._x("xprop", "-id", windows[-1], "_NET_FRAME_EXTENTS"))
        if len(inner) != 4 or len(edges) != 4:
            return None
        x, y, width, height = map(int, inner)
        left, right, top, bottom = map(int, edges)
        return x - left, y - top, x + width + right, y + height + bottom

    def _environment(self) -> dict[str, str]:
        return os.environ | {"DISPLAY": self.name, "HOME": str(self._folder)}

    def _x(self, *words: object) -> str:
        """Run a program of X; returns what it writes."""
        done = subprocess.run(
            [*map(str, words)],
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout.strip()

    def click(self, x: int, y: int) -> None:
        """Press and release the left button of the mouse there."""
        self.xdotool("mousemove", x, y, "sleep", "0.1", "click", "1")

    def key(self, *names: str) -> None:
        """Press keys, by xdotool's names: Return, ctrl+s, ..."""
        self.xdotool("key", "--delay", "30", *names)

    def type(self, text: str) -> None:
        self.xdotool("type", "--delay", "30", text)

    def focus(self, title: str) -> str:
        """Give the keyboard to the window with this title, if there is one; returns its number."""
        numbers = self.xdotool("search", "--onlyvisible", "--name", title).split()
        if numbers:
            self.xdotool("windowfocus", "--sync", numbers[-1])
        return numbers[-1] if numbers else ""


def middle_of(pixels: NDArray[np.uint8], color: str, smallest: int) -> tuple[int, int] | None:
    """The middle (x, y) of what has the color "#RRGGBB"; None if that is fewer pixels."""
    wanted = np.frombuffer(bytes.fromhex(color[1:]), np.uint8)
    rows, columns = np.nonzero((pixels == wanted).all(axis=2))
    if len(rows) < smallest:
        return None
    return int(np.median(columns)), int(np.median(rows))


def wait_for(what: str, found: Callable[[], Found | None], seconds: float) -> Found:
    """Look again and again until `found` finds something; raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.05)
    raise TimeoutError(f"{what} did not happen within {seconds} s")


def png(pixels: NDArray[Any]) -> bytes:
    """An image of (height, width, red-green-blue), bytes each, as PNG."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
