"""The lesson that is followed: where it is, what was reached, and what is kept of that."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop import paths
from desktop.document.files import FileError, write_atomically
from desktop.document.lessons.lesson import Lesson, LessonStep
from desktop.document.lessons.progress import LessonProgress, progress_page
from desktop.document.lessons.reading import LessonError, read_lesson
from desktop.document.lessons.snapshot import Snapshot
from desktop.views.settings import Settings

# The lessons that come with the program, in the order of the list.
SHIPPED = (
    "keras-workflow",
    "results-differ",
    "choosing-an-architecture",
    "activation-functions",
    "regularization",
    "your-own-data",
)


class Course(QObject):
    """At most one lesson, open at one of its steps.

    Signals:
        lessonChanged: another lesson was opened, or it was closed.
        stepChanged: another step is shown; also after lessonChanged.
        progressed: a goal was met or a question answered.
        failed: what could not be done, and why.
    """

    lessonChanged = Signal()
    stepChanged = Signal()
    progressed = Signal()
    failed = Signal(str)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._key = ""
        self._snapshot: Snapshot | None = None  # the last one that was looked at
        self.lesson: Lesson | None = None
        self.progress = LessonProgress()

    @property
    def step(self) -> LessonStep | None:
        """The step that is shown; None without a lesson."""
        return None if self.lesson is None else self.lesson.steps[self.progress.step]

    def known(self) -> list[tuple[Path, Lesson, LessonProgress]]:
        """The lessons that come with the program, and own ones that were opened and still exist."""
        kept = self._settings.lessons
        found = []
        own = [Path(key) for key in kept if key not in SHIPPED]
        for path in (*(paths.lessons() / name for name in SHIPPED), *own):
            try:
                lesson = read_lesson(path, paths.example_projects())
            except LessonError:
                continue
            found.append((path, lesson, LessonProgress.from_values(kept.get(_key(path)), lesson)))
        return found

    # --- what can be requested --------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open the lesson at `path`, at the step where it was left."""
        try:
            lesson = read_lesson(path, paths.example_projects())
        except LessonError as error:
            self.failed.emit(str(error))
            return
        self._key, self.lesson = _key(path), lesson
        self.progress = LessonProgress.from_values(self._settings.lessons.get(self._key), lesson)
        self._keep()
        self.lessonChanged.emit()
        self.stepChanged.emit()

    def close(self) -> None:
        """Follow no lesson; what was reached is kept."""
        if self.lesson is not None:
            self.lesson = None
            self.lessonChanged.emit()
            self.stepChanged.emit()

    def go(self, step: int) -> None:
        """Show another step, if there is one of that number."""
        if self.lesson is not None and 0 <= step < len(self.lesson.steps):
            self.progress = LessonProgress(step, self.progress.met, self.progress.answered)
            self._keep()
            self.stepChanged.emit()

    def answer(self, question: int, given: float) -> bool:
        """Answer a question of the step. Returns whether that was right."""
        step, number = self.step, self.progress.step
        if step is None or self._snapshot is None:
            return False
        if not step.questions[question].is_right(given, self._snapshot):
            return False
        self._reach(self.progress.with_answered(number, question))
        return True

    def look(self, snapshot: Snapshot) -> None:
        """Find out which goals of the step are met now."""
        self._snapshot = snapshot
        step, number, reached = self.step, self.progress.step, self.progress
        if step is None:
            return
        for index, goal in enumerate(step.goals):
            if (number, index) not in reached.met and goal.is_met(snapshot):
                reached = reached.with_met(number, index)
        self._reach(reached)

    def export(self, path: Path) -> None:
        """Write a page with the progress in all lessons that were started."""
        started = [(lesson, progress) for _, lesson, progress in self.known() if progress.is_begun]
        page = progress_page(started, date.today().isoformat())
        try:
            write_atomically(path, page.encode())
        except FileError as error:
            self.failed.emit(str(error))

    # --- keeping ----------------------------------------------------------------------------------

    def _reach(self, progress: LessonProgress) -> None:
        if progress != self.progress:
            self.progress = progress
            self._keep()
            self.progressed.emit()

    def _keep(self) -> None:
        self._settings.lessons = {
            **self._settings.lessons,
            self._key: self.progress.to_values(),
        }


def _key(path: Path) -> str:
    """What the progress in the lesson at `path` is kept under."""
    return path.name if path.parent == paths.lessons() else str(path.absolute())
