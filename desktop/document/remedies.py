"""What may help a layer that does not train well: edits of the project, to be made by a click."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from desktop.document.choices import ActivationFunction
from desktop.document.health import Finding
from desktop.document.initializers import GlorotUniform, HeNormal, HeUniform, Initializer, Zeros
from desktop.document.layers import Activation, BatchNormalization, Layer, LeakyReLU
from desktop.document.optimizers import Adam
from desktop.document.problems.base import Fix, with_activation
from desktop.document.project import MAX_LAYERS, Project
from desktop.document.text import listed, number_text
from desktop.document.trace import output_activation, trace

_NORM = 1.0  # to which gradients are clipped
_RATES = 1e-7, 1.0  # between which learning rates are offered


def remedies(project: Project, index: int, finding: Finding) -> tuple[Fix, ...]:
    """What may help against `finding` in the layer at `index`: the most likely first.

    Only what would change something is offered. Of a layer that is healthy nothing is.
    """
    offers = _OFFERS.get(finding, ())
    found = (fix for offer in offers for fix in offer(project, index))
    return tuple(fix for fix in found if fix.project != project)


# --- the activation -------------------------------------------------------------------------------


def _leaky(project: Project, index: int) -> Iterator[Fix]:
    """leaky_relu in place of relu in this layer."""
    if index in _mortal(project):
        yield Fix(f"Use {ActivationFunction.LEAKY_RELU}", _with_leaky(project, index))


def _leaky_after(project: Project, index: int) -> Iterator[Fix]:
    """leaky_relu in place of relu from the layer on: gradient also passes through dead units."""
    places = [place for place in _mortal(project) if place >= index]
    for place in places:
        project = _with_leaky(project, place)
    if places:
        yield Fix(f"Use {ActivationFunction.LEAKY_RELU} in place of relu", project)


def _mortal(project: Project) -> list[int]:
    """The places of the layers, but for the output, whose units can die."""
    return [place for place, layer in _hidden(project) if layer.can_die]


def _with_leaky(project: Project, index: int) -> Project:
    changed = with_activation(project, index, ActivationFunction.LEAKY_RELU)
    return changed or project.with_layer(index, LeakyReLU())


def _relu(project: Project, index: int) -> Iterator[Fix]:
    """relu in place of a function that saturates, in this layer."""
    changed = with_activation(project, index, ActivationFunction.RELU)
    if changed is not None and index in _squashing(project):
        yield Fix(f"Use {ActivationFunction.RELU}", changed)


def _relu_in_all(project: Project, index: int) -> Iterator[Fix]:
    """relu in place of all functions that saturate, but for that of the output."""
    places = _squashing(project)
    functions = list(dict.fromkeys(str(project.layers[place].nonlinearity) for place in places))
    for place in places:
        project = with_activation(project, place, ActivationFunction.RELU) or project
    if places:
        yield Fix(f"Use {ActivationFunction.RELU} in place of {listed(functions)}", project)


def _squashing(project: Project) -> list[int]:
    """The places of the layers, but for the output, whose functions saturate."""
    return [
        place
        for place, layer in _hidden(project)
        if layer.nonlinearity is not None and layer.nonlinearity.saturation is not None
    ]


def _hidden(project: Project) -> list[tuple[int, Layer]]:
    """The layers and their places, but for the one that shapes the output."""
    output, _ = output_activation(trace(project))
    return [(place, layer) for place, layer in enumerate(project.layers) if place != output]


# --- the initial weights --------------------------------------------------------------------------


def _he(project: Project, index: int) -> Iterator[Fix]:
    yield from _start(project, _source(project, index), HeNormal(), (HeNormal, HeUniform))


def _glorot(project: Project, index: int) -> Iterator[Fix]:
    yield from _start(project, _source(project, index), GlorotUniform(), (GlorotUniform,))


def _start(
    project: Project, place: int | None, initializer: Initializer, alike: tuple[type, ...]
) -> Iterator[Fix]:
    """Let the weights at `place` start with `initializer`, unless they are `alike`; the bias 0."""
    if place is None:
        return
    layer = project.layers[place]
    changes: dict[str, Initializer] = {}
    words = []
    if not isinstance(getattr(layer, "kernel_initializer", initializer), alike):
        changes["kernel_initializer"] = initializer
        words.append(f"weights with {initializer.tag}")
    if getattr(layer, "bias_initializer", Zeros()) != Zeros():
        changes["bias_initializer"] = Zeros()
        words.append("the bias with 0")
    if changes:
        label = f"Start {' and '.join(words)}"
        yield Fix(label, project.with_layer(place, layer.replace(**changes)))


def _source(project: Project, index: int) -> int | None:
    """The layer whose weights make the outputs of the one at `index`; None if there is none."""
    for place in range(index, -1, -1):
        if "kernel_initializer" in type(project.layers[place]).model_fields:
            return place
    return None


# --- normalization --------------------------------------------------------------------------------


def _normalize(project: Project, index: int) -> Iterator[Fix]:
    """BatchNormalization between the weighted sum of this layer and its activation."""
    yield from _with_normalization(project, [index])


def _normalize_all(project: Project, index: int) -> Iterator[Fix]:
    """The same wherever a function saturates, or in this layer."""
    yield from _with_normalization(project, _squashing(project) or [index])


def _with_normalization(project: Project, places: Iterable[int]) -> Iterator[Fix]:
    for place in sorted(places, reverse=True):
        layer = project.layers[place]
        if layer.nonlinearity in (None, ActivationFunction.LINEAR):
            continue
        added: list[Layer] = [BatchNormalization()]
        if layer.units_field is not None:  # a weighted sum and the function in one
            project = with_activation(project, place, ActivationFunction.LINEAR) or project
            added.append(Activation(activation=layer.nonlinearity))
            place += 1
        elif place and project.layers[place - 1].normalizes:
            continue
        project = project.inserted(place, *added)
    if len(project.layers) <= MAX_LAYERS:
        yield Fix("Normalize before the activation", project)


# --- the training ---------------------------------------------------------------------------------


def _slower(project: Project, index: int) -> Iterator[Fix]:
    yield from _with_rate(project, 0.1)


def _faster(project: Project, index: int) -> Iterator[Fix]:
    yield from _with_rate(project, 10)


def _with_rate(project: Project, factor: float) -> Iterator[Fix]:
    """A learning rate that is larger by `factor`, as far as that is a sensible one."""
    current, (least, most) = project.training.optimizer.learning_rate, _RATES
    rate = min(max(float(f"{current * factor:.4g}"), least), most)
    if (rate - current) * (factor - 1) > 0:
        yield Fix(f"Learning rate {number_text(rate)}", _trained(project, learning_rate=rate))


def _clip(project: Project, index: int) -> Iterator[Fix]:
    if project.training.optimizer.clipnorm is None:
        yield Fix(f"Clip gradients to a norm of {_NORM:g}", _trained(project, clipnorm=_NORM))


def _trained(project: Project, **changes: float) -> Project:
    """`project` with other settings of its optimizer."""
    training = project.training
    optimizer = training.optimizer.replace(**changes)
    return project.replace(training=training.replace(optimizer=optimizer))


def _adam(project: Project, index: int) -> Iterator[Fix]:
    """An optimizer whose steps do not depend on the size of the gradient."""
    training = project.training
    if training.optimizer.follows_size:
        yield Fix("Use Adam", project.replace(training=training.replace(optimizer=Adam())))


_OFFERS: Mapping[Finding, tuple[Callable[[Project, int], Iterator[Fix]], ...]] = {
    Finding.NOT_FINITE: (_slower, _clip),
    Finding.DEAD: (_he, _leaky, _normalize, _slower),
    Finding.SATURATED: (_glorot, _normalize, _relu, _slower),
    Finding.VANISHING: (_relu_in_all, _leaky_after, _normalize_all, _adam),
    Finding.EXPLODING: (_clip, _glorot, _normalize, _slower),
    Finding.LARGE_UPDATES: (_slower, _glorot),
    Finding.SMALL_UPDATES: (_faster, _adam),
}
