"""The page *Learn* in the window: its sections are made when they are first shown."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton
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


def test_the_comparison_trains_the_network_with_each_activation(qtbot: QtBot) -> None:
    window = new_window(qtbot, project(epochs=1))
    window.pages.prepare()
    action = window.findChild(QAction, "compare_activations")
    assert action.isEnabled()
    window.pages.show_page(Page.LEARN)
    page = window.pages.learn.show_section("Activations")
    assert isinstance(page, ActivationsPage)
    page.prepare()
    groups = window.session.groups
    groups.workers = 1
    with qtbot.waitSignal(groups.queued, timeout=60_000) as queued:
        page.comparison.button.click()
    assert window.pages.shown is Page.LEARN
    assert "on the page Runs, under Groups" in window.notice.text
    group = queued.args[0]
    (values,) = group.file.space.values()
    assert len(values) == 7
    (show,) = [
        button
        for button in window.notice.findChildren(QPushButton)
        if button.text() == "Show Results"
    ]
    show.click()
    assert window.pages.shown is Page.RUNS and window.pages.groups.isVisibleTo(window)
    groups.cancel(group.id)


def test_a_comparison_begun_elsewhere_is_shown_at_once(qtbot: QtBot) -> None:
    window = new_window(qtbot, project(epochs=1))
    window.pages.prepare()
    groups = window.session.groups
    groups.workers = 1
    window.pages.show_page(Page.TRAIN)
    with qtbot.waitSignal(groups.queued, timeout=60_000) as queued:
        window.findChild(QAction, "compare_activations").trigger()
    assert window.pages.shown is Page.RUNS and window.notice.text == ""
    groups.cancel(queued.args[0].id)


def test_there_is_no_comparison_without_a_hidden_layer(qtbot: QtBot) -> None:
    output = Dense(units=10, activation="softmax")
    window = new_window(qtbot, Project(data=Digits(), layers=(Flatten(), output)))
    action = window.findChild(QAction, "compare_activations")
    assert not action.isEnabled() and "No hidden layer" in action.statusTip()
