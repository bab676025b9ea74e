"""Images in files become drawings: ink 255 on 0, whatever the file's colors.

Files are untrusted: only common formats are tried, and neither a large file nor one that unpacks to
a huge image is read.
"""

from __future__ import annotations

import contextlib
import math
import stat
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from desktop.document.text import first_line
from desktop.engine.drawing import FULL, Raster

MAX_BYTES = 50_000_000
MAX_PIXELS = 50_000_000
ENOUGH_PIXELS = 4_000_000  # of a larger image, blocks of pixels are replaced by their mean
STRIP_PIXELS = 1_000_000  # that are converted at a time
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")

FAINTEST_CONTRAST = 24  # levels of 255 between paper and ink; less is noise
CLEAR_CONTRAST = 64  # from here on, what stands out is ink
GRAIN_CONTRAST = 8  # below that, ink stands out by this many times the noise of the paper
DEPTHS = (10, 12, 14, 16)  # bits of gray levels that are stored in 16
# What Pillow's readers raise over what is wrong inside a file.
_DAMAGED = (
    *(OSError, ValueError, SyntaxError, EOFError, MemoryError, struct.error, zlib.error),
    *(KeyError, IndexError, TypeError, AttributeError, ArithmeticError, NotImplementedError),
)
CLEAN_PAPER = 6  # levels by which the border of a clean image may differ
NOISY_INK = 0.4  # part of full ink below which an unclean image's grays are paper


class ImageError(Exception):
    """An image could not be used; the message says which, why and what to do."""


def read_gray(path: Path) -> Raster:
    """The image in the file at `path` as gray levels, uint8 (h, w), upright. Raises ImageError.

    What is transparent counts as white, or as black if all would be white then. Colors that are
    equally bright are told apart by their red, green or blue.
    """
    with opened(path) as image:
        return _gray(ImageOps.exif_transpose(_reduced(image)))


def drawing_of(path: Path, gray: Raster, input_shape: tuple[int, ...]) -> Raster:
    """The image `gray`, of the file at `path`, as a drawing: uint8 (h, w), ink 255 on 0, read-only.

    One of just the size of a network's input is taken as it stands, dark on light inverted.
    Raises ImageError where there is no ink.
    """
    ink = ink_of(gray)
    if ink is None:
        raise ImageError(f"{path} shows no ink: nothing stands out from the background")
    drawing = light_on_dark(gray) if gray.shape == input_shape[:2] else ink
    drawing.setflags(write=False)
    return drawing


def check_image(path: Path) -> None:
    """Raise ImageError if the beginning of the file at `path` shows that it is no image."""
    with opened(path):
        pass


@contextlib.contextmanager
def without_warnings() -> Iterator[None]:
    """Nothing that Pillow warns of: what cannot be used is refused.

    Where threads open images, it has to be around them as well: each puts back what it found, which
    another thread may have put there.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """The image in the file at `path`, not decoded yet. Raises ImageError, also within."""
    try:
        info = path.stat()
        if stat.S_ISDIR(info.st_mode):
            raise ImageError(f"{path} is a folder: name the images in it")
        if not stat.S_ISREG(info.st_mode):  # a pipe, a device or the like may never end
            raise ImageError(f"{path} is not a regular file: choose an image")
        if info.st_size > MAX_BYTES:
            raise ImageError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB: make it smaller")
        with without_warnings(), Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ImageError(
                    f"{path} has {image.width:,} × {image.height:,} pixels: make it smaller, "
                    f"{MAX_PIXELS // 1_000_000} million at most"
                )
            yield image
    except FileNotFoundError as error:
        raise ImageError(f"{path} does not exist") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{path} unpacks to far too many pixels: make it smaller") from error
    except UnidentifiedImageError as error:
        if path.stat().st_size == 0:
            raise ImageError(f"{path} is empty") from error
        raise ImageError(f"{path} is not an image in one of {', '.join(FORMATS)}") from error
    except PermissionError as error:
        raise ImageError(f"{path} cannot be read: you have no permission") from error
    except _DAMAGED as error:
        # Pillow's words for what is wrong inside a file.
        reason = first_line(error)
        raise ImageError(f"{path} is damaged or cannot be read: {reason}") from error


def ink_of(gray: Raster) -> Raster | None:
    """The ink of the image `gray`: 255 on 0, whether it was dark on light or light on dark.

    The paper is what most of the border shows. Full contrast is stretched to 255; where the paper
    is uneven, as in a photograph, what is closer to it than to the ink is taken for paper. None if
    nothing stands out.
    """
    border = _border(gray)
    paper = float(np.median(border))
    away = _away_from_paper(gray, paper)
    contrast = float(away.max())
    if contrast < min(max(FAINTEST_CONTRAST, GRAIN_CONTRAST * _grain(gray)), CLEAR_CONTRAST):
        return None
    ink = np.clip(away / contrast, 0.0, 1.0)
    if not is_even(gray):
        ink = np.clip((ink - NOISY_INK) / (1 - NOISY_INK), 0.0, 1.0)
    return np.rint(ink * FULL).astype(np.uint8)


def is_even(gray: Raster) -> bool:
    """Whether the paper is of one shade, as it is unless the image is a photograph."""
    border = _border(gray)
    return float(np.percentile(np.abs(border - np.median(border)), 90)) <= CLEAN_PAPER


def light_on_dark(gray: Raster) -> Raster:
    """`gray`, inverted if its paper is light; otherwise as it is."""
    return FULL - gray if np.median(_border(gray)) > FULL / 2 else gray


def _border(gray: Raster) -> Raster:
    return np.concatenate([gray[0], gray[-1], gray[1:-1, 0], gray[1:-1, -1]])


def _grain(gray: Raster) -> float:
    """How much neighboring pixels differ, in levels: the noise of the paper, whatever its shade."""
    if gray.shape[1] < 2:
        return 0.0
    return float(np.median(np.abs(np.diff(gray.astype(np.int16), axis=1))))


def _away_from_paper(gray: Raster, paper: float) -> NDArray[np.float64]:
    """How far each pixel is on the ink's side of `paper`, in levels."""
    difference = gray.astype(np.float64) - paper
    away = -difference if paper > FULL / 2 else difference
    # On middle gray paper, ink may lie on either side: it is where pixels are farthest.
    if FULL / 4 < paper < FULL * 3 / 4 and -away.min() > away.max():
        away = -away
    clipped: NDArray[np.float64] = np.clip(away, 0.0, None)
    return clipped


def _reduced(image: Image.Image) -> Image.Image:
    """`image`, or if it is large, one of about ENOUGH_PIXELS in its place.

    Before an image is reduced, Pillow holds it once, with up to 4 bytes per pixel; JPEG is decoded
    at a smaller scale. It is reduced strip by strip, because every conversion makes a copy.
    """
    factor = math.ceil(math.sqrt(image.width * image.height / ENOUGH_PIXELS))
    if factor < 2:
        return image
    image.draft(None, (image.width // factor, image.height // factor))
    factor = math.ceil(math.sqrt(image.width * image.height / ENOUGH_PIXELS))
    height = max(STRIP_PIXELS // (image.width * factor), 1) * factor
    strips = []
    for top in range(0, image.height, height):
        box = (0, top, image.width, min(top + height, image.height))
        strips.append(_averageable(image.crop(box)).reduce(factor))
    size = strips[0].width, sum(strip.height for strip in strips)
    whole = Image.new(strips[0].mode, size)
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    whole.info["exif"] = image.getexif().tobytes()  # which way is up
    return whole.convert("I;16") if image.mode.startswith("I;16") else whole


def _averageable(image: Image.Image) -> Image.Image:
    """`image` with values that have a mean: not numbers of colors, and with what is transparent."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I;16"):
        return image.convert("I")
    if image.mode in ("1", "P"):
        return image.convert("RGB")
    return image


def _gray(image: Image.Image) -> Raster:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return from_deep(np.asarray(image), has_depth=image.mode.startswith("I;16"))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        on_white = _on(image, "white")
        return on_white if on_white.min() < FULL - FAINTEST_CONTRAST else _on(image, "black")
    return _brightness(image)


def _brightness(image: Image.Image) -> Raster:
    """How bright each pixel is; of equally bright colors, the channel that differs most."""
    gray: Raster = np.asarray(image.convert("L"))
    if np.ptp(gray) >= CLEAR_CONTRAST or image.mode in ("1", "L"):
        return gray
    return max(gray, *map(np.asarray, image.convert("RGB").split()), key=np.ptp)


def _on(image: Image.Image, color: str) -> Raster:
    background = Image.new("RGBA", image.size, color)
    return _brightness(Image.alpha_composite(background, image))


def from_deep(values: NDArray[Any], has_depth: bool) -> Raster:
    """Gray levels of more than 8 bits. White is the largest value, or what its `DEPTHS` hold."""
    levels = values.astype(np.float64)
    if not np.isfinite(levels).all():
        raise ValueError("some of its pixels are not numbers")
    levels -= min(float(levels.min()), 0.0)
    white = max(float(levels.max()), 1e-30)
    if has_depth:
        white = next(2**bits - 1 for bits in DEPTHS if white < 2**bits)
    return np.rint(np.clip(levels / white, 0.0, 1.0) * FULL).astype(np.uint8)
