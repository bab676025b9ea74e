"""The lesson beside the editor: its panel, what it locks and shows, and what it looks at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from desktop.document.lessons.lesson import Panel
from desktop.document.lessons.reading import project_at_start
from desktop.document.space.paths import SpaceError
from desktop.document.storage import ProjectFileError
from desktop.paths import example_projects
from desktop.views.files.project_files import ProjectFiles
from desktop.views.theme import scaled
from desktop.views.window.docks import Docks
from desktop.views.window.notice import Notice
from desktop.views.window.pages import Pages
from desktop.views.window.toolbar import Toolbar

if TYPE_CHECKING:
    from desktop.views.editor.lesson.panel import LessonPanel
    from desktop.views.window.lesson_watch import LessonWatch
    from desktop.views.window.pointer import Pointer

_WIDTH = 300  # pixels of the panel


class Lessons(QObject):
    """Shows the lesson in `window`. Nothing is made before the first one is opened."""

    def __init__(
        self,
        window: QMainWindow,
        docks: Docks,
        pages: Pages,
        toolbar: Toolbar,
        files: ProjectFiles,
        notice: Notice,
    ) -> None:
        super().__init__(window)
        self._window, self._docks, self._pages = window, docks, pages
        self._toolbar, self._notice = toolbar, notice
        self._parts = pages.parts
        self.course = course = pages.parts.course
        self.dock: QDockWidget | None = None
        self._panel: LessonPanel
        self._watch: LessonWatch
        self._pointer: Pointer
        course.lessonChanged.connect(self._on_lesson_changed)
        course.stepChanged.connect(self._on_step_changed)
        course.failed.connect(self._show_failure)
        files.lessonChosen.connect(self.open)

    def open(self, path: Path) -> None:
        """Follow the lesson at `path`, if it can be read."""
        self.course.open(path)

    def _on_lesson_changed(self) -> None:
        if self.course.lesson is None:
            if self.dock is not None:
                self.dock.hide()
            return
        if self.dock is None:
            self.dock = self._make()
        self._watch.restart()
        self.dock.show()
        self.dock.raise_()

    def _make(self) -> QDockWidget:
        from desktop.views.editor.lesson.panel import LessonPanel
        from desktop.views.window.lesson_watch import LessonWatch
        from desktop.views.window.pointer import Pointer

        window, parts = self._window, self._parts
        self._watch = LessonWatch(parts.workspace, parts.session, self._pages.runs, self)
        self._watch.happened.connect(self._look)
        self._pointer = Pointer(window, self._docks, self._pages, self._toolbar, parts.theme)
        dock = QDockWidget("Lesson", window)
        dock.setObjectName("lesson_dock")
        self._panel = LessonPanel(self.course, dock)
        self._panel.startRequested.connect(self._prepare_step)
        self._panel.showRequested.connect(self._show_control)
        dock.setWidget(self._panel)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
        beside = self._docks.panel(Panel.LAYERS)
        assert beside is not None
        window.tabifyDockWidget(beside, dock)
        window.resizeDocks([dock], [scaled(_WIDTH)], Qt.Orientation.Horizontal)
        return dock

    def _on_step_changed(self) -> None:
        step = self.course.step
        locked = step.lock if step is not None else ()
        for panel in Panel:
            dock = self._docks.panel(panel)
            if dock is not None:
                dock.widget().setEnabled(panel not in locked)
        if self.dock is not None:
            self._pointer.hide()
            self._look()

    def _look(self) -> None:
        self.course.look(self._watch.snapshot)

    def _prepare_step(self) -> None:
        """Make what the step begins with, as one edit."""
        step, workspace = self.course.step, self._parts.workspace
        if step is None or step.start is None:
            return
        try:
            project = project_at_start(step.start, workspace.project, example_projects())
        except (ProjectFileError, SpaceError) as error:
            self._show_failure(f"The step cannot be prepared: {error}")
            return
        workspace.edit(f"Prepare {step.title}", project)

    def _show_control(self) -> None:
        step = self.course.step
        if step is not None and step.show is not None:
            self._pointer.point_at(step.show)

    def _show_failure(self, message: str) -> None:
        self._notice.show_message(message, cause="lesson")
