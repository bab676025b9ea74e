"""Deleting drawings from My drawings, where their images are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QPushButton, QWidget

from desktop.document.data import MyDrawings
from desktop.document.text import counted
from desktop.views.pages.data.pictures import PicturesCard
from desktop.views.theme import SPACE_S
from desktop.views.widgets.labels import muted_label
from desktop.workers.reports import DataSummary
from desktop.workers.session import Session

HINT = "Select drawings that are wrong or badly drawn to delete them."


class DrawingsLine(QWidget):
    """Buttons below the images of My drawings that delete those selected, and bring them back."""

    def __init__(
        self, session: Session, pictures: PicturesCard, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._drawings = session.drawings
        self._pictures = pictures
        self._message = HINT
        self.delete = QPushButton("Delete")
        self.delete.setToolTip("Delete the selected drawings (Delete)")
        self.undo = QPushButton("Undo")
        self.undo.setToolTip("Take the last change of My drawings back")
        self.status = muted_label(HINT)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE_S)
        line.addWidget(self.delete)
        line.addWidget(self.undo)
        line.addWidget(self.status, 1)
        gallery = pictures.view.gallery
        key = QShortcut(QKeySequence.StandardKey.Delete, gallery)
        key.setContext(Qt.ShortcutContext.WidgetShortcut)
        key.activated.connect(self._delete)
        self.delete.clicked.connect(self._delete)
        self.undo.clicked.connect(self._drawings.undo)
        gallery.selectionModel().selectionChanged.connect(self._refresh)
        pictures.pageShown.connect(self._refresh)
        self._drawings.changed.connect(self._on_changed)
        self._drawings.failed.connect(self._show)
        self.hide()

    def show_summary(self, summary: DataSummary) -> None:
        """Be there if the data is My drawings."""
        is_own = isinstance(summary.source, MyDrawings)
        mode = QAbstractItemView.SelectionMode
        self._pictures.view.gallery.setSelectionMode(
            mode.ExtendedSelection if is_own else mode.SingleSelection
        )
        self.setVisible(is_own)
        if is_own and self._drawings.kept is None:
            self._drawings.ask()
        self._refresh()

    def _delete(self) -> None:
        if not self.isHidden():
            self._drawings.delete(self._pictures.selected_names)

    def _on_changed(self, message: str) -> None:
        self._show(f"{message}." if self.isVisible() else HINT)  # or it was done elsewhere

    def _show(self, message: str) -> None:
        self._message = message
        self._refresh()

    def _refresh(self) -> None:
        count = len(self._pictures.selected_names)
        self.delete.setEnabled(count > 0)
        self.delete.setText(f"Delete {counted(count, 'drawing')}" if count else "Delete")
        self.undo.setEnabled(self._drawings.can_undo)
        self.status.setText(self._message)
