"""The button and menu that save a chart as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMessageBox, QToolButton, QWidget

from desktop.document.files import FileError
from desktop.views.charts.export import FILTERS, Figure, Format, SaveJob, save
from desktop.views.theme import Theme
from desktop.views.widgets.file_questions import file_to_save

_last_folder: Path | None = None


class ExportButton(QToolButton):
    """Offers a chart as PNG, SVG and CSV. `make_figure` is asked for the chart of the moment.

    Signals: `saved(path)`, `failed(message)` - a failure is also shown in a message box.
    """

    saved = Signal(str)
    failed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        name: str,
        make_figure: Callable[[], Figure],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._make_figure = make_figure
        self._job: SaveJob | None = None
        self.setProperty("role", "flat")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip("Save as an image or a table")
        self.setAccessibleName(f"Export {name}")
        menu = QMenu(self)
        for kind in Format:
            action = QAction(f"Save as {kind.upper()}…", menu)
            action.setData(kind.value)
            menu.addAction(action)
        menu.triggered.connect(self._choose)
        self.setMenu(menu)
        theme.changed.connect(self._recolor)
        self._recolor()

    def actions_for(self, menu: QMenu) -> None:
        """Put the same actions into another menu."""
        menu.addActions(self.menu().actions())

    def export(self, path: Path, kind: Format) -> None:
        """Save the chart to `path`; the outcome comes by signal."""
        figure = self._make_figure()
        if kind is Format.CSV:
            self._job = SaveJob(figure, path)
            self._job.signals.done.connect(self._finish)
            self.setEnabled(False)
            QThreadPool.globalInstance().start(self._job)
            return
        try:
            save(figure, path, kind)
        except FileError as error:
            self._finish(str(path), str(error))
        else:
            self._finish(str(path), "")

    @Slot(str, str)
    def _finish(self, path: str, error: str) -> None:
        self._job = None
        self.setEnabled(True)
        if not error:
            self.saved.emit(path)
            return
        box = QMessageBox(QMessageBox.Icon.Warning, "Export", error, parent=self.window())
        box.setTextFormat(Qt.TextFormat.PlainText)  # it names a file
        box.setObjectName("exportFailed")
        box.open()
        self.failed.emit(error)

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        global _last_folder
        if action.data() not in list(Format):
            return
        kind = Format(action.data())
        stem = re.sub(r"[^a-z0-9]+", "-", self._make_figure().title.lower()).strip("-")
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        folder = _last_folder or Path(QStandardPaths.writableLocation(documents) or Path.home())
        start = folder / f"{stem}.{kind}"
        path = file_to_save(self.window(), "Export", start, FILTERS[kind], f".{kind}")
        if path is not None:
            _last_folder = path.parent
            self.export(path, kind)

    @Slot()
    def _recolor(self) -> None:
        self.setIcon(self._theme.icon("mdi6.tray-arrow-down"))
