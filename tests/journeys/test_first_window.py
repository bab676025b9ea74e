"""The window as it comes up for the first time, on screens of several sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from screen import Screen

from tests.journeys.conftest import Person, need

pytestmark = [pytest.mark.window, pytest.mark.timeout(240)]


@pytest.fixture(scope="module", params=[(1366, 768), (1440, 900), (1920, 1080)], ids=str)
def desktop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The DISPLAY of a screen with a window manager, which puts frames around windows."""
    need("Xvfb", "xdotool", "openbox", "xprop")
    with Screen(tmp_path_factory.mktemp("screen"), request.param, managed=True) as screen:
        yield screen.name


@pytest.mark.parametrize("scale", ["1", "1.5", "2"])
def test_the_first_window_fits_the_screen_with_its_frame(
    desktop: str, scale: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_SCALE_FACTOR", scale)
    user = Person(desktop, tmp_path, None)
    try:
        user.wait("window.isVisible() and hasattr(window.pages, 'draw')")  # all is made
        user.wait("window.frameGeometry().height() > window.height()")
        frame = user.ask("window.frameGeometry().getRect()")
        room = user.ask("window.screen().availableGeometry().getRect()")
        fits = "window.screen().availableGeometry().contains(window.frameGeometry())"
        assert user.ask(fits), f"{frame} in {room}"
        for name in ("train", "pause", "stop", "reset"):
            button = f"bar.widgetForAction(window.findChild(QAction, {name!r}))"
            assert user.ask(f"{button}.isVisible()"), name
            assert user.ask(f"bar.rect().contains({button}.geometry())"), name
        user.look(tmp_path / "screen.png")
    finally:
        user.close()
