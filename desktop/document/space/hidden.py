"""Settings of all hidden layers at once: "hidden.units", "hidden.count", "hidden.dropout", ..."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pydantic import Field

from desktop.document.choices import ActivationFunction
from desktop.document.constraints import MaxNorm
from desktop.document.fields import FieldSpec, fields_of
from desktop.document.json_values import to_json
from desktop.document.layers import Activation, Dense, Dropout, Layer
from desktop.document.messages import allowed, describe
from desktop.document.metrics import in_sentence
from desktop.document.project import Project
from desktop.document.regularizers import L1, L1L2, L2
from desktop.document.space.paths import SpaceError, locate, with_values
from desktop.document.spec import Spec, SpecError

PREFIX = "hidden."
COUNT = "hidden.count"


class OwnSettings(Spec):
    """What can be set beside the fields of the layers."""

    count: int = Field(1, ge=0, le=100, title="Hidden layers")
    activation: ActivationFunction = Field(ActivationFunction.RELU, title="Activation")
    dropout: float = Field(0.0, ge=0, lt=1, title="Dropout rate")
    l1: float = Field(0.0, ge=0, title="L1")
    l2: float = Field(0.0, ge=0, title="L2")
    max_norm: float | None = Field(None, gt=0, title="Maximum norm")


OWN: Mapping[str, FieldSpec] = {field.name: field for field in fields_of(OwnSettings)}


@dataclass(frozen=True)
class HiddenSetting:
    """A setting of all hidden layers; `value` is that of the first one, as JSON."""

    path: str
    title: str
    field: FieldSpec | None
    value: Any


def hidden_setting(project: Project, path: str) -> HiddenSetting:
    """What `path`, e.g. "hidden.units", is in `project`. Raises SpaceError if there is no such."""
    name = path.removeprefix(PREFIX)
    if name in OWN:
        title = OWN[name].title if path == COUNT else _title(OWN[name].title)
        return HiddenSetting(path, title, OWN[name], _CURRENT[name](project))
    # Where there is no hidden layer yet, one like those that `hidden.count` would add.
    layers = [project.layers[index] for index in project.hidden_layers] or [_new_layer()]
    first = name.partition(".")[0]
    having = [layer for layer in layers if first in type(layer).model_fields]
    if not having:
        known = dict.fromkeys((*OWN, *(f.name for each in layers for f in fields_of(type(each)))))
        raise SpaceError(f"{path}: hidden layers have no {name}{allowed(name, list(known))}")
    try:
        place = locate(Project(layers=(having[0],)), f"layers[0].{name}")
    except SpaceError as error:
        raise SpaceError(f"{path}: {error}") from error
    title = _title(place.title.partition(": ")[2])
    return HiddenSetting(path, title, place.field, to_json(place.value))


def with_hidden(project: Project, changes: Mapping[str, Any]) -> Project:
    """`project` with JSON values for settings of its hidden layers. Raises SpaceError.

    Their number is changed first, so that the others are those of all layers there are then.
    """
    for path in sorted(changes, key=lambda each: each != COUNT):
        name, value = path.removeprefix(PREFIX), changes[path]
        places = project.hidden_layers
        if not places and COUNT in changes and path != COUNT:
            continue  # there is nothing to set
        if name in OWN:
            checked = getattr(_checked(name, value), name)
            if not places and path != COUNT:
                raise SpaceError(f"{path}: the network has no hidden layers; vary {COUNT}, too")
            project = _CHANGES[name](project, checked)
            continue
        first = name.partition(".")[0]
        having = [i for i in places if first in type(project.layers[i]).model_fields]
        if not having:
            raise SpaceError(f"{path}: the network has no hidden layers with {first}")
        try:
            project = with_values(project, {f"layers[{i}].{name}": value for i in having})
        except SpaceError as error:
            raise SpaceError(f"{path}: {error}") from error
    return project


def _title(words: str) -> str:
    return f"Hidden {in_sentence(words)}"


def _checked(name: str, value: Any) -> OwnSettings:
    values = {name: value}
    try:
        return OwnSettings.model_validate_json(json.dumps(values), strict=True)
    except SpecError as error:
        raise SpaceError(f"{PREFIX}{describe(error, values)}") from error


def _new_layer() -> Layer:
    return Dense(activation=ActivationFunction.RELU)


# --- number ---------------------------------------------------------------------------------------


def _dense(project: Project) -> list[int]:
    """The places of the hidden layers that can be added and removed: those that take any input."""
    return [i for i in project.hidden_layers if project.layers[i].position_wise]


def _block(project: Project, index: int) -> int:
    """Where what belongs to the hidden layer at `index` ends: its activation, its dropout, ..."""
    end = index + 1
    while end < len(project.layers):
        layer = project.layers[end]
        belongs = layer.training_only or layer.normalizes or layer.nonlinearity is not None
        if layer.units_field or not belongs:
            break
        end += 1
    return end


def _with_count(project: Project, count: int) -> Project:
    """Further layers are copies of the last one; the last ones are removed first."""
    places = _dense(project)
    while len(places) > count:
        last = places.pop()
        project = project.removed(*range(last, _block(project, last)))
    if len(places) == count:
        return project
    if places:
        end = _block(project, places[-1])
        block = project.layers[places[-1] : end]
    else:
        units = [i for i, layer in enumerate(project.layers) if layer.units_field]
        if not units:
            raise SpaceError(f"{COUNT}: the network has no output layer to put others before")
        end, block = units[-1], (_new_layer(),)
    return _valid(COUNT, project, end, block * (count - len(places)))


def _valid(path: str, project: Project, index: int, layers: tuple[Layer, ...]) -> Project:
    try:
        return project.inserted(index, *layers)
    except SpecError as error:
        raise SpaceError(f"{path}: {describe(error, {})}") from error


# --- activation -----------------------------------------------------------------------------------


def _activations(project: Project) -> list[int]:
    """The places of the layers that apply a function between the hidden layer and the next one.

    That is the layer itself, unless there are others for it.
    """
    places: list[int] = []
    ends = [i for i, layer in enumerate(project.layers) if layer.units_field]
    for start, end in pairwise(ends):
        functions = [each.nonlinearity for each in project.layers[start:end]]
        found = [
            start + offset
            for offset, function in enumerate(functions)
            if function not in (None, ActivationFunction.LINEAR)
        ]
        places += found or [start]
    return places


def _with_activation(project: Project, function: ActivationFunction) -> Project:
    for index in _activations(project):
        layer = project.layers[index]
        changed: Layer = Activation(activation=function)  # where the class is the function
        if layer.activation_field is not None:
            changed = layer.replace(**{layer.activation_field: function})
        project = project.with_layer(index, changed)
    return project


# --- regularization -------------------------------------------------------------------------------


def _dropouts(project: Project) -> list[int]:
    return [
        index
        for index, layer in enumerate(project.layers)
        if layer.training_only and "rate" in type(layer).model_fields
    ]


def _with_dropout(project: Project, rate: float) -> Project:
    """The rate of the dropout there is, or else of a new one after each hidden layer."""
    for index in _dropouts(project):
        project = project.with_layer(index, project.layers[index].replace(rate=rate))
    if _dropouts(project) or not rate:
        return project
    for index in reversed(project.hidden_layers):
        project = _valid(f"{PREFIX}dropout", project, _block(project, index), (Dropout(rate=rate),))
    return project


def _with_penalty(project: Project, **changes: float) -> Project:
    def change(layer: Any) -> Any:
        penalty = {name: getattr(layer.kernel_regularizer, name, 0.0) for name in ("l1", "l2")}
        penalty |= changes
        match penalty:
            case {"l1": 0, "l2": 0}:
                return layer.replace(kernel_regularizer=None)
            case {"l1": 0}:
                return layer.replace(kernel_regularizer=L2(l2=penalty["l2"]))
            case {"l2": 0}:
                return layer.replace(kernel_regularizer=L1(l1=penalty["l1"]))
        return layer.replace(kernel_regularizer=L1L2(**penalty))

    return _with_each(project, change)


def _with_max_norm(project: Project, value: float | None) -> Project:
    def change(layer: Any) -> Any:
        # Along all axes of the kernel but the last, which counts the units.
        axes = tuple(range(layer.kernel_rank - 1))
        constraint = None if value is None else MaxNorm(max_value=value, axis=axes)
        return layer.replace(kernel_constraint=constraint)

    return _with_each(project, change)


def _with_each(project: Project, change: Callable[[Any], Layer]) -> Project:
    for index in project.hidden_layers:
        project = project.with_layer(index, change(project.layers[index]))
    return project


# --- tables ---------------------------------------------------------------------------------------

_CHANGES: Mapping[str, Callable[[Project, Any], Project]] = {
    "count": _with_count,
    "activation": _with_activation,
    "dropout": _with_dropout,
    "l1": lambda project, value: _with_penalty(project, l1=value),
    "l2": lambda project, value: _with_penalty(project, l2=value),
    "max_norm": _with_max_norm,
}


def _of_first(project: Project, places: list[int] | tuple[int, ...], *names: str) -> Any:
    """The value in the first of the layers at `places`; None if there is none."""
    value: Any = project.layers[places[0]] if places else None
    for name in names:
        value = getattr(value, name, None)
    return value


_CURRENT: Mapping[str, Callable[[Project], Any]] = {
    "count": lambda project: len(_dense(project)),
    "activation": lambda project: _text(_of_first(project, _activations(project), "nonlinearity")),
    "dropout": lambda project: _of_first(project, _dropouts(project), "rate") or 0.0,
    "l1": lambda project: _penalty(project, "l1"),
    "l2": lambda project: _penalty(project, "l2"),
    "max_norm": lambda project: _of_first(
        project, project.hidden_layers, "kernel_constraint", "max_value"
    ),
}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _penalty(project: Project, name: str) -> float:
    return _of_first(project, project.hidden_layers, "kernel_regularizer", name) or 0.0
