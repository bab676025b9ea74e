"""Predicting what is in files: the rows of a table, or images."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.document.data import Table
from desktop.views.theme import SPACE_M
from desktop.views.widgets.file_questions import IMAGE_SUFFIXES, file_to_save, files_filter
from desktop.views.widgets.image_predictions import TIP, ImagesCard, takes_image_files
from desktop.workers.reports import TableMatch
from desktop.workers.session import Session

TABLES = files_filter(("Tables", list(Table.suffixes)))
IMAGES_AND_TABLES = files_filter(("Images", IMAGE_SUFFIXES), ("Tables", Table.suffixes))
WRITTEN = files_filter(("CSV", [".csv"]))
TABLE_TIP = "Append the predictions of the network to the rows of a table, and save that"
BUSY = "Predicting…"


class PredictFile(QWidget):
    """A button that asks for files like those the network was trained with.

    Of a table, which may hold the pixels of an image in each row, the predictions are saved under a
    name that is asked for, and what was matched is told; images are shown in the card `images`.
    """

    def __init__(self, session: Session, images: ImagesCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._images = images
        self.button = QPushButton("Predict a file…")
        self.button.setObjectName("predict-file")
        self.button.clicked.connect(self._ask)
        self.text = QLabel()
        self.text.setObjectName("predict-file-text")
        self.text.setTextFormat(Qt.TextFormat.PlainText)  # it quotes a file
        self.text.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_M)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        session.stateChanged.connect(self._refresh)
        session.dataLoading.connect(self._refresh)
        session.dataLoaded.connect(self._refresh)
        session.modelReset.connect(self._refresh)
        session.filePredicted.connect(self._on_predicted)
        session.filePredictionFailed.connect(self._on_failed)
        self._refresh()

    def _refresh(self, _payload: object = None) -> None:
        summary = self._session.summary
        takes_images = takes_image_files(summary)
        self.setVisible(takes_images or (summary is not None and bool(summary.fields)))
        self.button.setText("Predict images…" if takes_images else "Predict a file…")
        self.button.setToolTip(TIP if takes_images else TABLE_TIP)
        self.button.setEnabled(self._session.has_model)
        if summary is None:
            self.text.clear()

    def _ask(self) -> None:
        if takes_image_files(self._session.summary):
            names, _ = QFileDialog.getOpenFileNames(self, "Predict images", "", IMAGES_AND_TABLES)
            if len(names) == 1 and Path(names[0]).suffix.lower() in Table.suffixes:
                self._save_predictions(Path(names[0]))
            elif names:
                self._images.show_files([Path(name) for name in names])
        else:
            name, _ = QFileDialog.getOpenFileName(self, "Predict a file", "", TABLES)
            if name:
                self._save_predictions(Path(name))

    def _save_predictions(self, path: Path) -> None:
        """Ask where to, and save the table at `path` with predictions there."""
        start = path.with_name(f"{path.name.partition('.')[0]}-predictions.csv")
        out = file_to_save(self, "Save the predictions", start, WRITTEN, ".csv")
        if out is not None and self._session.predict_file(path, out):
            self._say(BUSY, "muted")

    def _on_predicted(self, name: str, match: TableMatch) -> None:
        self._say("\n".join((f"Saved {name}", *match.sentences)), "muted")

    def _on_failed(self, message: str) -> None:
        self._say(message, "bad")

    def _say(self, text: str, role: str) -> None:
        self.text.setText(text)
        self.text.setProperty("role", role)
        self.text.style().polish(self.text)
