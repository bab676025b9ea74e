"""Settings varied from the window, and what is seen of that in the end."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits
from desktop.views.pages.groups.sweep.dialog import VaryDialog
from desktop.views.pages.groups.sweep.view import SweepView
from desktop.views.theme import Theme
from tests.engine.trials.helpers import project
from tests.views.window.windows import new_window

PATIENCE = 120_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "propagateSizeHints")


def test_a_preset_is_trained_and_its_best_opened(qtbot: QtBot, theme: Theme) -> None:
    window = new_window(qtbot, project(epochs=1))
    window.pages.prepare()
    work = window.session.groups
    window.findChild(QAction, "vary").trigger()
    dialog = window.findChild(VaryDialog)
    dialog.preset_buttons["one more hidden layer"].click()
    dialog.method.workers.setValue(1)
    with qtbot.waitSignal(work.ended, timeout=PATIENCE) as ended:
        dialog.start.click()
    with qtbot.waitSignal(work.groupRead) as read:
        work.read(ended.args[0].group)
    view = SweepView(window.session, theme)
    qtbot.addWidget(view)
    view.show_group(read.args[0])
    rows = [view.table.text(row) for row in range(2)]
    assert sorted(row[0] for row in rows) == ["1", "2"]
    assert all(row[2] == "finished, 1 epoch" for row in rows)
    assert rows[0][1] >= rows[1][1] > "0"
    with qtbot.waitSignal(view.projectChosen) as chosen:
        view.open_best.click()
    assert len(chosen.args[0].layers) == 2 + int(rows[0][0])


def test_without_validation_rows_it_says_what_to_do(qtbot: QtBot) -> None:
    given = project()
    window = new_window(qtbot, given.replace(data=Digits(validation_split=0.0)))
    action = window.findChild(QAction, "vary")
    assert not action.isEnabled() and "set a validation split" in action.statusTip()
