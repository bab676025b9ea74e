"""The toolbar's button that says which data is in use and leads to its page."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton

from desktop.document.text import row_text
from desktop.views.widgets.text import label, plain
from desktop.views.workspace import Workspace
from desktop.workers.session import Session


class DataButton(QToolButton):
    """The data source and, unless `compact`, how much there is of it."""

    def __init__(self, workspace: Workspace, session: Session) -> None:
        super().__init__()
        self._workspace = workspace
        self._session = session
        self._compact = False
        session.dataLoading.connect(self._update)
        session.dataLoaded.connect(self._update)
        session.dataFailed.connect(self._update)
        self._update()

    def set_compact(self, compact: bool) -> None:
        """Say less, in a narrow window."""
        self._compact = compact
        self._update()

    def _update(self) -> None:
        source, summary = self._workspace.project.data, self._session.summary
        text = f"Data: {source.title}"
        if summary is None:
            details = "not loaded" if self._session.data_error else "loading…"
        else:
            rows = sum(split.rows for split in summary.splits)
            noun = "images of" if summary.schema.is_image else "rows of"
            details = f"{rows:,} {noun} {row_text(summary.schema.input_shape)}"
        self.setText(label(text if self._compact else f"{text} – {details}"))
        self.setToolTip(plain(f"{text} – {details}. Show the data page"))
        self.setAccessibleName(f"{text} – {details}")
