"""The window of the program, as tests of the whole of it need it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop.document.project import Project, starter_project
from desktop.views.settings import Settings
from desktop.views.theme import Theme
from desktop.views.window.main_window import MainWindow
from desktop.views.workspace import Workspace
from desktop.workers.session import Session


def new_window(qtbot: QtBot, project: Project | None = None) -> MainWindow:
    """A window on `project`, or a new one, with the settings there are.

    It is neither shown nor started: no TensorFlow, no data.
    """
    settings = Settings()
    theme = Theme(settings.theme, settings.zoom)
    theme.apply()
    window = MainWindow(Workspace(project), Session(), theme, settings)
    qtbot.addWidget(window, before_close_func=_leave_nothing_to_ask)
    return window


def _leave_nothing_to_ask(window: MainWindow) -> None:
    """About what is not saved, when the window is closed: nobody would answer."""
    window.workspace.new(starter_project())
    window.session.close()
