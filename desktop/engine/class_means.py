"""The mean row of each class: of images, what they have in common."""

from __future__ import annotations

from math import prod

import numpy as np

from desktop.engine.control import RunControl
from desktop.engine.reports import ClassMeans, SplitSummary, read_only

_BLOCK = 2**22  # values that are added up at once


def class_means(split: SplitSummary, control: RunControl) -> ClassMeans:
    """The means of the rows of `split`, whose target is classes. Raises Stopped."""
    shape = split.x.shape[1:]
    means = np.zeros((len(split.class_counts), *shape), np.float64)
    ends = np.cumsum(split.class_counts)
    order = np.argsort(split.y, kind="stable")  # those of a class one after the other
    step = max(1, _BLOCK // prod(shape))
    for label, (end, count) in enumerate(zip(ends, split.class_counts, strict=True)):
        for start in range(end - count, end, step):
            control.checkpoint()
            rows = order[start : min(start + step, end)]
            means[label] += split.x[rows].sum(axis=0, dtype=np.float64)
        means[label] /= max(count, 1)
    return ClassMeans(split, read_only(means.astype(np.float32)))
