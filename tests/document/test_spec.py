"""Every kind of thing describes itself well enough for a form, for JSON, and for Keras."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from pydantic_core import PydanticUndefined

from desktop.document.callbacks import EarlyStopping
from desktop.document.choices import ActivationFunction, Metric
from desktop.document.constraints import MaxNorm
from desktop.document.data import Digits, LogicTable, Mnist
from desktop.document.fields import FieldSpec, FileName, Kind, fields_of
from desktop.document.initializers import GlorotUniform, HeNormal, Initializer
from desktop.document.json_values import to_json
from desktop.document.layers import LAYER_CLASSES, Conv2D, Dense, Family, MaxPooling2D, Reshape
from desktop.document.losses import BinaryCrossentropy, Huber, Loss
from desktop.document.optimizers import SGD, AdamW
from desktop.document.regularizers import L1, L1L2, L2
from desktop.document.spec import Spec, SpecError, variants
from desktop.document.training import Training
from tests.document.strategies import SPEC_CLASSES, accepts, specs


def field(cls: type[Spec], name: str) -> FieldSpec:
    return next(each for each in fields_of(cls) if each.name == name)


@pytest.mark.parametrize("cls", SPEC_CLASSES, ids=lambda cls: cls.__name__)
class TestEverySpec:
    def test_is_built_before_any_thread_validates_with_it(self, cls: type[Spec]) -> None:
        assert cls.__pydantic_complete__

    def test_is_described(self, cls: type[Spec]) -> None:
        assert cls.summary().endswith((".", "?")), "a sentence for the palette"
        for each in fields_of(cls):
            assert each.title, each.name
            assert each.help, each.name
            assert not each.help.endswith("."), each.name

    def test_has_only_defaults(self, cls: type[Spec]) -> None:
        """Anything can be added with one click, and set afterwards."""
        assert all(each.default is not PydanticUndefined for each in fields_of(cls))
        cls()

    def test_shows_everyday_fields_first(self, cls: type[Spec]) -> None:
        folded = [each.advanced for each in fields_of(cls)]
        assert folded == sorted(folded)

    def test_takes_what_its_fields_promise_and_no_more(self, cls: type[Spec]) -> None:
        for each in fields_of(cls):
            if each.kind in (Kind.INTEGER, Kind.REAL):
                step = 1 if each.kind is Kind.INTEGER else 1e-6
                if each.minimum is not None:
                    assert accepts(cls, {each.name: each.minimum}) != each.minimum_excluded
                    assert not accepts(cls, {each.name: each.minimum - step})
                if each.maximum is not None and each.name != "groups":
                    assert accepts(cls, {each.name: each.maximum}) != each.maximum_excluded
                    assert not accepts(cls, {each.name: each.maximum + step})
            if each.kind is Kind.CHOICE:
                assert all(accepts(cls, {each.name: choice}) for choice in each.choices)
                assert not accepts(cls, {each.name: "something else"})
            assert accepts(cls, {each.name: None}) == each.optional

    def test_cannot_be_changed(self, cls: type[Spec]) -> None:
        spec = cls()
        for each in fields_of(cls):
            with pytest.raises(SpecError):
                setattr(spec, each.name, getattr(spec, each.name))

    def test_refuses_unknown_fields(self, cls: type[Spec]) -> None:
        assert not accepts(cls, {"no_such_field": 1})

    @given(data=st.data())
    def test_is_a_value(self, cls: type[Spec], data: st.DataObject) -> None:
        """Equal settings make equal specs with equal hashes; a copy is one of them."""
        spec = data.draw(specs(cls))
        assert spec.replace() == spec
        assert hash(spec.replace()) == hash(spec)
        assert spec.replace(**dict(spec)) == spec


# --- families -------------------------------------------------------------------------------------


def test_tags_are_unique_within_a_family() -> None:
    tags = [(cls.tag_key, cls.tag) for cls in variants(Spec)]
    assert len(set(tags)) == len(tags)


def test_the_palette_has_every_layer_once_in_the_order_of_families() -> None:
    families = [cls.family for cls in LAYER_CLASSES]
    assert families == sorted(families, key=list(Family).index)
    assert {cls.tag for cls in LAYER_CLASSES} == {
        *("Flatten", "Reshape", "Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax"),
        *("Dropout", "GaussianNoise", "ActivityRegularization", "BatchNormalization", "Conv2D"),
        *("RandomRotation", "RandomTranslation", "RandomZoom", "RandomShear", "RandomContrast"),
        *("RandomElasticTransform", "RandomErasing"),
        *("MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "Rescaling"),
    }


def test_declaring_a_variant_is_all_it_takes() -> None:
    class OnlyHere(Initializer):
        """A new initializer."""

        strength: float = 1.0

    try:
        assert OnlyHere in variants(Initializer)
        assert to_json(OnlyHere(strength=2.0)) == {"initializer": "OnlyHere", "strength": 2.0}
    finally:
        del OnlyHere.tag  # the class lives on until it is collected; no other test shall see it


# --- fields ---------------------------------------------------------------------------------------


def test_kinds_of_fields() -> None:
    assert field(Dense, "units").kind is Kind.INTEGER
    assert field(SGD, "learning_rate").kind is Kind.REAL
    assert field(Dense, "use_bias").kind is Kind.FLAG
    assert field(Dense, "activation").choices == tuple(ActivationFunction)
    assert field(Training, "metrics").kind is Kind.CHOICES
    assert field(Training, "metrics").choices == tuple(Metric)
    assert field(Conv2D, "kernel_size").length == 2
    assert field(Reshape, "target_shape").length is None
    assert field(Dense, "kernel_regularizer").variants == (L1, L2, L1L2)
    assert field(Training, "early_stopping").kind is Kind.NESTED
    assert field(Training, "early_stopping").variants == (EarlyStopping,)
    assert field(LogicTable, "rows").kind is Kind.TABLE
    assert field(Mnist, "path").kind is Kind.PATH
    assert field(EarlyStopping, "monitor").kind is Kind.CHOICE


def test_a_text_is_a_path_only_where_the_field_says_so() -> None:
    class Files(Spec):
        """Two of three texts name a file."""

        file: FileName = ""
        other: FileName | None = None
        kind: str = Field("b", json_schema_extra={"choices": ["a", "b"]})

    class Column(Spec):
        """A text that nothing is said about."""

        target: str = ""

    assert [each.kind for each in fields_of(Files)] == [Kind.PATH, Kind.PATH, Kind.CHOICE]
    assert [each.optional for each in fields_of(Files)] == [False, True, False]
    with pytest.raises(TypeError, match="a text needs choices, or to be a FileName"):
        fields_of(Column)


def test_bounds_none_and_titles() -> None:
    units = field(Dense, "units")
    assert (units.minimum, units.maximum, units.optional) == (1, 100_000, False)
    rate = field(SGD, "learning_rate")
    assert (rate.minimum, rate.minimum_excluded, rate.maximum) == (0, True, None)
    strides = field(MaxPooling2D, "strides")
    assert (strides.optional, strides.none_title) == (True, "As pool size")
    assert field(Digits, "split_seed").advanced


def test_own_fields_come_before_shared_ones() -> None:
    names = [each.name for each in fields_of(Dense)]
    assert names[:3] == ["units", "activation", "use_bias"]
    assert "layer" not in names


# --- JSON -----------------------------------------------------------------------------------------


def test_json_leaves_out_defaults_but_never_tags() -> None:
    assert to_json(Dense()) == {"layer": "Dense"}
    assert to_json(Dense(units=3, kernel_initializer=HeNormal(seed=1))) == {
        "layer": "Dense",
        "units": 3,
        "kernel_initializer": {"initializer": "HeNormal", "seed": 1},
    }
    assert to_json(Dense(kernel_initializer=GlorotUniform())) == {"layer": "Dense"}
    assert to_json(Dense(kernel_constraint=MaxNorm())) == {
        "layer": "Dense",
        "kernel_constraint": {"constraint": "MaxNorm"},
    }


def test_a_loss_with_default_settings_is_one_word() -> None:
    assert to_json(Training())["loss"] == "categorical_crossentropy"
    assert to_json(Training(loss=Huber(delta=2.0)))["loss"] == {"loss": "huber", "delta": 2.0}
    assert Training.model_validate({"loss": "binary_crossentropy"}).loss == BinaryCrossentropy()
    assert next(cls.tag for cls in variants(Loss)) == "categorical_crossentropy"


def test_weight_decay_can_be_switched_off_except_where_it_is_the_point() -> None:
    assert SGD(weight_decay=None).weight_decay is None
    with pytest.raises(SpecError):
        AdamW.model_validate({"weight_decay": None})


def test_fields_that_depend_on_each_other() -> None:
    with pytest.raises(SpecError, match="multiple of groups"):
        Conv2D(filters=3, groups=2)
    with pytest.raises(SpecError, match="cannot both"):
        Conv2D(strides=(2, 2), dilation_rate=(2, 2))
    with pytest.raises(SpecError, match="at most one"):
        Reshape(target_shape=(-1, -1))
    with pytest.raises(SpecError, match="only once"):
        Training(metrics=(Metric.AUC, Metric.AUC))


def test_annotations_of_specs_are_not_text() -> None:
    """Pydantic would compile them anew for every subclass, and the package load more slowly."""
    modules = {sys.modules[base.__module__] for cls in SPEC_CLASSES for base in cls.__mro__}
    ours = [module for module in modules if module.__name__.startswith("desktop.")]
    assert len(ours) > 20
    text = [each.__name__ for each in ours if vars(each).get("annotations") is annotations]
    assert text == []
