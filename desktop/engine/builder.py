"""A project becomes a plain `keras.Sequential`, compiled and ready for `fit`.

Nothing here knows a particular layer, optimizer or loss: every setting class of the document is
named like the Keras class it stands for, and its fields like the arguments.
"""

from __future__ import annotations

import random
import re
import secrets
from typing import Any

import numpy as np

from desktop.document.analysis import analyze
from desktop.document.choices import ActivationFunction, Metric
from desktop.document.metrics import direction
from desktop.document.optimizers import Optimizer
from desktop.document.problems import Severity
from desktop.document.project import Project
from desktop.document.schema import DataSchema, Numbers
from desktop.document.spec import Spec
from desktop.document.text import first_line
from desktop.document.trace import trace
from desktop.document.training import Training
from desktop.engine import backend
from desktop.engine.units import in_unit
from desktop.machine import physical_memory

# Where Keras keeps the classes of a family of settings, by the key that tags the family.
_NAMESPACES = {
    "layer": "layers",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "optimizer": "optimizers",
    "loss": "losses",
    "": "callbacks",
}

STEP_FACTOR = 3e38  # of the step activation


class ProjectError(ValueError):
    """The project cannot be built or trained; the message is for the user."""


def check(project: Project, schema: DataSchema | None = None) -> DataSchema:
    """Raise ProjectError with the first error of `project`, if it has any.

    `schema` is what the data was found to hold; None takes what the source itself knows. Returns
    the schema.
    """
    analysis = analyze(project, schema, physical_memory())
    for problem in analysis.problems:
        if problem.severity is Severity.ERROR:
            raise ProjectError(problem.message)
    if analysis.schema is None:
        raise ProjectError(f"What {project.data.title} holds is not known before it is read")
    return analysis.schema


def build(project: Project, seed: int | None = None, schema: DataSchema | None = None) -> Any:
    """The compiled `keras.Sequential` of `project`: one Keras layer per layer of the stack.

    Weights, and the random numbers of layers, follow from `seed`, else from the seed of the
    training settings, else from chance. The global random states of Python and NumPy are set.
    `schema` is what the data was found to hold, None for a source that knows it without reading.
    Raises ProjectError before anything is allocated if the project has errors.
    """
    schema = check(project, schema)
    keras = backend.keras()
    set_seed(draw_seed(project) if seed is None else seed)
    model = keras.Sequential(name="sequential")
    model.add(keras.Input(shape=schema.input_shape, name="input"))
    for info, name in zip(trace(project), layer_names(project), strict=True):
        try:
            model.add(keras_object(info.layer, name=name))
        except (ValueError, TypeError) as error:
            message = f"{info.name} could not be built: {first_line(error)}"
            raise ProjectError(message) from error
    compile_model(model, project, schema)
    return model


def compile_model(
    model: Any, project: Project, schema: DataSchema | None = None, optimizer: Any = None
) -> None:
    """Compile `model` with the training settings of `project`, and `optimizer` if it is given.

    Metrics with a unit are in that of the target, as `schema` says how it is scaled.
    The optimizer gets its variables at once. Steps are not compiled by XLA: on the CPU that is
    several times slower for convolutions.
    """
    training = project.training
    target = schema.target if schema is not None else None
    scales = target.scales if isinstance(target, Numbers) else ()
    units = model.output_shape[-1]
    model.compile(
        optimizer=optimizer or keras_object(training.optimizer),
        loss=keras_object(training.loss),
        metrics=[_metric(metric, training, units, scales) for metric in training.metrics],
        jit_compile=False,
    )
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def make_callbacks(training: Training) -> list[Any]:
    """Keras's own callbacks that `training` asks for, EarlyStopping last.

    EarlyStopping does not restore weights: it would lose those of earlier runs.
    """
    plateau, stopping = training.reduce_lr_on_plateau, training.early_stopping
    if stopping is not None:
        stopping = stopping.replace(restore_best_weights=False)
    return [
        keras_object(spec, mode=str(direction(spec.monitor, spec.mode)))
        for spec in (plateau, stopping)
        if spec is not None
    ]


def layer_names(project: Project) -> tuple[str, ...]:
    """The names of the Keras layers: kind and 1-based place in the stack, e.g. "dense_2"."""
    return tuple(
        f"{re.sub('(?<=[a-z])(?=[A-Z])', '_', layer.tag).lower()}_{index}"
        for index, layer in enumerate(project.layers, start=1)
    )


def draw_seed(project: Project) -> int:
    """The seed of the training settings, or a random one if they have none."""
    seed = project.training.seed
    return secrets.randbits(32) if seed is None else seed


def set_seed(seed: int) -> None:
    """Set the random states from which Keras's layers and initializers draw their seeds.

    `seed` is below 2³². The states are those of Python and NumPy. `keras.utils.set_random_seed`
    sets TensorFlow's as well, from which they draw nothing. That discards what TensorFlow has
    prepared to run graphs; to prepare it again takes half the time of a short training with a known
    graph.
    """
    random.seed(seed)
    np.random.seed(seed)


# --- settings to Keras objects --------------------------------------------------------------------


def keras_object(spec: Spec, **changes: Any) -> Any:
    """The Keras object that `spec` describes, with `changes` to its arguments."""
    namespace = getattr(backend.keras(), _NAMESPACES[spec.tag_key])
    return getattr(namespace, type(spec).__name__)(**{**arguments(spec), **changes})


def arguments(spec: Spec) -> dict[str, Any]:
    """The keyword arguments of the Keras class that `spec` stands for."""
    return {name: _argument(value) for name, value in spec if name != spec.tag_key}


def _argument(value: Any) -> Any:
    if isinstance(value, Spec):
        return keras_object(value)
    if value is ActivationFunction.STEP:
        return step()
    return str(value) if isinstance(value, str) else value


def step() -> Any:
    """The Heaviside function, 0 for x ≤ 0 and 1 for x > 0, made of Keras's own layers.

    x is multiplied by a number so large that every positive normal float lands beyond 1, then cut
    off at 0 and 1. The slope is 0 there, too. A saved model with it loads in Keras alone.
    """
    keras = backend.keras()
    return keras.Sequential(
        [keras.layers.Rescaling(STEP_FACTOR), keras.layers.ReLU(max_value=1.0)], name="step"
    )


def _metric(metric: Metric, training: Training, units: int, scales: tuple[float, ...]) -> Any:
    """The metric object, named as the document names it, in the unit of the target.

    `scales` are those of the target; empty where it is not scaled.

    Keras itself finds the accuracy that fits labels and outputs; but of a single output without
    sigmoid it does not know that 0, not 0.5, parts the classes.
    """
    metrics = backend.keras().metrics
    if metric is not Metric.ACCURACY:
        found = type(metrics.get(str(metric)))(name=str(metric))
        return in_unit(found, scales) if metric.unit_power and scales else found
    if getattr(training.loss, "from_logits", False) and units == 1:
        return metrics.BinaryAccuracy(name=str(metric), threshold=0.0)
    return str(metric)


def output_units(project: Project, schema: DataSchema | None = None) -> int:
    """How many numbers the network of `project` gives per row. Raises ProjectError if none."""
    infos = trace(project, schema)
    if not infos or not infos[-1].output_shape:
        raise ProjectError("The network has no output yet")
    return infos[-1].output_shape[-1]


def same_but_learning_rate(one: Optimizer, other: Optimizer) -> bool:
    """Whether two optimizers differ in nothing but, perhaps, the learning rate."""
    return type(one) is type(other) and one.replace(learning_rate=other.learning_rate) == other
