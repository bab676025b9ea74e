"""What the file commands ask: for a file, and before something would be lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from desktop.document.data import DataSource
from desktop.document.storage import EXTENSION
from desktop.views.widgets.text import plain

MODEL_EXTENSION = ".keras"
MODEL_FILTER = f"Keras models (*{MODEL_EXTENSION})"
IMAGE_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"),
    *(".ppm", ".pgm", ".pbm"),
)
Button = QMessageBox.StandardButton


def files_filter(*groups: tuple[str, Iterable[str]]) -> str:
    """The filter of a file dialog: groups of files, each a title and endings, and all files."""
    texts = [f"{title} ({' '.join(f'*{each}' for each in ends)})" for title, ends in groups]
    return ";;".join([*texts, "All files (*)"])


def file_to_save(
    parent: QWidget, title: str, start: Path, filters: str, extension: str
) -> Path | None:
    """The file to save something to, or None. `extension` is added if it has another."""
    name, _ = QFileDialog.getSaveFileName(parent, title, str(start), filters)
    if not name:
        return None
    path = Path(name)
    if path.suffix.lower() == extension:
        return path
    path = path.with_name(path.name + extension)
    if not path.exists():
        return path
    answer = QMessageBox.question(  # the dialog has not asked about a file of that name
        parent,
        "Replace the file?",
        plain(f"{path.name} exists already. Replace it?"),
        Button.Yes | Button.No,
        Button.No,
    )
    return path if answer == Button.Yes else None


class FileQuestions:
    """The dialogs of the file commands of one window."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def file_to_open(self, folder: Path, filters: str) -> Path | None:
        """The file to open, or None."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open", str(folder), filters)
        return Path(name) if name else None

    def source_for(
        self, name: str, kinds: Sequence[type[DataSource]], current: DataSource
    ) -> type[DataSource] | None:
        """Which of `kinds` is to read the data file called `name`, or None."""
        titles = [kind.kind_title() for kind in kinds]
        start = kinds.index(type(current)) if type(current) in kinds else 0
        text = plain(f"{name} can be read in several ways. Use it as:")
        title, accepted = QInputDialog.getItem(
            self._window, "Open data", text, titles, start, editable=False
        )
        return kinds[titles.index(title)] if accepted else None

    def use_as_test_file(self, name: str, data: str) -> Button:
        """Whether the file called `name` has the test rows for `data` (Yes), or Cancel."""
        box = self._question(f"Are the rows in {name} the test rows for {data}?")
        box.setObjectName("test_file")
        box.setInformativeText(f"Yes: test with them. No: train with {name} in place of {data}.")
        box.setStandardButtons(Button.Yes | Button.No | Button.Cancel)
        box.setDefaultButton(Button.Yes)
        return Button(box.exec())

    def project_to_save(self, start: Path) -> Path | None:
        """The file to save the project to, or None."""
        filters = files_filter(("Layerwise projects", [EXTENSION]))
        return file_to_save(self._window, "Save project", start, filters, EXTENSION)

    def model_to_save(self, start: Path) -> Path | None:
        """The file to save the network to, or None."""
        title = "Save trained model"
        return file_to_save(self._window, title, start, MODEL_FILTER, MODEL_EXTENSION)

    def save_changes(self) -> Button:
        """Whether to Save or Discard the changes to the project, or Cancel."""
        box = self._question("Save the changes to this project?")
        box.setObjectName("unsaved_changes")
        box.setInformativeText("If you do not save them, they are lost.")
        return Button(box.exec())

    def replace_newer(self, name: str) -> Button:
        """Whether to replace what another program wrote (Yes), to Save elsewhere, or Cancel."""
        box = self._question(f"{name} was changed by another program. Replace that version?")
        box.setObjectName("newer_file")
        box.setInformativeText(
            "What the other program wrote is lost if you replace it. To keep both, save under "
            "another name."
        )
        box.setStandardButtons(Button.Yes | Button.Save | Button.Cancel)
        box.button(Button.Yes).setText("Replace")
        box.button(Button.Save).setText("Save As…")
        box.setDefaultButton(Button.Cancel)
        return Button(box.exec())

    def discard_training(self, took: str) -> Button:
        """Whether to Discard a network that is being trained, or Cancel."""
        box = self._question("Discard the network?")
        box.setObjectName("unsaved_network")
        box.setInformativeText(f"{took} so far. To keep it, cancel, stop the training, and save.")
        box.setStandardButtons(Button.Discard | Button.Cancel)
        box.setDefaultButton(Button.Cancel)
        return Button(box.exec())

    def save_network(self, took: str) -> Button:
        """Whether to Save or Discard the trained network, or Cancel."""
        box = self._question("Save the trained network?")
        box.setObjectName("unsaved_network")
        box.setInformativeText(f"{took}. If you do not save it, its trained weights are lost.")
        return Button(box.exec())

    def _question(self, text: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)  # it may name a file
        box.setText(text)
        box.setStandardButtons(Button.Save | Button.Discard | Button.Cancel)
        box.setDefaultButton(Button.Save)
        return box
