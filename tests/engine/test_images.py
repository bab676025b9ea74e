"""Large images: they are reduced as they are read, and show the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from desktop.engine import images
from desktop.engine.drawing import preprocess
from desktop.engine.images import MAX_PIXELS, ink_of, read_gray

MEGABYTES = 300

MEASURE = """
import sys
from pathlib import Path
from desktop.engine.images import ink_of, read_gray

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

before = peak()
assert ink_of(read_gray(Path(sys.argv[1]))) is not None
print((peak() - before) // 1024)
"""


def seven(size: int, mode: str = "RGB", paper: str = "white", ink: str = "black") -> Image.Image:
    image = Image.new(mode, (size, size), paper)
    points = [(0.2, 0.15), (0.8, 0.15), (0.45, 0.85)]
    line = [(x * size, y * size) for x, y in points]
    ImageDraw.Draw(image).line(line, fill=ink, width=size // 12)
    return image


def deep(size: int) -> Image.Image:
    return Image.fromarray(np.asarray(seven(size, "L")).astype(np.uint16) * 257)


def turned(size: int, folder: Path) -> Path:
    """Stored lying on its side, with a note of which way is up."""
    image = seven(size)
    exif = image.getexif()
    exif[0x0112] = 6
    image.rotate(90).save(folder / "turned.jpg", exif=exif)
    return folder / "turned.jpg"


def saved(image: Image.Image, path: Path) -> Path:
    image.save(path)
    return path


KINDS = {
    "color.png": lambda size: seven(size),
    "gray.png": lambda size: seven(size, "L"),
    "bits.png": lambda size: seven(size, "1"),
    "palette.png": lambda size: seven(size).convert("P"),
    "deep.png": deep,
    "clear.png": lambda size: seven(size, "RGBA", "#00000000"),
    "white on clear.png": lambda size: seven(size, "RGBA", "#00000000", "white"),
    "photo.jpg": lambda size: seven(size),
    "real.tiff": lambda size: Image.fromarray(np.asarray(seven(size, "L")).astype(np.float32)),
}


def shown(path: Path) -> np.ndarray:
    """What a network gets to see of the image."""
    ink = ink_of(read_gray(path))
    assert ink is not None
    prepared = preprocess(ink, (28, 28))
    assert prepared is not None
    return prepared.image


@pytest.mark.parametrize("name", [*KINDS, "turned.jpg"])
def test_a_reduced_image_shows_what_the_whole_one_does(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 1100
    path = turned(size, tmp_path) if name not in KINDS else None
    path = path or saved(KINDS[name](size), tmp_path / name)
    whole = shown(path)
    assert read_gray(path).shape == (size, size)
    monkeypatch.setattr(images, "ENOUGH_PIXELS", 302_500)
    monkeypatch.setattr(images, "STRIP_PIXELS", 100_000)
    assert read_gray(path).shape == (size // 2, size // 2)
    np.testing.assert_allclose(shown(path), whole, atol=8 / 255)


def test_a_long_strip_is_reduced_too(tmp_path: Path) -> None:
    image = Image.new("L", (6_000_000, 1), 255)
    image.paste(0, (0, 0, 3_000_000, 1))
    gray = read_gray(saved(image, tmp_path / "strip.png"))
    assert gray.shape == (1, 3_000_000)
    assert set(np.unique(gray)) == {0, 255}


def test_ordinary_images_are_read_pixel_by_pixel(tmp_path: Path) -> None:
    image = seven(1900)
    gray = read_gray(saved(image, tmp_path / "ordinary.png"))
    np.testing.assert_array_equal(gray, np.asarray(image.convert("L")))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs the peak memory of /proc")
@pytest.mark.parametrize("name", ["color.png", "palette.png", "deep.png", "clear.png", "photo.jpg"])
def test_the_largest_image_takes_a_bounded_amount_of_memory(name: str, tmp_path: Path) -> None:
    path = saved(KINDS[name](int(MAX_PIXELS**0.5)), tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < MEGABYTES
