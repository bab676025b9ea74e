"""What of a project may be varied, for people to choose from, and ready-made spaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from desktop.document.callbacks import EarlyStopping
from desktop.document.choices import ActivationFunction
from desktop.document.fields import FieldSpec, Kind, fields_of
from desktop.document.json_values import to_json
from desktop.document.optimizers import Optimizer
from desktop.document.project import Project
from desktop.document.space.hidden import COUNT, OWN, PREFIX, hidden_setting
from desktop.document.space.paths import SpaceError, locate
from desktop.document.space.reading import parse_space
from desktop.document.space.values import Space
from desktop.document.spec import Spec, variants

HIDDEN, TRAINING = "Hidden layers", "Training"
_KINDS = (Kind.INTEGER, Kind.REAL, Kind.FLAG, Kind.CHOICE, Kind.VARIANT, Kind.NESTED)
_UNVARIED = ("loss", "seed")  # results are compared by the one, and repeated by the other

ACTIVATIONS = "activation functions"  # the preset that tries each of these
COMPARED_FUNCTIONS = (
    ActivationFunction.SIGMOID,
    ActivationFunction.TANH,
    ActivationFunction.RELU,
    ActivationFunction.LEAKY_RELU,
    ActivationFunction.ELU,
    ActivationFunction.GELU,
    ActivationFunction.SILU,
)
REGULARIZATION = "regularization"  # the preset that tries each kind, and what that varies
UNREGULARIZED = "none"
_DROPOUT, _MAX_NORM, _PENALTY = 0.3, 2.0, 0.001
_USUAL: Mapping[str, tuple[Any, ...]] = {
    COUNT: (0, 1, 2, 3),
    f"{PREFIX}max_norm": (None, 1.0, 2.0, 3.0),
    "training.rows": (None, 50, 200, 1000),
}


@dataclass(frozen=True)
class Variable:
    """A setting that can be varied: where it is, what people call it, and what it may be.

    `group` is a heading: of the hidden layers, the training, or a layer. `value` is the current one
    and `suggested` are some to begin with, all as JSON.
    """

    path: str
    group: str
    title: str
    field: FieldSpec
    value: Any
    suggested: tuple[Any, ...]

    @property
    def is_number(self) -> bool:
        """Whether it may have a range."""
        return self.field.kind in (Kind.INTEGER, Kind.REAL)


def settings_of(project: Project) -> tuple[Variable, ...]:
    """All that can be varied: of the hidden layers together, the training, and each layer."""
    found = list(_hidden(project))
    found += _fields("training", TRAINING, project.training, project)
    output = max((i for i, layer in enumerate(project.layers) if layer.units_field), default=None)
    for index, layer in enumerate(project.layers):
        # The data decides on the output.
        decided = (layer.units_field, layer.activation_field) if index == output else ()
        group = f"{layer.tag} {index + 1}"
        fields = _fields(f"layers[{index}]", group, layer, project)
        found += [each for each in fields if each.field.name not in decided]
    return tuple(found)


def _hidden(project: Project) -> Iterator[Variable]:
    hidden = [project.layers[index] for index in project.hidden_layers]
    own = [name for name in OWN if hidden or f"{PREFIX}{name}" == COUNT]
    units = dict.fromkeys(layer.units_field for layer in hidden if layer.units_field)
    for name in (*own, *units):
        setting = hidden_setting(project, f"{PREFIX}{name}")
        if setting.field is not None:
            suggested = _USUAL.get(setting.path) or _suggested(setting.field, setting.value)
            yield Variable(
                setting.path, HIDDEN, setting.title, setting.field, setting.value, suggested
            )


def _fields(path: str, group: str, spec: Spec, project: Project) -> Iterator[Variable]:
    for field in fields_of(type(spec)):
        if field.kind not in _KINDS or field.name in _UNVARIED:
            continue
        inner = f"{path}.{field.name}"
        value = getattr(spec, field.name)
        written = to_json(value)
        title = locate(project, inner).title.rpartition(": ")[2]
        title = f"{title[:1].upper()}{title[1:]}"
        suggested = _USUAL.get(inner) or _suggested(field, written)
        yield Variable(inner, group, title, field, written, suggested)
        if isinstance(value, Spec) and field.name not in ("kernel_initializer", "bias_initializer"):
            yield from _fields(inner, group, value, project)


def _suggested(field: FieldSpec, value: Any) -> tuple[Any, ...]:
    """The current value and others beside it."""
    match field.kind:
        case Kind.FLAG:
            return False, True
        case Kind.CHOICE:
            return tuple(map(str, field.choices))
        case Kind.VARIANT:
            tags = [cls.tag for cls in field.variants if cls.tag != _tag(value)]
            empty = [None] if field.optional and value is not None else []
            return (*empty, value, *tags)
        case Kind.NESTED:
            return (None, value if value is not None else to_json(field.variants[0].suggested()))
    return _numbers(field, value)


def _numbers(field: FieldSpec, value: float | None) -> tuple[float | None, ...]:
    if field.maximum is not None and field.maximum <= 1 and field.kind is Kind.REAL:
        numbers = {0.1, 0.2, 0.3, 0.4, 0.5} | ({value} if value is not None else set())
    elif not value:
        numbers = {0.0001, 0.001, 0.01} if field.kind is Kind.REAL else {1, 2, 4}
        numbers |= {value} if value is not None else set()
    elif field.kind is Kind.INTEGER:
        numbers = {max(1, int(value) // 2), int(value), int(value) * 2}
    else:
        numbers = {float(f"{value * factor:.3g}") for factor in (0.1, 1, 10)}
    allowed = sorted(each for each in numbers if _is_allowed(field, each))
    return (*([None] if field.optional else []), *allowed)


def _is_allowed(field: FieldSpec, number: float) -> bool:
    low, high = field.minimum, field.maximum
    above = low is None or (number > low if field.minimum_excluded else number >= low)
    below = high is None or (number < high if field.maximum_excluded else number <= high)
    return above and below


def _tag(value: Any) -> str:
    if isinstance(value, dict):
        return next((each for each in value.values() if isinstance(each, str)), "")
    return str(value)


# --- presets --------------------------------------------------------------------------------------


def presets(project: Project) -> dict[str, Space]:
    """Spaces to begin with, by name, made for `project`; those that suit it."""
    made = {
        "one more hidden layer": _more_layers(project, 1),
        "two hidden layers": _two_layers(project),
        ACTIVATIONS: _activations(project),
        "optimizers": _optimizers(project),
        REGULARIZATION: _regularization(project),
    }
    found: dict[str, Space] = {}
    for name, values in made.items():
        if values:
            space = parse_space(values, project)
            try:
                for each in space.combinations():
                    space.apply(project, each)
            except SpaceError:
                continue
            found[name] = space
    return found


def _count(project: Project) -> int:
    return int(hidden_setting(project, COUNT).value)


def _more_layers(project: Project, more: int) -> dict[str, Any]:
    return {COUNT: [_count(project), _count(project) + more]}


def _two_layers(project: Project) -> dict[str, Any]:
    return {COUNT: sorted({0, 1, 2, _count(project)})}


def _activations(project: Project) -> dict[str, Any]:
    if not project.hidden_layers:
        return {}
    path = f"{PREFIX}activation"
    current = hidden_setting(project, path).value
    return {path: list(dict.fromkeys((current, *map(str, COMPARED_FUNCTIONS))))}


def _optimizers(project: Project) -> dict[str, Any]:
    """The current one with its settings, and each other one with Keras's."""
    current = project.training.optimizer
    others = [cls.tag for cls in variants(Optimizer) if cls.tag != current.tag]
    return {"training.optimizer": [to_json(current), *others]}


def _regularization(project: Project) -> dict[str, Any]:
    """None at all, each kind alone, and two combinations, with early stopping in both.

    Each is of the strength it has in the project, or a usual one.
    """
    if not project.hidden_layers:
        return {}
    stopping = project.training.early_stopping or EarlyStopping.suggested()
    usual = {
        "L1": ("hidden.l1", 0, _PENALTY),
        "L2": ("hidden.l2", 0, _PENALTY),
        "MaxNorm": ("hidden.max_norm", None, _MAX_NORM),
        "dropout": ("hidden.dropout", 0, _DROPOUT),
    }
    none: dict[str, Any] = {}
    alone: dict[str, dict[str, Any]] = {}
    for name, (path, off, strength) in usual.items():
        current = hidden_setting(project, path).value
        if current:
            none[path] = off
        alone[name] = {path: current or strength}
    if project.training.early_stopping is not None:
        none["training.early_stopping"] = None
    alone["early stopping"] = {"training.early_stopping": to_json(stopping)}
    combined = {
        f"{kind} + dropout": {**alone[kind], **alone["dropout"], **alone["early stopping"]}
        for kind in ("L2", "MaxNorm")
    }
    choices = {name: {**none, **changes} for name, changes in (alone | combined).items()}
    return {REGULARIZATION: {"alternatives": {UNREGULARIZED: none, **choices}}}
