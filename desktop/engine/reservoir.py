"""A bounded memory of what was measured each epoch: first, last, and an even choice between."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from desktop.engine.reports import WeightHistogram

T = TypeVar("T")

CAPACITY = 100


class Reservoir(Generic[T]):
    """The values of one thing through the epochs, at most `capacity` of them.

    The first and the newest are always there. Between them one in every `stride` epochs is kept;
    the stride doubles whenever there would be too many.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        if capacity < 3:
            raise ValueError(f"capacity must be at least 3, got {capacity}")
        self.capacity = capacity
        self._stride = 1
        self._kept: dict[int, T] = {}

    def copy(self) -> Reservoir[T]:
        """The same values, to be changed on their own."""
        twin: Reservoir[T] = Reservoir(self.capacity)
        twin._stride, twin._kept = self._stride, dict(self._kept)
        return twin

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs kept, ascending."""
        return tuple(self._kept)

    @property
    def items(self) -> tuple[tuple[int, T], ...]:
        return tuple(self._kept.items())

    @property
    def first(self) -> tuple[int, T]:
        return next(iter(self._kept.items()))

    @property
    def last(self) -> tuple[int, T]:
        return next(reversed(self._kept.items()))

    def get(self, epoch: int) -> T | None:
        return self._kept.get(epoch)

    def is_of_same_weights(self, other: Reservoir[T] | None) -> bool:
        """Whether both are of one network, perhaps in different runs: they begin alike."""
        if other is None or not len(self) or not len(other):
            return False
        return self.first[1] is other.first[1]

    def add(self, epoch: int, value: T) -> None:
        """Remember the value after `epoch`; one of the same or a later epoch is replaced."""
        if self._kept and self.last[0] >= epoch:
            self.cut_after(epoch - 1)
        if len(self._kept) > 1 and not self._on_stride(self.last[0]):
            del self._kept[self.last[0]]
        self._kept[epoch] = value
        while len(self._kept) > self.capacity:
            self._stride *= 2
            self._kept = {e: v for e, v in self._kept.items() if self._on_stride(e) or e == epoch}

    def cut_after(self, epoch: int) -> None:
        """Drop what came after `epoch`."""
        self._kept = {e: v for e, v in self._kept.items() if e <= epoch}

    def _on_stride(self, epoch: int) -> bool:
        return (epoch - self.first[0]) % self._stride == 0


class WeightStore:
    """One reservoir for each weight of each layer, in the order of the stack.

    A weight is known by its path within the model: its name need not be the only one of its layer.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._reservoirs: dict[int, dict[str, Reservoir[WeightHistogram]]] = {}  # by layer and path

    def copy(self) -> WeightStore:
        """The same histograms, to be changed on their own."""
        twin = WeightStore(self._capacity)
        twin._reservoirs = {
            index: {path: reservoir.copy() for path, reservoir in layer.items()}
            for index, layer in self._reservoirs.items()
        }
        return twin

    def add(self, epoch: int, histograms: Iterable[WeightHistogram]) -> None:
        for histogram in histograms:
            layer = self._reservoirs.setdefault(histogram.layer, {})
            if histogram.path not in layer:
                layer[histogram.path] = Reservoir(self._capacity)
            layer[histogram.path].add(epoch, histogram)

    def cut_after(self, epoch: int) -> None:
        """Drop what came after `epoch`."""
        for layer in self._reservoirs.values():
            for reservoir in layer.values():
                reservoir.cut_after(epoch)
        self._reservoirs = {
            index: kept
            for index, layer in self._reservoirs.items()
            if (kept := {path: r for path, r in layer.items() if len(r)})
        }

    @property
    def histories(self) -> tuple[tuple[tuple[int, WeightHistogram], ...], ...]:
        """The epochs and histograms of every weight, in the order of the stack."""
        return tuple(r.items for i in self.layers for r in self._reservoirs[i].values())

    @property
    def layers(self) -> tuple[int, ...]:
        """Positions in the stack of the layers that have weights, ascending."""
        return tuple(sorted(self._reservoirs))

    @property
    def weight_names(self) -> tuple[str, ...]:
        """The names of all weights, in the order the stack brings them."""
        return tuple(dict.fromkeys(n for i in self.layers for n in self.weights_of(i)))

    def weights_of(self, layer: int) -> tuple[str, ...]:
        """The names of the weights of a layer."""
        return tuple(self._named(layer))

    def reservoir(self, layer: int, weight: str) -> Reservoir[WeightHistogram] | None:
        """The reservoir of a layer's weight; of its first weight if it has none of that name."""
        named = self._named(layer)
        return named.get(weight) or next(iter(named.values()), None)

    def _named(self, layer: int) -> dict[str, Reservoir[WeightHistogram]]:
        return {r.last[1].weight: r for r in self._reservoirs.get(layer, {}).values()}

    def __len__(self) -> int:
        """How many histograms are kept, over all weights."""
        return sum(len(r) for layer in self._reservoirs.values() for r in layer.values())
