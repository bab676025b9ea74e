"""What every setting of a project is made of: small frozen models with described fields.

A `Spec` class is the one definition of a kind of thing. From its fields come the property form
(`fields.py`), the JSON in the project file (`json_values.py`), validation, and the Keras arguments.
Kinds that come in variants (layers, optimizers, data sources, ...) are families of subclasses told
apart by a tag: `{"layer": "Dense", ...}`. Declaring a subclass adds it to its family.

Modules that declare such classes do not import `annotations` from `__future__`: it turns
annotations into text, and pydantic compiles that of every base class anew for each of its
subclasses, which took a fifth of the time in which this package loads.
"""

import os
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias, TypeVar, Union

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

# What else is installed has no part in what a project may contain, and is not searched for.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

S = TypeVar("S", bound="Spec")

# What a Spec raises when it is given something it cannot be; `messages` puts it into words.
SpecError: TypeAlias = ValidationError

# For `json_schema_extra`: the field is seldom needed, and a form folds it away.
ADVANCED: dict[str, Any] = {"advanced": True}


class Spec(BaseModel):
    """A frozen bundle of settings. Unknown fields and non-finite numbers are refused."""

    # None of the names that pydantic reserves is taken, and looking for them takes a while.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        protected_namespaces=(),
        defer_build=True,  # to `__pydantic_init_subclass__`
    )

    tag_key: ClassVar[str] = ""  # the JSON key that tells the variants of a family apart
    tag: ClassVar[str] = ""  # this variant's value under that key
    tag_alone: ClassVar[bool] = False  # the bare tag stands for a variant with default settings
    write_defaults: ClassVar[bool] = False  # the project file shows every field

    def __init_subclass__(cls, tag: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.tag_key and not cls._is_base():
            cls.tag = tag or cls.__name__
            # The tag becomes an ordinary field with one allowed value, before pydantic reads them.
            cls.__annotations__[cls.tag_key] = Literal[cls.tag]
            setattr(cls, cls.tag_key, cls.tag)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Build at once what validates values: two threads must not. A base has no values."""
        super().__pydantic_init_subclass__(**kwargs)
        if not cls._is_base():
            cls.model_rebuild()

    @classmethod
    def _is_base(cls) -> bool:
        """Whether this is what several classes have in common, and not one to make values of."""
        return "tag_key" in cls.__dict__ or cls.__name__.startswith("_")

    def replace(self, **changes: Any) -> Self:
        """A validated copy with some fields changed. Raises SpecError."""
        return type(self).model_validate({**dict(self), **changes})

    @property
    def unused(self) -> frozenset[str]:
        """The names of settings that mean nothing beside the others; a form hides them."""
        return frozenset()

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
