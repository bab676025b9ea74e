"""Where the values of a setting are drawn along an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from desktop.document.space import Setting, value_text
from desktop.document.text import number_text

_EVENLY = 30  # a list of positive numbers further apart than this many times is drawn by logarithm
_TICKS = 5


@dataclass(frozen=True)
class Tick:
    """A word at a place of an axis."""

    place: float
    text: str


@dataclass(frozen=True)
class Scale:
    """An axis from 0 to 1.

    Categories have a place each, in their order; numbers lie between `low` and `high`, by their
    logarithms if `log`, the other way round if `reverse`.
    """

    title: str
    ticks: tuple[Tick, ...]
    categories: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    reverse: bool = False

    def place(self, value: Any) -> float:
        """Where `value` is."""
        if self.categories:
            return _category_place(self.categories.index(value), len(self.categories))
        low, high, number = (
            (math.log(each) if self.log else float(each)) for each in (self.low, self.high, value)
        )
        place = (number - low) / (high - low) if high > low else 0.5
        return 1 - place if self.reverse else place


def scale_of(setting: Setting, tried: Sequence[Any]) -> Scale:
    """The axis of `setting`, on which all of `tried` are."""
    limits = setting.range
    if limits is not None:
        ends = [limits.low, limits.high, *tried]
        return number_scale(setting.title, ends, log=limits.log, whole=limits.whole)
    values = list(setting.values)
    values += [each for each in tried if each not in values]
    if values and all(_is_number(each) for each in values) and len(values) > 1:
        numbers = sorted(values)
        log = numbers[0] > 0 and numbers[-1] / numbers[0] >= _EVENLY
        scale = Scale(setting.title, (), (), numbers[0], numbers[-1], log)
        return Scale(
            setting.title,
            tuple(Tick(scale.place(each), value_text(each)) for each in numbers),
            (),
            numbers[0],
            numbers[-1],
            log,
        )
    ticks = (
        Tick(_category_place(place, len(values)), _name(each)) for place, each in enumerate(values)
    )
    return Scale(setting.title, tuple(ticks), tuple(values))


def number_scale(
    title: str,
    values: Sequence[float],
    *,
    log: bool = False,
    whole: bool = False,
    reverse: bool = False,
    padding: float = 0.0,
) -> Scale:
    """The axis that all of `values` are on, with round numbers along it."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low == high and not log:
        low, high = low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1)
    room = padding * (high - low)
    low, high = low - room, high + room
    scale = Scale(title, (), (), low, high, log, reverse)
    numbers = _powers(low, high) if log else _round_numbers(low, high, whole=whole)
    ticks = tuple(Tick(scale.place(each), number_text(each)) for each in numbers)
    return Scale(title, ticks, (), low, high, log, reverse)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _name(value: Any) -> str:
    """A category in a word: "SGD" also of one with settings."""
    return value_text(value).partition(" (")[0]


def _category_place(index: int, count: int) -> float:
    return (index + 0.5) / count


def _powers(low: float, high: float) -> list[float]:
    """1, 10, 100, ..., with 2 and 5 between where there are few."""
    for digits in ((1,), (1, 3), (1, 2, 5)):
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        marks = [float(f"{digit}e{power}") for power in range(first, last + 1) for digit in digits]
        found = [each for each in marks if low * (1 - 1e-9) <= each <= high * (1 + 1e-9)]
        if len(found) >= 3:
            return found[:: -(-len(found) // (_TICKS + 1))]
    return [low, high]


def _round_numbers(low: float, high: float, *, whole: bool) -> list[float]:
    size = 10 ** math.floor(math.log10((high - low) / _TICKS))
    steps = (size * each for each in (1, 2, 5, 10, 20))
    step = next(each for each in steps if (high - low) / each <= _TICKS)
    if whole:
        step = max(1.0, round(step))
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first + 1
    return [float(f"{(first + each) * step:.12g}") for each in range(count)]


def nearest_gap(scale: Scale) -> float:
    """How far apart the ticks are that are nearest to each other."""
    places = sorted(each.place for each in scale.ticks)
    return min((other - one for one, other in pairwise(places)), default=1.0)
