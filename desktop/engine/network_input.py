"""A drawing in the values of the data that a network was trained with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from desktop.document.schema import Ink, Range
from desktop.engine.drawing import FULL, PreparedDrawing, Raster, preprocess
from desktop.engine.drawing_reports import Step


def network_input(
    drawing: Raster,
    input_shape: tuple[int, ...],
    value_range: Range,
    ink: Ink = Ink.NONE,
    left_out: Collection[Step] = (),
) -> PreparedDrawing:
    """`drawing`, uint8 (h, w) with ink 255 on 0, prepared as float32 of the input's (h, w).

    Paper and ink become the ends of `value_range`. Where the data has dark `ink` on light, so has
    the image, unless nothing is drawn: that is low everywhere. A drawing of just the size of the
    input is taken as it stands; any other is prepared like the training data, but without the steps
    `left_out`.
    """
    low, high = value_range
    span = high - low
    if drawing.shape == input_shape[:2]:
        prepared = PreparedDrawing(drawing.astype(np.float32) * np.float32(span / FULL), ())
    else:
        prepared = preprocess(drawing, input_shape, span, left_out) or PreparedDrawing(
            np.zeros(input_shape[:2], np.float32), ()
        )
    image = prepared.image
    if ink is Ink.DARK and image.any():
        image = np.float32(span) - image
    return replace(prepared, image=image + np.float32(low))
