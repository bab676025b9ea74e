"""The lower edge of the window: the problems on the left, the libraries in use on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStatusBar, QWidget

from desktop.views.theme import SPACE_S, Theme
from desktop.views.widgets.elided import ElidedLabel
from desktop.views.window.problems_bar import ProblemsBar
from desktop.views.workspace import Workspace
from desktop.workers.session import Session

if TYPE_CHECKING:
    from desktop.workers.reports import EngineInfo

SHOWN = 4000  # milliseconds that a message stays


class StatusBar(QStatusBar):
    """Messages and tips take the place of the libraries, never that of the problems."""

    def __init__(
        self,
        workspace: Workspace,
        session: Session,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.problems = ProblemsBar(workspace, theme)
        self.setSizeGripEnabled(False)
        self._libraries = "Loading TensorFlow…"
        self._label = ElidedLabel()
        self._label.setProperty("role", "small")
        self._label.setContentsMargins(0, 0, SPACE_S, 0)
        self.addPermanentWidget(self.problems, 1)
        self.addPermanentWidget(self._label)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN)
        self._timer.timeout.connect(self._show_libraries)
        session.engineReady.connect(self._on_engine_ready)
        session.engineFailed.connect(self._on_engine_failed)
        self._show_libraries()

    @property
    def text(self) -> str:
        """What is said on the right."""
        return self._label.accessibleName()

    def show_message(self, text: str) -> None:
        """Say for a moment what has happened."""
        self._label.set_full_text(text)
        self._timer.start()

    def show_tip(self, tip: str) -> None:
        """Say what the entry under the pointer does; "" for none."""
        if tip:
            self._timer.stop()
            self._label.set_full_text(tip)
        else:
            self._show_libraries()

    def _show_libraries(self) -> None:
        self._label.set_full_text(self._libraries)

    def _on_engine_ready(self, info: EngineInfo) -> None:
        self._libraries = f"{info.device} · TensorFlow {info.tensorflow} · Keras {info.keras}"
        self._show_libraries()

    def _on_engine_failed(self) -> None:
        self._libraries = "TensorFlow is not loaded"
        self._show_libraries()
