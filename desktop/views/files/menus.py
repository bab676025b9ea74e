"""The menus that open a file without a dialog: the recent projects and the examples."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.document.storage import EXTENSION, ProjectFileError, read_project
from desktop.paths import example_projects, keras_file
from desktop.views.settings import Settings
from desktop.views.widgets.text import label

EXAMPLES = (  # from the smallest network to the largest; others follow
    "perceptron",
    "xor",
    "two-moons",
    "digits",
    "mnist-softmax",
    "mnist-hidden-128",
    "mnist-hidden-128-128",
    "mnist-convolutional",
)


def example_title(path: Path) -> str:
    """ "MNIST: hidden 128-128" for mnist-hidden-128-128.layerwise, "Two moons" for two-moons."""
    first, _, rest = path.stem.partition("-")
    if first == "mnist":
        return f"MNIST: {rest.replace('hidden-', 'hidden ')}"
    return first.upper() if first == "xor" else path.stem.replace("-", " ").capitalize()


def _place(example: Path) -> tuple[int, str]:
    """Where an example stands in the menu."""
    known = example.stem in EXAMPLES
    return EXAMPLES.index(example.stem) if known else len(EXAMPLES), example.stem


class _FileMenu(QMenu):
    """A menu of files. `chosen` carries the path of the one that was chosen."""

    chosen = Signal(object)

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.triggered.connect(self._on_triggered)

    def add_file(self, text: str, path: Path) -> None:
        self.addAction(label(text)).setData(str(path))

    def _on_triggered(self, action: QAction) -> None:
        self.chosen.emit(Path(action.data()))


class RecentMenu(_FileMenu):
    """The projects and models that were opened or saved last."""

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__("Open &Recent", parent)
        self._settings = settings
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for path in self._settings.recent:
            self.add_file(str(path), path)
        if self.isEmpty():
            self.addAction("Nothing opened yet").setEnabled(False)


class ExamplesMenu(_FileMenu):
    """The projects that come with the program. Those whose data is missing say so."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Open E&xample", parent)
        for path in sorted(example_projects().glob(f"*{EXTENSION}"), key=_place):
            self.add_file(example_title(path), path)
        self.aboutToShow.connect(self._say_what_is_missing)

    def _say_what_is_missing(self) -> None:
        for action in self.actions():
            path = Path(action.data())
            file = _needed_file(path)
            missing = file and not keras_file(file).is_file()
            needed = f" (needs {file})" if missing else ""
            action.setText(label(example_title(path) + needed))


@cache
def _needed_file(example: Path) -> str:
    """The file of Keras's data folder that the project `example` reads, or ""."""
    try:
        data = read_project(example).data
    except ProjectFileError:  # opening it says what is wrong
        return ""
    return "" if data.file else data.keras_file
