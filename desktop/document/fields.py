"""The fields of a `Spec` class, as a form sees them."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeAlias, Union

import annotated_types
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from desktop.document.spec import Spec


class Kind(StrEnum):
    """How a field is edited."""

    INTEGER = "integer"
    REAL = "real"
    FLAG = "flag"
    CHOICE = "choice"  # one of `choices`
    CHOICES = "choices"  # any number of `choices`
    INTEGERS = "integers"  # a tuple of integers, of `length` or of any length
    RANGE = "range"  # two real numbers, the smaller first
    VARIANT = "variant"  # one of the Spec classes in `variants`
    NESTED = "nested"  # the fields of one Spec class, in `variants`
    TABLE = "table"  # rows of numbers
    PATH = "path"
    FOLDER = "folder"
    COLUMN = "column"  # the name of a column of the data
    SHEET = "sheet"  # the name of a sheet of the workbook
    COLUMNS = "columns"  # what was decided on columns
    TEXTS = "texts"  # any number of short texts
    POINTS = "points"  # points in a plane: x, y, and the number of a class or a value
    PLACES = "places"  # in a plane: x, y


FILES = (Kind.PATH, Kind.FOLDER)  # what names something on disk

# The annotations of texts: the name of a file, a folder, a column of the data, or a sheet.
FileName: TypeAlias = Annotated[str, Kind.PATH]
FolderName: TypeAlias = Annotated[str, Kind.FOLDER]
ColumnName: TypeAlias = Annotated[str, Kind.COLUMN]
SheetName: TypeAlias = Annotated[str, Kind.SHEET]


@dataclass(frozen=True)
class FieldSpec:
    """One field of a Spec class: everything a generic form needs to edit it."""

    name: str
    title: str
    help: str
    kind: Kind
    default: Any  # PydanticUndefined where the field must be given
    optional: bool  # None is allowed
    advanced: bool  # seldom needed; a form folds these away
    minimum: float | None = None
    maximum: float | None = None
    minimum_excluded: bool = False
    maximum_excluded: bool = False
    length: int | None = None
    choices: tuple[str, ...] = ()
    variants: tuple[type[Spec], ...] = ()
    none_title: str = "None"  # what None means here


@cache
def fields_of(cls: type[Spec]) -> tuple[FieldSpec, ...]:
    """The editable fields of `cls`, without the tag: everyday ones first, shared ones after own."""
    shared = {
        name for base in cls.__mro__ if base.__name__.startswith("_") for name in _declared(base)
    } - set(_declared(cls))
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = [
        _field_spec(name, hints[name], info)
        for name, info in cls.model_fields.items()
        if name != cls.tag_key
    ]
    return tuple(sorted(fields, key=lambda field: (field.advanced, field.name in shared)))


def _declared(cls: type) -> Mapping[str, Any]:
    return inspect.get_annotations(cls)


def _field_spec(name: str, hint: Any, info: FieldInfo) -> FieldSpec:
    extra: Mapping[str, Any] = (
        info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    )
    annotation, outer = _without_annotated(hint)
    annotation, optional = _without_none(annotation)
    annotation, metadata = _without_annotated(annotation)
    details: dict[str, Any] = {}
    for item in [*outer, *metadata, *info.metadata]:
        if isinstance(item, Kind):
            details = {"kind": item}
    if "choices" in extra:
        details = {"kind": Kind.CHOICE, "choices": tuple(extra["choices"])}
    details = details or _kind(annotation)
    default = info.get_default(call_default_factory=False)
    return FieldSpec(
        name=name,
        title=info.title or name.replace("_", " ").capitalize(),
        help=info.description or "",
        default=PydanticUndefined if info.is_required() else default,
        optional=optional,
        advanced=bool(extra.get("advanced", False)),
        none_title=str(extra.get("none", "None")),
        **(_bounds([*outer, *metadata, *info.metadata]) | details),
    )


def _bounds(metadata: Iterable[Any]) -> dict[str, Any]:
    """What the annotations of a number say of how large it may be."""
    bounds: dict[str, Any] = {}
    for item in metadata:
        if isinstance(item, annotated_types.Ge):
            bounds["minimum"] = item.ge
        elif isinstance(item, annotated_types.Gt):
            bounds |= {"minimum": item.gt, "minimum_excluded": True}
        elif isinstance(item, annotated_types.Le):
            bounds["maximum"] = item.le
        elif isinstance(item, annotated_types.Lt):
            bounds |= {"maximum": item.lt, "maximum_excluded": True}
    return bounds


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if typing.get_origin(annotation) in (Union, types.UnionType):
        arguments = [a for a in typing.get_args(annotation) if a is not types.NoneType]
        if len(arguments) < len(typing.get_args(annotation)):
            union: Any = Union.__getitem__(tuple(arguments))
            return union, True
    return annotation, False


def _without_annotated(annotation: Any) -> tuple[Any, list[Any]]:
    metadata: list[Any] = []
    while typing.get_origin(annotation) is Annotated:
        annotation, *more = typing.get_args(annotation)
        for item in more:
            metadata += item.metadata if isinstance(item, FieldInfo) else [item]
    return annotation, metadata


def _kind(annotation: Any) -> dict[str, Any]:
    """The kind, and what belongs to it, of an annotation without None and Annotated."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is bool:
        return {"kind": Kind.FLAG}
    if annotation is int:
        return {"kind": Kind.INTEGER}
    if annotation is float:
        return {"kind": Kind.REAL}
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return {"kind": Kind.CHOICE, "choices": tuple(annotation)}
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        kind = Kind.VARIANT if annotation.tag else Kind.NESTED
        return {"kind": kind, "variants": (annotation,)}
    if origin in (Union, types.UnionType):
        return {"kind": Kind.VARIANT, "variants": tuple(arguments)}
    if origin is tuple:
        item, metadata = _without_annotated(arguments[0])
        if item is float and Ellipsis not in arguments:
            return {"kind": Kind.RANGE, "length": len(arguments), **_bounds(metadata)}
        if item is int:
            length = None if arguments[-1] is Ellipsis else len(arguments)
            return {"kind": Kind.INTEGERS, "length": length}
        if isinstance(item, type) and issubclass(item, StrEnum):
            return {"kind": Kind.CHOICES, "choices": tuple(item)}
        return {"kind": Kind.TABLE}
    raise TypeError(
        f"no form field can edit {annotation!r}: a text needs choices, or to be a FileName, a "
        "FolderName, a ColumnName or a SheetName"
        if annotation is str
        else f"no form field can edit {annotation!r}"
    )
