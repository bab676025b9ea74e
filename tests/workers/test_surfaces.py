"""The plane is predicted beside the training, of the network there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.document.data import PlanePoints
from desktop.document.first_network import first_project
from desktop.engine.reports import RunEnded, Surface
from desktop.workers.session import Session

PATIENCE = 60_000


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    session.start()
    yield session
    session.close()


def test_the_plane_follows_the_network_until_it_is_reset(session: Session, qtbot: QtBot) -> None:
    source = PlanePoints(points=40)
    project = first_project(source, source.known_schema)
    project = project.replace(training=project.training.replace(epochs=2))
    surfaces: list[Surface] = []
    session.surfacePredicted.connect(surfaces.append)
    session.predict_surface((-1, 1))  # there is no network yet
    session.epochEnded.connect(lambda _: session.predict_surface((-1, 1)))
    with qtbot.waitSignal(session.runEnded, timeout=PATIENCE) as ended:
        session.train(project)
    assert isinstance(ended.args[0], RunEnded) and not ended.args[0].message
    session.predict_surface((-1.5, 1.5))
    qtbot.waitUntil(lambda: bool(surfaces) and surfaces[-1].extent == (-1.5, 1.5))
    with qtbot.waitSignal(session.unitsPredicted, timeout=PATIENCE) as hidden:
        session.predict_units((-1.5, 1.5))
    assert [len(layer.values) for layer in hidden.args[0].layers] == [8]
    assert surfaces[-1].epoch == 2 and surfaces[-1].values.shape[2] == 2
    with qtbot.waitSignal(session.dataLoaded, timeout=PATIENCE):
        session.predict_surface((-2, 2))
        session.reset()
        session.load_data(source.replace(seed=1))  # after the prediction, on the same thread
    assert surfaces[-1].extent == (-1.5, 1.5)
