"""Each problem appears where it should, says what to do, and is gone after its fix."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.document.analysis import analyze
from desktop.document.callbacks import EarlyStopping, ReduceLROnPlateau
from desktop.document.choices import ActivationFunction as A
from desktop.document.choices import Direction, Metric, Padding
from desktop.document.data import DataSource, Digits, LogicTable, Mnist
from desktop.document.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    RandomErasing,
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
    ReLU,
    Rescaling,
    Reshape,
    Softmax,
)
from desktop.document.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Huber,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from desktop.document.problems import Problem, Severity
from desktop.document.project import MAX_LAYERS, Project, starter_project
from desktop.document.training import Training

ERROR, WARNING = Severity.ERROR, Severity.WARNING
MEMORY = 16 * 10**9
BINARY, SPARSE = BinaryCrossentropy(), SparseCategoricalCrossentropy()
LOGITS = CategoricalCrossentropy(from_logits=True)
IMAGE = Reshape(target_shape=(8, 8, 1))
IMAGES = (Reshape(target_shape=(28, 28, 1)), Conv2D(activation=A.RELU))
RAW = {"scale_pixels": False}
OUTPUT = Dense(units=10, activation=A.SOFTMAX)


def hidden(units: int = 16, activation: A = A.RELU) -> Dense:
    return Dense(units=units, activation=activation)


def stack(*layers: Layer, data: DataSource | None = None, **training: Any) -> Project:
    """A project on the built-in digits, with 8 x 8 pixels and 10 classes, or on `data`."""
    return Project(data=data or Digits(), layers=layers, training=Training(**training))


def logic(*layers: Layer, **training: Any) -> Project:
    """A project on a logic table: two inputs, two classes."""
    return stack(*layers, data=LogicTable(), **({"loss": BINARY} | training))


def problems(project: Project, memory: int = MEMORY) -> tuple[Problem, ...]:
    return analyze(project, memory=memory).problems


def only(project: Project, memory: int = MEMORY) -> Problem:
    """The one problem of `project`."""
    found = problems(project, memory)
    assert len(found) == 1, found
    return found[0]


def fixed(problem: Problem) -> Project:
    assert problem.fix is not None, problem
    assert problem.fix.label
    return problem.fix.project


# --- nothing to complain about --------------------------------------------------------------------


@pytest.mark.parametrize(
    "project",
    [
        starter_project(),
        logic(Dense(units=1, activation=A.SIGMOID)),
        logic(Dense(units=1, activation=A.HARD_SIGMOID)),
        logic(Dense(units=1), loss=MeanSquaredError()),
        logic(Dense(units=1, activation=A.TANH), loss=Huber()),
        logic(hidden(2, A.TANH), Dense(units=1, activation=A.SIGMOID)),
        logic(hidden(2, A.TANH), Dense(units=1), loss=BinaryCrossentropy(from_logits=True)),
        logic(hidden(2, A.TANH), Dense(units=2, activation=A.SOFTMAX), loss=SPARSE),
        logic(Dense(units=1), Activation(activation=A.SIGMOID)),
        stack(Flatten(), OUTPUT),
        stack(Flatten(), OUTPUT, loss=SPARSE),
        stack(Flatten(), hidden(128), OUTPUT, data=Mnist()),
        stack(Flatten(), hidden(128), hidden(128), OUTPUT, data=Mnist()),
        stack(Flatten(), hidden(128, A.SIGMOID), Dropout(), OUTPUT),
        stack(Flatten(), Dense(units=64), BatchNormalization(), ReLU(), OUTPUT),
        stack(Flatten(), Dense(units=64), BatchNormalization(), Activation(), OUTPUT),
        stack(Flatten(), hidden(), Dense(units=10), Softmax()),
        stack(Flatten(), hidden(), Dense(units=10), Activation(activation=A.SOFTMAX)),
        stack(Flatten(), hidden(), Dense(units=10), Activation(activation=A.LINEAR), Softmax()),
        stack(Flatten(), hidden(), Dense(units=10), loss=LOGITS),
        stack(Flatten(), hidden(), Dense(units=10), Activation(activation=A.LINEAR), loss=LOGITS),
        stack(Flatten(), hidden(), Dense(units=10, activation=A.SIGMOID), loss=MeanSquaredError()),
        stack(Flatten(), hidden(), OUTPUT, loss=MeanSquaredError()),
        stack(Flatten(), hidden(), Dense(units=10, activation=A.SIGMOID), loss=BINARY),
        stack(
            Reshape(target_shape=(28, 28, 1)),
            Conv2D(activation=A.RELU),
            MaxPooling2D(),
            Conv2D(filters=64, activation=A.RELU),
            MaxPooling2D(),
            Flatten(),
            Dropout(rate=0.5),
            OUTPUT,
            data=Mnist(),
        ),
        stack(IMAGE, Conv2D(), MaxPooling2D(), Flatten(), OUTPUT),
        stack(IMAGE, Conv2D(), BatchNormalization(), ReLU(), AveragePooling2D(), Flatten(), OUTPUT),
        stack(IMAGE, Conv2D(activation=A.RELU), GlobalAveragePooling2D(), OUTPUT),
        stack(
            IMAGE,
            Conv2D(activation=A.RELU),
            Conv2D(filters=10),
            GlobalAveragePooling2D(),
            Softmax(),
        ),
        stack(Rescaling(scale=1 / 255), Flatten(), OUTPUT, data=Mnist(**RAW)),
        stack(Flatten(), BatchNormalization(), OUTPUT, data=Mnist(**RAW)),
        stack(Flatten(), Rescaling(scale=2, offset=-1), OUTPUT),
        stack(Flatten(), Rescaling(offset=-1), OUTPUT),
        stack(Flatten(), Rescaling(offset=-0.5), OUTPUT),
        stack(Rescaling(scale=-1 / 16, offset=1), Flatten(), OUTPUT, data=Digits(**RAW)),
        stack(Rescaling(scale=1 / 8, offset=-1), Flatten(), OUTPUT, data=Digits(**RAW)),
        stack(
            Rescaling(scale=1 / 5), Rescaling(scale=1 / 51), Flatten(), OUTPUT, data=Mnist(**RAW)
        ),
        stack(Flatten(), OUTPUT, metrics=tuple(Metric)),
        logic(Dense(units=1, activation=A.SIGMOID), metrics=(Metric.AUC, Metric.PRECISION)),
        stack(
            Flatten(),
            OUTPUT,
            early_stopping=EarlyStopping(monitor="val_accuracy", mode=Direction.MAX),
            reduce_lr_on_plateau=ReduceLROnPlateau(mode=Direction.MIN),
        ),
    ],
    ids=range(40),
)
def test_sensible_stacks_have_no_problem(project: Project) -> None:
    assert problems(project) == ()


# --- one mistake, one problem, one fix ------------------------------------------------------------

CASES = {
    "empty stack": (
        stack(),
        (ERROR, None, None, "no layers yet"),
        stack(Flatten(), OUTPUT),
    ),
    "empty stack on a table": (
        logic(),
        (ERROR, None, None, "no layers yet"),
        logic(Dense(units=1, activation=A.SIGMOID)),
    ),
    "gray image into a convolution": (
        stack(Conv2D(activation=A.RELU), Flatten(), OUTPUT),
        (
            ERROR,
            0,
            None,
            "needs an image with channels (height × width × channels), but gets",
        ),
        stack(IMAGE, Conv2D(activation=A.RELU), Flatten(), OUTPUT),
    ),
    "flattened color image into a convolution": (
        stack(IMAGE, Flatten(), Conv2D(activation=A.RELU), GlobalAveragePooling2D(), OUTPUT),
        (ERROR, 2, None, "gets a vector of 64 numbers"),
        stack(IMAGE, Conv2D(activation=A.RELU), GlobalAveragePooling2D(), OUTPUT),
    ),
    "flattened gray image into a convolution": (
        stack(Flatten(), Conv2D(activation=A.RELU), GlobalAveragePooling2D(), OUTPUT),
        (ERROR, 1, None, "gets a vector of 64 numbers"),
        stack(IMAGE, Conv2D(activation=A.RELU), GlobalAveragePooling2D(), OUTPUT),
    ),
    "axis that is not there": (
        stack(Flatten(), hidden(), BatchNormalization(axis=2), OUTPUT),
        (ERROR, 2, None, "BatchNormalization has axis 2, but here it can only be"),
        stack(Flatten(), hidden(), BatchNormalization(), OUTPUT),
    ),
    "window too large": (
        stack(IMAGE, MaxPooling2D(pool_size=(9, 9)), Flatten(), OUTPUT),
        (ERROR, 1, None, 'too large for an input of 8 × 8 × 1; use padding "same" or a smaller'),
        stack(
            IMAGE,
            MaxPooling2D(pool_size=(9, 9), padding=Padding.SAME),
            Flatten(),
            OUTPUT,
        ),
    ),
    "reshape for another image": (
        stack(Reshape(target_shape=(28, 28, 1)), Flatten(), OUTPUT),
        (ERROR, 0, None, "Reshape cannot make 28 × 28 × 1 of 8 × 8"),
        stack(IMAGE, Flatten(), OUTPUT),
    ),
    "reshape that does not fit": (
        stack(Reshape(target_shape=(7, 7)), Flatten(), OUTPUT),
        (ERROR, 0, None, "Reshape cannot make 7 × 7 of 8 × 8: 64 values do not fit"),
        None,
    ),
    "missing Flatten": (
        stack(hidden(), OUTPUT),
        (ERROR, 0, None, "Dense 1 works on each row of its 8 × 8 input separately: put a Flatten"),
        stack(Flatten(), hidden(), OUTPUT),
    ),
    "missing Flatten after a convolution": (
        stack(IMAGE, Conv2D(activation=A.RELU), OUTPUT),
        (ERROR, 2, None, "Dense 3 works on each pixel of its 6 × 6 × 32 input separately"),
        stack(IMAGE, Conv2D(activation=A.RELU), Flatten(), OUTPUT),
    ),
    "missing Flatten and Dense at the end": (
        stack(IMAGE, Conv2D(activation=A.RELU)),
        (ERROR, 1, None, "The output is 6 × 6 × 32, but should be a vector"),
        stack(IMAGE, Conv2D(activation=A.RELU), Flatten(), OUTPUT),
    ),
    "missing Flatten at the end": (
        stack(
            IMAGE,
            Conv2D(activation=A.RELU),
            Conv2D(filters=10, activation=A.SOFTMAX),
            GlobalAveragePooling2D(keepdims=True),
        ),
        (ERROR, 3, None, "The output is 1 × 1 × 10"),
        stack(
            IMAGE,
            Conv2D(activation=A.RELU),
            Conv2D(filters=10, activation=A.SOFTMAX),
            GlobalAveragePooling2D(keepdims=True),
            Flatten(),
        ),
    ),
    "Flatten too late": (
        stack(Dropout(), hidden(), Flatten(), OUTPUT),
        (
            WARNING,
            1,
            None,
            "Dense 2 works on each row of its 8 × 8 input separately: move",
        ),
        stack(Dropout(), Flatten(), hidden(), OUTPUT),
    ),
    "Flatten at the end instead of the start": (
        stack(OUTPUT, Flatten()),
        (ERROR, 0, None, "move Flatten 2 before it"),
        stack(Flatten(), OUTPUT),
    ),
    "too many units": (
        stack(Flatten(), hidden(), Dense(units=11, activation=A.SOFTMAX)),
        (ERROR, 2, "units", "The data has 10 classes, but the network has 11 outputs: it needs 10"),
        stack(Flatten(), hidden(), OUTPUT),
    ),
    "one unit for ten classes": (
        stack(Flatten(), hidden(), Dense(units=1, activation=A.SIGMOID), loss=BINARY),
        (ERROR, 2, "units", "10 classes, but the network has 1 output: it needs 10"),
        stack(Flatten(), hidden(), Dense(units=10, activation=A.SIGMOID), loss=BINARY),
    ),
    "too many units before a separate activation": (
        stack(Flatten(), hidden(), Dense(units=9), Dropout(), Softmax()),
        (ERROR, 4, "units", "it needs 10"),
        stack(Flatten(), hidden(), Dense(units=10), Dropout(), Softmax()),
    ),
    "too many filters": (
        stack(IMAGE, Conv2D(filters=12), GlobalAveragePooling2D(), Softmax()),
        (ERROR, 3, "units", "it needs 10"),
        stack(IMAGE, Conv2D(filters=10), GlobalAveragePooling2D(), Softmax()),
    ),
    "too many filters before two poolings": (
        stack(IMAGE, Conv2D(filters=12), MaxPooling2D(), GlobalAveragePooling2D(), Softmax()),
        (ERROR, 4, "units", "it needs 10"),
        stack(IMAGE, Conv2D(filters=10), MaxPooling2D(), GlobalAveragePooling2D(), Softmax()),
    ),
    "normalization without weights after softmax": (
        stack(Flatten(), OUTPUT, BatchNormalization(center=False, scale=False)),
        (ERROR, 2, "activation", "use softmax at the output instead of linear"),
        stack(Flatten(), OUTPUT, BatchNormalization(center=False, scale=False), Softmax()),
    ),
    "pixels that are scaled twice, with noise between": (
        stack(GaussianNoise(), Rescaling(scale=1 / 255), Flatten(), OUTPUT, data=Mnist()),
        (WARNING, 1, None, "Pixels are scaled twice and reach the network as 0 to 0.00392"),
        stack(GaussianNoise(), Flatten(), OUTPUT, data=Mnist()),
    ),
    "augmentation of an image without channels": (
        stack(RandomRotation(), Flatten(), OUTPUT),
        (ERROR, 0, None, "RandomRotation needs an image with channels"),
        stack(IMAGE, RandomRotation(), Flatten(), OUTPUT),
    ),
    "augmentation after Flatten": (
        stack(Flatten(), RandomZoom(), OUTPUT),
        (ERROR, 1, None, "RandomZoom needs an image with channels"),
        stack(IMAGE, RandomZoom(), Flatten(), OUTPUT),
    ),
    "augmentation after Flatten of an image with channels": (
        stack(IMAGE, Flatten(), RandomZoom(), OUTPUT),
        (ERROR, 2, None, "RandomZoom needs an image with channels"),
        stack(IMAGE, RandomZoom(), Flatten(), OUTPUT),
    ),
    "augmentation of rows that are no images": (
        logic(RandomShear(), Dense(units=1, activation=A.SIGMOID)),
        (ERROR, 0, None, "RandomShear needs an image with channels"),
        logic(Dense(units=1, activation=A.SIGMOID)),
    ),
    "augmentation after a layer with weights": (
        stack(IMAGE, Conv2D(activation=A.RELU), RandomTranslation(), Flatten(), OUTPUT),
        (ERROR, 2, None, "RandomTranslation 3 changes the output of Conv2D 2, not the images"),
        stack(IMAGE, RandomTranslation(), Conv2D(activation=A.RELU), Flatten(), OUTPUT),
    ),
    "value range of augmentation": (
        stack(IMAGE, RandomErasing(), Flatten(), OUTPUT),
        (WARNING, 1, "value_range", "is 0 to 255, but the images have values from 0 to"),
        stack(IMAGE, RandomErasing(value_range=(0.0, 1.0)), Flatten(), OUTPUT),
    ),
    "no output layer": (
        stack(IMAGE, Conv2D(activation=A.SOFTMAX), Flatten()),
        (ERROR, 2, "units", "the network has 1,152 outputs"),
        stack(IMAGE, Conv2D(activation=A.SOFTMAX), Flatten(), OUTPUT),
    ),
    "four outputs for yes or no": (
        logic(hidden(), Dense(units=4, activation=A.SIGMOID)),
        (ERROR, 1, "units", "The data has 2 classes, but the network has 4 outputs: it needs 1"),
        logic(hidden(), Dense(units=1, activation=A.SIGMOID)),
    ),
    "one output for a loss with one per class": (
        logic(Dense(units=1, activation=A.SIGMOID), loss=CategoricalCrossentropy()),
        (ERROR, 0, "units", "needs one output per class (2), but the network has 1"),
        logic(Dense(units=1, activation=A.SIGMOID)),
    ),
    "the class number as a quantity": (
        stack(Flatten(), Dense(units=1), loss=MeanSquaredError()),
        (WARNING, 1, "units", "learns the class number as a quantity"),
        stack(Flatten(), Dense(units=10), loss=MeanSquaredError()),
    ),
    "softmax over one unit": (
        logic(Dense(units=1, activation=A.SOFTMAX)),
        (ERROR, 0, "activation", "Softmax over a single unit is always 1"),
        logic(Dense(units=1, activation=A.SIGMOID)),
    ),
    "softmax over one unit as a layer": (
        logic(Dense(units=1), Softmax()),
        (ERROR, 1, "activation", "Softmax over a single unit is always 1"),
        logic(Dense(units=1), Activation(activation=A.SIGMOID)),
    ),
    "softmax over one hidden unit": (
        stack(Flatten(), hidden(1, A.SOFTMAX), OUTPUT),
        (ERROR, 1, "activation", "Softmax over a single unit is always 1"),
        stack(Flatten(), hidden(1, A.SIGMOID), OUTPUT),
    ),
    "softmax twice": (
        stack(Flatten(), OUTPUT, Softmax()),
        (WARNING, 2, None, "Dense 2 already applies softmax"),
        stack(Flatten(), OUTPUT),
    ),
    "softmax for yes or no": (
        stack(Flatten(), OUTPUT, loss=BINARY),
        (ERROR, 1, "activation", "softmax with 10 units chooses one class out of 10"),
        stack(Flatten(), OUTPUT),
    ),
    "no softmax": (
        stack(Flatten(), hidden(), Dense(units=10)),
        (ERROR, 2, "activation", "needs probabilities that add up to 1: use softmax"),
        stack(Flatten(), hidden(), OUTPUT),
    ),
    "relu as a layer at the output": (
        stack(Flatten(), hidden(), Dense(units=10), ReLU()),
        (ERROR, 3, "activation", "use softmax at the output instead of relu"),
        stack(Flatten(), hidden(), Dense(units=10), Softmax()),
    ),
    "no softmax after pooling": (
        stack(IMAGE, Conv2D(filters=10), GlobalAveragePooling2D()),
        (ERROR, 1, "activation", "use softmax at the output instead of linear"),
        stack(IMAGE, Conv2D(filters=10), GlobalAveragePooling2D(), Softmax()),
    ),
    "normalization after softmax": (
        stack(Flatten(), OUTPUT, BatchNormalization()),
        (ERROR, 2, "activation", "use softmax at the output instead of linear"),
        stack(Flatten(), OUTPUT, BatchNormalization(), Softmax()),
    ),
    "no sigmoid": (
        logic(Dense(units=1, activation=A.TANH)),
        (
            ERROR,
            0,
            "activation",
            "probabilities: use sigmoid at the output instead of tanh",
        ),
        logic(Dense(units=1, activation=A.SIGMOID)),
    ),
    "sigmoid where classes exclude each other": (
        stack(Flatten(), Dense(units=10, activation=A.SIGMOID)),
        (WARNING, 1, "activation", "use softmax at the output instead of sigmoid"),
        stack(Flatten(), OUTPUT),
    ),
    "softmax and from_logits": (
        stack(Flatten(), OUTPUT, loss=LOGITS),
        (
            WARNING,
            1,
            "activation",
            "applies softmax itself (from logits), but the output layer applies",
        ),
        stack(Flatten(), OUTPUT),
    ),
    "softmax layer and from_logits": (
        stack(Flatten(), Dense(units=10), Softmax(), loss=LOGITS),
        (WARNING, 2, "activation", "applies softmax itself (from logits)"),
        stack(Flatten(), Dense(units=10), Softmax()),
    ),
    "relu and from_logits": (
        stack(Flatten(), Dense(units=10, activation=A.RELU), loss=LOGITS),
        (WARNING, 1, "activation", "the output must not have relu as well"),
        stack(Flatten(), Dense(units=10), loss=LOGITS),
    ),
    "whole-number labels and metrics": (
        stack(Flatten(), OUTPUT, loss=SPARSE, metrics=(Metric.ACCURACY, Metric.AUC, Metric.RECALL)),
        (ERROR, None, "metrics", "do not suit the metrics auc and recall"),
        stack(Flatten(), OUTPUT, metrics=(Metric.ACCURACY, Metric.AUC, Metric.RECALL)),
    ),
    "top 5 of two": (
        logic(
            Dense(units=2, activation=A.SOFTMAX),
            loss=CategoricalCrossentropy(),
            metrics=(Metric.ACCURACY, Metric.TOP_K),
        ),
        (WARNING, None, "metrics", "with 2 outputs it is always 1"),
        logic(Dense(units=2, activation=A.SOFTMAX), loss=CategoricalCrossentropy()),
    ),
    "area under the curve of raw outputs": (
        stack(Flatten(), Dense(units=10), loss=LOGITS, metrics=(Metric.ACCURACY, Metric.AUC)),
        (ERROR, None, "metrics", "auc needs outputs between 0 and 1"),
        stack(Flatten(), Dense(units=10), loss=LOGITS),
    ),
    "a meaningless metric is monitored": (
        stack(
            Flatten(),
            Dense(units=10),
            loss=LOGITS,
            metrics=(Metric.AUC,),
            early_stopping=EarlyStopping(monitor="val_auc", mode=Direction.MAX),
        ),
        (ERROR, None, "metrics", "auc needs outputs between 0 and 1"),
        stack(Flatten(), Dense(units=10), loss=LOGITS, metrics=(), early_stopping=EarlyStopping()),
    ),
    "watching what is not measured": (
        stack(
            Flatten(),
            OUTPUT,
            early_stopping=EarlyStopping(monitor="val_auc", mode=Direction.MAX, patience=3),
        ),
        (ERROR, None, "early_stopping", "Early stopping monitors val_auc, but auc is not among"),
        stack(Flatten(), OUTPUT, early_stopping=EarlyStopping(monitor="val_loss", patience=3)),
    ),
    "watching without validation rows": (
        stack(
            Flatten(),
            OUTPUT,
            data=Digits(validation_split=0),
            reduce_lr_on_plateau=ReduceLROnPlateau(monitor="val_accuracy"),
        ),
        (ERROR, None, "reduce_lr_on_plateau", "there are no validation rows"),
        stack(
            Flatten(),
            OUTPUT,
            data=Digits(validation_split=0),
            reduce_lr_on_plateau=ReduceLROnPlateau(monitor="accuracy"),
        ),
    ),
    "waiting for the worse": (
        stack(
            Flatten(),
            OUTPUT,
            early_stopping=EarlyStopping(monitor="val_accuracy", mode=Direction.MIN),
        ),
        (WARNING, None, "early_stopping", "has the wrong mode: val_accuracy is better when larger"),
        stack(Flatten(), OUTPUT, early_stopping=EarlyStopping(monitor="val_accuracy")),
    ),
    "nothing to train": (
        stack(Flatten()),
        (ERROR, 0, None, "No layer has weights to train"),
        stack(Flatten(), OUTPUT),
    ),
    "step at the output": (
        logic(Dense(units=1, activation=A.STEP)),
        (WARNING, 0, "activation", "Dense 1 cannot learn: the weights keep their initial values"),
        logic(Dense(units=1, activation=A.SIGMOID)),
    ),
    "step at the output of classes": (
        stack(Flatten(), hidden(), Dense(units=10, activation=A.STEP)),
        (WARNING, 2, "activation", "Dense 2 and Dense 3 cannot learn"),
        stack(Flatten(), hidden(), OUTPUT),
    ),
    "step in the middle": (
        stack(Flatten(), hidden(), hidden(8, A.STEP), OUTPUT),
        (
            WARNING,
            2,
            "activation",
            "Dense 3 cannot learn: only the layers after it can",
        ),
        stack(Flatten(), hidden(), hidden(8, A.SIGMOID), OUTPUT),
    ),
    "step as a layer": (
        stack(Flatten(), Dense(units=8), Activation(activation=A.STEP), OUTPUT),
        (WARNING, 2, "activation", "Dense 2 cannot learn"),
        stack(Flatten(), Dense(units=8), Activation(activation=A.SIGMOID), OUTPUT),
    ),
    "no non-linearity": (
        stack(Flatten(), Dense(units=16), Dropout(), OUTPUT),
        (WARNING, 1, "activation", "There is no non-linear function between Dense 2 and Dense 4"),
        stack(Flatten(), hidden(), Dropout(), OUTPUT),
    ),
    "averaging is no non-linearity": (
        stack(IMAGE, Conv2D(), AveragePooling2D(), Flatten(), OUTPUT),
        (WARNING, 1, "activation", "There is no non-linear function between Conv2D 2 and Dense 5"),
        stack(IMAGE, Conv2D(activation=A.RELU), AveragePooling2D(), Flatten(), OUTPUT),
    ),
    "pixels up to 255": (
        stack(Flatten(), OUTPUT, data=Mnist(**RAW)),
        (WARNING, None, None, "Pixels reach the network as 0 to 255"),
        stack(Flatten(), OUTPUT, data=Mnist()),
    ),
    "pixels scaled twice": (
        stack(Rescaling(scale=1 / 255), Flatten(), OUTPUT, data=Mnist()),
        (WARNING, 0, None, "Pixels are scaled twice"),
        stack(Flatten(), OUTPUT, data=Mnist()),
    ),
    "pixels scaled twice around another value": (
        stack(Rescaling(scale=1 / 255, offset=0.5), Flatten(), OUTPUT, data=Mnist()),
        (WARNING, 0, None, "Pixels are scaled twice and reach the network as 0.5 to 0.504"),
        stack(Flatten(), OUTPUT, data=Mnist()),
    ),
    "pixels turned round and not scaled": (
        stack(Rescaling(scale=-1), Flatten(), OUTPUT, data=Mnist(**RAW)),
        (WARNING, 0, None, "Pixels reach the network as -255 to 0"),
        None,
    ),
    "pixels scaled by too much": (
        stack(Rescaling(scale=1e-5), Flatten(), OUTPUT, data=Mnist(**RAW)),
        (WARNING, 0, None, "Pixels reach the network as 0 to 0.00255: too little difference"),
        stack(Rescaling(scale=1 / 255), Flatten(), OUTPUT, data=Mnist(**RAW)),
    ),
    "batches that do not fit into memory": (
        stack(*IMAGES, Flatten(), OUTPUT, data=Mnist(), batch_size=10**6),
        (ERROR, None, "batch_size", "Batches of 54,000 rows need about 9.4 GB of memory"),
        stack(*IMAGES, Flatten(), OUTPUT, data=Mnist(), batch_size=2**14),
    ),
}


@pytest.mark.parametrize(("project", "expected", "solved"), CASES.values(), ids=CASES)
def test_a_mistake_is_one_problem_and_its_fix_solves_it(
    project: Project, expected: tuple[Severity, int | None, str | None, str], solved: Project | None
) -> None:
    memory = 4 * 10**9
    problem = only(project, memory)
    severity, layer, field, words = expected
    assert words in problem.message
    assert (problem.severity, problem.layer, problem.field) == (severity, layer, field)
    assert analyze(project, memory=memory).is_trainable == (severity is WARNING)
    if solved is None:
        assert problem.fix is None
    else:
        assert fixed(problem) == solved
        assert problems(solved, memory) == ()


# --- several at once ------------------------------------------------------------------------------


def test_softmax_over_one_unit_with_several_classes() -> None:
    """Two problems, because units and activation are two settings; either fix mends both."""
    found = problems(stack(Flatten(), Dense(units=1, activation=A.SOFTMAX)))
    assert [problem.field for problem in found] == ["units", "activation"]
    assert "use one unit for each of the 10 classes" in found[1].message
    for problem in found:
        assert problems(fixed(problem)) == ()


def test_softmax_over_one_unit_with_two_classes() -> None:
    found = problems(
        logic(Dense(units=1, activation=A.SOFTMAX), loss=CategoricalCrossentropy(from_logits=True))
    )
    assert len(found) == 2
    for problem in found:
        assert fixed(problem) == logic(Dense(units=1, activation=A.SIGMOID))


def test_each_linear_layer_of_a_stack_is_named() -> None:
    project = stack(Flatten(), Dense(units=8), Dense(units=8), Dense(units=8), OUTPUT)
    assert [problem.layer for problem in problems(project)] == [1, 2, 3]


def test_errors_come_first() -> None:
    found = problems(stack(Flatten(), Dense(units=8), Dense(units=10), data=Digits()))
    assert [problem.severity for problem in found] == [ERROR, WARNING]


def test_a_layer_that_cannot_work_hides_what_comes_after_it() -> None:
    """Nothing is said about an output that is not known."""
    project = stack(MaxPooling2D(pool_size=(9, 9)), Flatten(), Dense(units=3))
    assert [problem.layer for problem in problems(project)] == [0]


def test_no_fix_makes_a_stack_too_long() -> None:
    project = stack(*[Dropout()] * (MAX_LAYERS - 2), hidden(), OUTPUT)
    problem = only(project)
    assert "put a Flatten before it" in problem.message
    assert problem.fix is None
    assert only(stack(*[Dropout()] * MAX_LAYERS)).fix is None


# --- memory ---------------------------------------------------------------------------------------


def test_a_billion_parameters_are_refused_not_built() -> None:
    wide = Dense(units=100_000, activation=A.RELU)
    project = stack(Flatten(), wide, wide, OUTPUT)
    problem = only(project)
    assert (problem.severity, problem.layer) == (ERROR, 2)
    assert "10,007,600,010 parameters need about 160.1 GB of memory to train" in problem.message
    assert "most are in Dense 3" in problem.message


def test_a_single_row_that_does_not_fit() -> None:
    wide = Conv2D(filters=10_000, kernel_size=(1, 1), activation=A.RELU)
    project = stack(*IMAGES, wide, GlobalAveragePooling2D(), OUTPUT, data=Mnist())
    assert problems(project) == ()
    found = only(project, 60 * 10**6)
    assert found.message.startswith("Even a single row needs about 0.1 GB of memory")
    assert (found.layer, found.fix) == (2, None)


def test_no_batch_is_larger_than_the_data() -> None:
    assert problems(stack(IMAGE, Conv2D(), ReLU(), Flatten(), OUTPUT, batch_size=10**6)) == ()


def test_unknown_memory_is_no_problem() -> None:
    wide = Dense(units=100_000, activation=A.RELU)
    project = stack(Flatten(), wide, wide, OUTPUT)
    assert analyze(project).problems == ()
