"""One image file becomes one row: upright, of one size, in gray or in color."""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageOps

from desktop.document.data import Background, Fit, ImageFolder
from desktop.document.schema import Range
from desktop.engine.drawing import FULL, Raster
from desktop.engine.images import from_deep, opened
from desktop.engine.reports import FloatArray

_DRAFT = 2  # times the size that is asked for: what JPEG may be decoded at to be quicker
_SLIGHT = 8  # levels by which the channels of a gray image differ, when JPEG has stored it


def read_picture(path: Path, background: Background, near: tuple[int, int] | None) -> Image.Image:
    """The image in the file at `path`, upright, in mode L or RGB. Raises ImageError.

    It is L if its pixels can only be gray. What is transparent shows the `background`. Where
    it is to be made as small as `near` (height, width), JPEG is not decoded at its full size.
    """
    with opened(path) as image:
        if near is not None:
            image.draft(None, (near[1] * _DRAFT, near[0] * _DRAFT))
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        return _plain(image, background)


def _plain(image: Image.Image, background: Background) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return Image.fromarray(from_deep(np.asarray(image), has_depth=image.mode != "F"))
    if image.has_transparency_data:
        gray = image.mode in ("L", "LA", "La")
        behind = Image.new("RGBA", image.size, background.value)
        return Image.alpha_composite(behind, image.convert("RGBA")).convert("L" if gray else "RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def is_gray(image: Image.Image) -> bool:
    """Whether no pixel of `image`, in mode L or RGB, has a color."""
    if image.mode == "L":
        return True
    channels = image.split()
    highest, lowest = reduce(ImageChops.lighter, channels), reduce(ImageChops.darker, channels)
    return bool(np.asarray(ImageChops.difference(highest, lowest)).max() <= _SLIGHT)


def read_row(
    path: Path, source: ImageFolder, shape: tuple[int, ...], value_range: Range
) -> FloatArray:
    """The image in the file at `path` as `source` reads it: float32 of `shape`.

    Black and white become the ends of `value_range`. `shape` is (height, width), or with an axis of
    1 or 3 channels. Raises ImageError.
    """
    size, color = (shape[0], shape[1]), shape[2:] == (3,)
    image = read_picture(path, source.background, size)
    pixels = fitted(image, size, color, source.fit, source.background)
    low, high = value_range
    row = pixels.astype(np.float32) * np.float32((high - low) / FULL) + np.float32(low)
    return row.reshape(shape)


def fitted(
    image: Image.Image, size: tuple[int, int], color: bool, fit: Fit, background: Background
) -> Raster:
    """`image` as a row, uint8 of `size` (height, width), with an axis of 3 channels if in `color`.

    Proportions are kept: it is padded or cropped as `fit` says.
    """
    mode = "RGB" if color else "L"
    if image.mode != mode:
        image = image.convert(mode)
    height, width = size
    across, down = width / image.width, height / image.height
    smooth = Image.Resampling.BILINEAR
    if fit is Fit.CROP:
        seen = width / max(across, down), height / max(across, down)
        left, top = (image.width - seen[0]) / 2, (image.height - seen[1]) / 2
        box = max(left, 0), max(top, 0), min(left + seen[0], image.width), top + seen[1]
        image = image.resize((width, height), smooth, box=(*box[:3], min(box[3], image.height)))
    elif image.size != (width, height):
        scale = min(across, down)
        new = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        whole = Image.new(image.mode, (width, height), background.value)
        whole.paste(image.resize(new, smooth), ((width - new[0]) // 2, (height - new[1]) // 2))
        image = whole
    pixels: Raster = np.asarray(image)
    return pixels
