"""Keeping drawings beside the training, and data that is loaded again when they change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.document.data import MyDrawings
from desktop.engine.my_drawings.store import DrawingStore
from desktop.workers.session import Session
from tests.kept_drawings import drawings_of, strokes_of


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    with qtbot.waitSignal(session.engineReady, timeout=60_000):
        session.start()
    yield session
    session.close()


def labels() -> list[str]:
    return [drawing.label for drawing in DrawingStore().read().drawings]


def test_drawings_are_kept_deleted_and_brought_back(qtbot: QtBot, session: Session) -> None:
    work = session.drawings
    assert not work.can_undo
    with qtbot.waitSignal(work.changed) as said:
        (seven,) = work.keep([("7", strokes_of("7"))])
    assert said.args == ["Kept as 7"] and labels() == ["7"]
    with qtbot.waitSignal(work.changed):
        work.keep([("1", strokes_of("7"))], seven)  # it was no seven
    assert labels() == ["1"]
    with qtbot.waitSignal(work.changed) as said:
        work.keep([("0", strokes_of("0")), ("7", strokes_of("7"))])
    assert said.args == ["Kept 2 drawings"] and labels() == ["1", "0", "7"]
    with qtbot.waitSignal(work.changed):
        work.delete([seven])
    assert labels() == ["0", "7"]
    for expected in (["1", "0", "7"], ["1"], []):
        with qtbot.waitSignal(work.changed):
            work.undo()
        assert labels() == expected
    assert not work.can_undo


def test_what_cannot_be_kept_is_said(qtbot: QtBot, session: Session) -> None:
    with qtbot.waitSignal(session.drawings.failed) as said:
        assert session.drawings.keep([("x" * 1000, strokes_of("7"))]) == ()
    assert "too long a label" in said.args[0] and not session.drawings.can_undo
    DrawingStore().file.mkdir(parents=True)
    with qtbot.waitSignal(session.drawings.failed) as said:
        session.drawings.keep([("7", strokes_of("7"))])
    assert "not a regular file" in said.args[0]


def test_data_made_of_drawings_is_loaded_again(qtbot: QtBot, session: Session) -> None:
    DrawingStore().add(drawings_of("7171"))
    with qtbot.waitSignal(session.dataLoaded):
        session.load_data(MyDrawings())
    with qtbot.assertNotEmitted(session.dataLoading):
        session.refresh_data()
    with qtbot.waitSignal(session.drawings.changed):
        session.drawings.keep([("0", strokes_of("0"))])
    with qtbot.waitSignal(session.dataLoaded) as loaded:
        session.refresh_data()
    assert loaded.args[0].schema.class_names == ("0", "1", "7")
