"""A drawing becomes the image a network was trained on.

A network only recognizes what looks like its training rows. Each data set made its images from
scanned ink in its own way; here a drawing goes the same way, step by step, and every step is kept
so that it can be shown.

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
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from desktop.document.schema import is_grayscale
from desktop.engine.reports import FloatArray, read_only

Raster = NDArray[np.uint8]

FULL = 255  # full ink in a raster
FAINTEST = 32  # what is fainter is the edge of a stroke, or left over by the eraser

MNIST_SIZE, MNIST_BOX = 28, 20

DIGITS_SIZE = 8
BITMAP, BITMAP_WIDTH = 32, 20  # NIST's bitmap, and the columns of it that a digit fills
BITMAP_INK = 312  # inked pixels of the bitmap: the mean of scikit-learn's 1,797 digits
WIDEST_STRETCH = 1.5  # a one stays a stroke: at most this much wider than in its own proportions
BLUR = 1.2  # bitmap pixels; how far the evening out of strokes looks
EDGE = 0.25  # part of full ink over which the edge of an evened stroke fades


@dataclass(frozen=True)
class Step:
    """One stage on the way, `image` being its uint8 image (h, w) with ink 255 on 0."""

    title: str
    image: Raster


@dataclass(frozen=True)
class PreparedDrawing:
    """A drawing as a network gets it, and how it came about.

    `image` is float32 of the input's (h, w) with ink `maximum` on 0; `steps` are in order, the
    last one being `image` before scaling. Arrays are read-only.
    """

    image: FloatArray
    steps: tuple[Step, ...]


def preprocess(
    raster: Raster, input_shape: tuple[int, ...], maximum: float = 1.0
) -> PreparedDrawing | None:
    """The drawing `raster`, uint8 (h, w) with ink 255 on 0, made ready for a network.

    `maximum` is the value of full ink in the rows the network was trained with: 1 for scaled
    pixels, else 255 for MNIST, 16 for the optical digits. None if there is no ink. Raises
    ValueError if the raster or the input is not an image.
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
    steps = [Step("Cropped to the ink", cropped)]
    if (height, width) == (DIGITS_SIZE, DIGITS_SIZE):
        steps += _like_optical_digits(cropped)
    else:
        steps += _like_mnist(cropped, height, width)
    image = steps[-1].image.astype(np.float32) * np.float32(maximum / FULL)
    return PreparedDrawing(
        read_only(image), tuple(Step(step.title, read_only(step.image)) for step in steps)
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


def _like_mnist(cropped: Raster, height: int, width: int) -> list[Step]:
    box = MNIST_BOX / MNIST_SIZE
    fitted = fit(cropped, max(1, round(height * box)), max(1, round(width * box)))
    return [
        Step(f"Fitted into {round(width * box)} × {round(height * box)}", fitted),
        Step("Center of mass in the middle", place(fitted, height, width)),
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


def _like_optical_digits(cropped: Raster) -> list[Step]:
    upright = straighten(cropped)
    width = min(
        BITMAP_WIDTH,
        max(1, round(upright.shape[1] / upright.shape[0] * BITMAP * WIDEST_STRETCH)),
    )
    stretched = np.zeros((BITMAP, BITMAP), np.uint8)
    left = (BITMAP - width) // 2
    stretched[:, left : left + width] = _resized(upright, BITMAP, width)
    even = even_strokes(stretched, BITMAP_INK)
    block = BITMAP // DIGITS_SIZE
    counted = even.reshape(DIGITS_SIZE, block, DIGITS_SIZE, block).mean(axis=(1, 3))
    return [
        Step("Slant removed", upright),
        Step(f"Stretched to {BITMAP_WIDTH} × {BITMAP}", stretched),
        Step("Strokes of even thickness", even),
        Step(f"Ink counted in blocks of {block} × {block}", np.rint(counted).astype(np.uint8)),
    ]


def straighten(image: Raster) -> Raster:
    """`image` sheared along its rows until it no longer leans, and cropped to the ink again."""
    lean = slant(image)
    reach = int(abs(lean) * image.shape[0]) + 2
    padded = Image.fromarray(np.pad(image, ((0, 0), (reach, reach))))
    row, _ = center_of_mass(image)
    sheared = padded.transform(
        padded.size,
        Image.Transform.AFFINE,
        (1.0, lean, -lean * row, 0.0, 1.0, 0.0),
        Image.Resampling.BILINEAR,
    )
    cropped = crop(np.asarray(sheared))
    return image if cropped is None else cropped


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
