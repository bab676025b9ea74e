"""Somebody who follows a lesson in the real window."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QFileDialog, QPushButton, QTextBrowser
from pytest import MonkeyPatch
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.document.layers import Layer
from desktop.document.lessons.questions import Choice, IntervalQuestion, NumberQuestion
from desktop.engine import backend
from desktop.views.editor.lesson.panel import MET, OPEN, LessonPanel
from desktop.views.window.main_window import MainWindow
from desktop.views.window.pages import Page
from tests.views.window.windows import new_window

LONG = 120_000  # milliseconds, for what TensorFlow does


class Follower:
    """Uses the controls of the window, and sees to it that goals are met by that alone."""

    def __init__(self, qtbot: QtBot, window: MainWindow, lesson: str) -> None:
        self.qtbot, self.window = qtbot, window
        window.pages.show_page(Page.LEARN)
        page = window.pages.learn.show_section("Lessons")
        buttons = {each.objectName(): each for each in page.findChildren(QPushButton)}
        buttons[f"open_{lesson}"].click()
        dock = window.lessons.dock
        assert dock is not None and dock.isVisible()
        panel = dock.widget()
        assert isinstance(panel, LessonPanel)
        self.panel = panel
        self.steps_done = 0

    def marks(self) -> str:
        """The marks before the goals, one character each."""
        return "".join(goal.text()[0] for goal in self.panel.goals)

    def meet(self, goal: int, doing: Callable[[], object]) -> None:
        """Meet the goal at that place, which is not met before, by `doing`."""
        assert self.marks()[goal] == OPEN, self.panel.goals[goal].text()
        doing()
        self.qtbot.waitUntil(lambda: self.marks()[goal] == MET, timeout=LONG)

    def prepare(self) -> None:
        """Press *Prepare Step*, and wait until its data is loaded."""
        self.panel.start_button.click()
        session, workspace = self.window.session, self.window.workspace

        def loaded() -> bool:
            summary = session.summary
            return summary is not None and summary.source == workspace.project.data

        self.qtbot.waitUntil(loaded, timeout=LONG)

    def train(self, **training: object) -> None:
        """Train from new weights to the end, with these settings of the training."""
        workspace, session = self.window.workspace, self.window.session
        project = workspace.project
        workspace.edit("Set", project.replace(training=project.training.replace(**training)))
        session.reset()
        with self.qtbot.waitSignal(session.runEnded, timeout=LONG):
            self.window.toolbar.train_button.click()

    def meet_both(self, goal: int, other: int, doing: Callable[[], object]) -> None:
        """Meet two goals, which are not met before, by the same."""
        assert self.marks()[other] == OPEN
        self.meet(goal, doing)
        self.qtbot.waitUntil(lambda: self.marks()[other] == MET, timeout=LONG)

    def add(self, place: int, layer: Layer) -> None:
        """Put `layer` before the one at `place`."""
        workspace = self.window.workspace
        workspace.edit("Add", workspace.project.inserted(place, layer))

    def change(self, place: int, **settings: object) -> None:
        """Change settings of the layer at `place`."""
        workspace = self.window.workspace
        layer = workspace.project.layers[place].replace(**settings)
        workspace.edit("Change", workspace.project.with_layer(place, layer))

    def repeat(self, times: int) -> None:
        """Train the project `times` times, in one process."""
        groups = self.window.session.groups
        groups.workers = 1
        groups.repeat(self.window.workspace.project, times)

    def shown_interval(self) -> str:
        """What the page *Runs* shows after ± for the selected group."""
        self.window.pages.show_page(Page.RUNS)
        found: list[str] = []

        def is_shown() -> bool:
            texts = (each.toPlainText() for each in self.window.findChildren(QTextBrowser))
            done = [text for text in texts if re.search(r"All \d+ runs are trained", text)]
            found[:] = [match for text in done for match in re.findall(r"\d ± ([0-9.e-]+)", text)]
            groups = self.window.lessons._watch.snapshot.groups
            return bool(found) and groups[-1].reach is not None

        self.qtbot.waitUntil(is_shown, timeout=LONG)
        return found[0]

    def compare(self, *places: int) -> None:
        """Have the page *Runs* compare the runs at these places of its table."""
        runs = self.window.pages.runs
        self.window.pages.show_page(Page.RUNS)
        self.qtbot.waitUntil(lambda: len(runs.table.runs.shown) > max(places), timeout=LONG)
        shown = [run.id for run in runs.table.runs.shown]
        runs.table.select([shown[place] for place in places])
        self.qtbot.waitUntil(lambda: runs.tabs.tabText(1) == "Comparison", timeout=LONG)
        runs.actions_of_runs["run_compare"].trigger()

    def run(self, command: str) -> None:
        """Give a command of the window."""
        action = self.window.findChild(QAction, command)
        assert action is not None
        self.qtbot.waitUntil(action.isEnabled, timeout=LONG)
        action.trigger()

    def draw_line(self) -> None:
        """Draw a 1 on the page *Draw*."""
        self.window.pages.show_page(Page.DRAW)
        canvas = self.window.pages.draw.canvas
        width, height = canvas.width(), canvas.height()
        button = Qt.MouseButton.LeftButton
        points = [QPoint(width // 2, round(height * share)) for share in (0.15, 0.5, 0.85)]
        self.qtbot.mousePress(canvas, button, pos=points[0])
        for point in points[1:]:
            self.qtbot.mouseMove(canvas, point)
        self.qtbot.mouseRelease(canvas, button, pos=points[-1])

    def finish_step(self) -> None:
        """Answer the questions, first wrongly; then there is nothing left, and go to the next."""
        course = self.window.lessons.course
        step = course.step
        assert step is not None
        for question, card in zip(step.questions, self.panel.questions, strict=True):
            if isinstance(question, Choice):
                card.choose((question.answer + 1) % len(question.choices))
            else:
                card.field.setText("1e9")
            card.check_button.click()
            assert "Not right" in card.result.text()
            if isinstance(question, Choice):
                card.choose(question.answer)
            elif isinstance(question, NumberQuestion):
                card.field.setText(f"{question.answer:g}")
            else:
                assert isinstance(question, IntervalQuestion)
                card.field.setText(self.shown_interval())
            card.check_button.click()
            assert card.result.text().startswith("Right.")
        assert set(self.marks()) <= {MET}
        assert course.lesson is not None
        assert course.progress.left(course.lesson, course.progress.step) == 0
        self.steps_done += 1
        if self.steps_done < len(course.lesson.steps):
            self.panel.next_button.click()
            assert course.progress.step == self.steps_done
        else:
            assert not self.panel.next_button.isEnabled()
            assert course.progress.text(course.lesson) == "Done"


def follow(qtbot: QtBot, lesson: str) -> Follower:
    """A window, started, in which the shipped lesson of that name is open."""
    assert (paths.lessons() / lesson).is_dir()
    backend.load()
    window = new_window(qtbot)
    window.show()
    window.start()
    qtbot.waitUntil(lambda: window.session.summary is not None, timeout=LONG)
    return Follower(qtbot, window, lesson)


def locked(window: MainWindow) -> list[str]:
    """The titles of the panels that are locked."""
    docks = window.findChildren(QDockWidget)
    return [dock.windowTitle() for dock in docks if not dock.widget().isEnabled()]


def save_as(monkeypatch: MonkeyPatch, path: Path) -> None:
    """Have every dialog for a file to save to answer `path`."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(path), ""))
