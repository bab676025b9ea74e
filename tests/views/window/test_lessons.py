"""Lessons in the window: each that comes with the program is done from first to last step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent
from PySide6.QtWidgets import QDockWidget, QPushButton, QRadioButton, QWidget
from pytest import MonkeyPatch
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.document.callbacks import EarlyStopping
from desktop.document.choices import ActivationFunction
from desktop.document.constraints import MaxNorm
from desktop.document.layers import Dense, Dropout
from desktop.document.lessons.questions import Choice, NumberQuestion
from desktop.document.lessons.reading import project_at_start
from desktop.document.optimizers import SGD
from desktop.document.regularizers import L2
from desktop.views.course import SHIPPED, Course
from desktop.views.editor.lesson.panel import LessonPanel
from desktop.views.editor.lesson.text import LessonText
from desktop.views.pages.lessons.page import LessonsPage
from desktop.views.settings import Settings
from desktop.views.window.main_window import MainWindow
from desktop.views.window.pages import Page
from desktop.views.window.pointer import Pointer
from tests.views.window.followed_lessons import follow, locked, save_as
from tests.views.window.windows import new_window

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

MOST_TABS = 200


def test_all_lessons_in_the_folder_are_listed() -> None:
    assert {path.parent.name for path in paths.lessons().glob("*/lesson.json")} == set(SHIPPED)


def test_the_keras_workflow(qtbot: QtBot, tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    user = follow(qtbot, "keras-workflow")
    window = user.window
    before = window.workspace.project
    user.meet(0, user.prepare)
    assert window.workspace.undo_stack.undoText() == "Prepare Load four rows"
    window.workspace.undo()
    assert window.workspace.project == before
    window.workspace.redo()
    user.finish_step()
    user.finish_step()
    user.meet(0, user.train)
    user.finish_step()
    assert locked(window) == ["Layers", "Model"]
    user.prepare()
    user.meet(0, user.train)
    user.finish_step()
    assert locked(window) == []
    user.meet(0, user.prepare)
    user.meet(1, user.train)
    user.finish_step()
    user.meet(0, lambda: user.run("evaluate"))
    user.meet(1, user.draw_line)
    save_as(monkeypatch, tmp_path / "digits.keras")
    user.meet(2, lambda: user.run("save_model"))
    assert (tmp_path / "digits.keras").is_file()
    user.finish_step()
    save_as(monkeypatch, tmp_path / "progress.html")
    window.pages.show_page(Page.LEARN)
    page = window.pages.learn.show_section("Lessons")
    assert isinstance(page, LessonsPage)
    page.export_button.click()
    exported = (tmp_path / "progress.html").read_text("utf-8")
    assert "The Keras workflow" in exported and "Done" in exported and "☐" not in exported


def test_results_differ(qtbot: QtBot) -> None:
    user = follow(qtbot, "results-differ")
    user.meet(0, lambda: (user.prepare(), user.train()))
    user.finish_step()
    user.meet(0, lambda: user.train(seed=2))
    user.meet(1, lambda: user.compare(0, 1))
    user.finish_step()
    user.meet(0, lambda: user.repeat(5))
    user.finish_step()
    user.meet(0, lambda: (user.prepare(), user.train()))
    user.meet(1, lambda: user.run("evaluate"))
    user.finish_step()


def test_choosing_an_architecture(qtbot: QtBot, monkeypatch: MonkeyPatch) -> None:
    user = follow(qtbot, "choosing-an-architecture")
    hidden = Dense(units=32, activation=ActivationFunction.RELU)
    user.meet(0, lambda: (user.prepare(), user.train()))
    user.finish_step()
    user.add(2, hidden)
    user.meet_both(0, 1, user.train)
    user.finish_step()
    user.add(2, hidden)
    user.meet(0, user.train)
    user.finish_step()
    user.prepare()
    user.change(1, activation=ActivationFunction.TANH)
    user.meet_both(0, 1, user.train)
    user.finish_step()
    user.prepare()
    user.meet(0, lambda: user.train(optimizer=SGD()))
    user.meet(1, lambda: user.compare(0, 4))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: True)
    user.meet(2, lambda: user.run("tensorboard"))
    user.finish_step()


def test_activation_functions(qtbot: QtBot) -> None:
    user = follow(qtbot, "activation-functions")
    user.meet(0, lambda: (user.prepare(), user.train()))
    user.finish_step()
    user.meet(0, lambda: (user.prepare(), user.train()))
    user.finish_step()
    user.meet(0, lambda: (user.prepare(), user.train()))
    user.finish_step()
    user.change(1, activation=ActivationFunction.RELU)
    user.meet(0, user.train)
    user.finish_step()
    user.window.session.groups.workers = 1
    user.meet(0, lambda: user.run("compare_activations"))
    user.finish_step()


def test_regularization(qtbot: QtBot) -> None:
    user = follow(qtbot, "regularization")
    user.meet(0, lambda: (user.prepare(), user.train()))
    user.finish_step()
    user.meet(0, lambda: (user.prepare(), user.train()))
    user.finish_step()
    user.change(1, kernel_regularizer=L2(l2=0.001))
    user.meet(0, user.train)
    user.finish_step()
    user.meet(0, lambda: user.add(2, Dropout(rate=0.2)))
    user.meet(1, user.train)
    user.finish_step()
    user.change(1, kernel_regularizer=None, kernel_constraint=MaxNorm(max_value=3.0))
    user.meet(0, user.train)
    user.meet(1, lambda: user.run("evaluate"))
    user.finish_step()


def test_your_own_data(qtbot: QtBot, tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    table = tmp_path / "flowers.csv"
    lines = (f"{i % 7},{(i * 3) % 5},{'high' if i % 7 > 3 else 'low'}" for i in range(210))
    table.write_text("\n".join(["a,b,size", *lines]), "utf-8")
    user = follow(qtbot, "your-own-data")
    window = user.window
    user.meet(0, lambda: window.files.open_path(table))
    user.finish_step()
    window.workspace.use_first_network()
    user.meet(0, lambda: user.train(epochs=2))
    user.finish_step()
    user.meet(0, lambda: user.repeat(3))
    user.finish_step()
    user.add(0, Dense(units=4, activation=ActivationFunction.RELU))
    user.meet(0, user.train)
    user.meet(1, lambda: user.train(early_stopping=EarlyStopping(patience=1)))
    user.finish_step()
    user.meet(0, lambda: user.run("evaluate"))
    save_as(monkeypatch, tmp_path / "flowers.keras")
    user.meet(1, lambda: user.run("save_model"))
    user.finish_step()


# --- the panel and the list -----------------------------------------------------------------------


def prepared(qtbot: QtBot) -> MainWindow:
    """A window with all of its pages, without TensorFlow and data."""
    window = new_window(qtbot)
    window.show()
    window.pages.prepare()
    window._prepare_lessons()
    return window


def test_nothing_is_made_before_a_lesson_is_opened(qtbot: QtBot) -> None:
    window = prepared(qtbot)
    assert not window.findChildren(LessonsPage)
    assert "lesson_dock" not in [each.objectName() for each in window.findChildren(QDockWidget)]


def test_progress_is_kept(qtbot: QtBot) -> None:
    window = prepared(qtbot)
    course = window.lessons.course
    course.open(paths.lessons() / "keras-workflow")
    course.go(1)
    assert not course.answer(0, 4) and course.answer(0, 3)
    again = Course(Settings())
    ((_, lesson, progress), *_others) = again.known()
    assert lesson.title == "The Keras workflow"
    assert (progress.step, progress.answered) == (1, {(1, 0)})


@pytest.mark.parametrize("kept", ["{", "[]", '{"keras-workflow": {"step": 99, "met": [[0], 3]}}'])
def test_damaged_progress_is_left_out(qtbot: QtBot, kept: str) -> None:
    settings = Settings()
    settings._store.setValue("lessons/progress", kept)
    progress = Course(settings).known()[0][2]
    assert (progress.step, progress.met) == (0, frozenset())


def own_lesson(folder: Path, **changes: object) -> Path:
    values = {"format": 1, "title": "My own", "steps": [{"title": "One", "text": "Read"}]}
    path = folder / "own.lesson"
    path.write_text(json.dumps({**values, **changes}), "utf-8")
    return path


def test_an_own_lesson_is_opened_as_a_file(qtbot: QtBot, tmp_path: Path) -> None:
    window = prepared(qtbot)
    project = window.workspace.project
    window.files.open_path(own_lesson(tmp_path))
    assert window.lessons.dock is not None and window.lessons.dock.isVisible()
    assert window.workspace.project is project
    window.pages.show_page(Page.LEARN)
    page = window.pages.learn.show_section("Lessons")
    assert page.findChild(QPushButton, "open_own") is not None
    window.lessons.course.close()
    assert not window.lessons.dock.isVisible()


@pytest.mark.parametrize(
    "changes",
    [{"format": 2}, {"code": "import os"}, {"steps": []}, {"title": "x" * 1000}],
)
def test_a_lesson_that_cannot_be_read_changes_nothing(
    qtbot: QtBot, tmp_path: Path, changes: dict[str, object]
) -> None:
    window = prepared(qtbot)
    window.files.open_path(own_lesson(tmp_path, **changes))
    assert "own.lesson" in window.notice.text
    assert window.lessons.dock is None and window.lessons.course.lesson is None


def test_html_is_shown_as_text_and_nothing_is_loaded(qtbot: QtBot, tmp_path: Path) -> None:
    shown = LessonText()
    qtbot.addWidget(shown)
    (tmp_path / "a.png").write_bytes(b"")
    shown.show_markdown(f"<b>x</b> ![a]({tmp_path}/a.png)\n\n    code")
    assert "<b>x</b>" in shown.toPlainText()
    assert shown.loadResource(2, f"{tmp_path}/a.png") is None


def test_each_control_is_found(qtbot: QtBot) -> None:
    from desktop.document.lessons.lesson import Control

    window = prepared(qtbot)
    window.resize(1366, 768)
    window.lessons.course.open(paths.lessons() / "keras-workflow")
    pointer = window.findChild(Pointer, "lesson_pointer")
    assert pointer is not None
    for control in Control:
        pointer.hide()
        pointer.point_at(control)
        assert pointer.isVisible()
        assert pointer.width() > 10 and pointer.height() > 10, control


def press_tab_to(window: MainWindow, wanted: QWidget, qtbot: QtBot) -> None:
    """Move the focus to `wanted` by the Tab key alone."""
    qtbot.waitUntil(wanted.isVisible)
    for _ in range(MOST_TABS):
        if wanted.hasFocus():
            return
        focused = window.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    raise AssertionError(f"{wanted.accessibleName() or wanted} is not reached by Tab")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_lesson_is_followed_to_its_end_by_the_keyboard(qtbot: QtBot, name: str) -> None:
    window = prepared(qtbot)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.pages.show_page(Page.LEARN)
    page = window.pages.learn.show_section("Lessons")
    start = page.findChild(QPushButton, f"open_{name}")
    assert start is not None
    press_tab_to(window, start, qtbot)
    qtbot.keyClick(start, Qt.Key.Key_Space)
    course, dock = window.lessons.course, window.lessons.dock
    assert course.lesson is not None and dock is not None
    panel = dock.widget()
    assert isinstance(panel, LessonPanel)
    for number, step in enumerate(course.lesson.steps):
        assert course.progress.step == number
        press_tab_to(window, panel.text, qtbot)
        if step.start is not None:
            press_tab_to(window, panel.start_button, qtbot)
            qtbot.keyClick(panel.start_button, Qt.Key.Key_Space)
            project = window.workspace.project
            assert project == project_at_start(step.start, project, paths.example_projects())
        if step.show is not None:
            press_tab_to(window, panel.show_button, qtbot)
            qtbot.keyClick(panel.show_button, Qt.Key.Key_Space)
            pointer = window.findChild(Pointer, "lesson_pointer")
            assert pointer is not None and pointer.isVisible()
        for place, question in enumerate(step.questions):
            card = panel.questions[place]
            if isinstance(question, Choice):
                buttons = card.findChildren(QRadioButton)
                press_tab_to(window, buttons[0], qtbot)
                qtbot.keyClick(buttons[0], Qt.Key.Key_Space)
                for button in buttons[: question.answer]:
                    qtbot.keyClick(button, Qt.Key.Key_Down)
                press_tab_to(window, card.check_button, qtbot)
                qtbot.keyClick(card.check_button, Qt.Key.Key_Space)
            else:
                press_tab_to(window, card.field, qtbot)
                if not isinstance(question, NumberQuestion):
                    continue  # the answer is what was trained
                qtbot.keyClicks(card.field, f"{question.answer:g}")
                qtbot.keyClick(card.field, Qt.Key.Key_Return)
            assert card.result.text().startswith("Right.")
        if number + 1 < len(course.lesson.steps):
            press_tab_to(window, panel.next_button, qtbot)
            qtbot.keyClick(panel.next_button, Qt.Key.Key_Space)
    press_tab_to(window, panel.close_button, qtbot)
    qtbot.keyClick(panel.close_button, Qt.Key.Key_Space)
    assert course.lesson is None and not dock.isVisible()


def test_an_own_lesson_is_dropped_on_the_window_and_its_progress_exported(
    qtbot: QtBot, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    window = prepared(qtbot)
    question = {"question": "number", "text": "How many?", "answer": 2}
    steps = [{"title": "Count", "text": "Read", "questions": [question]}]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(own_lesson(tmp_path, steps=steps)))])
    drop = QDropEvent(
        QPointF(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(drop)
    course = window.lessons.course
    assert course.lesson is not None and course.lesson.title == "My own"
    window.pages.show_page(Page.LEARN)
    page = window.pages.learn.show_section("Lessons")
    assert isinstance(page, LessonsPage)
    assert not page.export_button.isEnabled()
    assert course.answer(0, 2.0)
    save_as(monkeypatch, tmp_path / "progress.html")
    qtbot.keyClick(page.export_button, Qt.Key.Key_Space)
    exported = (tmp_path / "progress.html").read_text("utf-8")
    assert "My own" in exported and "How many?" in exported and "The Keras workflow" not in exported
