"""What is said of the health of layers, and what is offered against it."""

from __future__ import annotations

from math import inf, nan

import pytest

from desktop.document.analysis import analyze
from desktop.document.choices import ActivationFunction
from desktop.document.health import (
    DEAD,
    EXPLANATIONS,
    GRADIENT,
    GRADIENT_RATIO,
    QUANTITIES,
    SATURATED,
    UPDATE,
    Finding,
    Health,
    Level,
    Statistics,
    course,
    judge,
)
from desktop.document.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    ReLU,
    Reshape,
)
from desktop.document.optimizers import SGD
from desktop.document.project import Project
from desktop.document.remedies import remedies
from desktop.document.text import power_text
from desktop.document.training import Training

RELU, SIGMOID, TANH = (
    ActivationFunction.RELU,
    ActivationFunction.SIGMOID,
    ActivationFunction.TANH,
)
OUTPUT = Dense(units=10, activation=ActivationFunction.SOFTMAX)


def project(*layers: Layer, **training: object) -> Project:
    return Project(layers=layers, training=Training(**training))


def dense(function: ActivationFunction, **settings: object) -> Dense:
    return Dense(units=8, activation=function, **settings)


STACK = project(Flatten(), dense(RELU), dense(TANH), OUTPUT)


def health(statistics: Statistics, layer: int, of: Project = STACK) -> Health:
    found = judge(of, statistics)[layer]
    assert found is not None
    return found


# --- what is judged -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "layer", "value", "level", "word"),
    (
        (DEAD, 1, 0.0, Level.OK, "healthy"),
        (DEAD, 1, 0.39, Level.OK, "healthy"),
        (DEAD, 1, 0.4, Level.WARNING, "dead units 40 %"),
        (DEAD, 1, 0.79, Level.WARNING, "dead units 79 %"),
        (DEAD, 1, 1.0, Level.ALARM, "dead units 100 %"),
        (SATURATED, 2, 0.49, Level.OK, "healthy"),
        (SATURATED, 2, 0.5, Level.WARNING, "saturated 50 %"),
        (SATURATED, 2, 0.95, Level.ALARM, "saturated 95 %"),
        (UPDATE, 1, -3.0, Level.OK, "healthy"),
        (UPDATE, 1, -0.6, Level.OK, "healthy"),
        (UPDATE, 1, -0.4, Level.WARNING, "updates too large"),
        (UPDATE, 1, 0.3, Level.ALARM, "updates too large"),
        (UPDATE, 1, inf, Level.ALARM, "updates too large"),
        (UPDATE, 1, -4.9, Level.OK, "healthy"),
        (UPDATE, 1, -5.1, Level.WARNING, "updates too small"),
        (UPDATE, 1, -inf, Level.ALARM, "updates too small"),
    ),
)
def test_a_value_has_a_level_and_a_word(
    name: str, layer: int, value: float, level: Level, word: str
) -> None:
    found = health({name: {f"Dense {layer + 1}": value}}, layer)
    assert (found.level, found.word) == (level, word)
    assert found.finding in EXPLANATIONS
    (measure,) = found.measures
    assert (measure.quantity.name, measure.value) == (name, value)
    assert measure.text


@pytest.mark.parametrize(
    ("first", "last", "level", "finding"),
    (
        (1.0, 1.0, Level.OK, Finding.HEALTHY),
        (1.1e-2, 1.0, Level.OK, Finding.HEALTHY),
        (0.9e-2, 1.0, Level.WARNING, Finding.VANISHING),
        (0.9e-5, 1e-2, Level.ALARM, Finding.VANISHING),
        (0.0, 1.0, Level.ALARM, Finding.VANISHING),
        (1e-300, 1e100, Level.ALARM, Finding.VANISHING),
        (99.0, 1.0, Level.OK, Finding.HEALTHY),
        (1.1, 1e-2, Level.WARNING, Finding.EXPLODING),
        (1.1e3, 1.0, Level.ALARM, Finding.EXPLODING),
        (nan, 1.0, Level.ALARM, Finding.NOT_FINITE),
        (inf, nan, Level.ALARM, Finding.NOT_FINITE),
    ),
)
def test_the_gradient_is_compared_with_that_of_the_last_layer(
    first: float, last: float, level: Level, finding: Finding
) -> None:
    norms = {"Dense 2": first, "Dense 3": last, "Dense 4": last}
    found = judge(STACK, {GRADIENT: norms})
    assert found[0] is None
    assert found[1] is not None and (found[1].level, found[1].finding) == (level, finding)
    assert found[1].measures[0].quantity.name == GRADIENT_RATIO


def test_without_any_gradient_there_is_nothing_to_compare() -> None:
    assert judge(STACK, {GRADIENT: {"Dense 2": 0.0, "Dense 4": 0.0}}) == (None,) * 4
    assert judge(STACK, {UPDATE: {"Dense 2": nan}}) == (None,) * 4
    assert judge(STACK, {}) == (None,) * 4
    assert judge(Project(), {}) == ()


def test_the_worst_decides_and_the_first_of_equals() -> None:
    found = health(
        {
            DEAD: {"Dense 2": 0.5},
            UPDATE: {"Dense 2": 1.0},
            GRADIENT: {"Dense 2": 1e-9, "Dense 4": 1.0},
        },
        1,
    )
    assert [measure.finding for measure in found.measures] == [
        Finding.DEAD,
        Finding.VANISHING,
        Finding.LARGE_UPDATES,
    ]
    assert found.finding is Finding.VANISHING


@pytest.mark.parametrize("after", ((), (Dropout(),), (Flatten(),)))
def test_an_output_may_be_saturated(after: tuple[Layer, ...]) -> None:
    what = project(Flatten(), dense(SIGMOID), Dense(units=1, activation=SIGMOID), *after)
    statistics = {SATURATED: {"Dense 2": 1.0, "Dense 3": 1.0}}
    assert health(statistics, 2, what).level is Level.OK
    assert health(statistics, 2, what).measures[0].text == "100 %"
    assert health(statistics, 1, what).level is Level.ALARM


def test_a_run_is_told_by_the_worst_of_its_epochs() -> None:
    shares = {1: 0.0, 2: 0.9, 3: 1.0, 4: 0.5}
    updates = {"Dense 2": -3.0, "Dense 3": -3.0}
    epochs = [
        (epoch, {DEAD: {"Dense 2": share}, UPDATE: updates}) for epoch, share in shares.items()
    ]
    assert course(STACK, epochs) == ("Dense 2 dead units 100 % (epoch 3)", "Dense 3 healthy")
    assert course(STACK, []) == ()


@pytest.mark.parametrize(
    ("power", "text"),
    (
        (0.0, "1"),
        (-3.0, "0.001"),
        (-2.7, "0.002"),
        (3.9, "7,900"),
        (-3.1, "7.9 × 10⁻⁴"),
        (-12.0, "1 × 10⁻¹²"),
        (-11.999, "1 × 10⁻¹²"),
        (11.9999, "1 × 10¹²"),
        (400.5, "3.2 × 10⁴⁰⁰"),
        (inf, "infinite"),
        (-inf, "0"),
        (nan, "not a number"),
    ),
)
def test_powers_of_ten_are_written_as_numbers(power: float, text: str) -> None:
    assert power_text(power) == text


def test_all_quantities_say_what_is_usual() -> None:
    assert [quantity.name for quantity in QUANTITIES] == [DEAD, SATURATED, GRADIENT_RATIO, UPDATE]
    for quantity in QUANTITIES:
        assert quantity.usual and quantity.title


# --- what is offered ------------------------------------------------------------------------------


def offered(what: Project, index: int, finding: Finding) -> dict[str, Project]:
    return {fix.label: fix.project for fix in remedies(what, index, finding)}


def test_against_dead_units() -> None:
    settings = {"bias_initializer": {"initializer": "Constant", "value": -10.0}}
    what = project(Flatten(), dense(RELU, **settings), OUTPUT)
    found = offered(what, 1, Finding.DEAD)
    assert list(found) == [
        "Start weights with HeNormal and the bias with 0",
        "Use leaky_relu",
        "Normalize before the activation",
        "Learning rate 0.0001",
    ]
    layers = {label: project.layers for label, project in found.items()}
    started = layers["Start weights with HeNormal and the bias with 0"][1]
    assert started.kernel_initializer.tag == "HeNormal"
    assert started.bias_initializer.tag == "Zeros"
    assert layers["Use leaky_relu"][1].activation is ActivationFunction.LEAKY_RELU
    assert layers["Normalize before the activation"][1:] == (
        what.layers[1].replace(activation=ActivationFunction.LINEAR),
        BatchNormalization(),
        Activation(activation=RELU),
        OUTPUT,
    )
    assert found["Learning rate 0.0001"].training.optimizer.learning_rate == 0.0001
    assert found["Learning rate 0.0001"].layers == what.layers


def test_the_output_stays_what_it_is() -> None:
    what = project(Flatten(), dense(RELU), dense(RELU))
    assert not any("leaky" in label for label in offered(what, 2, Finding.DEAD))
    (changed,) = [
        found for label, found in offered(what, 1, Finding.VANISHING).items() if "leaky" in label
    ]
    assert changed.layers[2] == what.layers[2]
    assert changed.layers[1].activation is ActivationFunction.LEAKY_RELU


def test_a_relu_layer_of_its_own_is_replaced_and_what_feeds_it_is_started_anew() -> None:
    what = project(Flatten(), dense(ActivationFunction.LINEAR), ReLU(), OUTPUT)
    found = offered(what, 2, Finding.DEAD)
    assert found["Use leaky_relu"].layers[2] == LeakyReLU()
    assert found["Start weights with HeNormal"].layers[1].kernel_initializer.tag == "HeNormal"
    assert found["Normalize before the activation"].layers[2:4] == (BatchNormalization(), ReLU())


def test_what_is_there_already_is_not_offered() -> None:
    start = {"kernel_initializer": {"initializer": "HeUniform"}}
    linear = dense(ActivationFunction.LINEAR, **start)
    what = project(Flatten(), linear, BatchNormalization(), ReLU(), OUTPUT)
    assert list(offered(what, 3, Finding.DEAD)) == ["Use leaky_relu", "Learning rate 0.0001"]
    assert offered(what, 3, Finding.HEALTHY) == {}


def test_against_saturation() -> None:
    start = {"kernel_initializer": {"initializer": "RandomNormal", "stddev": 10.0}}
    what = project(Flatten(), dense(SIGMOID, **start), OUTPUT)
    found = offered(what, 1, Finding.SATURATED)
    assert found["Start weights with GlorotUniform"].layers[1] == dense(SIGMOID)
    assert found["Use relu"].layers[1] == dense(RELU, **start)
    assert "Normalize before the activation" in found


def test_what_is_replaced_is_named() -> None:
    what = project(Flatten(), dense(ActivationFunction.HARD_SIGMOID), dense(RELU), OUTPUT)
    assert "Use relu in place of hard_sigmoid" in offered(what, 1, Finding.VANISHING)


def test_against_vanishing_gradients_all_layers_are_changed_but_the_output() -> None:
    sigmoid = Dense(units=1, activation=SIGMOID)
    what = project(Flatten(), dense(SIGMOID), dense(TANH), sigmoid)
    found = offered(what, 1, Finding.VANISHING)
    assert found["Use relu in place of sigmoid and tanh"].layers == (
        *(Flatten(), dense(RELU), dense(RELU), sigmoid),
    )
    linear = dense(ActivationFunction.LINEAR)
    assert found["Normalize before the activation"].layers == (
        Flatten(),
        *(linear, BatchNormalization(), Activation(activation=SIGMOID)),
        *(linear, BatchNormalization(), Activation(activation=TANH)),
        sigmoid,
    )


@pytest.mark.parametrize(
    ("rate", "slower", "faster"),
    (
        (0.01, 0.001, 0.1),
        (0.5, 0.05, 1.0),
        (1.0, 0.1, None),
        (100.0, 1.0, None),
        (1e-7, None, 1e-6),
        (5e-324, None, 1e-7),
        (1e300, 1.0, None),
    ),
)
def test_learning_rates_that_are_offered_are_sensible(
    rate: float, slower: float | None, faster: float | None
) -> None:
    what = project(Flatten(), dense(RELU), OUTPUT, optimizer=SGD(learning_rate=rate))
    for finding, wanted in ((Finding.LARGE_UPDATES, slower), (Finding.SMALL_UPDATES, faster)):
        found = offered(what, 1, finding)
        rates = [
            changed.training.optimizer.learning_rate
            for label, changed in found.items()
            if label.startswith("Learning rate")
        ]
        assert rates == ([] if wanted is None else [wanted])


def test_dead_units_further_on_let_gradients_vanish_too() -> None:
    what = project(Flatten(), dense(RELU), dense(RELU), OUTPUT, optimizer={"optimizer": "SGD"})
    found = offered(what, 1, Finding.VANISHING)
    leaky = dense(ActivationFunction.LEAKY_RELU)
    assert found["Use leaky_relu in place of relu"].layers[1:3] == (leaky, leaky)
    assert found["Use Adam"].training.optimizer.tag == "Adam"


def test_against_exploding_gradients_and_updates_of_the_wrong_size() -> None:
    clipped = offered(STACK, 1, Finding.EXPLODING)["Clip gradients to a norm of 1"]
    assert clipped.training.optimizer.clipnorm == 1
    assert "Clip gradients to a norm of 1" not in offered(clipped, 1, Finding.EXPLODING)
    assert "Learning rate 0.0001" in offered(STACK, 1, Finding.LARGE_UPDATES)
    assert list(offered(STACK, 1, Finding.SMALL_UPDATES)) == ["Learning rate 0.01"]
    assert list(offered(STACK, 1, Finding.NOT_FINITE)) == [
        "Learning rate 0.0001",
        "Clip gradients to a norm of 1",
    ]


CONVOLUTIONAL = project(
    Reshape(target_shape=(8, 8, 1)),
    Conv2D(filters=4, activation=RELU),
    Conv2D(filters=4, activation=TANH),
    Activation(activation=SIGMOID),
    Flatten(),
    OUTPUT,
)


@pytest.mark.parametrize("what", (STACK, CONVOLUTIONAL), ids=("dense", "convolutional"))
@pytest.mark.parametrize("finding", list(Finding))
def test_no_remedy_makes_a_project_that_cannot_be_trained(what: Project, finding: Finding) -> None:
    offers = [remedies(what, index, finding) for index in range(len(what.layers))]
    assert any(offers) is (finding is not Finding.HEALTHY)
    for fix in (fix for fixes in offers for fix in fixes):
        assert analyze(fix.project).is_trainable, fix.label
        assert fix.project != what
