"""TensorBoard from the window: in the browser, and gone with the window."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QAction, QDesktopServices
from pytestqt.qtbot import QtBot

from desktop.engine.runs.store import RunStore
from desktop.engine.tensorboard.writing import write_record
from desktop.views.window.run_notices import RunNotices
from tests.engine.run_store.kept import keep
from tests.views.window.windows import new_window


class Browser(QObject):
    """Takes what would go to the browser."""

    opened = Signal(str)

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.emit(url.toString())


@pytest.fixture
def browser() -> Iterator[Browser]:
    browser = Browser()
    QDesktopServices.setUrlHandler("http", browser, "open")
    yield browser
    QDesktopServices.unsetUrlHandler("http")


def test_a_run_opens_in_the_browser_until_the_window_is_closed(
    qtbot: QtBot, browser: Browser
) -> None:
    with RunStore() as store:
        run = keep(store, name="mine")
    window = new_window(qtbot)
    board = window.session.tensorboard
    with qtbot.waitSignal(browser.opened, timeout=120_000) as shown:
        board.open([run])
        assert "starts" in window.notice.text
    (address,) = shown.args
    assert address in window.notice.text
    with urllib.request.urlopen(f"{address}data/runs", timeout=60) as answer:
        assert f"mine {run}/validation" in answer.read().decode()
    with qtbot.waitSignal(browser.opened) as again:
        board.open([run])
    assert again.args == [address]  # it is there already
    window.session.close()
    with pytest.raises((URLError, ConnectionError)):
        urllib.request.urlopen(address, timeout=60)


def test_a_run_that_is_not_kept_cannot_be_opened(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    with qtbot.waitSignal(window.session.tensorboard.failed, timeout=120_000):
        window.session.tensorboard.open(["20260101T000000000000Z-00000000"])
    assert "TensorBoard could not be started: the run 2026" in window.notice.text


def test_the_command_is_there_once_something_was_trained(qtbot: QtBot) -> None:
    action = new_window(qtbot).findChild(QAction, "tensorboard")
    assert not action.isEnabled() and "Nothing has been trained yet" in action.toolTip()


def test_logs_that_were_made_elsewhere_are_read(qtbot: QtBot, tmp_path: Path) -> None:
    with RunStore() as store:
        write_record(tmp_path / "logs" / "first", store.read(keep(store)))
    window = new_window(qtbot)
    window.pages.prepare()
    _notices = RunNotices(window.pages.runs, window.session, window.files, window.notice)
    board = window.session.tensorboard
    with qtbot.waitSignal(board.logsRead, timeout=120_000) as found:
        board.read_logs(tmp_path / "logs")
    ((run,),) = found.args
    assert (run.summary.name, run.summary.epochs) == ("first", 3)
    with qtbot.waitSignal(board.logsFailed) as failed:
        board.read_logs(tmp_path / "nothing")
    assert "is no folder" in failed.args[0] and failed.args[0] == window.notice.text
    (file,) = (tmp_path / "logs" / "first" / "validation").glob("*tfevents*")
    file.write_bytes(file.read_bytes()[:-5])
    with qtbot.waitSignal(board.logsRead):
        board.read_logs(tmp_path / "logs")
    assert window.notice.text.startswith("first: ")
