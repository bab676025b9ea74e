"""Digits and letters on a photograph or scan, each as a drawing of its own.

The paper's brightness is the median of the pixels around each one, so that uneven light goes; what
differs from it by much more than the noise is ink. Ruled lines are long runs in one direction, and
are removed where no stroke crosses them. Parts of the ink that touch are one symbol; small parts
belong to the symbol they stand above, below or inside of, or are specks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from desktop.engine.drawing import FULL, Raster
from desktop.engine.image_reports import Box
from desktop.engine.images import FAINTEST_CONTRAST, is_even

WORKING_SIZE = 1000  # pixels of the longer side; a larger image is made smaller first
PAPER_SIZE, PAPER_WINDOW = 64, 19  # the same of the image that shows the paper; its median's window
COARSE_SIZE = 250  # the same of the image in which the slope of lines is looked for
NOISE = 5.0  # standard deviations of the paper from which a pixel is ink for certain
INK = 0.45  # part of the ink's usual strength from which a pixel is ink
LINE = 0.45  # part of the image's width from which a run of ink is a ruled line
THICKEST = 0.02  # part of the image's height; what is thicker is a stroke of a symbol
STEEPEST = 0.25  # slope of a ruled line, and of a row of symbols
SMALL = 0.4  # part of the usual height of symbols below which a part is no symbol of its own
SPECK = 0.12  # ... below which a part on its own is dirt
NEAR = 0.35  # part of the usual height over which a small part is drawn to a symbol
OVERLAP = 0.2  # part of the shorter one's height by which two parts of a symbol overlap
TOUCH = 0.06  # part of the usual height by which they are apart at most
ROW = 0.6  # part of the usual height by which the next row is lower
MARGIN = 2  # pixels around the ink

Strength = NDArray[np.float32]
Mask = NDArray[np.bool_]
Place = tuple[slice, slice]  # rows and columns


@dataclass(frozen=True)
class FoundDrawing:
    """A symbol of an image: its ink as a drawing, uint8 (h, w) with ink 255 on 0, read-only."""

    drawing: Raster
    box: Box


def find_drawings(gray: Raster) -> tuple[FoundDrawing, ...]:
    """The symbols of the image `gray`, uint8 (h, w), row by row and from left to right.

    Empty where nothing stands out from the paper.
    """
    small = reduced(gray, WORKING_SIZE)
    strength = _ink_strength(small)
    if strength is None:
        return ()
    mask = strength >= INK
    slope = _slope_of_lines(mask)
    if slope is not None:
        mask = _without_lines(strength, slope)
    symbols, labels = _symbols(mask)
    places = [_place(labels, parts) for parts in symbols]
    height, width = small.shape
    return tuple(
        FoundDrawing(
            _drawing(strength, np.isin(labels, symbols[each]), places[each]),
            Box(
                left=places[each][1].start / width,
                top=places[each][0].start / height,
                width=(places[each][1].stop - places[each][1].start) / width,
                height=(places[each][0].stop - places[each][0].start) / height,
            ),
        )
        for each in _reading_order(places, slope)
    )


def symbols_in(gray: Raster, input_shape: tuple[int, ...]) -> tuple[FoundDrawing, ...]:
    """The symbols of the image `gray` that a network with this input is to be shown one by one.

    Empty where the image is a drawing as a whole: of just the input's size, or of one symbol on
    paper that is evenly lit.
    """
    if gray.shape == input_shape[:2]:
        return ()
    found = find_drawings(gray)
    return found if len(found) > 1 or not is_even(gray) else ()


def reduced(gray: Raster, side: int) -> Raster:
    """`gray`, made smaller if its longer side is longer than `side` pixels."""
    scale = max(gray.shape) / side
    if scale <= 1.0:
        return gray
    height, width = (max(round(length / scale), 1) for length in gray.shape)
    smaller = Image.fromarray(gray).resize((width, height), Image.Resampling.BOX)
    return np.asarray(smaller)


def _ink_strength(gray: Raster) -> Strength | None:
    """How strong the ink is at each pixel, 1 being usual; None if there is none."""
    paper = _paper(gray)
    darker = ndimage.gaussian_filter(paper - gray, 1.0)  # levels
    is_dark = float(np.percentile(darker, 99.5)) >= -float(np.percentile(darker, 0.5))
    levels = darker if is_dark else -darker
    # Light multiplies what paper and ink reflect.
    strength = levels / np.maximum(paper if is_dark else FULL - paper, 1.0)
    noise = 1.4826 * float(np.median(np.abs(strength - np.median(strength))))
    stands_out = (strength > NOISE * noise) & (levels > FAINTEST_CONTRAST / 2)
    if not stands_out.any():
        return None
    usual = float(np.percentile(strength[stands_out], 80))
    return np.where(stands_out, strength / usual, 0.0).astype(np.float32)


def _paper(gray: Raster) -> Strength:
    """How bright the paper is at each pixel: the median of a wide window around it."""
    median = ndimage.median_filter(reduced(gray, PAPER_SIZE), PAPER_WINDOW, mode="nearest").astype(
        np.float32
    )
    smooth = ndimage.gaussian_filter(median, 2.0, mode="nearest")
    height, width = gray.shape
    return np.asarray(
        Image.fromarray(smooth).resize((width, height), Image.Resampling.BICUBIC), np.float32
    )


# --- ruled lines ----------------------------------------------------------------------------------


def _sheared(image: NDArray[Any], slope: float) -> NDArray[Any]:
    """`image` with each column moved so that lines of that slope become rows."""
    rows, columns = np.indices(image.shape)
    moved = rows + np.rint(slope * (columns - image.shape[1] / 2)).astype(np.intp)
    inside = (moved >= 0) & (moved < image.shape[0])
    return np.where(inside, image[np.clip(moved, 0, image.shape[0] - 1), columns], 0)


def _slope_of_lines(mask: Mask) -> float | None:
    """The slope (rows down per column to the right) of the ruled lines, None without any."""
    factor = max(max(mask.shape) // COARSE_SIZE, 1)
    height, width = (side // factor for side in mask.shape)
    if min(height, width) < 3:
        return None
    blocks: Mask = mask[: height * factor, : width * factor].reshape(height, factor, width, factor)
    mask = np.any(blocks, axis=(1, 3))
    best, slope = 0.0, None
    for each in np.arange(-STEEPEST, STEEPEST + 0.001, 0.005):
        longest = float(np.sort(_sheared(mask, float(each)).mean(axis=1))[-3:].mean())
        if longest > best:
            best, slope = longest, float(each)
    return slope if best >= LINE else None


def _without_lines(strength: Strength, slope: float) -> Mask:
    """The ink without the lines of that slope, but with the strokes that cross or touch them."""
    level = _sheared(strength, slope)
    mask = level >= INK
    inked = mask.mean(axis=1)
    bands, count = ndimage.label(inked >= LINE / 2)
    for band in range(1, count + 1):
        rows = np.flatnonzero(bands == band)
        rows = rows[inked[rows] >= inked[rows].max() / 2]  # without symbols that stand on the line
        if len(rows) > max(THICKEST * len(level), 3):
            continue
        first, last = max(rows[0] - 1, 0), min(rows[-1] + 1, len(level) - 1)
        above, below = (
            ndimage.binary_dilation(
                mask[max(each, 0) : each + 2].any(axis=0), iterations=last - first + 1
            )
            for each in (first - 2, last + 1)
        )
        line = level[first : last + 1]
        usual = float(np.median(line.max(axis=0)))
        mask[first : last + 1] &= (above & below) | (line > (1.0 + usual) / 2)
    return _sheared(mask, -slope).astype(bool)


# --- symbols --------------------------------------------------------------------------------------


def _symbols(mask: Mask) -> tuple[list[list[int]], NDArray[np.intp]]:
    """The symbols as lists of the numbers of their parts, and the image of these numbers."""
    labels, _ = ndimage.label(mask, np.ones((3, 3)))
    boxes = ndimage.find_objects(labels)
    heights = [rows.stop - rows.start for rows, _ in boxes]
    sides = [max(rows.stop - rows.start, columns.stop - columns.start) for rows, columns in boxes]
    if not sides:
        return [], labels
    usual = float(np.median([height for height in heights if height >= SMALL * max(heights)]))
    symbols: list[list[int]] = []
    for part in np.argsort(sides)[::-1] + 1:
        whole = heights[part - 1] >= SMALL * usual
        if not whole and sides[part - 1] < SPECK * usual:
            continue
        own = [
            symbol
            for symbol in symbols
            if any(_belong(boxes[part - 1], boxes[other - 1], usual) for other in symbol)
        ]
        if not own and not whole:
            gaps = [_gap(boxes[part - 1], boxes[symbol[0] - 1]) for symbol in symbols]
            own = [symbols[int(np.argmin(gaps))]] if gaps and min(gaps) <= NEAR * usual else []
        if own:
            own[0].append(int(part))
        elif whole:
            symbols.append([int(part)])
    return symbols, labels


def _belong(one: Place, other: Place, usual: float) -> bool:
    """Whether two parts stand in each other's way, as the strokes of an open four do."""
    (top, bottom), (left, right) = (
        (max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(one, other, strict=True)
    )
    shorter = min(one[0].stop - one[0].start, other[0].stop - other[0].start)
    return bool(bottom - top > OVERLAP * shorter and left - right < TOUCH * usual)


def _gap(one: Place, other: Place) -> float:
    """How far two boxes are apart, in pixels; 0 where they overlap."""
    apart = [max(a.start - b.stop, b.start - a.stop, 0) for a, b in zip(one, other, strict=True)]
    return float(np.hypot(*apart))


def _place(labels: NDArray[np.intp], parts: Sequence[int]) -> Place:
    rows, columns = np.nonzero(np.isin(labels, parts))
    return (
        slice(int(rows.min()), int(rows.max()) + 1),
        slice(int(columns.min()), int(columns.max()) + 1),
    )


def _reading_order(places: Sequence[Place], slope: float | None) -> list[int]:
    """The numbers of `places`, row by row. Without lines, neighbors tell the rows' `slope`."""
    if not places:
        return []
    centers = np.array([[(each.start + each.stop) / 2 for each in place] for place in places])
    usual = float(np.median([rows.stop - rows.start for rows, _ in places]))
    if slope is None:
        slope = _slope_of_rows(centers, usual)
    downs = centers[:, 0] - slope * centers[:, 1]
    order = np.argsort(downs)
    row_of = np.empty(len(places), np.intp)
    row_of[order] = np.cumsum(np.diff(downs[order], prepend=downs[order[0]]) > ROW * usual)
    return [int(each) for each in np.lexsort((centers[:, 1], row_of))]


def _slope_of_rows(centers: NDArray[np.float64], usual: float) -> float:
    """The slope at which the centers, (n, 2) of row and column, fall into the tightest rows."""

    def spread(slope: float) -> float:
        steps = np.diff(np.sort(centers[:, 0] - slope * centers[:, 1]))
        return float(np.minimum(steps, ROW * usual).sum()) + 1e-3 * usual * abs(slope)

    slopes: list[float] = np.arange(-STEEPEST, STEEPEST + 0.001, 0.01).tolist()
    return min(slopes, key=spread)


def _drawing(strength: Strength, own: Mask, place: Place) -> Raster:
    """The ink of one symbol, with the faint edges of its strokes."""
    rows, columns = (slice(max(each.start - MARGIN, 0), each.stop + MARGIN) for each in place)
    near = ndimage.binary_dilation(own[rows, columns], iterations=MARGIN)
    ink = np.clip(strength[rows, columns], 0.0, 1.0) * near
    drawing: Raster = np.rint(ink * FULL).astype(np.uint8)
    drawing.setflags(write=False)
    return drawing
