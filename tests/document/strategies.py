"""Random valid projects, made from what every Spec class says about its own fields.

A class that is added to the document is covered without a line here, unless its fields depend on
each other.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter
from pydantic_core import PydanticUndefined

from desktop.document.constraints import MaxNorm, UnitNorm
from desktop.document.data import Column, DataSource
from desktop.document.fields import FieldSpec, Kind, fields_of
from desktop.document.initializers import Orthogonal, Zeros
from desktop.document.layers import LAYER_CLASSES, Conv2D, Layer
from desktop.document.losses import Loss
from desktop.document.optimizers import Optimizer
from desktop.document.project import Project
from desktop.document.spec import Spec, variants
from desktop.document.training import Training

LARGE = 10**6
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def values(field: FieldSpec) -> st.SearchStrategy[Any]:
    """Everything that a form may put into `field`, with its default more often than chance."""
    strategy = _values(field)
    if field.optional:
        strategy = st.none() | strategy
    if field.default is not PydanticUndefined:
        strategy = st.just(field.default) | strategy
    return strategy


def _values(field: FieldSpec) -> st.SearchStrategy[Any]:
    match field.kind:
        case Kind.INTEGER:
            low = -LARGE if field.minimum is None else int(field.minimum)
            high = low + 2 * LARGE if field.maximum is None else int(field.maximum)
            return st.integers(low + field.minimum_excluded, high - field.maximum_excluded)
        case Kind.REAL:
            return st.floats(
                field.minimum,
                field.maximum,
                exclude_min=field.minimum_excluded,
                exclude_max=field.maximum_excluded,
                allow_nan=False,
                allow_infinity=False,
            )
        case Kind.FLAG:
            return st.booleans()
        case Kind.CHOICE:
            return st.sampled_from(field.choices)
        case Kind.CHOICES:
            return st.lists(st.sampled_from(field.choices), unique=True).map(tuple)
        case Kind.INTEGERS:
            low, high = (1, 6) if field.length is None else (field.length, field.length)
            return st.lists(st.integers(1, 9), min_size=low, max_size=high).map(tuple)
        case Kind.RANGE:
            low = -1.0 if field.minimum is None else field.minimum
            high = 300.0 if field.maximum is None else field.maximum
            ends = st.floats(low, high, exclude_min=field.minimum_excluded)
            return st.tuples(ends, ends).map(lambda pair: tuple(sorted(pair)))
        case Kind.VARIANT | Kind.NESTED:
            return st.one_of([specs(cls) for cls in field.variants])
        case Kind.TABLE:
            numbers = st.floats(allow_nan=False, allow_infinity=False)
            rows = [st.tuples(*[numbers] * inputs, st.integers(0, 1)) for inputs in (2, 3)]
            lists = [st.lists(row, min_size=1, max_size=16) for row in rows]
            return st.one_of(lists).map(tuple)
        case Kind.POINTS:
            point = st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.sampled_from((0.0, 1.0)))
            return st.lists(point, max_size=3).map(tuple)
        case Kind.PLACES:
            place = st.tuples(st.floats(-1, 1), st.floats(-1, 1))
            return st.lists(place, max_size=3).map(tuple)
        case Kind.PATH | Kind.FOLDER:
            return TEXTS
        case Kind.COLUMN:
            return st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
        case Kind.COLUMNS:
            return st.lists(specs(Column), max_size=3).map(tuple)
        case Kind.SHEET:
            return TEXTS
        case Kind.TEXTS:
            return st.lists(TEXTS, max_size=3).map(tuple)
    raise AssertionError(f"no values for {field}")


@cache
def specs(cls: type[Spec]) -> st.SearchStrategy[Any]:
    """Random valid instances of one Spec class."""
    fields = {field.name: values(field) for field in fields_of(cls)}
    return st.fixed_dictionaries(fields).map(lambda chosen: cls(**_made_to_fit(cls, chosen)))


def _made_to_fit(cls: type[Spec], chosen: dict[str, Any]) -> dict[str, Any]:
    """Fields that depend on each other, brought into line."""
    if cls is Conv2D:
        if chosen["filters"] % chosen["groups"]:
            chosen["groups"] = 1
        if max(chosen["strides"]) > 1:
            chosen["dilation_rate"] = (1, 1)
    for name, value in chosen.items():
        rank = getattr(cls, "kernel_rank", 1) if name.startswith("kernel_") else 1
        if isinstance(value, MaxNorm | UnitNorm):
            axes = tuple({axis % rank for axis in value.axis})
            chosen[name] = value.replace(axis=axes)
        elif isinstance(value, Orthogonal) and rank < 2:
            chosen[name] = Zeros()
    return chosen


SPEC_CLASSES: tuple[type[Spec], ...] = (*variants(Spec), Training)

layers: st.SearchStrategy[Layer] = st.one_of([specs(cls) for cls in LAYER_CLASSES])


def projects(
    layer: st.SearchStrategy[Layer] = layers, most_layers: int = 6
) -> st.SearchStrategy[Project]:
    """Random valid projects, most of which could not be trained."""
    return st.builds(
        Project,
        data=st.one_of([specs(cls) for cls in variants(DataSource)]),
        layers=st.lists(layer, max_size=most_layers).map(tuple),
        training=specs(Training),
    )


@st.composite
def usual_layers(draw: st.DrawFn) -> Layer:
    """Layers as people stack them: defaults, but for the fields that are seen on a card."""
    cls = draw(st.sampled_from(LAYER_CLASSES))
    layer = cls()
    changes: dict[str, Any] = {}
    for field in fields_of(cls):
        if field.name in ("units", "filters"):
            changes[field.name] = draw(st.sampled_from((1, 2, 8, 10, 64)))
        elif field.name == "target_shape":
            shapes = ((-1,), (8, 8, 1), (28, 28, 1), (2, 1), (4, -1))
            changes[field.name] = draw(st.sampled_from(shapes))
        elif field.kind is Kind.CHOICE:
            changes[field.name] = draw(st.sampled_from(field.choices))
    return layer.replace(**changes)


# Data sources that know what they hold without reading a file.
BUILT_IN = [cls for cls in variants(DataSource) if cls().known_schema is not None]


@st.composite
def usual_projects(draw: st.DrawFn) -> Project:
    """Projects of the kind that people build on their way to one that works."""
    training = Training(
        optimizer=draw(st.sampled_from(variants(Optimizer)))(),
        loss=draw(st.one_of([specs(cls) for cls in variants(Loss)])),
        batch_size=draw(st.sampled_from((1, 32, 100_000))),
    )
    changes = {
        field.name: draw(values(field))
        for field in fields_of(Training)
        if field.name in ("metrics", "early_stopping", "reduce_lr_on_plateau")
    }
    return Project(
        data=draw(st.sampled_from(BUILT_IN))(),
        layers=tuple(draw(st.lists(usual_layers(), max_size=6))),
        training=training.replace(**changes),
    )


def accepts(cls: type[Spec], values: dict[str, Any]) -> bool:
    """Whether `cls` takes these field values."""
    try:
        TypeAdapter(cls).validate_python(values)
    except ValueError:
        return False
    return True
