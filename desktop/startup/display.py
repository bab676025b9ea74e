"""The display for the window, and the libraries that Qt leaves to the system."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from pathlib import Path

# Libraries that Qt leaves to the system, and the Debian packages they are in.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
X11_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WITHOUT_DISPLAY = (
    "train, check, evaluate, predict and self-test work without one (for example: {} check PROJECT)"
)


def display_problem() -> str | None:
    """No display at all."""
    if _platform() != "":
        return None
    return f"Layerwise needs a display for its window, and there is none: {_without_display()}"


def qt_problem() -> str | None:
    """Libraries of a Linux system without which Qt cannot be loaded, or shows no window."""
    if not sys.platform.startswith("linux"):
        return None
    wanted = QT_LIBRARIES | (X11_LIBRARIES if _platform() == "xcb" else {})
    missing = [name for name in wanted if not _can_be_loaded(name)]
    if not missing:
        return None
    packages = " ".join(wanted[name] for name in missing)
    return (
        f"The window needs libraries that this system lacks ({', '.join(missing)}): "
        f"on Debian or Ubuntu, apt-get install {packages}"
    )


def x11_problem() -> str | None:
    """An X11 display that does not answer; Qt would end the process over it."""
    if _platform() != "xcb" or _x11_answers():
        return None
    name = os.environ["DISPLAY"]
    return (
        f"The display {name!r} (environment variable DISPLAY) cannot be opened, and Layerwise "
        f"needs one for its window: {_without_display()}"
    )


def _without_display() -> str:
    return WITHOUT_DISPLAY.format(Path(sys.argv[0]).name)


def _platform() -> str:
    """The platform that Qt will use; empty if there is no display for any."""
    if sys.platform in ("win32", "darwin"):
        return sys.platform
    chosen = os.environ.get("QT_QPA_PLATFORM") or "wayland;xcb"
    for each in chosen.split(";"):
        name = each.partition(":")[0]
        if name.startswith("wayland"):
            there = bool(os.environ.get("WAYLAND_DISPLAY")) and _wayland_answers()
        elif name == "xcb":
            there = bool(os.environ.get("DISPLAY"))
        else:
            there = True  # it needs no display
        if there:
            return name
    return ""


def _wayland_answers() -> bool:
    """Whether someone listens on the socket that WAYLAND_DISPLAY names."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    address = str(Path(runtime) / os.environ["WAYLAND_DISPLAY"])
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(address)
        except OSError:
            return False
    return True


def _x11_answers() -> bool:
    """Whether the X server of DISPLAY takes a connection."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    try:
        return int(xcb.xcb_connection_has_error(connection)) == 0
    finally:
        xcb.xcb_disconnect(connection)


def _can_be_loaded(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
