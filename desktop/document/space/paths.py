"""Places in a project file, such as "layers[1].units": what is there, and other values for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from desktop.document.fields import FieldSpec, Kind, fields_of
from desktop.document.json_values import short, to_json
from desktop.document.messages import allowed
from desktop.document.metrics import in_sentence
from desktop.document.project import Project
from desktop.document.spec import Spec
from desktop.document.storage import ProjectFileError, project_of

Steps: TypeAlias = tuple[str | int, ...]

_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d{1,4})\]")
_ALONE = ("data", "training", "optimizer")  # whose settings are named without them


class SpaceError(ValueError):
    """Something cannot be varied like that; the message says where, what is wrong and allowed."""


@dataclass(frozen=True)
class Place:
    """What a path leads to: its title for people, its field, and the value there.

    `field` is None for an item of a list, as a layer is.
    """

    path: str
    title: str
    field: FieldSpec | None
    value: Any


def steps_of(path: str) -> Steps:
    """ "layers[1].units" -> ("layers", 1, "units"). Raises SpaceError."""
    steps: list[str | int] = []
    end = 0
    while end < len(path):
        match = _STEP.match(path, end)
        if match is None or (path[end] == ".") is not bool(steps and match[1]):
            break
        steps.append(match[1] or int(match[2]))
        end = match.end()
    if not steps or end < len(path):
        raise SpaceError(
            f'{short(path)} is not a path, as "layers[1].units" and "hidden.units" are'
        )
    return tuple(steps)


def locate(project: Project, path: str) -> Place:
    """What `path` leads to in `project`. Raises SpaceError if there is no such place."""
    node: Any = project
    field: FieldSpec | None = None
    walked, item, names = "", "", list[tuple[str, str]]()
    for step in steps_of(path):
        if isinstance(step, int):
            node, field, names = _item(path, walked, node, step), None, []
            walked, item = f"{walked}[{step}]", f"{getattr(node, 'tag', '')} {step + 1}".strip()
        else:
            field = _field(path, walked, node, step)
            node, walked = getattr(node, step), f"{walked}.{step}" if walked else step
            names.append((step, in_sentence(field.title)))
    owners = [title for name, title in names[:-1] if name not in _ALONE]
    words = " ".join([*owners, *(title for _, title in names[-1:])])
    if item:
        title = f"{item}: {words}" if words else f"Layer {item.rpartition(' ')[2]}"
    else:
        title = f"{words[:1].upper()}{words[1:]}"
    return Place(path, title, field, node)


def _item(path: str, walked: str, node: Any, index: int) -> Any:
    if not isinstance(node, tuple):
        raise SpaceError(f"{path}: {walked} is not a list")
    if index >= len(node):
        known = f"only {walked}[0] to {walked}[{len(node) - 1}]" if node else "nothing in it"
        raise SpaceError(f"{path}: there is {known}; places are counted from 0")
    return node[index]


def _field(path: str, walked: str, node: Any, name: str) -> FieldSpec:
    if node is None:
        raise SpaceError(
            f"{path}: {walked} is off, so it has no {name}; turn it on in the project, or vary "
            f"{walked}, too"
        )
    fields = fields_of(type(node)) if isinstance(node, Spec) else ()
    for field in fields:
        if field.name == name:
            return field
    names = allowed(name, [field.name for field in fields]) if fields else ""
    raise SpaceError(f"{path}: {walked or 'the project'} has no {name}{names}")


def with_values(project: Project, changes: Mapping[str, Any]) -> Project:
    """`project` with JSON values in other places; what is inside another one comes after it.

    Raises SpaceError with the JSON path where a place or a value cannot be.
    """
    for path in sorted(changes, key=lambda each: len(steps_of(each))):
        place = locate(project, path)
        changed = _changed(project, steps_of(path), _written_out(place, changes[path]))
        try:
            project = project_of(changed)
        except ProjectFileError as error:
            reason = str(error)
            raise SpaceError(reason if path in reason else f"{path}: {reason}") from error
    return project


def is_within(inner: str, outer: str) -> bool:
    """Whether the place `inner` is a part of the place `outer`."""
    return inner != outer and inner.startswith((f"{outer}.", f"{outer}["))


def value_text(value: Any) -> str:
    """A JSON value in words: "SGD (momentum 0.9)", "0.001", "none"."""
    match value:
        case None:
            return "none"
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:.6g}"
        case str() | int():
            return str(value)
        case list():
            return ", ".join(map(value_text, value)) or "none"
        case dict():
            rest = dict(value)
            tag = next((rest.pop(key) for key in tuple(rest) if isinstance(rest[key], str)), "")
            words = (f"{key.replace('_', ' ')} {value_text(each)}" for key, each in rest.items())
            settings = ", ".join(words)
            return f"{tag} ({settings})" if tag and settings else tag or settings or "on"
    return str(value)


def _changed(node: Any, steps: Steps, value: Any) -> Any:
    """`node` as JSON, with `value` where `steps` lead to."""
    if not steps:
        return value
    first, rest = steps[0], steps[1:]
    if isinstance(first, int):
        items = [to_json(item) for item in node]
        items[first] = _changed(node[first], rest, value)
        return items
    written = to_json(node)
    values = written if isinstance(written, dict) else {node.tag_key: written}
    return {**values, first: _changed(getattr(node, first), rest, value)}


def _written_out(place: Place, value: Any) -> Any:
    """`value` for `place`: "SGD" stands for {"optimizer": "SGD"}."""
    if not isinstance(value, str):
        return value
    if place.field is None:
        return {place.value.tag_key: value} if isinstance(place.value, Spec) else value
    if place.field.kind is Kind.VARIANT:
        return {place.field.variants[0].tag_key: value}
    return value
