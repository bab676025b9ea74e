"""The page *Learn* in the window: its sections are made when they are first shown."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project
from desktop.views.pages.activations.page import ActivationsPage
from desktop.views.window.learn import SECTIONS
from desktop.views.window.pages import Page
from tests.engine.trials.helpers import project
from tests.views.window.windows import new_window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")


def test_a_section_is_made_when_it_is_shown(qtbot: QtBot) -> None:
    window = new_window(qtbot)
    window.show()
    window.pages.prepare()
    learn = window.pages.learn
    titles = [learn.switch.tabText(place) for place in range(learn.switch.count())]
    assert titles == [section.title for section in SECTIONS]
    assert not learn.findChildren(ActivationsPage)
    window.pages.show_page(Page.LEARN)
    page = learn.show_section("Activations")
    assert isinstance(page, ActivationsPage) and page.isVisible()
    assert learn.show_section("Activations") is page
    with pytest.raises(ValueError, match="Alchemy"):
        learn.show_section("Alchemy")


def test_the_race_trains_the_network_with_each_activation(qtbot: QtBot) -> None:
    window = new_window(qtbot, project(epochs=1))
    window.pages.prepare()
    action = window.findChild(QAction, "compare_activations")
    assert action.isEnabled()
    page = window.pages.learn.show_section("Activations")
    assert isinstance(page, ActivationsPage)
    page.prepare()
    groups = window.session.groups
    groups.workers = 1
    with qtbot.waitSignal(groups.queued, timeout=60_000) as queued:
        page.race.button.click()
    assert window.pages.shown is Page.RUNS
    group = queued.args[0]
    (values,) = group.file.space.values()
    assert len(values) == 7
    groups.cancel(group.id)


def test_there_is_no_race_without_a_hidden_layer(qtbot: QtBot) -> None:
    output = Dense(units=10, activation="softmax")
    window = new_window(qtbot, Project(data=Digits(), layers=(Flatten(), output)))
    action = window.findChild(QAction, "compare_activations")
    assert not action.isEnabled() and "no hidden layer" in action.statusTip()
