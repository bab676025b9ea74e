"""A space from its JSON, as the command `sweep` takes it.

{"layers[1].units": [32, 64, 128], "training.optimizer.learning_rate": {"log": [1e-4, 1e-1]}}
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from desktop.document.fields import FieldSpec, Kind
from desktop.document.json_values import JsonError, parse_json, short
from desktop.document.project import Project
from desktop.document.space.hidden import PREFIX, hidden_setting
from desktop.document.space.paths import SpaceError, is_within, locate
from desktop.document.space.values import Range, Setting, Space

_RANGES = ("range", "log")
_ALTERNATIVES = "alternatives"
_FORMS = 'a list of values, {"range": [low, high]}, {"log": [low, high]} or {"alternatives": {...}}'


def read_space(text: str, project: Project) -> Space:
    """The space that JSON `text` describes, of `project`. Raises SpaceError."""
    try:
        return parse_space(parse_json(text), project)
    except JsonError as error:
        raise SpaceError(str(error)) from error


def parse_space(values: Any, project: Project) -> Space:
    """The space that JSON `values` describe, of `project`. Raises SpaceError with the path.

    Whether the values suit the project is up to `Space.refuse`.
    """
    if not isinstance(values, dict) or not values:
        raise SpaceError(
            'What to vary must be a JSON object of paths and values, such as {"layers[1].units": '
            "[32, 64, 128]}"
        )
    settings: dict[str, Setting] = {}
    for path in sorted(values, key=lambda each: each.count(".") + each.count("[")):
        settings[path] = _setting(path, values[path], _bases(project, path, settings))
    space = Space(tuple(settings[path] for path in values))
    _refuse_twice(space)
    return space


def _bases(project: Project, path: str, known: Mapping[str, Setting]) -> list[Project]:
    """`project`, and what it becomes by the settings that `path` is a part of."""
    outer = Space(tuple(each for each in known.values() if is_within(path, each.path)))
    bases = [project]
    for beside in product(*(each.samples for each in outer.settings)) if outer.settings else ():
        each = {o.path: value for o, value in zip(outer.settings, beside, strict=True)}
        try:
            bases.append(outer.apply(project, each))
        except SpaceError:
            continue  # is refused with its own path
    return bases


def _setting(path: str, given: Any, bases: list[Project]) -> Setting:
    if isinstance(given, dict) and set(given) == {_ALTERNATIVES}:
        return _alternatives(path, given[_ALTERNATIVES], bases[0])
    title, field = _described(path, bases)
    if isinstance(given, list):
        return Setting(path, title, _values(path, given))
    name = next(iter(given), "") if isinstance(given, dict) and len(given) == 1 else ""
    if name not in _RANGES:
        raise SpaceError(f"{path}: {short(given)} is not {_FORMS}")
    return Setting(path, title, range=_range(path, given[name], field, log=name == "log"))


def _described(path: str, bases: list[Project]) -> tuple[str, FieldSpec | None]:
    """The title and the field of `path` in the first of `bases` that has it. Raises SpaceError."""
    problem: SpaceError | None = None
    for base in bases:
        try:
            found = (hidden_setting if path.startswith(PREFIX) else locate)(base, path)
        except SpaceError as error:
            problem = problem or error
        else:
            return found.title, found.field
    assert problem is not None
    raise problem


def _values(path: str, given: list[Any]) -> tuple[Any, ...]:
    if not given:
        raise SpaceError(f"{path}: [] has no values; give at least one")
    for index, value in enumerate(given):
        if value in given[:index]:
            raise SpaceError(f"{path}: {short(value)} is given twice; give each value once")
    return tuple(given)


def _range(path: str, ends: Any, field: FieldSpec | None, *, log: bool) -> Range:
    kind = None if field is None else field.kind
    if kind not in (Kind.INTEGER, Kind.REAL):
        raise SpaceError(f"{path}: only numbers have a range; give a list of values instead")
    whole = kind is Kind.INTEGER
    right = isinstance(ends, list) and len(ends) == 2 and all(map(_is_number, ends))
    if not right or ends[0] >= ends[1]:
        raise SpaceError(
            f"{path}: {short(ends)} must be two numbers [low, high], low less than high"
        )
    if log and ends[0] <= 0:
        raise SpaceError(f"{path}: {short(ends)} has no logarithm: both must be more than 0")
    if whole and not all(float(end).is_integer() for end in ends):
        raise SpaceError(f"{path}: {short(ends)} must be whole numbers")
    low, high = (int(end) if whole else float(end) for end in ends)
    return Range(low, high, log, whole)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _alternatives(path: str, given: Any, project: Project) -> Setting:
    if not isinstance(given, dict) or not given:
        raise SpaceError(f'{path}: {short(given)} must be an object such as {{"a": {{...}}}}')
    for name, changes in given.items():
        if not isinstance(changes, dict):
            raise SpaceError(
                f"{path}: {short(name)}: {short(changes)} must be an object of paths and values, "
                'such as {"hidden.dropout": 0.3}'
            )
        for each in changes:
            _described(each, _bases_within(project, each, changes))
    title = path[:1].upper() + path[1:].replace("_", " ")
    return Setting(path, title, tuple(given), alternatives=given)


def _bases_within(project: Project, path: str, changes: Mapping[str, Any]) -> list[Project]:
    outer = {each: Setting(each, "", (value,)) for each, value in changes.items()}
    return _bases(project, path, outer)


def _refuse_twice(space: Space) -> None:
    """Raise SpaceError if two settings would write to the same place."""
    seen: dict[str, str] = {}
    for each in space.settings:
        paths = {path for value in each.samples for path in each.changes(value)}
        for path in paths:
            if path in seen:
                raise SpaceError(f"{path} is varied twice: by {seen[path]} and by {each.path}")
            seen[path] = each.path
