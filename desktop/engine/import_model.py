"""A `keras.Sequential` from a file becomes a project, and a network with the model's weights.

Nothing here knows a particular layer: what Keras's `get_config` says of an object becomes the
document's class of the same name, and that is only taken if it makes the same object again.
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from desktop.document.choices import ActivationFunction, Metric
from desktop.document.constraints import Constraint
from desktop.document.data import DataSource
from desktop.document.initializers import Initializer
from desktop.document.layers import Flatten, Layer, Reshape
from desktop.document.losses import BinaryCrossentropy, CategoricalCrossentropy, Loss
from desktop.document.messages import refusal
from desktop.document.optimizers import Optimizer
from desktop.document.project import MAX_LAYERS, Project
from desktop.document.regularizers import Regularizer
from desktop.document.schema import DataSchema
from desktop.document.spec import Spec, SpecError, variants
from desktop.document.text import first_line, shape_text
from desktop.document.training import Training
from desktop.engine import backend
from desktop.engine.builder import STEP_FACTOR, ProjectError, build, keras_object
from desktop.engine.inspection import ModelFileError, check_file
from desktop.engine.model_card import ModelCard, read_card
from desktop.engine.network import Network
from desktop.engine.prediction import gives_probabilities, scaled_for
from desktop.engine.runs.folder import origin_of
from desktop.engine.storage import load_model

S = TypeVar("S", bound=Spec)

_WHERE: dict[type[Spec], str] = {  # what is supported
    Layer: "see the Layers list for those that are",
    Optimizer: "see Optimizer in the Training panel for those that are",
    Loss: "see Loss in the Training panel for those that are",
}

_ACCURACIES = (
    "acc",
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
)


def open_network(path: Path, current: DataSource) -> Network:
    """The network in the .keras file at `path`, with the project that it is made of.

    Its data is what the file says it was trained with, what the model's shape suggests, or else
    `current`. Raises ModelFileError.
    """
    config = check_file(path)
    if config["class_name"] != "Sequential":
        raise ModelFileError(
            f"{path} is a functional model, which may branch: only a keras.Sequential can be "
            "opened as a stack. Evaluate it with the command evaluate"
        )
    card = read_card(path)
    model = load_model(path)
    try:
        project = project_of(model, config.get("compile_config"), current, card)
        built = build(project, schema=card.data_schema if card is not None else None)
        built.set_weights(model.get_weights())
    except (ModelFileError, ProjectError) as error:
        raise ModelFileError(f"{path} cannot be opened as a stack: {error}") from error
    network = Network.loaded(built, project, card)
    origin = origin_of(path)
    if origin is not None:
        network.comes_from(origin.run, origin.epoch, origin.weights_epoch)
    return network


def project_of(
    model: Any,
    compiled: dict[str, Any] | None,
    current: DataSource,
    card: ModelCard | None = None,
) -> Project:
    """The project that a Sequential is built from, with the training settings it was `compiled` by.

    That of its `card`, if this is how the model was made. Raises ModelFileError naming what the
    program has no class or no setting for.
    """
    if card is not None:
        data, first = card.project.data, _first_layers(card.data_schema, _ends(model)[0])
        if first is None:
            raise ModelFileError(
                f"it takes rows of {shape_text(_ends(model)[0])}, but the file says that it was "
                f"trained with rows of {shape_text(card.data_schema.input_shape)}"
            )
    else:
        data, first = _data(model, current)
    layers = _layers(model)
    if not (layers and layers[0].rearranges):
        layers = [*first, *layers]
    if len(layers) > MAX_LAYERS:
        raise ModelFileError(f"it has {len(layers)} layers, and a stack has {MAX_LAYERS} at most")
    training = _training(compiled) if compiled else _suggested_training(model)
    project = Project(data=data, layers=tuple(layers), training=training)
    return card.project if card is not None and _alike(project, card.project) else project


def _alike(project: Project, other: Project) -> bool:
    """Whether these make the same network, and train it by the same loss."""
    return (project.layers, project.training.loss) == (other.layers, other.training.loss)


# --- layers ---------------------------------------------------------------------------------------


def _layers(model: Any) -> list[Layer]:
    layers: list[Layer] = []
    waiting = list(model.layers)
    while waiting:
        keras_layer = waiting.pop(0)
        label = f"the layer {keras_layer.name}"
        layer = _spec_of(Layer, keras_layer, label)
        if layer.nonlinearity is ActivationFunction.LINEAR and _is_step(waiting[:2]):
            layer = layer.replace(**{layer.activation_field or "": ActivationFunction.STEP})
            if regularizer := waiting[1].activity_regularizer:  # of what the activation gives
                spec = _spec_of(Regularizer, regularizer, label)
                layer = _replaced(layer, label, activity_regularizer=spec)
            del waiting[:2]
        layers.append(layer)
    return layers


def _is_step(layers: list[Any]) -> bool:
    """Whether these are the layers that a saved step activation is made of."""
    if [type(layer).__name__ for layer in layers] != ["Rescaling", "ReLU"]:
        return False
    rescaling, relu = (layer.get_config() for layer in layers)
    return (rescaling["scale"], rescaling["offset"]) == (STEP_FACTOR, 0.0) and (
        relu["max_value"],
        relu["negative_slope"],
        relu["threshold"],
    ) == (1.0, 0.0, 0.0)


def _replaced(spec: S, label: str, **changes: Any) -> S:
    try:
        return spec.replace(**changes)
    except SpecError as error:
        raise ModelFileError(f"{label}: {refusal(error)}") from error


# --- objects to settings --------------------------------------------------------------------------


def _spec_of(base: type[S], keras_object_: Any, label: str) -> S:
    """The settings of the family `base` that make `keras_object_` again; errors name `label`."""
    name, config = type(keras_object_).__name__, keras_object_.get_config()
    spec = _spec(base, name, config, label)
    again = keras_object(spec).get_config()
    for key in sorted({*config, *again} - {"name"}):
        if _with_tuples(config.get(key)) != _with_tuples(again.get(key)):
            raise ModelFileError(
                f"{label} ({name}) has {key} = {_short(config.get(key))}, which has no setting "
                f"here: save the model with {key} = {_short(again.get(key))}"
            )
    return spec


def _spec(base: type[S], name: str, config: dict[str, Any], label: str) -> S:
    known = {cls.__name__: cls for cls in variants(base)}
    if name not in known:
        where = _WHERE.get(base, "replace it in the model and save it again")
        raise ModelFileError(f"{label} is {name}, which is not supported: {where}")
    cls = known[name]
    values = {
        field: _value(config[field], f"{label} ({name}), {field}")
        for field in cls.model_fields
        if field in config
    }
    if values.get("strides") == values.get("pool_size", 0):
        values["strides"] = None  # what Keras fills in
    try:
        return cls(**values)
    except SpecError as error:
        problem = error.errors()[0]
        place = next((str(step) for step in problem["loc"] if step in values), "")
        given = f"{place} = {_short(config[place])}: " if place else ""
        raise ModelFileError(
            f"{label} ({name}) has settings that this program does not take: {given}"
            f"{refusal(error)}. Change them in the model and save it again"
        ) from error


def _value(value: Any, label: str) -> Any:
    """A value of `get_config` as a field of a spec has it."""
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, float) and value == np.float32(value):  # Keras keeps some as float32
        return float(str(np.float32(value)))
    if not _is_object(value):
        return value
    if value["class_name"] == "__tuple__":  # within what Keras serializes
        return tuple(value["config"] if "config" in value else value["items"])
    for base in (Initializer, Regularizer, Constraint):
        if value["class_name"] in {cls.__name__ for cls in variants(base)}:
            return _spec(base, value["class_name"], value["config"], label)
    raise ModelFileError(
        f"{label} is {value['class_name']}, which this program does not have: replace it in the "
        "model and save it again"
    )


def _with_tuples(value: Any) -> Any:
    """`value` with tuples for lists: what comes from a file has lists."""
    if isinstance(value, dict):
        return {key: _with_tuples(each) for key, each in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list | tuple) else value


def _short(value: Any) -> str:
    text = str(value["class_name"]) if _is_object(value) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and "class_name" in value


# --- training -------------------------------------------------------------------------------------


def _training(compiled: dict[str, Any]) -> Training:
    keras = backend.keras()
    for key in ("loss_weights", "weighted_metrics"):
        if compiled.get(key):
            raise ModelFileError(f"it was compiled with {key}, which has no setting here")
    try:
        optimizer = keras.optimizers.get(compiled.get("optimizer", "adam"))
        loss = keras.losses.get(_only(compiled.get("loss"), "losses"))
    except (ValueError, TypeError) as error:
        reason = first_line(error)
        raise ModelFileError(f"how it was compiled is not understood: {reason}") from error
    metrics = dict.fromkeys(_metric(each) for each in _flat(compiled.get("metrics")))
    return Training(
        optimizer=_spec_of(Optimizer, optimizer, "the optimizer"),
        loss=_loss(loss),
        metrics=tuple(metrics),
    )


def _loss(loss: Any) -> Loss:
    if hasattr(loss, "get_config"):
        return _spec_of(Loss, loss, "the loss")
    name = getattr(loss, "__name__", str(loss))  # a function
    for cls in variants(Loss):
        if cls.tag == name:
            return cls()
    raise ModelFileError(f"the loss is {name}, which is not supported: {_WHERE[Loss]}")


def _metric(value: Any) -> Metric:
    """The metric that `compile` was given: a name, or an object."""
    keras = backend.keras()
    name = value
    if not isinstance(name, str):
        name = value.get("class_name") if isinstance(value, dict) else str(value)
        name = value["config"] if name == "function" else name
    if not isinstance(name, str):
        raise ModelFileError(f"the metric {_short(value)} is not understood")
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).strip("_")
    if snake in _ACCURACIES:
        return Metric.ACCURACY
    for metric in Metric:
        if metric is Metric.ACCURACY:
            continue
        if metric == snake or type(keras.metrics.get(str(metric))).__name__ == name:
            return metric
    if name in ("mse", "mae"):
        return Metric.MEAN_SQUARED_ERROR if name == "mse" else Metric.MEAN_ABSOLUTE_ERROR
    raise ModelFileError(
        f"the metric is {name}, which is not supported: see Metrics in the Training panel for "
        "those that are"
    )


def _flat(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, dict) and not _is_object(value):
        return _flat(list(value.values()))
    return [leaf for each in value for leaf in _flat(each)] if isinstance(value, list) else [value]


def _only(value: Any, kind: str) -> Any:
    values = _flat(value)
    if len(values) != 1:
        raise ModelFileError(f"it was compiled with {len(values)} {kind}; one is needed")
    return values[0]


def _suggested_training(model: Any) -> Training:
    """For a model that was not compiled."""
    cls = CategoricalCrossentropy if model.output_shape[-1] > 1 else BinaryCrossentropy
    return Training(loss=cls(from_logits=not gives_probabilities(model)))


# --- data -----------------------------------------------------------------------------------------


def _data(model: Any, current: DataSource) -> tuple[DataSource, list[Layer]]:
    """The data that the model's shape suggests, else `current` if it fits.

    With it come the layers that make the model's input of a row.
    """
    takes, gives = _ends(model)
    # The data in use comes first: others may be of the same shape.
    kinds = sorted(variants(DataSource), key=lambda kind: not isinstance(current, kind))
    for kind in kinds:
        # The settings in use, such as the file, are kept.
        source = current if isinstance(current, kind) else kind()
        first = _first_layers(source.known_schema, takes)
        if first is not None and gives in _outputs(source):
            return scaled_for(model, source), first
    first = _first_layers(current.known_schema, takes)
    if first is not None:
        return current, first
    raise ModelFileError(
        f"it takes rows of {shape_text(takes)} and gives {shape_text(gives)} outputs, and there "
        "is no data here that fits. Choose data of that shape on the Data page, and open it again"
    )


def _ends(model: Any) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
    """The shapes of the rows that `model` takes, and of what it gives."""
    return tuple(model.inputs[0].shape[1:]), tuple(model.outputs[0].shape[1:])


def _outputs(source: DataSource) -> tuple[tuple[int, ...], ...]:
    """The shapes of outputs that tell the classes of `source` apart."""
    schema = source.known_schema
    classes = len(schema.class_names) if schema is not None else 0
    return ((1,), (2,)) if classes == 2 else ((classes,),)


def _first_layers(schema: DataSchema | None, takes: tuple[int | None, ...]) -> list[Layer] | None:
    """What makes an input of shape `takes` of a row like `schema`; None if nothing does."""
    if schema is None:
        return None
    shape = schema.input_shape
    if takes == shape:
        return []
    if takes == (prod(shape),):
        return [Flatten()]
    return [Reshape(target_shape=takes)] if takes == (*shape, 1) else None
