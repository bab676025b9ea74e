"""A real window on a virtual screen, driven from outside by the X server's mouse and keyboard."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from screen import Screen

HOST = Path(__file__).with_name("host.py")
Point = tuple[int, int]


class Person:
    """Someone at the screen: moves the mouse, types, looks."""

    def __init__(
        self, display: str, home: Path, size: tuple[int, int] | None, *arguments: str
    ) -> None:
        self._home = home
        self._environment = os.environ | {
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "LAYERWISE_HOME": str(home / "settings"),
            "LAYERWISE_DATA": str(home / "data"),
            "KERAS_HOME": str(home / "keras"),
            "HOME": str(home),
        }
        self._log = (home / "stderr.txt").open("a+")
        self._host = subprocess.Popen(
            [sys.executable, str(HOST), "x".join(map(str, size or ())), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=self._environment,
            text=True,
        )

    # --- looking ------------------------------------------------------------------------------

    def ask(self, expression: str) -> Any:
        """The value of `expression` in the program."""
        return self._exchange({"ask": expression}, 30)

    def wait(self, expression: str, seconds: float = 15) -> Any:
        """Wait until `expression` holds, and return it. Fails after `seconds`."""
        value = self._exchange({"wait": expression, "seconds": seconds}, seconds + 30)
        if not value or (isinstance(value, dict) and "error" in value):
            picture = self._home / "failed.png"
            self.look(picture)
            raise AssertionError(
                f"did not come true within {seconds} s: {expression}: {value}; see {picture}"
            )
        return value

    def _exchange(self, question: dict[str, Any], seconds: float) -> Any:
        assert self._host.stdin is not None
        assert self._host.stdout is not None
        self._host.stdin.write(json.dumps(question) + "\n")
        self._host.stdin.flush()
        ready, _, _ = select.select([self._host.stdout], [], [], seconds)
        if not ready:
            raise AssertionError(f"no answer to {question} within {seconds} s: {self.log}")
        line = self._host.stdout.readline()
        if not line:
            raise AssertionError(f"the program is gone: {self.log}")
        return json.loads(line)["value"]

    @property
    def log(self) -> str:
        self._log.seek(0)
        return self._log.read()

    def look(self, path: Path) -> None:
        """Save what the screen shows."""
        self.ask(f"window.screen().grabWindow(0).save({str(path)!r})")

    # --- acting -------------------------------------------------------------------------------

    def _xdotool(self, *words: object) -> None:
        command = ["xdotool", *(str(word) for word in words)]
        subprocess.run(command, env=self._environment, check=True, timeout=60)

    def click(self, box: list[int], *, times: int = 1, held: str = "") -> None:
        """Click the middle of [x, y, width, height], with the key `held`, e.g. "ctrl"."""
        x, y = middle(box)
        down, up = (("keydown", held), ("keyup", held)) if held else ((), ())
        move = "mousemove", x, y, "sleep", "0.05"
        self._xdotool(*move, *down, "click", "--repeat", times, "1", *up)

    def drag(self, start: Point, *path: Point, cancel: bool = False) -> None:
        """Press at `start`, move along `path`, release at its end; or press Escape there first."""
        words: list[object] = ["mousemove", *start, "sleep", "0.05", "mousedown", "1"]
        here = start
        for there in path:
            for step in range(1, 9):
                x = here[0] + (there[0] - here[0]) * step // 8
                y = here[1] + (there[1] - here[1]) * step // 8
                words += ["mousemove", x, y, "sleep", "0.02"]
            here = there
        escape = ["key", "Escape", "sleep", "0.1"] if cancel else []
        self._xdotool(*words, "sleep", "0.1", *escape, "mouseup", "1")

    def key(self, *names: str) -> None:
        """Press keys, by xdotool's names: Return, ctrl+z, ..."""
        self._xdotool("key", "--delay", "30", *names)

    def back_to_window(self) -> None:
        """After a dialog: give the window the keyboard, as a window manager would."""
        self.wait("app.activeModalWidget() is None")
        self._xdotool("windowfocus", "--sync", self.ask("int(window.winId())"))
        self.wait("window.isActiveWindow()")

    def type(self, text: str, pause: int = 30) -> None:
        """Type `text`, with `pause` milliseconds between the keys."""
        self._xdotool("type", "--delay", pause, text)

    def leave(self, seconds: float = 30) -> int:
        """Wait for the program to end; its exit code."""
        return self._host.wait(seconds)

    def close(self) -> None:
        """Make sure the program is gone."""
        assert self._host.stdin is not None
        assert self._host.stdout is not None
        if self._host.poll() is None:
            self._host.kill()
            self._host.wait()
        self._host.stdin.close()
        self._host.stdout.close()
        self._log.close()


def middle(box: list[int]) -> Point:
    """The middle of [x, y, width, height]."""
    return box[0] + box[2] // 2, box[1] + box[3] // 2


def start(person: Callable[..., Person], *arguments: str, **options: Any) -> Person:
    user = person(*arguments, **options)
    user.wait("window.isVisible() and window.isActiveWindow()")
    user.wait("window.session.summary is not None")
    return user


def fill(user: Person, panel: str, name: str, text: str) -> None:
    """Type into a field of a form, as a person does: click, select all, type, Tab."""
    user.click(user.ask(f"field({panel}, {name!r})"))
    user.key("ctrl+a")
    user.type(text)
    user.key("Tab")


def choose(user: Person, panel: str, name: str, text: str) -> None:
    """Choose from a drop-down list by typing the first letters."""
    user.click(user.ask(f"field({panel}, {name!r})"))
    user.type(text)
    user.key("Return")


def show_page(user: Person, title: str) -> None:
    bar = "window.pages.tabBar()"
    index = user.ask(f"[{bar}.tabText(i) for i in range({bar}.count())].index({title!r})")
    user.click(user.ask(f"box({bar}, {bar}.tabRect({index}))"))


def need(*programs: str) -> None:
    """Skip the test, with the reason, where one of the programs is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}")


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The DISPLAY of a virtual screen of 1440x900."""
    need("Xvfb", "xdotool")
    with Screen(tmp_path_factory.mktemp("screen")) as screen:
        yield screen.name


@pytest.fixture
def person(display: str, tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """Starts the program for someone to use: person(*arguments, size=(width, height))."""
    people: list[Person] = []

    def start(*arguments: str, size: tuple[int, int] = (1440, 900)) -> Person:
        people.append(Person(display, tmp_path, size, *arguments))
        return people[-1]

    yield start
    for each in people:
        each.close()
