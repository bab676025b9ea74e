"""A `Spec` as plain JSON values, as the project file and the clipboard have it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from pydantic import JsonValue

from desktop.document.fields import fields_of
from desktop.document.spec import Spec

# What is varied, by its path in the project file: {"layers[1].units": 64}.
Settings: TypeAlias = Mapping[str, JsonValue]


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
