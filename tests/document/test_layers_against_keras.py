"""Every setting class against the Keras class it stands for: names, defaults, shapes, counts."""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticUndefined

from desktop.document.callbacks import EarlyStopping, ReduceLROnPlateau
from desktop.document.choices import Metric
from desktop.document.constraints import Constraint
from desktop.document.fields import FieldSpec, Kind, fields_of
from desktop.document.initializers import Initializer
from desktop.document.layers import LAYER_CLASSES, Layer, ShapeError
from desktop.document.losses import Loss
from desktop.document.optimizers import Optimizer
from desktop.document.regularizers import Regularizer
from desktop.document.spec import Spec, variants
from desktop.engine import backend
from desktop.engine.builder import keras_object

MODULES: dict[type[Spec], str] = {
    Layer: "layers",
    Initializer: "initializers",
    Regularizer: "regularizers",
    Constraint: "constraints",
    Optimizer: "optimizers",
    Loss: "losses",
}
FAMILIES = [(cls, module) for base, module in MODULES.items() for cls in variants(base)]
SETTINGS = [*FAMILIES, (EarlyStopping, "callbacks"), (ReduceLROnPlateau, "callbacks")]

# No database: these tests leave no files behind.
BUILDING = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def name_of(item: Any) -> str | None:
    return item.__name__ if isinstance(item, type) else None


def keras_class(cls: type[Spec], module: str) -> Any:
    return getattr(getattr(backend.keras(), module), cls.__name__)


# --- names and defaults ---------------------------------------------------------------------------


def parameters(cls: Any) -> dict[str, Any]:
    """The arguments of a Keras class, and of the bases it hands arguments on to, with defaults."""
    found: dict[str, Any] = {}
    for owner in reversed(cls.__mro__[:-1]):
        if "__init__" in vars(owner):
            signature = inspect.signature(owner.__init__).parameters.values()
            found |= {each.name: each.default for each in signature}
    return found


def is_same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, StrEnum) and theirs is None:
        return str(ours) == "linear"
    if isinstance(ours, Spec) and isinstance(theirs, str):
        module = getattr(backend.keras(), f"{type(ours).tag_key}s")
        return bool(keras_object(ours).get_config() == module.get(theirs).get_config()) and (
            type(ours).__name__ == type(module.get(theirs)).__name__
        )
    if isinstance(ours, tuple) and isinstance(theirs, float):
        return ours == (0.0, theirs)  # Keras's range up to one number
    if isinstance(ours, tuple) and isinstance(theirs, int):
        return ours == (theirs,) * len(ours)
    return bool(ours == theirs)


@pytest.mark.parametrize(("cls", "module"), SETTINGS, ids=name_of)
def test_fields_are_arguments_of_keras_with_the_same_defaults(cls: type[Spec], module: str) -> None:
    theirs = parameters(keras_class(cls, module))
    for field in fields_of(cls):
        assert field.name in theirs, f"{cls.__name__} of Keras has no {field.name}"
        default = theirs[field.name]
        if inspect.Parameter.empty in (default, field.default) or isinstance(
            field.default, type(PydanticUndefined)
        ):
            continue  # Keras demands it; here there is a sensible start
        assert is_same(field.default, default), (
            f"{cls.__name__}.{field.name} is {field.default!r}, in Keras {default!r}"
        )


@pytest.mark.parametrize(("cls", "module"), SETTINGS, ids=name_of)
def test_default_settings_make_the_keras_object(cls: type[Spec], module: str) -> None:
    assert type(keras_object(cls())) is keras_class(cls, module)


@pytest.mark.parametrize("cls", variants(Loss), ids=name_of)
def test_losses_are_tagged_as_keras_calls_them(cls: type[Loss]) -> None:
    assert backend.keras().losses.get(cls.tag).__name__ == cls.tag


@pytest.mark.parametrize("metric", [m for m in Metric if m is not Metric.ACCURACY])
def test_metrics_are_named_as_keras_names_them(metric: Metric) -> None:
    assert backend.keras().metrics.get(str(metric)).name.startswith(str(metric))


# --- random settings ------------------------------------------------------------------------------


def values(field: FieldSpec) -> st.SearchStrategy[Any]:
    """Values of a field, valid ones mostly, kept so small that layers are built quickly."""
    match field.kind:
        case Kind.INTEGER:
            low = -3 if field.minimum is None else int(field.minimum)
            found: st.SearchStrategy[Any] = st.integers(low, max(low, 6))
        case Kind.REAL:
            low_real = -3.0 if field.minimum is None else field.minimum
            high_real = 3.0 if field.maximum is None else field.maximum
            found = st.floats(
                low_real, high_real, exclude_min=field.minimum_excluded, width=32
            ).filter(lambda value: value == 0 or abs(value) > 1e-3)
        case Kind.FLAG:
            found = st.booleans()
        case Kind.CHOICE:
            found = st.sampled_from(field.choices)
        case Kind.INTEGERS:
            size = {"min_size": field.length or 1, "max_size": field.length or 4}
            found = st.lists(st.sampled_from((1, 2, 3, 4, -1)), **size).map(tuple)
        case Kind.RANGE:
            ends = st.floats(
                -1.0 if field.minimum is None else field.minimum,
                300.0 if field.maximum is None else field.maximum,
                exclude_min=field.minimum_excluded,
                width=32,
            )
            found = st.tuples(ends, ends).map(lambda pair: tuple(sorted(pair)))
        case Kind.VARIANT | Kind.NESTED:
            found = st.sampled_from(field.variants).flatmap(specs)
        case _:
            raise AssertionError(f"no values for {field}")
    return st.none() | found if field.optional else found


def specs(cls: type[Spec]) -> st.SearchStrategy[Spec]:
    """Random valid settings of `cls`."""

    @st.composite
    def make(draw: Any) -> Spec:
        fields = fields_of(cls)
        changed = draw(st.sets(st.sampled_from(fields)) if fields else st.just(set()))
        try:
            return cls(**{field.name: draw(values(field)) for field in fields if field in changed})
        except ValidationError:
            assume(False)
            raise

    return make()


SHAPES = st.lists(st.integers(1, 7), min_size=1, max_size=4).map(tuple)
IMAGES = st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from((1, 2, 3, 4, 6)))


def within(layer: Any, weight: Any) -> str:
    """The path of a weight within its Keras layer."""
    return str(weight.path).removeprefix(f"{layer.path}/")


@pytest.mark.parametrize("cls", LAYER_CLASSES, ids=name_of)
def test_shapes_and_counts_are_those_of_keras(cls: type[Layer]) -> None:
    keras, tf = backend.keras(), backend.tensorflow()
    refused = (ValueError, TypeError, IndexError, tf.errors.InvalidArgumentError)

    @BUILDING
    @given(specs(cls), SHAPES | IMAGES)
    def check(layer: Layer, shape: tuple[int, ...]) -> None:
        try:
            output = layer.output_shape(shape)
        except ShapeError as error:
            assert str(error)
            if getattr(layer, "axis", None) in (0, -1 - len(shape)):
                return  # the batch: Keras allows it, but one row would depend on the others
            if layer.augments and len(shape) == 2:
                return  # Keras takes the rows of a batch for one image
            with pytest.raises(refused):
                model = keras.Sequential([keras.Input(shape), keras_object(layer)])
                model(np.zeros((1, *shape), np.float32))
            return
        model = keras.Sequential([keras.Input(shape), keras_object(layer)])
        built = model.layers[0]
        assert output == model.output_shape[1:]
        assert layer.parameter_count(shape) == model.count_params()
        assert layer.weight_shapes(shape) == {
            within(built, weight): tuple(weight.shape) for weight in built.trainable_weights
        }
        assert layer.state_shapes(shape) == {
            within(built, weight): tuple(weight.shape) for weight in built.non_trainable_weights
        }

    check()


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis:UserWarning")
@pytest.mark.parametrize("cls", LAYER_CLASSES, ids=name_of)
def test_every_valid_layer_can_train(cls: type[Layer]) -> None:
    """Forward and backward, penalties and constraints, with any settings that are accepted."""
    keras, tf = backend.keras(), backend.tensorflow()

    @settings(BUILDING, max_examples=20)
    @given(specs(cls), SHAPES | IMAGES)
    def check(layer: Layer, shape: tuple[int, ...]) -> None:
        try:
            output = layer.output_shape(shape)
        except ShapeError:
            assume(False)
        built = keras.Sequential([keras.Input(shape), keras_object(layer)]).layers[0]
        rows = np.random.default_rng(0).normal(size=(3, *shape)).astype(np.float32)
        with tf.GradientTape() as tape:
            result = built(rows, training=True)
            loss = tf.add_n([tf.reduce_sum(result), *map(tf.reduce_sum, built.losses)])
        assert result.shape == (3, *output)
        gradients = tape.gradient(loss, built.trainable_variables)
        assert len(gradients) == len(layer.weight_shapes(shape))
        for weight in built.trainable_variables:
            if weight.constraint is not None:
                assert weight.constraint(weight).shape == weight.shape

    check()


@pytest.mark.parametrize("cls", [*variants(Optimizer), *variants(Loss)], ids=name_of)
def test_every_valid_optimizer_and_loss_is_accepted_by_keras(cls: type[Spec]) -> None:
    @settings(BUILDING, max_examples=15)
    @given(specs(cls))
    def check(spec: Spec) -> None:
        made = keras_object(spec).get_config()
        for field in fields_of(cls):
            value = getattr(spec, field.name)
            # Huber of Keras 3.15 leaves its delta out.
            if field.kind is Kind.REAL and value is not None and field.name in made:
                assert made[field.name] == pytest.approx(value, rel=1e-6)

    check()


# --- what the layers say of themselves ------------------------------------------------------------


def example_shape(cls: type[Layer]) -> tuple[int, ...]:
    """A shape that layers of `cls` take."""
    return tuple(range(4, 4 + (cls.input_rank or 2)))


@pytest.mark.parametrize("cls", LAYER_CLASSES, ids=name_of)
def test_layers_take_inputs_of_the_rank_they_say(cls: type[Layer]) -> None:
    layer = cls()
    layer.output_shape(example_shape(cls))
    for rank in range(1, 5):
        if cls.input_rank not in (None, rank):
            with pytest.raises(ShapeError, match=f"{cls.tag} needs an? "):
                layer.output_shape((4,) * rank)


@pytest.mark.parametrize("cls", LAYER_CLASSES, ids=name_of)
def test_units_and_activation_are_the_fields_that_layers_say(cls: type[Layer]) -> None:
    shape = example_shape(cls)
    if cls.units_field is not None:
        assert cls(**{cls.units_field: 7}).output_shape(shape)[-1] == 7
    if cls.activation_field is not None:
        layer = cls(**{cls.activation_field: "tanh"})
        assert layer.nonlinearity == "tanh"
        assert keras_object(layer).activation.__name__ == "tanh"


@pytest.mark.parametrize("cls", LAYER_CLASSES, ids=name_of)
def test_layers_do_with_values_what_they_say(cls: type[Layer]) -> None:
    """Each attribute that is set holds for the Keras layer, as it is when nothing is trained."""
    layer = cls()
    if layer.activation_field is not None:  # linearity is asked for without it
        layer = layer.replace(**{layer.activation_field: "linear"})
    keras, shape = backend.keras(), example_shape(cls)
    model = keras.Sequential([keras.Input(shape), keras_object(layer)])

    def outputs(rows: np.ndarray) -> np.ndarray:
        return np.asarray(model(rows.astype(np.float32), training=False))

    one, two = np.random.default_rng(0).uniform(-1, 1, (2, 3, *shape))
    if layer.keeps_values:
        np.testing.assert_allclose(outputs(one).ravel(), one.ravel(), rtol=1e-6)
    if layer.keeps_values or layer.is_linear:
        both = outputs(one + two) + outputs(np.zeros_like(one))
        np.testing.assert_allclose(outputs(one) + outputs(two), both, atol=1e-5)
    if layer.position_wise:
        backwards = outputs(one[:, ::-1])
        np.testing.assert_allclose(backwards[:, ::-1], outputs(one), atol=1e-5)
    values = layer.output_range((-1.0, 1.0))
    if values is not None:
        found = outputs(one)
        assert values[0] <= found.min() <= found.max() <= values[1]
    if layer.normalizes:
        found = np.asarray(model(100.0 + one.astype(np.float32), training=True))
        assert abs(found.mean()) < 0.01
        assert abs(found.std() - 1.0) < 0.01


# --- memory ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", variants(Optimizer), ids=name_of)
def test_an_optimizer_keeps_as_many_numbers_as_it_says(cls: type[Optimizer]) -> None:
    keras = backend.keras()

    @given(optimizer=specs(cls))
    @BUILDING
    def check(optimizer: Optimizer) -> None:
        theirs = keras_object(optimizer)
        theirs.build([keras.Variable(np.zeros((3, 5), np.float32))])
        kept = [each for each in theirs.variables if each.shape == (3, 5)]
        assert optimizer.slots == len(kept)

    check()
