"""What the machine is, and how much memory it has."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path


@cache
def description() -> str:
    """The machine in a few words: "Linux 6.1, x86_64, 2 processors, 8.2 GB"."""
    processors, memory = os.cpu_count() or 1, physical_memory()
    parts = [
        f"{platform.system()} {platform.release()}",
        platform.machine(),
        f"{processors} processor{'s' if processors > 1 else ''}",
    ]
    return ", ".join([*parts, f"{memory / 1e9:.1f} GB"] if memory else parts)


def physical_memory() -> int | None:
    """The memory of this machine in bytes, or None where the system does not tell."""
    if sys.platform == "win32":
        return _windows_memory("total")
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


@contextmanager
def outer_environment() -> Iterator[None]:
    """Programs of the system, such as the browser, are to be started in this context.

    The executable names the libraries that it brings in LD_LIBRARY_PATH; others need their own
    (https://pyinstaller.org/en/stable/common-issues-and-pitfalls.html).
    """
    name = "LD_LIBRARY_PATH"
    ours = os.environ.get(name)
    if ours is None or not getattr(sys, "frozen", False):
        yield
        return
    outer = os.environ.get(f"{name}_ORIG")
    try:
        if outer is None:
            del os.environ[name]
        else:
            os.environ[name] = outer
        yield
    finally:
        os.environ[name] = ours


def available_memory(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Bytes that programs can still have, of memory and on disk, or None where that is not told."""
    if sys.platform == "win32":
        return _windows_memory("available")
    try:
        lines = meminfo.read_text("ascii").splitlines()
        sizes = {name: value for name, _, value in (line.partition(":") for line in lines)}
        kilobytes = [int(sizes[name].split()[0]) for name in ("MemAvailable", "SwapFree")]
    except (OSError, ValueError, KeyError, IndexError):
        return None
    return sum(kilobytes) * 1024


def _windows_memory(field: str) -> int | None:
    """The field "total" or "available" of what Windows says about its memory."""

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("total", ctypes.c_ulonglong),
            ("available", ctypes.c_ulonglong),
            ("page_total", ctypes.c_ulonglong),
            ("page_available", ctypes.c_ulonglong),
            ("virtual_total", ctypes.c_ulonglong),
            ("virtual_available", ctypes.c_ulonglong),
            ("extended", ctypes.c_ulonglong),
        )

    status = Status(length=ctypes.sizeof(Status))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    known = kernel.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(getattr(status, field)) if known else None
