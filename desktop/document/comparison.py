"""What differs between two projects, in words, and whether their results can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from desktop.document.data import DataSource
from desktop.document.fields import FILES, FieldSpec, fields_of
from desktop.document.layers import Layer
from desktop.document.metrics import in_sentence
from desktop.document.project import Project
from desktop.document.spec import Spec
from desktop.document.text import listed

# Whose settings are named without it: "learning rate", but "early stopping patience".
_ALONE = "optimizer"
DATA = "data"  # what differs where the kind of data does
_LONGEST = 60  # characters of a value that is still shown
SEED = "seed"
_HARMLESS = (SEED, "logs for TensorBoard")  # what no result comes of, but for chance
SEEDS_DIFFER = "The seeds differ, so part of the difference may be chance"

# What turns one stack into another is what costs least: a layer whose settings changed costs less
# than one that was added or removed.
_ADDED, _REPLACED = 1.0, 1.5


@dataclass(frozen=True)
class Difference:
    """One setting that is another in the second project: "Dense 2", "units", "32", "64".

    `place` is a layer with its 1-based place in the stack, "" for data and training. Where the
    values are too long to be shown, both are "".
    """

    place: str
    setting: str
    before: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """ "Dense 2: units 32 → 64"."""
        values = f" {self.before} → {self.after}" if self.before or self.after else ""
        words = f"{self.setting}{values}" if values else f"{self.setting} changed"
        return f"{self.place}: {words}" if self.place else words

    @property
    def subject(self) -> str:
        """What changed, in a sentence: "units"."""
        return self.setting


@dataclass(frozen=True)
class LayerDifference(Difference):
    """A layer that was added, removed or moved, as `setting` says: "added after Dense 1"."""

    @property
    def text(self) -> str:
        return f"{self.place} {self.setting}"

    @property
    def subject(self) -> str:
        return self.place


def differences(before: Project, after: Project) -> tuple[Difference, ...]:
    """What has to be changed in `before` to get `after`: layers first, then training, then data."""
    return (
        *_layer_differences(before.layers, after.layers),
        *_setting_differences("", before.training, after.training),
        *_data_differences(before.data, after.data),
    )


def difference_text(found: Sequence[Difference]) -> str:
    """All of `found` in one line: "Dense 2: units 32 → 64; learning rate 0.001 → 0.01"."""
    return "; ".join(each.text for each in found)


def objections(
    found: Sequence[Difference], *, same_data: bool = True, same_split: bool = True
) -> tuple[str, ...]:
    """Why the results of two projects that differ in `found` are no fair test of one choice.

    `same_data` says whether both were trained on the same rows, `same_split` whether these were
    divided into training, validation and test rows alike. The same change in several layers is one.
    """
    changes = {
        (each.subject, each.before, each.after) for each in found if each.setting not in _HARMLESS
    }
    subjects = dict.fromkeys(each.subject for each in found if each.setting not in _HARMLESS)
    words = []
    if len(changes) > 1:
        both = " both" if len(subjects) == 2 else ""
        times = " in several ways" if len(subjects) == 1 else ""
        words.append(f"Not a fair test: {listed(list(subjects))}{both} changed{times}")
    if not same_data:
        if not (words and DATA in subjects):  # which says so already
            words.append("Not a fair test: the data differs")
    elif not same_split:
        words.append(
            "Not a fair test: the rows are divided differently into training, validation and test "
            "rows"
        )
    if any(each.setting == SEED for each in found):
        words.append(SEEDS_DIFFER)
    return tuple(words)


# --- settings -------------------------------------------------------------------------------------


def _setting_differences(
    place: str, before: Spec, after: Spec, prefix: str = ""
) -> Iterator[Difference]:
    """What differs between two of the same class."""
    for field in fields_of(type(before)):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old == new:
            continue
        setting = f"{prefix} {in_sentence(field.title)}".strip()
        if isinstance(old, Spec) and type(old) is type(new):
            owner = "" if field.name == _ALONE else setting
            yield from _setting_differences(place, old, new, owner)
        else:
            yield _difference(place, setting, _text(old, field), _text(new, field))


def _data_differences(before: DataSource, after: DataSource) -> Iterator[Difference]:
    if type(before) is type(after):
        yield from _setting_differences("", before, after)
    else:
        yield _difference("", DATA, before.title, after.title)


def _difference(place: str, setting: str, before: str, after: str) -> Difference:
    shown = before != after and len(before) <= _LONGEST and len(after) <= _LONGEST
    return Difference(place, setting, before, after) if shown else Difference(place, setting)


def _text(value: Any, field: FieldSpec | None = None) -> str:
    """A value as people write it: "on", "0.001", "SGD (learning rate 0.1)"."""
    if value is None:
        return field.none_title if field is not None else "None"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Spec):
        return _spec_text(value)
    if isinstance(value, tuple):
        return ", ".join(map(_text, value)) or "none"
    if isinstance(value, float):
        return f"{value:.6g}"
    if field is not None and field.kind in FILES:
        return PurePath(value).name or "none"
    return str(value) or '""'


def _spec_text(value: Spec) -> str:
    """The kind of `value`, and its settings that are not the usual ones."""
    changed = [
        f"{in_sentence(field.title)} {_text(item, field)}"
        for field in fields_of(type(value))
        if (item := getattr(value, field.name)) != field.default
    ]
    settings = f" ({', '.join(changed)})" if changed else ""
    return f"{value.tag}{settings}" if value.tag else ", ".join(changed) or "on"


# --- layers ---------------------------------------------------------------------------------------


def _layer_differences(before: tuple[Layer, ...], after: tuple[Layer, ...]) -> Iterator[Difference]:
    pairs = _aligned(before, after)
    removed = [old for old, new in pairs if old is not None and new is None]
    came_from: dict[int, int] = {}  # places of layers that were moved
    for old, new in pairs:
        if new is not None and old is None:
            origin = next((index for index in removed if before[index] == after[new]), None)
            if origin is not None:
                removed.remove(origin)
                came_from[new] = origin
    for old, new in pairs:
        if new is None:
            if old in removed:
                yield LayerDifference(_name(before, old), "removed")
        elif new in came_from:
            yield LayerDifference(_name(after, new), f"moved from place {came_from[new] + 1}")
        elif old is None:
            details = f" ({text})" if (text := after[new].details()) else ""
            place = f"after {_name(after, new - 1)}" if new else "as the first layer"
            yield LayerDifference(_name(after, new), f"added {place}{details}")
        elif type(before[old]) is type(after[new]):
            yield from _setting_differences(_name(after, new), before[old], after[new])
        else:
            texts = _spec_text(before[old]), _spec_text(after[new])
            if max(map(len, texts)) > _LONGEST:
                texts = before[old].tag, after[new].tag
            yield _difference(f"Layer {new + 1}", "class", *texts)


def _name(layers: tuple[Layer, ...], index: int) -> str:
    return f"{layers[index].tag} {index + 1}"


def _aligned(
    before: tuple[Layer, ...], after: tuple[Layer, ...]
) -> list[tuple[int | None, int | None]]:
    """Which layer became which, by position; None for one that was added or removed.

    The cheapest way from one to the other (R. Wagner, M. Fischer, "The String-to-String Correction
    Problem", 1974).
    """
    rows, columns = len(before) + 1, len(after) + 1
    cost = [[0.0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            if i and j:
                cost[i][j] = min(
                    cost[i - 1][j - 1] + _change(before[i - 1], after[j - 1]),
                    cost[i - 1][j] + _ADDED,
                    cost[i][j - 1] + _ADDED,
                )
            else:
                cost[i][j] = (i + j) * _ADDED
    pairs: list[tuple[int | None, int | None]] = []
    i, j = len(before), len(after)
    while i or j:
        here = cost[i][j]
        if i and j and here == cost[i - 1][j - 1] + _change(before[i - 1], after[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and here == cost[i - 1][j] + _ADDED:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]


def _change(before: Layer, after: Layer) -> float:
    """What it costs to make `after` of `before`."""
    if before == after:
        return 0.0
    if type(before) is not type(after):
        return _REPLACED
    names = [field.name for field in fields_of(type(before))]
    changed = sum(getattr(before, name) != getattr(after, name) for name in names)
    return 0.1 + 0.8 * float(changed / len(names))
