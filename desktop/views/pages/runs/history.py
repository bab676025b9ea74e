"""What was done with runs, to be undone: deleted runs come back, labels become what they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from desktop.document.text import counted
from desktop.workers.kept_runs import KeptRuns
from desktop.workers.summaries import RunSummary

_LIMIT = 200  # steps


class History(QObject):
    """Labels and deletes runs of a store, and undoes that.

    Signals:
        deleted: so many runs went to the trash, by the user's wish or again.
        changed: something was done, undone or done again.
    """

    deleted = Signal(int)
    changed = Signal()

    def __init__(self, kept: KeptRuns, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = kept
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(_LIMIT)
        self.stack.indexChanged.connect(self.changed)

    def label(self, text: str, runs: Sequence[RunSummary], **changes: Any) -> None:
        """Change the labels of `runs` alike, as one step called `text`."""
        runs = [run for run in runs if any(getattr(run, k) != v for k, v in changes.items())]
        if not runs:
            return
        before = {run.id: {name: getattr(run, name) for name in changes} for run in runs}
        after = {run.id: changes for run in runs}
        self._label(after)
        step = _Step(text, partial(self._label, before), partial(self._label, after))
        self.stack.push(step)

    def delete(self, runs: Sequence[RunSummary]) -> None:
        """Move `runs` to the trash."""
        ids = [run.id for run in runs]
        self._kept.delete(ids, partial(self._on_deleted, ids))

    def _label(self, labels: Mapping[str, Mapping[str, Any]]) -> None:
        alike: dict[tuple[Any, ...], list[str]] = {}
        for run, changes in labels.items():
            alike.setdefault(tuple(changes.items()), []).append(run)
        for items, runs in alike.items():
            self._kept.label(runs, **dict(items))

    def _on_deleted(self, ids: Sequence[str]) -> None:
        restore = partial(self._kept.restore, ids)
        self.stack.push(
            _Step(f"Delete {counted(len(ids), 'run')}", restore, partial(self._again, ids))
        )
        self.deleted.emit(len(ids))

    def _again(self, ids: Sequence[str]) -> None:
        self._kept.delete(ids, partial(self.deleted.emit, len(ids)))


class _Step(QUndoCommand):
    """Something that has been done already when it is pushed."""

    def __init__(self, text: str, undo: Callable[[], object], again: Callable[[], object]) -> None:
        super().__init__(text)
        self._undo, self._again = undo, again
        self._is_done = True

    def undo(self) -> None:
        self._undo()

    def redo(self) -> None:
        if self._is_done:
            self._is_done = False
        else:
            self._again()
