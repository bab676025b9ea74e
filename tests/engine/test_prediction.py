"""Predictions of drawings and of images in files."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from desktop.document.choices import ActivationFunction
from desktop.document.data import (
    ArrayRow,
    Arrays,
    Cifar10,
    DataSource,
    Digits,
    LogicTable,
    Mnist,
    Scaling,
    Table,
)
from desktop.document.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Rescaling,
    Reshape,
    Softmax,
)
from desktop.document.losses import BinaryCrossentropy, CategoricalCrossentropy, MeanSquaredError
from desktop.document.project import Project, starter_project
from desktop.document.schema import Classes, DataSchema, Ink, RowCounts, RowKind
from desktop.document.spec import variants
from desktop.document.training import Training
from desktop.engine import backend, builder, images
from desktop.engine.datasets import load
from desktop.engine.drawing import preprocess
from desktop.engine.drawing_reports import Explanation, Step
from desktop.engine.image_reports import ImageFailure, ImagePrediction
from desktop.engine.images import ink_of, read_gray
from desktop.engine.layer_activations import MOST_MAPS
from desktop.engine.loaders import IMAGE_READERS
from desktop.engine.prediction import PredictionError, Predictor, suggested_project

MNIST_LIKE = Project(
    data=Mnist(), layers=(Flatten(), Dense(units=10, activation=ActivationFunction.SOFTMAX))
)


def drawing(size: int = 200) -> NDArray[np.uint8]:
    """A seven, ink 255 on 0."""
    image = Image.new("L", (size, size), 0)
    points = [(0.2, 0.15), (0.8, 0.15), (0.45, 0.85)]
    line = [(x * size, y * size) for x, y in points]
    ImageDraw.Draw(image).line(line, fill=255, width=size // 12)
    return np.asarray(image)


@pytest.fixture(scope="module")
def model() -> Any:
    return builder.build(MNIST_LIKE)


@pytest.fixture(scope="module")
def predictor(model: Any) -> Predictor:
    return Predictor(model, MNIST_LIKE)


def saved(folder: Path, array: NDArray[Any], name: str = "image.png", **options: Any) -> Path:
    path = folder / name
    Image.fromarray(array).save(path, **options)
    return path


# --- drawings -------------------------------------------------------------------------------------


def test_a_drawing_is_prepared_and_put_through_the_network(
    model: Any, predictor: Predictor
) -> None:
    result = predictor.predict_drawing(drawing(), request=7, epoch=3)
    prepared = preprocess(drawing(), (28, 28))
    assert prepared is not None
    np.testing.assert_array_equal(result.image, prepared.image)
    expected = model(prepared.image[np.newaxis]).numpy()[0]
    np.testing.assert_allclose(result.probabilities, expected, atol=1e-6)
    assert (result.request, result.epoch, result.classes) == (
        7,
        3,
        Mnist().known_schema.class_names,
    )
    assert result.seconds > 0


def test_a_step_of_the_preparation_is_left_out(model: Any, predictor: Predictor) -> None:
    result = predictor.predict_drawing(drawing(), left_out=[Step.FIT])
    prepared = preprocess(drawing(), (28, 28), left_out=[Step.FIT])
    assert prepared is not None
    np.testing.assert_array_equal(result.image, prepared.image)
    expected = model(prepared.image[np.newaxis]).numpy()[0]
    np.testing.assert_allclose(result.probabilities, expected, atol=1e-6)
    assert [step.step for step in result.steps if not step.is_used] == [Step.FIT]
    small = predictor.predict_drawing(np.full((28, 28), 200, np.uint8), left_out=[Step.FIT])
    assert small.steps == ()  # it is the network input as it stands


@pytest.mark.parametrize("is_apart", [False, True])
def test_contributions_are_gradient_of_the_logit_times_input(is_apart: bool) -> None:
    softmax = ActivationFunction.SOFTMAX
    last = (Dense(units=10), Softmax()) if is_apart else (Dense(units=10, activation=softmax),)
    layers = (Flatten(), Dense(units=8), *last)
    project = MNIST_LIKE.replace(layers=layers)
    model = builder.build(project)
    result = Predictor(model, project).predict_drawing(drawing(), wanted=[Explanation.PIXELS])
    # Of a linear network the contributions of all pixels add up to the logit without biases, which
    # are 0 at first.
    first, second = (layer.kernel.numpy() for layer in model.layers[1:3])
    assert result.probabilities is not None and result.contributions is not None
    best = int(np.argmax(result.probabilities))
    expected = result.image * (first @ second)[:, best].reshape(28, 28)
    np.testing.assert_allclose(result.contributions, expected, atol=1e-5)
    assert Predictor(model, project).predict_drawing(drawing()).contributions is None


def test_contributions_of_one_output_are_to_the_class_that_is_predicted() -> None:
    layers = (Flatten(), Dense(units=1, activation=ActivationFunction.SIGMOID))
    project = MNIST_LIKE.replace(layers=layers, training=Training(loss=BinaryCrossentropy()))
    known = MNIST_LIKE.data.known_schema
    assert known is not None
    schema = replace(known, target=Classes(names=("no", "yes")))
    model = builder.build(project, schema=schema)
    predictor = Predictor(model, project, schema)
    weights = model.layers[1].kernel
    for value, best in ((0.5, 1), (-0.5, 0)):
        weights.assign(np.full((784, 1), value))
        result = predictor.predict_drawing(drawing(), wanted=[Explanation.PIXELS])
        assert result.probabilities is not None and int(np.argmax(result.probabilities)) == best
        assert result.contributions is not None
        np.testing.assert_allclose(result.contributions, 0.5 * result.image, atol=1e-6)


def test_what_is_not_predicted_is_not_explained(model: Any, predictor: Predictor) -> None:
    empty = predictor.predict_drawing(np.zeros((100, 100), np.uint8), wanted=[Explanation.PIXELS])
    assert empty.contributions is None


def test_activations_are_those_of_each_layer_that_computes() -> None:
    layers = (
        Reshape(target_shape=(28, 28, 1)),
        Conv2D(filters=20, kernel_size=(3, 3)),
        MaxPooling2D(),
        Flatten(),
        Dropout(),
        Dense(units=10, activation=ActivationFunction.SOFTMAX),
    )
    project = MNIST_LIKE.replace(layers=layers)
    model = builder.build(project)
    wanted = [Explanation.ACTIVATIONS]
    result = Predictor(model, project).predict_drawing(drawing(), wanted=wanted)
    convolution, pooling, dense = result.activations
    assert [each.index for each in result.activations] == [1, 2, 5]
    assert (convolution.shape, convolution.values.shape) == ((26, 26, 20), (26, 26, MOST_MAPS))
    assert convolution.kernels is not None and pooling.kernels is None and dense.kernels is None
    kernel = model.layers[1].kernel.numpy()
    np.testing.assert_array_equal(convolution.kernels, kernel[:, :, 0, :MOST_MAPS])
    corner = (result.image[:3, :3, None] * kernel[:, :, 0]).sum(axis=(0, 1))
    np.testing.assert_allclose(convolution.values[0, 0], corner[:MOST_MAPS], atol=1e-5)
    np.testing.assert_allclose(
        pooling.values[3, 4], convolution.values[6:8, 8:10].max(axis=(0, 1)), atol=1e-6
    )
    np.testing.assert_allclose(dense.values, result.probabilities, atol=1e-6)


def test_an_empty_canvas_has_no_probabilities(predictor: Predictor) -> None:
    result = predictor.predict_drawing(np.zeros((100, 100), np.uint8))
    assert result.probabilities is None
    assert result.image.shape == (28, 28) and not result.image.any()


@pytest.mark.parametrize(
    ("source", "largest"),
    [
        (Mnist(), 1),
        (Mnist(scale_pixels=False), 255),
        (Digits(), 1),
        (Digits(scale_pixels=False), 16),
    ],
)
def test_full_ink_has_the_value_it_has_in_the_training_rows(source: Any, largest: float) -> None:
    project = MNIST_LIKE.replace(data=source)
    result = Predictor(builder.build(project), project).predict_drawing(drawing())
    assert result.image.shape == source.known_schema.input_shape
    assert largest * 0.7 < result.image.max() <= largest


def test_outputs_that_are_no_probabilities_are_scores() -> None:
    project = Project(
        data=Digits(),
        layers=(Flatten(), Dense(units=10)),
        training=Training(loss=MeanSquaredError()),
    )
    predictor = Predictor(builder.build(project), project)
    result = predictor.predict_drawing(drawing())
    assert result.probabilities is None
    expected = predictor.model(result.image[np.newaxis]).numpy()[0]
    np.testing.assert_allclose(result.scores, expected, atol=1e-6)


def test_logits_become_probabilities() -> None:
    project = Project(
        data=Digits(),
        layers=(Flatten(), Dense(units=10)),
        training=Training(loss=CategoricalCrossentropy(from_logits=True)),
    )
    result = Predictor(builder.build(project), project).predict_drawing(drawing())
    assert result.probabilities is not None
    assert result.probabilities.sum() == pytest.approx(1)
    assert result.probabilities.min() > 0


def test_layers_behave_as_after_training() -> None:
    layers = (Flatten(), Dropout(rate=0.5), BatchNormalization(), *MNIST_LIKE.layers[1:])
    project = MNIST_LIKE.replace(layers=layers)
    predictor = Predictor(builder.build(project), project)
    first, second = (predictor.predict_drawing(drawing()).probabilities for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_new_weights_are_seen_at_once() -> None:
    model = builder.build(MNIST_LIKE)
    predictor = Predictor(model, MNIST_LIKE)
    predictor.predict_drawing(drawing())
    kernel, bias = model.get_weights()
    bias[4] = 50.0
    model.set_weights([kernel, bias])
    probabilities = predictor.predict_drawing(drawing()).probabilities
    assert probabilities is not None and probabilities.argmax() == 4


def test_numbers_are_no_image() -> None:
    project = Project(
        data=LogicTable(),
        layers=(Dense(units=1, activation=ActivationFunction.SIGMOID),),
        training=Training(loss=BinaryCrossentropy()),
    )
    with pytest.raises(PredictionError, match="takes 2 numbers"):
        Predictor(builder.build(project), project)


def test_drawings_are_recognized_while_another_thread_trains() -> None:
    project = starter_project()
    model = builder.build(project)
    predictor = Predictor(model, project)
    generator = np.random.default_rng(0)
    x = generator.random((512, 8, 8), np.float32)
    y = np.eye(10, dtype=np.float32)[generator.integers(0, 10, 512)]
    failures: list[BaseException] = []

    def train() -> None:
        try:
            model.fit(x, y, batch_size=8, epochs=3, verbose=0)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=train)
    thread.start()
    answers = 0
    deadline = time.monotonic() + 60
    while thread.is_alive() and time.monotonic() < deadline:
        result = predictor.predict_drawing(drawing())
        assert result.probabilities is not None
        assert result.probabilities.sum() == pytest.approx(1, abs=1e-5)
        answers += 1
    thread.join()
    assert not failures
    assert answers > 3


# --- images -------------------------------------------------------------------------------------


def test_dark_on_light_and_light_on_dark_are_the_same_drawing(
    predictor: Predictor, tmp_path: Path
) -> None:
    light = saved(tmp_path, drawing(), "light.png")
    dark = saved(tmp_path, 255 - drawing(), "dark.png")
    first, second = predictor.predict_images([light, dark], with_images=True)
    assert isinstance(first, ImagePrediction) and isinstance(second, ImagePrediction)
    assert first.image is not None
    np.testing.assert_array_equal(first.image, second.image)
    # On some processors, rows of one matrix product are not rounded alike.
    np.testing.assert_allclose(first.values, second.values, rtol=1e-6)
    on_canvas = predictor.predict_drawing(drawing()).probabilities
    np.testing.assert_allclose(first.values, on_canvas, atol=1e-6)
    assert first.path == light and first.best == first.values.argmax()


def test_an_image_of_the_inputs_size_is_taken_as_it_stands(
    model: Any, predictor: Predictor, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(1).integers(0, 200, (28, 28), np.uint8)
    pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1] = 0, 0, 0, 0
    expected = model((pixels / 255).astype(np.float32)[np.newaxis]).numpy()[0]
    inverted = saved(tmp_path, 255 - pixels, "inverted.png")
    for result in predictions(predictor, saved(tmp_path, pixels), inverted):
        np.testing.assert_allclose(result.values, expected, atol=1e-5)


def test_faint_ink_is_as_good_as_black(predictor: Predictor, tmp_path: Path) -> None:
    faint = (230 - drawing() * 0.4).astype(np.uint8)
    (result,) = predictions(predictor, saved(tmp_path, faint))
    strong = predictor.predict_drawing(drawing()).probabilities
    np.testing.assert_allclose(result.values, strong, atol=0.02)


def test_a_photograph_of_uneven_paper_shows_only_the_ink(tmp_path: Path) -> None:
    generator = np.random.default_rng(2)
    shadow = np.linspace(190, 235, 200)[np.newaxis, :]
    paper = shadow + generator.normal(0, 5, (200, 200))
    photograph = np.clip(np.where(drawing() > 128, 60, paper), 0, 255).astype(np.uint8)
    ink = ink_of(read_gray(saved(tmp_path, photograph)))
    assert ink is not None
    agreement = ((ink > 128) == (drawing() > 128)).mean()
    assert agreement > 0.999
    assert not ink[:20].any() and not ink[:, :20].any()


@pytest.mark.parametrize("mode", ["RGB", "P", "1", "LA", "RGBA", "CMYK"])
def test_color_modes_all_show_the_same_ink(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("image.tiff" if mode == "CMYK" else "image.png")
    Image.fromarray(255 - drawing()).convert(mode).save(path)
    ink = ink_of(read_gray(path))
    assert ink is not None
    assert ((ink > 128) == (drawing() > 128)).mean() > 0.999


@pytest.mark.parametrize("color", ["black", "white"])
def test_ink_on_a_transparent_ground_is_seen(tmp_path: Path, color: str) -> None:
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    image.paste(color, mask=Image.fromarray(drawing()))
    image.save(tmp_path / "ink.png")
    ink = ink_of(read_gray(tmp_path / "ink.png"))
    assert ink is not None
    assert ((ink > 128) == (drawing() > 128)).mean() > 0.999


def test_deep_gray_levels_are_brought_down_to_eight_bits(tmp_path: Path) -> None:
    deep = drawing().astype(np.uint16) * 257
    np.testing.assert_array_equal(read_gray(saved(tmp_path, deep)), drawing())
    real = saved(tmp_path, drawing().astype(np.float32) * 0.01, "real.tiff")
    np.testing.assert_array_equal(read_gray(real), drawing())


def test_a_turned_photograph_is_put_upright(tmp_path: Path) -> None:
    turned = Image.fromarray(np.rot90(drawing()).copy())
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned a quarter clockwise
    turned.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    upright = read_gray(tmp_path / "turned.jpg")
    assert ((upright > 128) == (drawing() > 128)).mean() > 0.99


def predictions(predictor: Predictor, *paths: Path) -> list[ImagePrediction]:
    results = predictor.predict_images(paths)
    assert all(isinstance(each, ImagePrediction) for each in results), results
    return [each for each in results if isinstance(each, ImagePrediction)]


def refused(predictor: Predictor, path: Path) -> str:
    (failure,) = predictor.predict_images([path])
    assert isinstance(failure, ImageFailure) and failure.path == path
    message = failure.message
    assert str(path) in message and "\n" not in message
    return message


def test_bad_files_are_refused_each_with_its_reason(predictor: Predictor, tmp_path: Path) -> None:
    assert "does not exist" in refused(predictor, tmp_path / "none.png")
    assert "is a folder" in refused(predictor, tmp_path)
    text = tmp_path / "text.png"
    text.write_text("hello")
    assert "not an image" in refused(predictor, text)
    cut = saved(tmp_path, np.random.default_rng(0).integers(0, 255, (99, 99), np.uint8), "cut.png")
    cut.write_bytes(cut.read_bytes()[:2000])
    assert "damaged" in refused(predictor, cut)
    blank = saved(tmp_path, np.full((60, 60), 200, np.uint8), "blank.png")
    assert "no ink" in refused(predictor, blank)


@pytest.mark.parametrize("size", [28, 300])
@pytest.mark.parametrize("paper", [0, 255])
def test_a_page_without_ink_is_no_digit(
    predictor: Predictor, tmp_path: Path, size: int, paper: int
) -> None:
    blank = np.full((size, size), paper, np.uint8)
    assert "no ink" in refused(predictor, saved(tmp_path, blank))
    noise = np.random.default_rng(3).normal(abs(paper - 40), 8, (size, size))
    noisy = np.clip(noise, 0, 255).astype(np.uint8)
    assert "no ink" in refused(predictor, saved(tmp_path, noisy))


def test_one_bad_image_does_not_stop_the_others(predictor: Predictor, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("hello")
    good = saved(tmp_path, drawing())
    first, second, third = predictor.predict_images([good, bad, good])
    assert isinstance(first, ImagePrediction) and isinstance(third, ImagePrediction)
    assert isinstance(second, ImageFailure) and "bad.png is not an image" in second.message


def test_outputs_that_are_no_numbers_are_no_prediction(tmp_path: Path) -> None:
    model = builder.build(MNIST_LIKE)
    model.layers[-1].set_weights([array * np.nan for array in model.layers[-1].get_weights()])
    path = saved(tmp_path, drawing())
    assert "are not numbers" in refused(Predictor(model, MNIST_LIKE), path)


def test_a_drawing_gets_no_probabilities_from_outputs_that_are_no_numbers() -> None:
    model = builder.build(MNIST_LIKE)
    model.layers[-1].set_weights([array * np.nan for array in model.layers[-1].get_weights()])
    found = Predictor(model, MNIST_LIKE).predict_drawing(drawing())
    assert found.probabilities is not None
    assert np.isnan(found.probabilities).all()


def test_twelve_bits_in_sixteen_are_brought_to_full_contrast(tmp_path: Path) -> None:
    twelve = drawing().astype(np.uint16) * 16 + 15
    np.testing.assert_allclose(read_gray(saved(tmp_path, twelve)), drawing(), atol=2)


def test_colors_that_are_equally_bright_are_distinguished(tmp_path: Path) -> None:
    ink = drawing() > 128
    colors = np.where(ink[..., np.newaxis], (255, 0, 0), (0, 130, 0)).astype(np.uint8)
    found = ink_of(read_gray(saved(tmp_path, colors)))
    assert found is not None and ((found > 128) == ink).mean() > 0.999


def test_images_that_unpack_to_too_much_are_not_unpacked(
    predictor: Predictor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = saved(tmp_path, np.zeros((10, 100), np.uint8), "wide.png")
    monkeypatch.setattr(images, "MAX_PIXELS", 999)
    assert "100 × 10 pixels" in refused(predictor, wide)
    monkeypatch.setattr(images, "MAX_BYTES", 10)
    assert "larger than" in refused(predictor, wide)
    monkeypatch.undo()
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert "far too many pixels" in refused(predictor, wide)


def test_outputs_that_are_no_classes_are_refused(tmp_path: Path) -> None:
    project = Project(
        data=Digits(),
        layers=(Flatten(), Dense(units=1)),
        training=Training(loss=MeanSquaredError()),
    )
    predictor = Predictor(builder.build(project), project)
    with pytest.raises(PredictionError, match="do not stand for classes"):
        predictor.predict_images([saved(tmp_path, drawing())])
    assert predictor.predict_drawing(drawing()).probabilities is None


# --- models that nothing is known about -----------------------------------------------------------


def test_what_a_model_was_made_for_is_inferred_from_its_shape() -> None:
    model = builder.build(MNIST_LIKE)
    assert suggested_project(model).data == Mnist()
    digits = starter_project().replace(layers=(Flatten(), Dense(units=10), Softmax()))
    assert suggested_project(builder.build(digits)).data == Digits()


def test_outputs_without_softmax_are_taken_for_logits() -> None:
    for function, logits in (
        (ActivationFunction.SOFTMAX, False),
        (ActivationFunction.LINEAR, True),
    ):
        layers = (Flatten(), Dense(units=10, activation=function))
        loss = CategoricalCrossentropy(from_logits=logits)
        project = Project(data=Digits(), layers=layers, training=Training(loss=loss))
        assert suggested_project(builder.build(project)).training.loss == loss


@pytest.mark.parametrize(("scale", "scaled"), [(1 / 255, False), (1 / 127.5, False), (2.0, True)])
def test_a_model_that_scales_pixels_itself_gets_them_unscaled(scale: float, scaled: bool) -> None:
    layers = (
        Flatten(),
        Rescaling(scale=scale),
        Dense(units=10, activation=ActivationFunction.SOFTMAX),
    )
    model = builder.build(MNIST_LIKE.replace(data=Mnist(scale_pixels=scaled), layers=layers))
    assert suggested_project(model).data == Mnist(scale_pixels=scaled)


def test_a_shape_that_suggests_nothing_is_reported() -> None:
    project = Project(
        data=LogicTable(),
        layers=(Dense(units=1, activation=ActivationFunction.SIGMOID),),
        training=Training(loss=BinaryCrossentropy()),
    )
    with pytest.raises(PredictionError, match="name its project"):
        suggested_project(builder.build(project))


def test_several_symbols_on_a_page_are_predicted_one_by_one(
    predictor: Predictor, tmp_path: Path
) -> None:
    page = np.full((300, 700), 250, np.uint8)
    for left in (40, 250, 460):
        page[50:250, left : left + 200] -= drawing() // 255 * 230
    path, single = saved(tmp_path, page, "page.png"), saved(tmp_path, drawing(), "one.png")
    (alone,) = predictions(predictor, single)
    *several, last = predictor.predict_images([path, single], with_images=True)
    assert len(several) == 3
    for number, each in enumerate(several, 1):
        assert isinstance(each, ImagePrediction) and each.box is not None
        assert (each.path, each.number) == (path, number) and each.page is not None
        assert each.box.left * 700 == pytest.approx(40 + 210 * (number - 1) + 40, abs=12)
        np.testing.assert_allclose(each.values, alone.values, atol=0.05)
    assert isinstance(last, ImagePrediction)
    assert (last.path, last.number, last.page) == (single, 0, None)


def test_classes_that_are_no_characters_are_not_looked_for_one_by_one(tmp_path: Path) -> None:
    page = np.full((300, 700), 250, np.uint8)
    for left in (40, 460):
        page[50:250, left : left + 200] -= drawing() // 255 * 230
    schema = DataSchema(
        (28, 28), RowKind.IMAGE, Classes(("cat", "dog")), RowCounts(10), value_range=(0.0, 1.0)
    )
    keras = backend.keras()
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")])
    model.build((None, 28, 28))
    (result,) = Predictor(model, MNIST_LIKE, schema).predict_images([saved(tmp_path, page)])
    assert isinstance(result, ImagePrediction) and result.box is None and result.number == 0


def test_a_model_with_two_inputs_is_refused() -> None:
    keras = backend.keras()
    inputs = [keras.Input((28, 28)), keras.Input((28, 28))]
    with pytest.raises(PredictionError, match="several inputs"):
        suggested_project(keras.Model(inputs, keras.layers.Add()(inputs)))


@pytest.mark.parametrize("source", [Cifar10(), Arrays()])
def test_pictures_in_color_are_fitted_into_the_input(tmp_path: Path, source: DataSource) -> None:
    model = backend.keras().Sequential(
        [backend.keras().layers.Flatten(), backend.keras().layers.Dense(2, activation="softmax")]
    )
    model.build((None, 32, 32, 3))
    schema = DataSchema(
        (32, 32, 3), RowKind.IMAGE, Classes(("a", "b")), RowCounts(10), value_range=(0.0, 1.0)
    )
    predictor = Predictor(model, Project(data=source), schema)
    wide = np.zeros((20, 40, 3), np.uint8)
    wide[..., 0] = 255
    (result,) = predictor.predict_images([saved(tmp_path, wide)], with_images=True)
    assert isinstance(result, ImagePrediction) and result.image is not None
    red, white = (1.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    np.testing.assert_allclose(result.image[16], [red] * 32)
    np.testing.assert_allclose(result.image[[0, 31]], [[white] * 32] * 2)
    assert {result.best, result.runner_up} == {0, 1}

    # While the file is the same it is read once, however often the network is asked.
    (again,) = predictor.predict_images([result.path], with_images=True)
    assert isinstance(again, ImagePrediction) and again.image is result.image
    saved(tmp_path, np.zeros((5, 5, 3), np.uint8))
    (other,) = predictor.predict_images([result.path], with_images=True)
    assert isinstance(other, ImagePrediction) and other.image is not None and other.image.max() == 0


def test_the_sources_of_pictures_say_so() -> None:
    assert set(IMAGE_READERS) == {kind for kind in variants(DataSource) if kind.takes_pictures}


# --- the same preparation as in training ----------------------------------------------------------


def _raw(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Twelve images of six rows and five columns, light on a dark margin."""
    x = np.random.default_rng(3).integers(0, 256, (12, 6, 5, *shape), np.uint8)
    x[:, [0, -1]] = x[:, :, [0, -1]] = 0
    x[:, 2, 2] = 255
    return x


@pytest.mark.parametrize("channels", [(), (3,)], ids=["gray", "color"])
@pytest.mark.parametrize(
    ("as_stored", "scaling"),
    [
        (lambda x: x, None),
        (lambda x: x, Scaling.STANDARDIZE),
        (lambda x: x, Scaling.NONE),
        (lambda x: x.astype(np.float32) / 255, None),
        (lambda x: x.astype(np.float32) / 127.5 - 1, Scaling.NONE),
        (lambda x: x.astype(np.float32) / 127.5 - 1, None),
        (lambda x: x.astype(np.float32) / 255 - 0.5, Scaling.NONE),
        (lambda x: x.astype(np.float32) / 255 - 0.5, None),
        (lambda x: x.astype(np.float64), Scaling.STANDARDIZE),
    ],
    ids=[
        *("bytes", "standardized", "as they are", "0 to 1", "-1 to 1", "shifted"),
        *("-0.5 to 0.5", "centered and shifted", "0.0 to 255.0"),
    ],
)
def test_files_are_prepared_as_the_arrays_were(
    tmp_path: Path,
    channels: tuple[int, ...],
    as_stored: Callable[[NDArray[np.uint8]], NDArray[Any]],
    scaling: Scaling | None,
) -> None:
    raw, y = _raw(channels), np.arange(12) % 2
    x, file = as_stored(raw), tmp_path / "images.npz"
    np.savez(file, x_train=x[:9], y_train=y[:9], x_test=x[9:], y_test=y[9:])
    source = Arrays(path=str(file), row=ArrayRow.IMAGE, scaling=scaling, validation_split=0)
    dataset = load(source)
    layers = backend.keras().layers
    model = backend.keras().Sequential([layers.Flatten(), layers.Dense(2, activation="softmax")])
    model.build((None, *dataset.schema.input_shape))
    predictor = Predictor(model, Project(data=source), dataset.schema)
    paths = [saved(tmp_path, image, f"{number}.png") for number, image in enumerate(raw[9:])]
    results = predictor.predict_images(paths, with_images=True)
    expected = model(dataset.test.x).numpy()
    for result, row, outputs in zip(results, dataset.test.x, expected, strict=True):
        assert isinstance(result, ImagePrediction) and result.image is not None
        np.testing.assert_allclose(result.image, row, atol=1e-5)
        np.testing.assert_allclose(result.values, outputs, atol=1e-5)

    # A drawing has the same black and white; without ink it is all paper, and not predicted.
    if not channels:
        low, high = dataset.schema.value_range
        drawn = predictor.predict_drawing(raw[9])
        np.testing.assert_allclose(drawn.image, dataset.test.x[0], atol=1e-5)
        assert drawn.probabilities is not None
        blank = predictor.predict_drawing(np.zeros((40, 40), np.uint8))
        assert blank.probabilities is None and (blank.image == np.float32(low)).all()
        full = predictor.predict_drawing(drawing())
        assert full.image.min() == pytest.approx(low) and full.image.max() <= high + 1e-5


def test_files_are_as_dark_on_light_as_the_rows_of_the_table(tmp_path: Path) -> None:
    rows = 255 - _raw(())
    layers = backend.keras().layers
    model = backend.keras().Sequential([layers.Flatten(), layers.Dense(2, activation="softmax")])
    model.build((None, 6, 5))
    schema = DataSchema(
        (6, 5), RowKind.IMAGE, Classes(("a", "b")), RowCounts(10), (0.0, 1.0), ink=Ink.DARK
    )
    predictor = Predictor(model, Project(data=Table(path="images.csv")), schema)
    (result,) = predictor.predict_images([saved(tmp_path, rows[0])], with_images=True)
    assert isinstance(result, ImagePrediction) and result.image is not None
    np.testing.assert_allclose(result.image, rows[0] / 255, atol=1e-6)
