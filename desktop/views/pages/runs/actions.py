"""What can be done with runs: the actions, and when each can be used."""

from __future__ import annotations

from typing import Protocol

from desktop.views.widgets.table_actions import TableAction
from desktop.workers.summaries import RunSummary

Runs = tuple[RunSummary, ...]


class Doing(Protocol):
    """Who does it, with the runs that are selected."""

    def compare(self) -> None: ...
    def open_project(self) -> None: ...
    def load_network(self) -> None: ...
    def load_best(self) -> None: ...
    def rename(self) -> None: ...
    def edit_labels(self) -> None: ...
    def toggle_stars(self) -> None: ...
    def delete(self) -> None: ...
    def export_table(self) -> None: ...
    def show_folder(self) -> None: ...
    def open_tensorboard(self) -> None: ...
    def open_logs(self) -> None: ...
    def has_weights(self, run: RunSummary, *, best: bool) -> bool: ...


def _any(_doing: Doing, _runs: Runs) -> str:
    return ""


def _some(_doing: Doing, runs: Runs) -> str:
    return "" if runs else "Select a run first"


def _one(_doing: Doing, runs: Runs) -> str:
    return "" if len(runs) == 1 else "Select one run"


def _changeable(doing: Doing, runs: Runs) -> str:
    return _no_logs(runs, "A run from logs cannot be changed") or _some(doing, runs)


def _renamable(doing: Doing, runs: Runs) -> str:
    return _no_logs(runs, "A run from logs cannot be changed") or _one(doing, runs)


def _openable(doing: Doing, runs: Runs) -> str:
    return _no_logs(runs, "Logs do not hold the project") or _one(doing, runs)


def _servable(doing: Doing, runs: Runs) -> str:
    return _no_logs(runs, "Logs made elsewhere: start TensorBoard on them yourself") or _some(
        doing, runs
    )


def _no_logs(runs: Runs, why_not: str) -> str:
    return why_not if any(run.is_read_only for run in runs) else ""


def _several(_doing: Doing, runs: Runs) -> str:
    return "" if len(runs) > 1 else "Select two runs, or the runs of two networks"


def _deletable(doing: Doing, runs: Runs) -> str:
    if why_not := _no_logs(runs, "A run from logs is not deleted; it is gone with the window"):
        return why_not
    if any(run.outcome is None for run in runs):
        return "A run that is still training cannot be deleted; stop it first"
    return _some(doing, runs)


def _last(doing: Doing, runs: Runs) -> str:
    return _weights(doing, runs, best=False)


def _best(doing: Doing, runs: Runs) -> str:
    return _weights(doing, runs, best=True)


def _weights(doing: Doing, runs: Runs, *, best: bool) -> str:
    if len(runs) != 1:
        return _one(doing, runs)
    if why_not := _no_logs(runs, "Logs do not hold the trained network"):
        return why_not
    if doing.has_weights(runs[0], best=best):
        return ""
    if best and doing.has_weights(runs[0], best=False):
        return "The best epoch was the last one: load the network"
    if runs[0].outcome is None:
        return "The run is still training"
    return "Its weights are not kept any more; runs with a star keep theirs"


ACTIONS: tuple[TableAction[Doing, Runs], ...] = (
    TableAction(
        "run_compare",
        "&Compare",
        "Say what differs between two runs, or the runs of two networks, and compare their results",
        "mdi6.compare-horizontal",
        lambda to: to.compare(),
        _several,
        "C",
        in_bar=True,
    ),
    TableAction(
        "run_open",
        "&Open as Project",
        "Put the network and settings of this run in place of the project",
        "mdi6.folder-open-outline",
        lambda to: to.open_project(),
        _openable,
        "O",
        in_bar=True,
        separator=True,
    ),
    TableAction(
        "run_load",
        "&Load Network",
        "Use the trained network of this run: evaluate it, draw with it, train it further",
        "mdi6.brain",
        lambda to: to.load_network(),
        _last,
        "L",
        in_bar=True,
    ),
    TableAction(
        "run_load_best",
        "Load Network of &Best Epoch",
        "Use the network as it was after its best epoch",
        "mdi6.flag-outline",
        lambda to: to.load_best(),
        _best,
        "B",
    ),
    TableAction(
        "run_star",
        "&Star",
        "Star the selected runs, or take the stars away; weights of starred runs are kept",
        "mdi6.star-outline",
        lambda to: to.toggle_stars(),
        _changeable,
        "S",
        in_bar=True,
        separator=True,
    ),
    TableAction(
        "run_rename",
        "&Rename",
        "Change the name of the run",
        "mdi6.form-textbox",
        lambda to: to.rename(),
        _renamable,
        "F2",
    ),
    TableAction(
        "run_labels",
        "&Notes, Tags, Color…",
        "Write notes and tags, and choose a color",
        "mdi6.note-edit-outline",
        lambda to: to.edit_labels(),
        _changeable,
        "N",
        in_bar=True,
    ),
    TableAction(
        "run_folder",
        "Show &Folder",
        "Show the files of the run in the file manager",
        "mdi6.folder-search-outline",
        lambda to: to.show_folder(),
        _one,
        "F",
        separator=True,
    ),
    TableAction(
        "run_tensorboard",
        "Open in &TensorBoard",
        "Show the selected runs in TensorBoard, in the browser",
        "mdi6.chart-multiple",
        lambda to: to.open_tensorboard(),
        _servable,
        "T",
    ),
    TableAction(
        "runs_logs",
        "Open Lo&g Folder…",
        "Show runs that keras.callbacks.TensorBoard wrote logs of elsewhere, e.g. in logs/; a "
        "folder can be dropped here, too",
        "mdi6.folder-plus-outline",
        lambda to: to.open_logs(),
        _any,
        "G",
    ),
    TableAction(
        "runs_export",
        "&Export Table…",
        "Save the runs that are shown, in this order, as a CSV file",
        "mdi6.tray-arrow-down",
        lambda to: to.export_table(),
        _any,
        "E",
    ),
    TableAction(
        "run_delete",
        "&Delete",
        "Move the selected runs to the trash",
        "mdi6.trash-can-outline",
        lambda to: to.delete(),
        _deletable,
        "Del",
        in_bar=True,
        separator=True,
    ),
)
