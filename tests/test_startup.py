"""What the program says of a machine that lacks something, in place of an abort."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop import startup
from desktop.machine import available_memory, physical_memory

ROOT = Path(__file__).resolve().parent.parent
MAIN = [sys.executable, str(ROOT / "main.py")]
PROJECT = ROOT / "resources" / "projects" / "xor.layerwise"
NAMESPACE = ["unshare", "--mount", "--map-root-user"]
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="shown on Linux")


@pytest.fixture
def mounts() -> None:
    """Skips the test, with the reason, where no file can be put over another."""
    if shutil.which("unshare") is None or subprocess.run([*NAMESPACE, "true"]).returncode != 0:
        pytest.skip("needs a mount namespace, which this system does not give")


def started(*command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own, without a display unless `environment` has one."""
    kept = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    return subprocess.run(
        [str(word) for word in command],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What it said on its way out, having made sure that it was one line and exit code 2."""
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def over(path: Path | str, other: Path | str, *command: object) -> list[object]:
    """`command` where the file `path` is found in place of the file `other`."""
    script = f'mount --bind "{path}" "{other}" && exec "$@"'
    return [*NAMESPACE, "sh", "-c", script, "sh", *command]


# --- nothing is lacking ---------------------------------------------------------------------------


def test_nothing_is_said_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path))
    assert startup.window_problem() is None  # the tests run on the offscreen platform
    assert startup.self_test_problem() is None
    assert startup.settings_problem() is None


# --- processor ------------------------------------------------------------------------------------

OLD = "processor\t: 0\nflags\t\t: fpu sse sse2 ssse3 sse4_1 sse4_2\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd aes\n"


def test_a_processor_without_avx(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(OLD)
    assert "(AVX)" in str(startup.processor_problem(cpuinfo))


@pytest.mark.parametrize("text", [OLD.replace("ssse3", "ssse3 avx"), ARM, ""])
def test_other_processors(tmp_path: Path, text: str) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(text)
    assert startup.processor_problem(cpuinfo) is None
    assert startup.processor_problem(tmp_path / "nothing") is None


@linux_only
@pytest.mark.usefixtures("mounts")
def test_every_command_of_the_engine_names_the_processor(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(OLD)
    for words in (
        ["train", PROJECT],
        ["evaluate", "model.keras", PROJECT],
        ["predict", "model.keras", "picture.png"],
        ["self-test"],
    ):
        message = one_line(started(*over(cpuinfo, "/proc/cpuinfo", *MAIN, *words)))
        assert message.startswith("Error: This processor lacks"), words
    done = started(*over(cpuinfo, "/proc/cpuinfo", *MAIN, "check", PROJECT))
    assert done.returncode == 0, done.stderr


# --- memory and disk ------------------------------------------------------------------------------


def meminfo(folder: Path, available: int, swap: int) -> Path:
    path = folder / "meminfo"
    path.write_text(
        f"MemTotal: 8000000 kB\nMemFree: 1 kB\nMemAvailable: {available} kB\nSwapFree: {swap} kB\n"
    )
    return path


def test_little_memory(tmp_path: Path) -> None:
    message = str(startup.memory_problem(meminfo(tmp_path, 100 * 1024, 20 * 1024)))
    assert message.startswith("Only 120 MiB of memory are free")


def test_enough_memory(tmp_path: Path) -> None:
    assert startup.memory_problem(meminfo(tmp_path, 600 * 1024, 0)) is None
    assert startup.memory_problem(meminfo(tmp_path, 1024, 4000 * 1024)) is None


def test_a_system_that_does_not_tell_its_memory(tmp_path: Path) -> None:
    (tmp_path / "odd").write_text("MemAvailable: many\nSwapFree:\n")
    for path in (tmp_path / "odd", tmp_path / "nothing"):
        assert available_memory(path) is None
        assert startup.memory_problem(path) is None


def test_this_machine_has_memory() -> None:
    found = physical_memory()
    assert found is not None
    assert 10**8 < found < 10**15


@linux_only
def test_a_limit_of_addresses() -> None:
    limited = ["sh", "-c", 'ulimit -v 1500000; exec "$@"', "sh"]
    message = one_line(started(*limited, *MAIN, "train", PROJECT))
    assert message.startswith("Error: This process may use only 1,465 MiB")
    assert "ulimit -v" in message


@linux_only
@pytest.mark.usefixtures("mounts")
def test_a_full_disk_for_temporary_files(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    script = f'mount -t tmpfs -o size=1m none "{small}" && exec "$@"'
    command = [*NAMESPACE, "sh", "-c", script, "sh", *MAIN, "train", PROJECT]
    message = one_line(started(*command, TMPDIR=str(small)))
    assert message.startswith(f"Error: Only 1 MiB are free in {small} for temporary files")
    assert "TMPDIR" in message


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "reason"), [("", "(it is a file)"), ("folder", "(Not a directory)")]
)
def test_a_settings_folder_that_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str, reason: str
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "file" / inside))
    message = str(startup.settings_problem())
    assert message.startswith("Settings and recent files will not be kept, because")
    assert str(tmp_path / "file") in message and reason in message
    assert "LAYERWISE_HOME" in message


@linux_only
@pytest.mark.usefixtures("mounts")
def test_a_settings_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "settings"
    folder.mkdir()
    script = f'mount -t tmpfs -o ro none "{folder}" && exec "$@"'
    command = [*NAMESPACE, "sh", "-c", script, "sh", *MAIN]
    kept = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    environment = kept | {"QT_QPA_PLATFORM": "offscreen", "LAYERWISE_HOME": str(folder)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        line = next(line for line in program.stderr if not line.startswith("This plugin"))
        assert program.poll() is None  # the window is there all the same
        program.kill()
    assert line.startswith("Settings and recent files will not be kept") and str(folder) in line


# --- display --------------------------------------------------------------------------------------


@linux_only
def test_no_display() -> None:
    message = one_line(started(*MAIN))
    assert message.startswith("Layerwise needs a display for its window, and there is none")
    assert "main.py check PROJECT" in message
    for command in ("train", "check", "evaluate", "predict", "self-test"):
        assert command in message


@linux_only
def test_a_display_that_does_not_answer() -> None:
    message = one_line(started(*MAIN, DISPLAY=":77"))
    assert message.startswith("The display ':77' (environment variable DISPLAY) cannot be opened")


@linux_only
@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize(
    ("library", "package"),
    [("xcb-cursor", "libxcb-cursor0"), ("xcb-keysyms", "libxcb-keysyms1"), ("EGL", "libegl1")],
)
def test_a_library_that_is_missing(library: str, package: str) -> None:
    name = ctypes.util.find_library(library)
    listed = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout
    paths = [
        line.split("=> ")[1] for line in listed.splitlines() if line.strip().startswith(f"{name} ")
    ]
    assert paths, f"{package} is not installed"
    message = one_line(started(*over("/dev/null", paths[0], *MAIN), DISPLAY=":77"))
    assert f"lacks ({name})" in message
    assert message.endswith(f"apt-get install {package}\n")


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets these of the environment's variables about displays, and no other."""

    def choose(**environment: str) -> None:
        for name in DISPLAYS:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    return choose


@linux_only
@pytest.mark.parametrize(
    "environment",
    [
        {"QT_QPA_PLATFORM": "offscreen"},
        {"QT_QPA_PLATFORM": "minimal:anything"},
        {"QT_QPA_PLATFORM": "vnc:size=800x600"},
        {"QT_QPA_PLATFORM": "wayland;offscreen"},
        {"QT_QPA_PLATFORM": "wayland;xcb", "DISPLAY": ":0"},
        {"DISPLAY": ":0"},
        {"DISPLAY": ":0", "WAYLAND_DISPLAY": "gone", "XDG_RUNTIME_DIR": "/nowhere"},
    ],
)
def test_a_display_is_believed(only: Callable[..., None], environment: dict[str, str]) -> None:
    only(**environment)
    assert startup.display_problem() is None


@linux_only
@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"QT_QPA_PLATFORM": "xcb"},
        {"QT_QPA_PLATFORM": "wayland"},
        {"WAYLAND_DISPLAY": "gone", "XDG_RUNTIME_DIR": "/nowhere"},
    ],
)
def test_there_is_no_display(only: Callable[..., None], environment: dict[str, str]) -> None:
    only(**environment)
    assert startup.display_problem() is not None


@linux_only
def test_wayland(tmp_path: Path, only: Callable[..., None]) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-0"))
        server.listen()
        only(WAYLAND_DISPLAY="wayland-0", XDG_RUNTIME_DIR=str(tmp_path))
        assert startup.window_problem() is None
