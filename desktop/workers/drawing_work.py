"""The drawings that the user keeps, read and changed beside the training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal

from desktop.document.drawings import KeptDrawing, Strokes
from desktop.document.spec import SpecError
from desktop.workers.tasks import explaining
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.my_drawings.store import DrawingStore, KeptDrawings

Change: TypeAlias = "Callable[[DrawingStore], KeptDrawings]"


class DrawingWork(QObject):
    """Keeps drawings in My drawings and deletes them; each of both can be undone.

    Signals:
        read: the KeptDrawings that there are, whenever they were read.
        changed: after that, what was changed, as a sentence.
        failed: why they could not be read or changed.
    """

    read = Signal(object)
    changed = Signal(str)
    failed = Signal(str)

    def __init__(self, threads: Threads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self.kept: KeptDrawings | None = None  # as they were read last
        self._undo: list[tuple[str, Change]] = []  # what takes changes back, and what it says

    @property
    def can_undo(self) -> bool:
        """Whether a change of this session can be taken back."""
        return bool(self._undo)

    def ask(self) -> None:
        """Read the drawings."""
        self._do("", lambda store: store.read())

    def keep(self, drawings: Sequence[tuple[str, Strokes]], replacing: str = "") -> tuple[str, ...]:
        """Keep drawings: of each its label and its strokes. Returns their ids.

        A single one may take the place of the one whose id is `replacing`. None is kept, and
        `failed` says so, if one is too long.
        """
        from desktop.engine.my_drawings.store import new_drawing_id

        try:
            added = [
                KeptDrawing(id=replacing or new_drawing_id(), label=label, strokes=strokes)
                for label, strokes in drawings
            ]
        except SpecError:
            self.failed.emit("This cannot be kept: it has too many strokes, or too long a label")
            return ()
        ids = tuple(drawing.id for drawing in added)
        if not replacing:
            self._undo.append(("Not kept any longer", lambda store: store.remove(ids)))
        what = f"Kept as {added[0].label}" if len(added) == 1 else f"Kept {len(added)} drawings"
        self._do(what, lambda store: store.add(added))
        return ids

    def delete(self, ids: Sequence[str]) -> None:
        """Delete the drawings with these `ids`."""
        unwanted = frozenset(ids)
        known = self.kept.drawings if self.kept is not None else ()
        deleted = [drawing for drawing in known if drawing.id in unwanted]
        if deleted:
            self._undo.append(("Brought back", lambda store: store.add(deleted)))
            self._do("Deleted", lambda store: store.remove(unwanted))

    def undo(self) -> None:
        """Take the last change back."""
        if self._undo:
            self._do(*self._undo.pop())

    def _do(self, what: str, change: Change) -> None:
        self._threads.background(
            partial(_with_store, change), partial(self._on_done, what), self.failed.emit
        )

    def _on_done(self, what: str, kept: KeptDrawings) -> None:
        self.kept = kept
        self.read.emit(kept)
        if what:
            self.changed.emit(what)


def _with_store(change: Change) -> KeptDrawings:
    """On the thread."""
    from desktop.engine.my_drawings.store import DrawingsError, DrawingStore

    with explaining("My drawings could not be used", DrawingsError):
        return change(DrawingStore())
