"""Keeping drawings beside the training, and data that is loaded again when they change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.document.data import MyDrawings
from desktop.document.project import starter_project
from desktop.engine.my_drawings.store import DrawingStore
from desktop.workers.learning_work import CANCELED, UNDONE
from desktop.workers.session import Session
from tests.kept_drawings import drawings_of, strokes_of

PATIENCE = 60_000  # milliseconds


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    session.start()
    yield session
    session.close()


def labels() -> list[str]:
    return [drawing.label for drawing in DrawingStore().read().drawings]


def test_drawings_are_kept_deleted_and_brought_back(qtbot: QtBot, session: Session) -> None:
    work = session.drawings
    assert not work.can_undo
    with qtbot.waitSignal(work.changed, timeout=PATIENCE) as said:
        (seven,) = work.keep([("7", strokes_of("7"))])
    assert said.args == ["Kept as 7"] and labels() == ["7"]
    with qtbot.waitSignal(work.changed, timeout=PATIENCE):
        work.keep([("1", strokes_of("7"))], seven)  # it was no seven
    assert labels() == ["1"]
    with qtbot.waitSignal(work.changed, timeout=PATIENCE) as said:
        work.keep([("0", strokes_of("0")), ("7", strokes_of("7"))])
    assert said.args == ["Kept 2 drawings"] and labels() == ["1", "0", "7"]
    with qtbot.waitSignal(work.changed, timeout=PATIENCE):
        work.delete([seven])
    assert labels() == ["0", "7"]
    for expected in (["1", "0", "7"], ["1"], []):
        with qtbot.waitSignal(work.changed, timeout=PATIENCE):
            work.undo()
        assert labels() == expected
    assert not work.can_undo


def test_what_cannot_be_kept_is_said(qtbot: QtBot, session: Session) -> None:
    with qtbot.waitSignal(session.drawings.failed, timeout=PATIENCE) as said:
        assert session.drawings.keep([("x" * 1000, strokes_of("7"))]) == ()
    assert "too long a label" in said.args[0] and not session.drawings.can_undo
    DrawingStore().file.mkdir(parents=True)
    with qtbot.waitSignal(session.drawings.failed, timeout=PATIENCE) as said:
        session.drawings.keep([("7", strokes_of("7"))])
    assert "not a regular file" in said.args[0]


def test_data_made_of_drawings_is_loaded_again(qtbot: QtBot, session: Session) -> None:
    DrawingStore().add(drawings_of("7171"))
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        session.load_data(MyDrawings())
    with qtbot.assertNotEmitted(session.dataLoading):
        session.refresh_data()
    with qtbot.waitSignal(session.drawings.changed, timeout=PATIENCE):
        session.drawings.keep([("0", strokes_of("0"))])
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE) as loaded:
        session.refresh_data()
    assert loaded.args[0].schema.class_names == ("0", "1", "7")


def test_the_network_learns_drawings_and_that_is_undone(qtbot: QtBot, session: Session) -> None:
    work = session.learning
    project = starter_project()
    project = project.replace(training=project.training.replace(epochs=1))
    assert not work.begin(drawings_of("01"))
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE):
        session.train(project)
    network = session._network_of_data()
    assert network is not None
    before = network.model.get_weights()
    with qtbot.waitSignal(work.ended, timeout=PATIENCE) as said:
        assert work.begin(drawings_of("017" * 5))
        assert work.is_running and not work.begin([])
    assert said.args[0].startswith("Learned 12 drawings. Accuracy on 3 drawings held out")
    assert work.can_undo and (network.model.get_weights()[0] != before[0]).any()
    with qtbot.waitSignal(work.ended, timeout=PATIENCE) as said:
        work.undo()
    assert said.args == [UNDONE] and not work.can_undo
    assert (network.model.get_weights()[0] == before[0]).all()
    with qtbot.waitSignal(work.ended, timeout=PATIENCE) as said:
        work.begin(drawings_of("017"))
        work.stop()
    assert said.args == [CANCELED] and not work.can_undo
    with qtbot.waitSignal(work.failed, timeout=PATIENCE) as said:
        work.begin([])
    assert "no drawings of these classes" in said.args[0]
