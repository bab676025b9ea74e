"""The gestures on a stack, each one undo step: insert, move, remove, duplicate, paste."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.document.augmentation import suited
from desktop.document.layers import Layer
from desktop.document.project import MAX_LAYERS, Project
from desktop.document.storage import ProjectFileError
from desktop.views.workspace import Workspace


class StackEdits:
    """Changes the layers of a workspace. What returns indexes says where the layers went.

    Raises ProjectFileError if there would be more layers than a project can hold.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def _project(self) -> Project:
        return self._workspace.project

    def add(self, index: int, layers: Sequence[Layer]) -> tuple[int, ...]:
        """Put `layers`, suited to the data, before the layer at `index`."""
        schema = self._workspace.analysis.schema
        if schema is not None:
            before = self._project.layers[:index]
            layers = [suited(layer, before, schema.value_range) for layer in layers]
        return self.insert(index, layers, "Add")

    def insert(self, index: int, layers: Sequence[Layer], verb: str) -> tuple[int, ...]:
        """Put `layers` as they are before the layer at `index`."""
        if len(self._project.layers) + len(layers) > MAX_LAYERS:
            raise ProjectFileError(f"a model can have at most {MAX_LAYERS} layers")
        self._workspace.edit(f"{verb} {named(layers)}", self._project.inserted(index, *layers))
        return tuple(range(index, index + len(layers)))

    def move(self, indexes: Sequence[int], to: int) -> tuple[int, ...]:
        """Take the layers at `indexes` out and put them, together, before the one at `to`."""
        layers = self._project.layers
        chosen = [i for i in sorted(set(indexes)) if 0 <= i < len(layers)]
        kept = [i for i in range(len(layers)) if i not in chosen]
        place = sum(1 for i in kept if i < to)
        order = [*kept[:place], *chosen, *kept[place:]]
        moved = self._project.replace(layers=tuple(layers[i] for i in order))
        self._workspace.edit(f"Move {named([layers[i] for i in chosen])}", moved)
        return tuple(range(place, place + len(chosen)))

    def step(self, indexes: Sequence[int], down: int) -> tuple[int, ...]:
        """Move the layers at `indexes` one place up (-1) or down (+1), as far as there is room."""
        chosen = sorted(set(indexes))
        if not chosen:
            return ()
        last = len(self._project.layers) - 1
        if (down < 0 and chosen[0] == 0) or (down > 0 and chosen[-1] == last):
            return tuple(chosen)
        return self.move(chosen, chosen[0] - 1 if down < 0 else chosen[-1] + 2)

    def remove(self, indexes: Sequence[int], verb: str = "Remove") -> None:
        """Take the layers at `indexes` out."""
        chosen = [self._project.layers[i] for i in sorted(set(indexes))]
        if chosen:
            self._workspace.edit(f"{verb} {named(chosen)}", self._project.removed(*indexes))

    def duplicate(self, indexes: Sequence[int]) -> tuple[int, ...]:
        """Put copies of the layers at `indexes` below the last of them."""
        chosen = sorted(set(indexes))
        if not chosen:
            return ()
        return self.insert(
            chosen[-1] + 1, [self._project.layers[i] for i in chosen], verb="Duplicate"
        )


def named(layers: Sequence[Layer]) -> str:
    """ "Dense", or "3 layers"."""
    return layers[0].tag if len(layers) == 1 else f"{len(layers)} layers"
