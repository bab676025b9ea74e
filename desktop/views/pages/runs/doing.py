"""Does with the selected runs what their actions say."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from desktop.views.pages.runs.history import History
from desktop.views.pages.runs.labels import LabelsDialog
from desktop.views.pages.runs.table import RunsTable
from desktop.views.theme import Theme
from desktop.views.widgets.file_questions import file_to_save
from desktop.workers.session import Session
from desktop.workers.summaries import RunSummary


class RunsDoing(QObject):
    """What `actions.Doing` asks for, with the runs that are selected in `table`.

    Signals:
        comparisonWanted: the comparison is to be seen.
        projectWanted: the project of this RunSummary is to be opened.
        networkWanted: the network of this RunSummary is to be loaded, from this path.
    """

    comparisonWanted = Signal()
    projectWanted = Signal(object)
    networkWanted = Signal(object, object)

    def __init__(self, session: Session, history: History, table: RunsTable, theme: Theme) -> None:
        super().__init__(table)
        self._kept, self._board = session.kept_runs, session.tensorboard
        self._history, self._table, self._theme = history, table, theme

    @property
    def _runs(self) -> tuple[RunSummary, ...]:
        return self._table.selection

    def compare(self) -> None:
        self.comparisonWanted.emit()

    def open_project(self) -> None:
        self.projectWanted.emit(self._runs[0])

    def load_network(self) -> None:
        self._load(best=False)

    def load_best(self) -> None:
        self._load(best=True)

    def _load(self, *, best: bool) -> None:
        run = self._runs[0]
        path = self._kept.networks(run.id)[best]
        if path is not None:
            self.networkWanted.emit(run, path)

    def has_weights(self, run: RunSummary, *, best: bool) -> bool:
        """Whether the network of a run can be loaded."""
        return self._kept.networks(run.id)[best] is not None

    def rename(self) -> None:
        self._table.edit_name(self._runs[0].id)

    def edit_labels(self) -> None:
        """Ask for notes, tags and color of the selected runs."""
        runs = self._runs
        dialog = LabelsDialog(runs, self._theme, self._table.window())
        dialog.labeled.connect(
            lambda changes: self._history.label("Change the labels of runs", runs, **changes)
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def toggle_stars(self) -> None:
        """Star all selected runs, or, if all have one, none."""
        self.star(self._runs)

    def star(self, runs: tuple[RunSummary, ...]) -> None:
        """Star `runs`, or, if all have a star, take it away."""
        starred = not all(run.starred for run in runs)
        self._history.label("Star runs" if starred else "Take stars away", runs, starred=starred)

    def delete(self) -> None:
        self._history.delete(self._runs)

    def export_table(self) -> None:
        """Ask for a file and write the runs that are shown to it."""
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        folder = Path(QStandardPaths.writableLocation(documents) or Path.home())
        window, filters = self._table.window(), "CSV table (*.csv)"
        path = file_to_save(window, "Export table", folder / "runs.csv", filters, ".csv")
        if path is not None:
            shown = tuple(self._table.runs.shown)
            self._kept.export_table(shown, path, test=self._table.runs.with_test)

    def open_tensorboard(self) -> None:
        self._board.open([run.id for run in self._runs])

    def open_logs(self) -> None:
        """Ask for a folder with logs of TensorBoard and list the runs there."""
        window = self._table.window()
        folder = QFileDialog.getExistingDirectory(window, "Open log folder", str(Path.home()))
        if folder:
            self._board.read_logs(Path(folder))

    def show_folder(self) -> None:
        folder = self._kept.folder_of(self._runs[0].id)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
