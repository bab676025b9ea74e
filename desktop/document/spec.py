"""What every setting of a project is made of: small frozen models with described fields.

A `Spec` class is the one definition of a kind of thing. From its fields come the property form
(`fields_of`), the JSON in the project file (`to_json`), validation, and the Keras arguments.
Kinds that come in variants (layers, optimizers, data sources, ...) are families of subclasses told
apart by a tag: `{"layer": "Dense", ...}`. Declaring a subclass adds it to its family.
"""

from __future__ import annotations

import inspect
import os
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias, TypeVar, Union

import annotated_types
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

# What is installed besides has no part in what a project may contain, and is not searched for.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

S = TypeVar("S", bound="Spec")

# What a Spec raises when it is given something it cannot be; `messages` puts it into words.
SpecError: TypeAlias = ValidationError

# For `json_schema_extra`: the field is seldom needed, and a form folds it away.
ADVANCED: dict[str, Any] = {"advanced": True}


class Spec(BaseModel):
    """A frozen bundle of settings. Unknown fields and non-finite numbers are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    tag_key: ClassVar[str] = ""  # the JSON key that tells the variants of a family apart
    tag: ClassVar[str] = ""  # this variant's value under that key
    tag_alone: ClassVar[bool] = False  # the bare tag stands for a variant with default settings
    write_defaults: ClassVar[bool] = False  # the project file shows every field

    def __init_subclass__(cls, tag: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own_key = "tag_key" in cls.__dict__  # the base of a family declares its key
        if cls.tag_key and not own_key and not cls.__name__.startswith("_"):
            cls.tag = tag or cls.__name__
            # The tag becomes an ordinary field with one allowed value, before pydantic reads them.
            cls.__annotations__[cls.tag_key] = Literal[cls.tag]
            setattr(cls, cls.tag_key, cls.tag)

    def replace(self, **changes: Any) -> Self:
        """A validated copy with some fields changed. Raises SpecError."""
        return type(self).model_validate({**dict(self), **changes})

    @classmethod
    def suggested(cls) -> Self:
        """What a form starts with when it is switched on: the defaults, or better ones."""
        return cls()

    @classmethod
    def summary(cls) -> str:
        """The first line of the class's docstring: what it does, in one sentence."""
        return (cls.__doc__ or "").strip().split("\n", 1)[0]


def variants(base: type[S]) -> tuple[type[S], ...]:
    """Every concrete member of the family of `base`, in the order of declaration."""
    found: list[type[S]] = []
    for cls in base.__subclasses__():
        if "tag" in cls.__dict__:
            found.append(cls)
        found += variants(cls)
    return tuple(found)


def family_type(base: type[S]) -> Any:
    """The annotation for "one of the family of `base`", for a field of another Spec."""
    members = variants(base)
    union = members[0] if len(members) == 1 else Union[members]  # noqa: UP007 - made at run time
    annotated = Annotated[union, Field(discriminator=base.tag_key)] if len(members) > 1 else union
    if not base.tag_alone:
        return annotated

    def expand(value: Any) -> Any:
        return {base.tag_key: value} if isinstance(value, str) else value

    return Annotated[annotated, BeforeValidator(expand)]


# --- fields, as a form sees them ------------------------------------------------------------------


class Kind(StrEnum):
    """How a field is edited."""

    INTEGER = "integer"
    REAL = "real"
    FLAG = "flag"
    CHOICE = "choice"  # one of `choices`
    CHOICES = "choices"  # any number of `choices`
    INTEGERS = "integers"  # a tuple of integers, of `length` or of any length
    VARIANT = "variant"  # one of the Spec classes in `variants`
    NESTED = "nested"  # the fields of one Spec class, in `variants`
    TABLE = "table"  # rows of numbers
    PATH = "path"


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
    fields = [
        _field_spec(cls, name, info)
        for name, info in cls.model_fields.items()
        if name != cls.tag_key
    ]
    return tuple(sorted(fields, key=lambda field: (field.advanced, field.name in shared)))


def _declared(cls: type) -> Mapping[str, Any]:
    return inspect.get_annotations(cls)


def _field_spec(cls: type[Spec], name: str, info: FieldInfo) -> FieldSpec:
    extra: Mapping[str, Any] = (
        info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    )
    annotation, optional = _without_none(typing.get_type_hints(cls, include_extras=True)[name])
    annotation, metadata = _without_annotated(annotation)
    bounds: dict[str, Any] = {}
    for item in [*metadata, *info.metadata]:
        if isinstance(item, annotated_types.Ge):
            bounds["minimum"] = item.ge
        elif isinstance(item, annotated_types.Gt):
            bounds |= {"minimum": item.gt, "minimum_excluded": True}
        elif isinstance(item, annotated_types.Le):
            bounds["maximum"] = item.le
        elif isinstance(item, annotated_types.Lt):
            bounds |= {"maximum": item.lt, "maximum_excluded": True}
    details = _kind(annotation)
    if "kind" in extra:
        details["kind"] = Kind(str(extra["kind"]))
    if "choices" in extra:
        details |= {"kind": Kind.CHOICE, "choices": tuple(extra["choices"])}
    default = info.get_default(call_default_factory=False)
    return FieldSpec(
        name=name,
        title=info.title or name.replace("_", " ").capitalize(),
        help=info.description or "",
        default=PydanticUndefined if info.is_required() else default,
        optional=optional,
        advanced=bool(extra.get("advanced", False)),
        none_title=str(extra.get("none", "None")),
        **bounds,
        **details,
    )


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
    if annotation is str:
        return {"kind": Kind.PATH}
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return {"kind": Kind.CHOICE, "choices": tuple(annotation)}
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        kind = Kind.VARIANT if annotation.tag else Kind.NESTED
        return {"kind": kind, "variants": (annotation,)}
    if origin in (Union, types.UnionType):
        return {"kind": Kind.VARIANT, "variants": tuple(arguments)}
    if origin is tuple:
        item, _ = _without_annotated(arguments[0])
        if item is int:
            length = None if arguments[-1] is Ellipsis else len(arguments)
            return {"kind": Kind.INTEGERS, "length": length}
        if isinstance(item, type) and issubclass(item, StrEnum):
            return {"kind": Kind.CHOICES, "choices": tuple(item)}
        return {"kind": Kind.TABLE}
    raise TypeError(f"no form field can edit {annotation!r}")


# --- JSON -----------------------------------------------------------------------------------------


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
