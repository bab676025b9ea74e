"""Images before and after the layers that augment them, where a network has such layers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits
from desktop.document.layers import Layer, RandomTranslation, Reshape
from desktop.document.project import Project, starter_project
from desktop.engine import datasets
from desktop.views.pages.data.augmented import AugmentedCard
from desktop.views.theme import Theme
from desktop.views.workspace import Workspace
from desktop.workers.reports import DataSummary
from desktop.workers.session import Session

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")
IMAGE = Reshape(target_shape=(8, 8, 1))
DOWN = RandomTranslation(height_factor=(0.25, 0.25), width_factor=0.0, fill_mode="constant")
SIDEWAYS = RandomTranslation(height_factor=0.0, width_factor=0.5)


def augmenting(*layers: Layer) -> Project:
    project = starter_project()
    return project.replace(layers=(*layers, *project.layers))


@pytest.fixture(scope="module")
def digits() -> DataSummary:
    return datasets.summarize(datasets.load(Digits()))


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    with qtbot.waitSignal(session.engineReady, timeout=120_000):
        session.start()
    yield session
    session.close()


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(augmenting(IMAGE, DOWN))


@pytest.fixture
def card(
    qtbot: QtBot, theme: Theme, session: Session, workspace: Workspace, digits: DataSummary
) -> AugmentedCard:
    card = AugmentedCard(workspace, session, theme)
    qtbot.addWidget(card)
    card.resize(600, 400)
    card.show_summary(digits)
    return card


def images(card: AugmentedCard) -> list[list[np.ndarray]]:
    """The images that are shown, line by line."""
    lines = (card.original, *card.versions)
    return [[tile.values for tile in line.tiles.samples] for line in lines]


def test_each_version_stands_below_its_original(
    qtbot: QtBot, card: AugmentedCard, session: Session
) -> None:
    with qtbot.waitSignal(session.augmenter.answered):
        card.show()
    original, *versions = images(card)
    assert 3 < len(original) == card.original.columns
    for version in versions:
        for before, after in zip(original, version, strict=True):
            np.testing.assert_allclose(after[2:, :, 0], before[:-2], atol=1e-5)
            assert not after[:2].any()


def test_other_layers_or_a_click_make_other_versions(
    qtbot: QtBot, card: AugmentedCard, session: Session, workspace: Workspace
) -> None:
    with qtbot.waitSignal(session.augmenter.answered):
        card.show()
    shown = [images(card)]
    for change in (
        lambda: workspace.edit("Edit", workspace.project.with_layer(1, SIDEWAYS)),
        card.new_versions.click,
    ):
        with qtbot.waitSignal(session.augmenter.answered):
            change()
        shown.append(images(card))
    first, second, third = (np.array(lines[1:]) for lines in shown)
    assert np.abs(first - second).max() > 0.1 and np.abs(second - third).max() > 0.1
    assert np.abs(third[0] - third[1]).max() > 0.1  # the versions differ, too
    np.testing.assert_array_equal(shown[0][0], shown[2][0])


def test_nothing_is_shown_where_nothing_augments(
    qtbot: QtBot, card: AugmentedCard, session: Session, workspace: Workspace, digits: DataSummary
) -> None:
    with qtbot.waitSignal(session.augmenter.answered):
        card.show()
    for layers in ((), (DOWN,), (IMAGE,)):  # DOWN alone lacks the channels
        workspace.edit("Edit", augmenting(*layers))
        assert card.isHidden()
    workspace.edit("Edit", augmenting(IMAGE, DOWN))
    assert not card.isHidden()
    card.show_summary(None)
    assert card.isHidden()
