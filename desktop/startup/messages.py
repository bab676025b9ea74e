"""How a message reaches the user where there is no window to show it in."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys


def tell(message: str) -> None:
    """Show one line to the user: on standard error, and where nobody sees that, in a box."""
    write(message)
    if sys.stderr is not None and (not sys.platform.startswith("linux") or sys.stderr.isatty()):
        return
    if sys.platform == "win32":
        user = getattr(ctypes, "windll").user32  # noqa: B009 - exists on Windows only
        user.MessageBoxW(None, message, "Layerwise", 0x10)  # MB_ICONERROR
        return
    command = _box(message)
    if command:
        silent = subprocess.DEVNULL
        subprocess.Popen(command, start_new_session=True, stdout=silent, stderr=silent)


def write(message: str) -> None:
    """Write one line to standard error, which a windowed program may not have."""
    if sys.stderr is not None:
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()


def _box(message: str) -> list[str]:
    """The command that shows `message` with what the system has; empty if it has nothing."""
    if sys.platform == "darwin":
        script = f"display alert {_quoted('Layerwise')} message {_quoted(message)} as critical"
        return ["osascript", "-e", script]
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return []
    for command in (
        ["zenity", "--error", "--no-markup", "--title=Layerwise", f"--text={message}"],
        ["kdialog", "--title", "Layerwise", "--error", message],
        ["xmessage", "-center", message],
    ):
        if shutil.which(command[0]):
            return command
    return []


def _quoted(text: str) -> str:
    """`text` as a string of AppleScript."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
