"""What the program says where there is no display, or too little for Qt."""

from __future__ import annotations

import ctypes.util
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop import startup
from desktop.startup import display, folders
from tests.startup.programs import DISPLAYS, MAIN, linux_only, one_line, over, started


def test_nothing_is_reported_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path))
    assert startup.window_problem() is None  # the tests run on the offscreen platform
    assert startup.self_test_problem() is None
    assert folders.settings_problem() is None


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
    assert display.display_problem() is None


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
    assert display.display_problem() is not None


@linux_only
def test_wayland(tmp_path: Path, only: Callable[..., None]) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-0"))
        server.listen()
        only(WAYLAND_DISPLAY="wayland-0", XDG_RUNTIME_DIR=str(tmp_path))
        assert startup.window_problem() is None
