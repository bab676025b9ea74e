"""Validation errors in plain words: where, what was found, what is allowed."""

from __future__ import annotations

import difflib
import json
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from desktop.document.json_values import short
from desktop.document.project import Project
from desktop.document.spec import Spec, variants

MOST = 3  # further problems of a file are counted, not listed

Location = tuple[int | str, ...]

# What was found has the wrong type; this is the right one.
_WANTED = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "is too large",
    "bool_type": "must be true or false",
    "string_type": "must be a string",
    "tuple_type": "must be a list [ ... ]",
    "dict_type": "must be an object { ... }",
    "model_type": "must be an object { ... }",
    "model_attributes_type": "must be an object { ... }",
}
_BOUNDS = {
    "greater_than_equal": ("must be at least", "ge"),
    "greater_than": ("must be more than", "gt"),
    "less_than_equal": ("must be at most", "le"),
    "less_than": ("must be less than", "lt"),
}


def describe(error: ValidationError, values: Any) -> str:
    """The problems of `error` in one line; `values` is the JSON of a project that was validated."""
    lines = problems(error, values)
    if len(lines) > MOST:
        lines[MOST:] = [f"and {len(lines) - MOST} more"]
    return "; ".join(lines)


def problems(error: ValidationError, values: Any, cls: type[Spec] = Project) -> list[str]:
    """Each problem of `error` in a line; `values` is the JSON of `cls` that was validated."""
    errors: list[dict[str, Any]] = [dict(each) for each in error.errors()]
    texts: dict[str, None] = {}  # in order, each once
    for each in errors:
        place: Location = each["loc"]
        within = [e["loc"] for e in errors if e["loc"][: len(place)] == place != e["loc"]]
        if each["type"] == "too_short" and within:
            continue  # items that are wrong are not counted, which makes a list too short
        row = [e["loc"][-1] for e in errors if e["loc"][:-1] == place[:-1] and place]
        texts[_describe_one(each, _find(place, values, cls), row)] = None
    return list(texts)


def refusal(error: ValidationError) -> str:
    """Why a value was refused, for a form that shows it beside its field: "must be at least 1"."""
    first: dict[str, Any] = dict(error.errors()[0])
    items = [step for step in first["loc"] if isinstance(step, int)]
    text = _reason(first)
    return f"number {items[-1] + 1} {text}" if items else text


def _describe_one(error: dict[str, Any], place: _Place, row: list[int | str]) -> str:
    kind, found, context = error["type"], error["input"], error.get("ctx") or {}
    path = place.path
    match kind:
        case "missing" if isinstance(place.parent, list):  # a row of fixed length
            path = path.rpartition("[")[0]
            message = f"{short(place.parent)} must have {max(map(int, row)) + 1} values"
        case "missing":
            message = "is missing"
        case "extra_forbidden":
            message = "unknown key" + allowed(str(error["loc"][-1]), place.known_keys)
        case "union_tag_invalid":
            key = str(context["discriminator"]).strip("'")
            message = f"unknown {key} {short(context['tag'])}" + allowed(
                str(context["tag"]), _names(str(context["expected_tags"]))
            )
        case "union_tag_not_found":
            key = str(context["discriminator"]).strip("'")
            message = f'the key "{key}" is missing, which says what this is'
        case "enum" | "literal_error":
            expected = str(context["expected"]).replace(" or ", ", ")
            message = f"{short(found)} is not allowed{allowed(str(found), _names(expected))}"
        case "value_error":
            whole = isinstance(place.value, dict)  # several of its settings together are wrong
            message = f"{'' if whole else f'{short(found)}: '}{_reason(error)}"
        case "json_invalid":
            path, message = "", "it holds text that is not Unicode, or lists nested too deeply"
        case _:
            message = f"{short(_as_json(found))} {_reason(error)}"
            if kind in _WANTED:
                message += _as_variant(found)
    return f"{path}: {message}" if path else message


def _reason(error: dict[str, Any]) -> str:
    """What is wrong with a value, in words that follow the value."""
    kind, context = error["type"], error.get("ctx") or {}
    if kind in _WANTED:
        return _WANTED[kind]
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"{words} {_number(context[bound])}"
    match kind:
        case "value_error":
            return str(context["error"])
        case "too_short":
            few = f"at least {context['min_length']}, not {context['actual_length']}"
            return f"has too few values: {few}"
        case "too_long":
            many = f"at most {context['max_length']}, not {context['actual_length']}"
            return f"has too many values: {many}"
    text = str(error["msg"])
    return f"is not allowed: {text[:1].lower()}{text[1:]}"


# --- places ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """A place in a project file: its JSON path, the value there, and what holds it."""

    path: str
    value: Any
    parent: Any
    known_keys: list[str]  # of the parent


def _find(location: Location, values: Any, cls: type[Spec]) -> _Place:
    """Follow pydantic's `location` in a `cls`, in which a tag comes after each union."""
    path, here, parent = "", values, values
    keys: list[str] = []
    for step in location:
        if isinstance(here, dict) and step not in here and step in here.values():
            continue  # the tag of a variant, not a key
        parent = here
        if isinstance(step, int):
            path += f"[{step}]"
            here = here[step] if isinstance(here, list) and step < len(here) else None
        else:
            path += f".{step}" if path else step
            here = here.get(step) if isinstance(here, dict) else None
            cls = _class_of(parent, cls)
            keys = list(cls.model_fields)
            cls = _nested(cls, step)
    return _Place(path, here, parent, keys)


def _class_of(value: Any, cls: type[Spec]) -> type[Spec]:
    """The class that `value` is the JSON of: by its tag, or else `cls`."""
    if isinstance(value, dict):
        for each in _all_variants():
            if value.get(each.tag_key) == each.tag:
                return each
    return cls


def _nested(cls: type[Spec], name: str) -> type[Spec]:
    """The class of the field `name` of `cls`, where that is a single one."""
    if name in cls.model_fields:
        hint = typing.get_type_hints(cls)[name]
        for each in (hint, *typing.get_args(hint)):
            if isinstance(each, type) and issubclass(each, Spec):
                return each
    return cls


def _all_variants() -> Iterator[type[Spec]]:
    return (cls for cls in variants(Spec) if cls.tag)


# --- suggestions ----------------------------------------------------------------------------------


def allowed(word: str, known: list[str]) -> str:
    """What is to follow a word that is not among `known`: the closest one, and all of them."""
    close = difflib.get_close_matches(word, known, n=1)
    hint = f' (did you mean "{close[0]}"?)' if close else ""
    return f"{hint}; allowed: {', '.join(known)}"


def _names(expected: str) -> list[str]:
    """The names in pydantic's "'a', 'b', 'c'"."""
    return [name.strip(" '") for name in expected.split(",")]


def _as_variant(found: Any) -> str:
    """How a variant is written, where only its name stands."""
    for cls in _all_variants():
        if found == cls.tag:
            return f", such as {json.dumps({cls.tag_key: cls.tag})}"
    return ""


def _as_json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _number(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
