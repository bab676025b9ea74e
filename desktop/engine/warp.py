"""Images whose pixels are moved: by several layers together, each pixel looked up once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from desktop.document.choices import FillMode, Interpolation
from desktop.document.layers import Layer
from desktop.engine import backend

_SUPPLY = 1 << 18  # numbers: many times as many as an image has

# Where each pixel of the images that a layer makes comes from: x and y, (rows, height * width).
Places = tuple[Any, Any]
# How a layer moves places: to a0·x + a1·y + a2 and b0·x + b1·y + b2, six numbers or tensors of
# shape (rows, 1); or both by the same distance, (rows, height * width).
Move = tuple[Any, ...]


def warped(images: Any, layers: Sequence[tuple[Layer, Any]], steps: int) -> Any:
    """`images`, (rows, height, width, channels), after `layers`, of which all fill in the same way.

    `layers` are the settings of layers and the Keras layers themselves, which draw what is random.
    The rows are those of `steps` batches.
    """
    tf = backend.tensorflow()
    _, height, width, _ = images.shape
    moves = [SHIFTS[spec.tag](layer, images, steps) for spec, layer in layers]

    def look_up(images: Any, moves: Sequence[Move]) -> Any:
        x, y = tf.meshgrid(tf.range(width, dtype=tf.float32), tf.range(height, dtype=tf.float32))
        places: Places = tf.reshape(x, (1, -1)), tf.reshape(y, (1, -1))
        # The last layer says where a pixel comes from in what the one before it makes, and so on.
        for move in reversed(moves):
            places = _moved(places, move)
        values = _looked_up(images, places, layers[0][0])
        for spec, _ in layers:
            if "value_range" in type(spec).model_fields:
                values = tf.clip_by_value(values, *spec.value_range)  # type: ignore[attr-defined]
        return values

    return tf.function(look_up, jit_compile=True, autograph=False)(images, moves)


# --- what each layer does to places ---------------------------------------------------------------


def _moved(places: Places, move: Move) -> Places:
    x, y = places
    if len(move) == 1:
        return x + move[0], y + move[0]
    a0, a1, a2, b0, b1, b2 = move
    return a0 * x + a1 * y + a2, b0 * x + b1 * y + b2


def _rotation(layer: Any, images: Any, _: int) -> Move:
    matrix = layer.get_random_transformation(images)["rotation_matrix"]
    return tuple(matrix[:, place : place + 1] for place in range(6))


def _translation(layer: Any, images: Any, _: int) -> Move:
    by = layer.get_random_transformation(images)["translations"]
    return 1.0, 0.0, -by[:, :1], 0.0, 1.0, -by[:, 1:]


def _zoom(layer: Any, images: Any, _: int) -> Move:
    drawn = layer.get_random_transformation(images)
    x, y = drawn["width_zoom"], drawn["height_zoom"]
    height, width = images.shape[1:3]
    return x, 0.0, (width - 1) / 2 * (1 - x), 0.0, y, (height - 1) / 2 * (1 - y)


def _shear(layer: Any, images: Any, _: int) -> Move:
    by = layer.get_random_transformation(images)["shear_factor"]
    return 1.0, by[:, :1], 0.0, by[:, 1:], 1.0, 0.0


def _elastic(layer: Any, images: Any, steps: int) -> Move:
    """Keras's distortion: normal noise of deviation σ, blurred by σ, times α.

    σ and α are proportional to a strength that is drawn for each batch. The same noise shifts x and
    y, as Keras draws it twice from one seed. To draw it for each image would take longer than all
    else: there is a supply of it, of which each image takes a part at random.
    """
    tf, random = backend.tensorflow(), backend.keras().random
    rows, height, width, _ = images.shape
    seed = layer.generator
    probability = random.uniform((rows,), *layer.factor, seed=seed)
    is_moved = random.uniform((rows,), seed=seed) < probability
    strength = random.uniform((steps,), *layer.scale, seed=seed)
    alpha, sigma = 0.1 * max(height, width) * strength, 0.05 * min(height, width) * strength
    supply = random.normal((height + min(_SUPPLY // width, rows * height), width), seed=seed)
    start = random.randint((rows, 1), 0, supply.shape[0] - height + 1, seed=seed)
    noise = tf.gather(supply, start + tf.range(height))
    # Along one axis, then along the other.
    field = tf.matmul(tf.reshape(noise, (steps, -1, width)), _blur(width, sigma), transpose_b=True)
    field = tf.transpose(tf.reshape(field, (rows, height, width)), (0, 2, 1))
    blur = _blur(height, sigma) * (alpha * sigma)[:, None, None]
    field = tf.matmul(tf.reshape(field, (steps, -1, height)), blur, transpose_b=True)
    field = tf.transpose(tf.reshape(field, (rows, width, height)), (0, 2, 1))
    by = tf.reshape(field, (rows, -1)) * tf.cast(is_moved, tf.float32)[:, None]
    return (by,)


def _blur(size: int, sigma: Any) -> Any:
    """Matrices that blur `size` values in a line by a Gaussian of each `sigma`, (n, size, size).

    It ends at three times σ rounded down; beyond the ends of the line there are zeros.
    """
    tf = backend.tensorflow()
    sigma = tf.maximum(sigma, 1e-6)[:, None]
    reach = 3.0 * tf.floor(sigma)

    def weight(distance: Any) -> Any:
        inside = tf.abs(distance) <= reach
        return tf.where(inside, tf.exp(-0.5 * tf.square(distance / sigma)), 0.0)

    line = tf.range(size, dtype=tf.float32)
    total = tf.reduce_sum(weight(tf.range(-size, size + 1, dtype=tf.float32)[None]), axis=1)
    distances = tf.reshape(line[:, None] - line[None], (1, -1))
    return tf.reshape(weight(distances), (-1, size, size)) / total[:, None, None]


SHIFTS: Mapping[str, Callable[[Any, Any, int], Move]] = {
    "RandomRotation": _rotation,
    "RandomTranslation": _translation,
    "RandomZoom": _zoom,
    "RandomShear": _shear,
    "RandomElasticTransform": _elastic,
}


# --- looking up -----------------------------------------------------------------------------------


def _looked_up(images: Any, places: Places, spec: Layer) -> Any:
    """The values of `images` at `places`, as the settings `spec` say to fill and interpolate.

    As TensorFlow's ImageProjectiveTransformV3 does it, which takes twice as long.
    """
    tf = backend.tensorflow()
    rows, height, width, channels = images.shape
    fill_mode, fill_value = spec.fill_mode, spec.fill_value  # type: ignore[attr-defined]
    x, y = (_inside(at, size, fill_mode) for at, size in zip(places, (width, height), strict=True))
    is_nearest = spec.interpolation == Interpolation.NEAREST  # type: ignore[attr-defined]
    if is_nearest:
        x, y = _rounded(x), _rounded(y)
    # A border, so that no neighbor has to be looked for.
    framed = tf.pad(images, ((0, 0), (1, 2), (1, 2), (0, 0)), constant_values=fill_value)
    line = width + 3
    pixels = tf.reshape(framed, (-1, channels))
    left, top = tf.floor(x), tf.floor(y)
    starts = (height + 3) * line * tf.range(rows)[:, None]
    first = starts + (tf.cast(top, tf.int32) + 1) * line + tf.cast(left, tf.int32) + 1
    values = tf.gather(pixels, first)
    if not is_nearest:
        right, down = (x - left)[..., None], (y - top)[..., None]
        values += right * (tf.gather(pixels, first + 1) - values)
        below = tf.gather(pixels, first + line)
        below += right * (tf.gather(pixels, first + line + 1) - below)
        values += down * (below - values)
    return tf.reshape(values, images.shape)


def _rounded(values: Any) -> Any:
    """Halves are rounded away from zero."""
    tf = backend.tensorflow()
    return tf.sign(values) * tf.floor(tf.abs(values) + 0.5)


def _inside(at: Any, size: int, fill_mode: FillMode) -> Any:
    """Places along an axis of `size` pixels, those beyond its ends brought inside.

    Where these have a constant value, one pixel beyond the ends has it as well.
    """
    tf = backend.tensorflow()
    last = float(size - 1)
    if fill_mode == FillMode.CONSTANT:
        return tf.clip_by_value(at, -1.0, float(size))
    if size == 1:
        return tf.zeros_like(at)
    if fill_mode == FillMode.REFLECT:
        twice = 2.0 * size
        before = at + twice * tf.floor(-at / twice)
        before = tf.where(before < -size, before + twice, -before - 1)
        after = at - twice * tf.floor(at / twice)
        after = tf.where(after >= size, twice - after - 1, after)
    else:
        before = at + size * (tf.floor(-at / last) + 1)
        after = at - size * tf.floor(at / last)
    if fill_mode != FillMode.NEAREST:
        at = tf.where(at < 0, before, tf.where(at > last, after, at))
    return tf.clip_by_value(at, 0.0, last)
