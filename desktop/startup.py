"""What the program needs of the machine, looked at before anything can abort over it.

Each check takes milliseconds and returns None, or one line that says what is missing, where, and
what to do. Qt and TensorFlow end the whole process, without a word for the user, over what is found
here.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from desktop import paths
from desktop.machine import available_memory

MEBIBYTE = 1 << 20
# Below these nothing can be trained: measured on the smallest network.
NEEDED_MEMORY = 350 * MEBIBYTE
NEEDED_ADDRESSES = 2400 * MEBIBYTE  # what TensorFlow reserves, most of it never used
NEEDED_DISK = 5 * MEBIBYTE
NEEDED_INSTRUCTIONS = ("sse4_1", "sse4_2", "avx")

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


def engine_problem() -> str | None:
    """Why TensorFlow cannot work here, or None."""
    return _first(processor_problem, temporary_problem, memory_problem)


def window_problem() -> str | None:
    """Why no window can be shown here, or None."""
    return _first(display_problem, qt_problem, x11_problem, engine_problem)


def self_test_problem() -> str | None:
    """Why the window cannot be driven without a display here, or None."""
    return _first(qt_problem, engine_problem)


# --- the machine ----------------------------------------------------------------------------------


def processor_problem(cpuinfo: Path = Path("/proc/cpuinfo")) -> str | None:
    """TensorFlow for x86 is compiled for processors with AVX; elsewhere it ends the process."""
    if sys.platform == "win32":
        avx_available = 39  # PF_AVX_INSTRUCTIONS_AVAILABLE
        kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
        missing = [] if kernel.IsProcessorFeaturePresent(avx_available) else ["avx"]
    else:
        flags = _processor_flags(cpuinfo)
        missing = [each for each in NEEDED_INSTRUCTIONS if flags and each not in flags]
    if not missing:
        return None
    names = ", ".join(each.upper().replace("_", ".") for each in missing)
    return (
        f"This processor lacks instructions that TensorFlow needs ({names}): "
        "use a computer whose processor was made after 2011, or in a virtual machine, "
        "let it see the host's processor"
    )


def memory_problem(meminfo: Path = Path("/proc/meminfo")) -> str | None:
    """Too little memory to load TensorFlow and train."""
    limit = _address_limit()
    if limit is not None and limit < NEEDED_ADDRESSES:
        return (
            f"This process may use only {_size(limit)} of addresses, and TensorFlow needs "
            f"{_size(NEEDED_ADDRESSES)}: raise the limit (ulimit -v)"
        )
    available = available_memory(meminfo)
    if available is None or available >= NEEDED_MEMORY:
        return None
    return (
        f"Only {_size(available)} of memory are free, and Layerwise needs "
        f"{_size(NEEDED_MEMORY)}: close other programs and start it again"
    )


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
    """Settings cannot be kept. The program works, but forgets the layout and the recent files."""
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


def _processor_flags(cpuinfo: Path) -> set[str]:
    """The instruction sets of the first x86 processor; empty where the system does not tell."""
    try:
        with cpuinfo.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith("flags"):
                    return set(line.partition(":")[2].split())
    except OSError:
        pass
    return set()


def _address_limit() -> int | None:
    if sys.platform in ("win32", "darwin"):
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def _disk_problem(folder: Path, purpose: str, advice: str) -> str | None:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return None  # it can be written to, which is what counts
    if free >= NEEDED_DISK:
        return None
    return (
        f"Only {_size(free)} are free in {folder} for {purpose}, and Layerwise needs "
        f"{_size(NEEDED_DISK)}: make room on that disk, or {advice}"
    )


# --- the screen -----------------------------------------------------------------------------------


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


# --- telling --------------------------------------------------------------------------------------


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


def _first(*checks: Callable[[], str | None]) -> str | None:
    for check in checks:
        problem = check()
        if problem is not None:
            return problem
    return None


def _size(number: int) -> str:
    return f"{number / MEBIBYTE:,.0f} MiB"
