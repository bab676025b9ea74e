"""A `Spec` as plain JSON values, as project files and the clipboard have it; reading of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from pydantic import JsonValue

from desktop.document.fields import fields_of
from desktop.document.spec import Spec

# What is varied, by its path in the project file: {"layers[1].units": 64}.
Settings: TypeAlias = Mapping[str, JsonValue]


class JsonError(ValueError):
    """A text is not the JSON it should be; the message says where and why."""


def to_json(value: Any) -> Any:
    """`value` as plain JSON values. Fields that have their default are left out, tags never."""
    if isinstance(value, Spec):
        changed = {
            name: to_json(item)
            for name, item in value
            if name != value.tag_key
            and (value.write_defaults or item != type(value).model_fields[name].get_default())
        }
        if not value.tag:
            return changed
        if value.tag_alone and not changed:
            return value.tag
        everyday_first = [field.name for field in fields_of(type(value)) if field.name in changed]
        return {value.tag_key: value.tag, **{name: changed[name] for name in everyday_first}}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def parse_json(text: str) -> Any:
    """What `text` says. Raises JsonError, also for a key that is given twice, NaN and infinity."""

    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise JsonError(
                f"the key {short(twice)} is given twice in {short(result)}; keep one of them"
            )
        return result

    def no_constant(name: str) -> Any:
        raise JsonError(f"{name} is not a number that can be used here")

    try:
        return json.loads(text, object_pairs_hook=no_duplicates, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise JsonError(
            f"not valid JSON at line {error.lineno}, column {error.colno}: "
            f"{error.msg[:1].lower()}{error.msg[1:]}"
        ) from error
    except RecursionError as error:
        raise JsonError("nested too deeply to be read") from error
    except JsonError:
        raise
    except ValueError as error:
        raise JsonError("a number in it has thousands of digits") from error


def short(value: Any) -> str:
    """A value as JSON, cut off where it gets long."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 60 else f"{text[:57]}..."
