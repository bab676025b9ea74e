"""Small files of every kind that people bring, written by the tests."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Images = NDArray[np.uint8]  # (images, height, width), or with three channels at the end
Labels = NDArray[np.uint8]  # (images,)
Labeled = tuple[Images, Labels]


def mnist_images(mnist: Path, training: int, test: int) -> dict[str, Labeled]:
    """The first images of the file of MNIST and their digits, "train" and "test"."""
    with np.load(mnist) as file:
        return {
            part: (file[f"x_{part}"][:count], file[f"y_{part}"][:count])
            for part, count in (("train", training), ("test", test))
        }


def write_image_folder(folder: Path, parts: Mapping[str, Labeled]) -> Path:
    """`folder` with an image file in folder "part/class" for each row; "" is no folder."""
    for part, (x, y) in parts.items():
        for number, (pixels, label) in enumerate(zip(x, y, strict=True)):
            place = folder / part / str(label)
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(place / f"{number}.png", compress_level=1)
    return folder


def write_idx_files(folder: Path, parts: Mapping[str, Labeled]) -> Path:
    """IDX files in `folder`, named and compressed as MNIST's are; the training images' path."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, arrays in parts.items():
        prefix = {"train": "train", "test": "t10k"}[part]
        for name, values in zip(("images-idx3", "labels-idx1"), arrays, strict=True):
            lengths = b"".join(length.to_bytes(4, "big") for length in values.shape)
            data = bytes((0, 0, 8, values.ndim)) + lengths + values.tobytes()
            (folder / f"{prefix}-{name}-ubyte.gz").write_bytes(gzip.compress(data, 1))
    return folder / "train-images-idx3-ubyte.gz"


def write_california(folder: Path, rows: int) -> Path:
    """A file as `keras.datasets.california_housing` has it: eight columns, the value in dollars.

    The value follows from income, age and place as it roughly does in the real one.
    """
    random = np.random.default_rng(1)
    income, age = random.gamma(4, 1, rows), random.uniform(1, 52, rows)
    others = random.uniform((2, 0.8, 100, 1.5), (9, 1.4, 3000, 5), (rows, 4))
    latitude, longitude = random.uniform((32, -124), (42, -114), (rows, 2)).T
    x = np.column_stack([income, age, others, latitude, longitude])
    value = 40_000 * income + 500 * age - 8_000 * (latitude - 37) + random.normal(0, 9_000, rows)
    path = folder / "california_housing.npz"
    np.savez(path, x=x, y=np.clip(value, 15_000, 500_000))
    return path
