"""Data that cannot be used: the window says why, and nothing of the project is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.document.data import Table
from desktop.views.window.pages import Page
from tests.bad_data import BAD_DATA, ROWS, Evil
from tests.views.window.windows import new_window

PATIENCE = 60_000


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_every_kind_of_bad_data_says_what_is_wrong(qtbot: QtBot, tmp_path: Path) -> None:
    window = new_window(qtbot)
    window.show()
    before, session = window.workspace.project, window.session
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        window.start()
    failure = window.pages.data.findChild(QLabel, "data-failure")
    assert failure is not None
    for number, (name, (write, message)) in enumerate(BAD_DATA.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        with qtbot.waitSignal(session.dataFailed, timeout=PATIENCE):
            window.files.open_path(write(folder))
        assert window.pages.shown is Page.DATA and failure.isVisible()
        assert re.search(message, failure.text()), name
        assert window.workspace.project.layers == before.layers
    assert not Evil.traces
    for _ in BAD_DATA:
        window.workspace.undo()
    assert window.workspace.project == before
    good = tmp_path / "good.csv"
    good.write_text(f"x,y,z\n{ROWS}\n")
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        window.files.open_path(good)
    assert window.workspace.project.data == Table(path=str(good))
    assert not failure.isVisible()
    session.close()
