"""A drawing becomes the image a network was trained on.

A network only recognizes what looks like its training rows. Each data set made its images from
scanned ink in its own way; here a drawing goes the same way, step by step. Every step is kept so
that it can be shown, and can be left out to see what it is worth.

* MNIST (28 × 28): the ink is fitted into 20 × 20 pixels with its proportions kept, antialiased, and
  placed so that its center of mass is in the middle of the field (Y. LeCun, C. Cortes, C. Burges,
  "The MNIST database of handwritten digits"). Other sizes are done alike, in proportion.
* Optical digits (8 × 8, scikit-learn's `load_digits`): NIST's form-reading programs freed the ink
  of its slant, stretched it to 32 rows by 20 columns of a 32 × 32 bitmap and evened out the
  thickness of its strokes (M. Garris et al., NISTIR 5469); each pixel of the 8 × 8 image counts
  the inked ones of 16 (E. Alpaydin, C. Kaynak, UCI "Optical Recognition of Handwritten Digits").

`tests/benchmarks/bench_drawing.py` measures what each step is worth on real pen strokes.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from desktop.document.schema import is_grayscale
from desktop.engine.drawing_reports import DrawingStep, Step
from desktop.engine.reports import FloatArray, read_only

Raster = NDArray[np.uint8]

FULL = 255  # full ink in a raster
SHOWN = 300  # pixels a side; the picture of a step with more is reduced
FAINTEST = 32  # what is fainter is the edge of a stroke, or left over by the eraser

MNIST_SIZE, MNIST_BOX = 28, 20

DIGITS_SIZE = 8
BITMAP, BITMAP_WIDTH = 32, 20  # NIST's bitmap, and the columns of it that a digit fills
BITMAP_INK = 312  # inked pixels of the bitmap: the mean of scikit-learn's 1,797 digits
WIDEST_STRETCH = 1.5  # a one stays a stroke: at most this much wider than in its own proportions
BLUR = 1.2  # bitmap pixels; how far the evening out of strokes looks
EDGE = 0.25  # part of full ink over which the edge of an evened stroke fades


@dataclass(frozen=True)
class PreparedDrawing:
    """A drawing as a network gets it, and how it came about.

    `image` is float32 of the input's (h, w) with ink `maximum` on 0. `steps` are in order, those
    left out too, large images reduced; the last one is `image` before scaling. There are none of
    an image that is taken as it stands. Arrays are read-only.
    """

    image: FloatArray
    steps: tuple[DrawingStep, ...]


def preprocess(
    raster: Raster,
    input_shape: tuple[int, ...],
    maximum: float = 1.0,
    left_out: Collection[Step] = (),
) -> PreparedDrawing | None:
    """The drawing `raster`, uint8 (h, w) with ink 255 on 0, made ready for a network.

    `maximum` is the value of full ink in the rows the network was trained with: 1 for scaled
    pixels, else 255 for MNIST, 16 for the optical digits. Without a step that is `left_out`, the
    ink stays where it is on the paper, as large, as slanted or as thick as it was drawn. None if
    there is no ink. Raises ValueError if the raster or the input is not an image.
    """
    if raster.ndim != 2 or raster.dtype != np.uint8:
        raise ValueError(
            f"a drawing is a uint8 array (h, w), not {raster.dtype} {tuple(raster.shape)}"
        )
    if not is_grayscale(input_shape):
        raise ValueError(f"the input has shape {input_shape}, not (h, w) or (h, w, 1)")
    cropped = crop(raster)
    if cropped is None:
        return None
    height, width = input_shape[:2]
    like = _like_mnist
    if (height, width) == (DIGITS_SIZE, DIGITS_SIZE):
        like = _like_optical_digits
    is_cropped = Step.CROP not in left_out
    start = cropped if is_cropped else raster
    steps = [
        DrawingStep(Step.CROP, "Crop to the ink", start, is_cropped),
        *like(start, raster.shape, height, width, left_out),
    ]
    image = steps[-1].image.astype(np.float32) * np.float32(maximum / FULL)
    return PreparedDrawing(
        read_only(image),
        tuple(replace(step, image=read_only(_shown(step.image))) for step in steps),
    )


def crop(raster: Raster) -> Raster | None:
    """The smallest part of `raster` with all of the ink, or None without ink."""
    ink = raster >= FAINTEST
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return None
    return raster[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def center_of_mass(image: NDArray[Any]) -> tuple[float, float]:
    """Row and column of the ink's center of mass; the middle of pixel (0, 0) is (0.5, 0.5)."""
    total = float(image.sum(dtype=np.float64))
    rows = float(image.sum(axis=1, dtype=np.float64) @ np.arange(image.shape[0])) / total
    columns = float(image.sum(axis=0, dtype=np.float64) @ np.arange(image.shape[1])) / total
    return rows + 0.5, columns + 0.5


def slant(image: Raster) -> float:
    """How far the ink leans: columns to the right per row downwards, by its second moments."""
    row, column = center_of_mass(image)
    weights = image.astype(np.float64)
    down = np.arange(image.shape[0]) + 0.5 - row
    right = np.arange(image.shape[1]) + 0.5 - column
    variance = float(down**2 @ weights.sum(axis=1))
    return float(down @ weights @ right) / variance if variance > 0 else 0.0


# --- MNIST ----------------------------------------------------------------------------------------


def _like_mnist(
    image: Raster, paper: tuple[int, ...], height: int, width: int, left_out: Collection[Step]
) -> list[DrawingStep]:
    box_height = max(1, round(height * MNIST_BOX / MNIST_SIZE))
    box_width = max(1, round(width * MNIST_BOX / MNIST_SIZE))
    is_fitted, is_centered = Step.FIT not in left_out, Step.CENTER not in left_out
    if is_fitted:
        sized = fit(image, box_height, box_width)
    else:
        sized = _as_drawn(image, paper, height, width)
    placed = _in_the_middle(sized, height, width)
    if is_centered and sized.any():  # a dot on large paper that is not cropped may be lost
        # The blank paper around the ink must not keep it from the middle.
        ink = _without_blank_edges(sized) if Step.CROP in left_out else sized
        placed = place(ink, height, width)
    return [
        DrawingStep(Step.FIT, f"Fit into {box_width} × {box_height}", sized, is_fitted),
        DrawingStep(Step.CENTER, "Center of mass in the middle", placed, is_centered),
    ]


def fit(image: Raster, height: int, width: int) -> Raster:
    """`image` as large as fits into (height, width), proportions kept, antialiased."""
    scale = min(height / image.shape[0], width / image.shape[1])
    return _resized(
        image, max(1, round(image.shape[0] * scale)), max(1, round(image.shape[1] * scale))
    )


def place(image: Raster, height: int, width: int) -> Raster:
    """`image` on an empty field, moved by whole pixels so that its center of mass is in the middle.

    The middle is the pixel (height // 2, width // 2): in each of MNIST's own images the center of
    mass is within that pixel. A very lopsided drawing stops at the edge of the field, so that no
    ink is lost.
    """
    row, column = center_of_mass(image)
    top = min(max(height // 2 - math.floor(row), 0), height - image.shape[0])
    left = min(max(width // 2 - math.floor(column), 0), width - image.shape[1])
    field = np.zeros((height, width), np.uint8)
    field[top : top + image.shape[0], left : left + image.shape[1]] = image
    return field


# --- optical digits -------------------------------------------------------------------------------


def _like_optical_digits(
    image: Raster, paper: tuple[int, ...], height: int, width: int, left_out: Collection[Step]
) -> list[DrawingStep]:
    is_upright, is_stretched = Step.SLANT not in left_out, Step.FIT not in left_out
    is_even = Step.STROKES not in left_out
    upright = image
    if is_upright:
        upright = _sheared(image, slant(image)) if Step.CROP in left_out else straighten(image)
    if is_stretched:
        columns = round(upright.shape[1] / upright.shape[0] * BITMAP * WIDEST_STRETCH)
        sized = _resized(upright, BITMAP, min(BITMAP_WIDTH, max(1, columns)))
    else:
        sized = _as_drawn(upright, paper, BITMAP, BITMAP)
    bitmap = _in_the_middle(sized, BITMAP, BITMAP)
    strokes = even_strokes(bitmap, BITMAP_INK) if is_even else bitmap
    block = BITMAP // DIGITS_SIZE
    counted = strokes.reshape(height, block, width, block).mean(axis=(1, 3))
    return [
        DrawingStep(Step.SLANT, "Remove the slant", upright, is_upright),
        DrawingStep(Step.FIT, f"Stretch to {BITMAP_WIDTH} × {BITMAP}", bitmap, is_stretched),
        DrawingStep(Step.STROKES, "Even stroke width", strokes, is_even),
        DrawingStep(None, f"Ink in blocks of {block} × {block}", np.rint(counted).astype(np.uint8)),
    ]


def straighten(image: Raster) -> Raster:
    """`image` sheared along its rows until it no longer leans, and cropped to the ink again."""
    lean = slant(image)
    reach = int(abs(lean) * image.shape[0]) + 2
    cropped = crop(_sheared(np.pad(image, ((0, 0), (reach, reach))), lean))
    return image if cropped is None else cropped


def _sheared(image: Raster, lean: float) -> Raster:
    """`image` with its ink freed of the slant `lean`, showing the same part of the paper."""
    row, _ = center_of_mass(image)
    picture = Image.fromarray(image)
    sheared = picture.transform(
        picture.size,
        Image.Transform.AFFINE,
        (1.0, lean, -lean * row, 0.0, 1.0, 0.0),
        Image.Resampling.BILINEAR,
    )
    upright: Raster = np.asarray(sheared)
    return upright


def even_strokes(image: Raster, ink: int) -> Raster:
    """`image` with strokes thinned or thickened until about `ink` pixels are inked.

    The image is blurred, and what is darker than the `ink`-th darkest pixel is ink: a stroke
    grows or shrinks on all its sides alike. Edges fade over a part `EDGE` of full ink. Strokes do
    not grow further than the blur reaches: a short one stays with less ink.
    """
    blurred = np.asarray(
        Image.fromarray(image).filter(ImageFilter.GaussianBlur(BLUR)), dtype=np.float64
    )
    faintest = FULL * EDGE / 2  # from here on, what is blank fades to nothing
    threshold = max(float(np.partition(blurred, -ink, axis=None)[-ink]), faintest)
    faded = (blurred - threshold) / (FULL * EDGE) + 0.5
    even: Raster = np.rint(np.clip(faded, 0.0, 1.0) * FULL).astype(np.uint8)
    return even


def _resized(image: Raster, height: int, width: int) -> Raster:
    scaled = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)
    resized: Raster = np.asarray(scaled)
    return resized


def _shown(image: Raster) -> Raster:
    """`image`, or if it is large, a smaller one in its place."""
    factor = math.ceil(max(image.shape) / SHOWN)
    if factor == 1:
        return image
    reduced: Raster = np.asarray(Image.fromarray(image).reduce(factor))
    return reduced


# --- without steps --------------------------------------------------------------------------------


def _as_drawn(image: Raster, paper: tuple[int, ...], height: int, width: int) -> Raster:
    """`image`, a part of paper of that shape, as large as it is if all the paper is shown."""
    scale = min(height / paper[0], width / paper[1])
    rows, columns = round(image.shape[0] * scale), round(image.shape[1] * scale)
    # What was freed of its slant may have become wider than the paper.
    return _resized(image, min(max(1, rows), height), min(max(1, columns), width))


def _in_the_middle(image: Raster, height: int, width: int) -> Raster:
    """`image` in the middle of an empty field, wherever its ink is."""
    field = np.zeros((height, width), np.uint8)
    top, left = (height - image.shape[0]) // 2, (width - image.shape[1]) // 2
    field[top : top + image.shape[0], left : left + image.shape[1]] = image
    return field


def _without_blank_edges(image: Raster) -> Raster:
    """The part of `image`, which is not blank, with any ink, however faint."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
