"""Makes the window with everything around it, and runs it."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from desktop.garbage import collector_paused

with collector_paused():
    from desktop import paths, signals, startup
    from desktop.qt_imports import plain_imports
    from desktop.startup import folders, messages

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from desktop.views.window.main_window import MainWindow

logger = logging.getLogger("desktop")


def open_window(path: Path | None) -> int:
    """Show the window, with the project at `path` or a first one to try. Returns the exit code."""
    problem = startup.window_problem()
    if problem is not None:
        messages.tell(problem)
        return 2
    with collector_paused():
        with plain_imports():
            from PySide6.QtWidgets import QApplication

        app = QApplication([sys.argv[0]])
        window = make_window()
        # All of this stays: without it among the objects to look through, no collection holds up
        # the first painting.
        gc.freeze()
    catch_errors(window)
    open_from_file_manager(app, window)
    window.show()
    if path is not None:
        window.files.open_path(path.absolute())
    if (warning := folders.settings_problem()) is not None:
        messages.write(warning)
        window.notice.show_message(warning, "warning")
    return run_window(app, window)


def open_from_file_manager(app: QApplication, window: MainWindow) -> None:
    """Open what the Finder of macOS asks for: it sends an event instead of an argument.

    Not elsewhere, as every event of the application goes through the filter.
    """
    if sys.platform != "darwin":
        return

    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtGui import QFileOpenEvent

    class Opener(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QFileOpenEvent):
                window.files.open_path(Path(event.file()))
                return True
            return False

    app.installEventFilter(Opener(window))


def run_window(app: QApplication, window: MainWindow) -> int:
    """Start what the window needs and run it until it is closed. Returns the exit code.

    Ctrl+C in the terminal, and the system's signals to end, close it like its close button.
    """
    from desktop import loop_signals

    def close(watch: signals.Watch) -> None:
        if not window.close():  # the user wants to keep unsaved changes
            watch.arm()

    when_painted(window, window.start)
    window.closed.connect(app.quit)
    with loop_signals.watched(close) as watch:
        code = app.exec()
    return code if watch.number is None else signals.exit_code(watch.number)


def when_painted(window: QWidget, then: Callable[[], None]) -> None:
    """Call `then` once `window` has been painted for the first time."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                window.removeEventFilter(self)
                QTimer.singleShot(0, then)  # once all that is in the window is painted, too
            return False

    window.installEventFilter(Watch(window))


def make_window() -> MainWindow:
    """A MainWindow with everything it needs, on a new project. Needs a QApplication."""
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication

    from desktop.document.project import starter_project
    from desktop.views.settings import Settings
    from desktop.views.theme import Theme
    from desktop.views.window.main_window import MainWindow
    from desktop.views.workspace import Workspace
    from desktop.workers.session import Session

    QApplication.setApplicationName("Layerwise")
    QApplication.setApplicationDisplayName("")
    QApplication.setDesktopFileName("layerwise")
    QApplication.setWindowIcon(QIcon(str(paths.resources() / "icon.svg")))
    settings = Settings()
    theme = Theme(settings.theme, settings.zoom)
    theme.apply()
    return MainWindow(Workspace(starter_project()), Session(), theme, settings)


def catch_errors(window: MainWindow) -> None:
    """Log what nobody caught, on any thread, and tell the user instead of dying."""
    from PySide6.QtCore import QObject, Signal

    class Bridge(QObject):
        failed = Signal(str)

    bridge = Bridge(window)
    bridge.failed.connect(window.notice.show_message)

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        logger.error("Uncaught exception", exc_info=(kind, error, trace))
        bridge.failed.emit(
            f"Something went wrong inside Layerwise: {error}. Your project is still here; "
            "save it, and restart the program if it behaves unexpectedly."
        )

    def report_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            report(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = report
    threading.excepthook = report_thread
