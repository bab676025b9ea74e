"""Folders of images: what is found in them, how an image becomes a row, and how they are split."""

from __future__ import annotations

import random
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from desktop.document.data import Background, ColorMode, Fit, ImageFolder
from desktop.document.schema import Classes, Ink
from desktop.engine import datasets
from desktop.engine.control import Stopped
from desktop.engine.data_error import DataError
from desktop.engine.image_folder.pictures import read_row
from desktop.engine.rows import Dataset
from tests.harmless import harmless


def picture(path: Path, color: Any = (200, 40, 40), size: tuple[int, int] = (12, 10)) -> Path:
    """A plain image at `path`, `size` being width and height."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = "L" if isinstance(color, int) else "RGB"
    Image.new(mode, size, color).save(path)
    return path


def folder_of(tmp_path: Path, classes: tuple[str, ...] = ("cat", "dog"), each: int = 8) -> Path:
    """A folder of colored images, each of a shade of its own."""
    for number, name in enumerate(classes):
        for index in range(each):
            picture(tmp_path / name / f"{index + 1}.png", (100 * number, 50, 10 * index))
    return tmp_path


def load(path: Path, **settings: Any) -> Dataset:
    return datasets.load(ImageFolder.model_validate({"path": str(path), **settings}))


def failure(path: Path, **settings: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(path, **settings)
    return str(caught.value)


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    data = load(folder_of(tmp_path, ("class 10", "class 9", "class 1"), 16))
    schema = data.schema
    assert schema.target == Classes(("class 1", "class 9", "class 10"))
    assert schema.input_shape == (10, 12, 3) and schema.value_range == (0.0, 1.0)
    assert data.validation is not None
    assert len(data.training) + len(data.validation) + len(data.test) == 48
    names = [*data.training.names, *data.validation.names, *data.test.names]
    assert len(set(names)) == 48 and "class 9/3.png" in names
    for rows in (data.training, data.validation, data.test):
        assert set(rows.y) == {0, 1, 2}
        for name, label, image in zip(rows.names, rows.y, rows.x, strict=True):
            folder, file = name.split("/")
            assert schema.class_names[label] == folder
            green, blue = 50 / 255, 10 * (int(file.removesuffix(".png")) - 1) / 255
            np.testing.assert_allclose(image[5, 5, 1:], (green, blue), atol=1e-6)
    again = load(tmp_path)
    np.testing.assert_array_equal(again.test.x, data.test.x)


def test_folders_for_the_splits(tmp_path: Path) -> None:
    for split, each in (("Train", 5), ("val", 2), ("test", 3)):
        folder_of(tmp_path / "pets" / split, each=each)  # in a folder of its own, as archives are
    data = load(tmp_path)
    assert data.validation is not None
    assert (len(data.training), len(data.validation), len(data.test)) == (10, 4, 6)
    assert all(name.startswith("test/") for name in data.test.names)


@pytest.mark.parametrize(
    ("fit", "corner", "middle"), [(Fit.PAD, 1.0, 0.0), (Fit.CROP, 0.0, 0.0)], ids=str
)
def test_other_proportions(tmp_path: Path, fit: Fit, corner: float, middle: float) -> None:
    folder_of(tmp_path)
    for name in ("cat", "dog"):
        for index in range(8):
            picture(tmp_path / name / f"{index + 1}.png", 0, (40, 20))
    data = load(tmp_path, size=(20, 20), fit=fit)
    assert data.schema.input_shape == (20, 20)
    np.testing.assert_allclose(data.training.x[0][0, 0], corner)
    np.testing.assert_allclose(data.training.x[0][10, 10], middle)


def test_size_and_color_are_found(tmp_path: Path) -> None:
    folder_of(tmp_path)
    assert load(tmp_path, color=ColorMode.GRAYSCALE).schema.input_shape == (10, 12)
    for path in tmp_path.rglob("*.png"):
        picture(path, 77, (300, 200))
    data = load(tmp_path)
    assert data.schema.input_shape == (64, 64)  # gray and large
    assert any("64" in note for note in data.notes)


def test_drawings_are_told_from_pictures(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for index in range(8):
            pixels = np.full((16, 16), 255, np.uint8)
            pixels[5:11, 6 + index % 3] = 0
            (tmp_path / name).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / name / f"{index}.png")
    assert load(tmp_path).schema.ink is Ink.DARK
    folder_of(tmp_path / "pictures")
    assert load(tmp_path / "pictures").schema.ink is Ink.NONE


def odd_images(folder: Path) -> dict[str, tuple[float, ...]]:
    """Images of all kinds in `folder`, by name, with the color that their left half has."""
    folder.mkdir(parents=True, exist_ok=True)
    left = Image.new("RGB", (8, 8), (255, 0, 0))
    left.paste((0, 0, 255), (4, 0, 8, 8))
    turned = left.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    turned.save(folder / "turned.png", exif=exif)
    left.quantize(4).save(folder / "palette.png")
    left.convert("CMYK").save(folder / "cmyk.tiff")
    left.save(folder / "animated.gif", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(folder / "transparent.png")
    deep = np.zeros((8, 8), np.uint16)
    deep[:, :4] = 65535
    Image.fromarray(deep).save(folder / "deep.png")
    left.convert("1").save(folder / "bits.png")
    Image.new("LA", (8, 8), (0, 128)).save(folder / "half.png")
    red, white = (1.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    return {
        "turned.png": red,
        "palette.png": red,
        "cmyk.tiff": red,
        "animated.gif": red,
        "transparent.png": white,
        "deep.png": white,
        "half.png": (0.5, 0.5, 0.5),
    }


def test_every_kind_of_image(tmp_path: Path) -> None:
    expected = odd_images(tmp_path / "odd")
    folder_of(tmp_path, ("plain", "other"), 12)
    data = load(tmp_path, size=(8, 8), color=ColorMode.COLOR)
    assert data.validation is not None
    rows = {
        name.removeprefix("odd/"): image
        for part in (data.training, data.validation, data.test)
        for name, image in zip(part.names, part.x, strict=True)
    }
    assert "bits.png" in rows
    for name, color in expected.items():
        np.testing.assert_allclose(rows[name][4, 1], color, atol=0.03, err_msg=name)
    dark = load(tmp_path, size=(8, 8), color=ColorMode.COLOR, background=Background.BLACK)
    at = [*dark.training.names, *dark.test.names]
    images = [*dark.training.x, *dark.test.x]
    if "odd/transparent.png" in at:
        np.testing.assert_allclose(images[at.index("odd/transparent.png")], 0.0)


def huge_png() -> bytes:
    """A PNG of 20,000 by 20,000 pixels, in a few hundred bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checked)

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def test_what_cannot_be_read_is_listed_and_not_fatal(tmp_path: Path) -> None:
    folder_of(tmp_path)
    whole = (tmp_path / "cat" / "1.png").read_bytes()
    (tmp_path / "cat" / "empty.png").write_bytes(b"")
    (tmp_path / "cat" / "half.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "dog" / "text.jpg").write_text("no image at all")
    (tmp_path / "dog" / "huge.png").write_bytes(huge_png())
    (tmp_path / "dog" / "notes.txt").write_text("notes")
    (tmp_path / "dog" / ".hidden.png").write_bytes(b"")
    (tmp_path / "dog" / "outside").symlink_to(tmp_path.parent)
    (tmp_path / "dog" / "passwd.png").symlink_to("/etc/passwd")
    data = load(tmp_path)
    assert data.schema.rows.training + data.schema.rows.validation + data.schema.rows.test == 16
    notes = "\n".join(data.notes)
    assert "4 images could not be read" in notes and "cat/empty.png" in notes
    assert "notes.txt" in notes and "links" in notes and ".hidden" not in notes


def test_a_picture_that_pretends_to_be_of_another_type_is_read(tmp_path: Path) -> None:
    folder_of(tmp_path)
    picture(tmp_path / "cat" / "x.png").rename(tmp_path / "cat" / "x.jpg")
    data = load(tmp_path)
    assert data.validation is not None
    assert "cat/x.jpg" in {*data.training.names, *data.validation.names, *data.test.names}


@pytest.mark.parametrize(
    ("classes", "each", "said"),
    [(("only",), 8, "one class only"), ((), 0, "no images"), (("a", "b"), 2, "at least 3")],
)
def test_folders_that_cannot_be_used(
    tmp_path: Path, classes: tuple[str, ...], each: int, said: str
) -> None:
    assert said in failure(folder_of(tmp_path, classes, each))


def test_a_class_with_one_image_is_named(tmp_path: Path) -> None:
    folder_of(tmp_path)
    picture(tmp_path / "rare" / "1.png")
    assert '"rare" has 1' in failure(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    assert "cannot be read" in failure(tmp_path / "missing")
    assert "not a folder" in failure(picture(tmp_path / "a.png"))
    with pytest.raises(DataError, match="No folder is chosen"):
        datasets.load(ImageFolder())


def test_what_does_not_fit_into_memory_is_refused_before_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.machine.available_memory", lambda: 10_000)
    assert "GB of memory" in failure(folder_of(tmp_path), size=(1000, 1000))


def test_reading_tells_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    told: list[float] = []
    datasets.load(ImageFolder(path=str(folder_of(tmp_path))), told.append)
    assert told == sorted(told) and len(told) > 16 and 0 <= told[0] < told[-1] <= 1

    def stop(part: float) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        datasets.load(ImageFolder(path=str(tmp_path)), stop)


def test_damaged_images_do_no_harm(tmp_path: Path) -> None:
    """Bytes changed at random: each image is read, or listed with a reason."""
    folder_of(tmp_path, each=4)
    chance = random.Random(7)
    pixels = np.arange(12 * 12 * 3, dtype=np.uint8).reshape(12, 12, 3)
    for suffix in ("png", "jpg", "gif", "bmp", "tiff", "webp", "ppm"):
        path = tmp_path / f"whole.{suffix}"
        Image.fromarray(pixels).save(path)
        content = path.read_bytes()
        path.unlink()
        for number in range(30):
            broken = bytearray(content)
            for _ in range(chance.choice((1, 4, 20))):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            if number % 3 == 0:
                del broken[chance.randrange(len(broken)) :]
            (tmp_path / "cat" / f"{number}-{suffix}.{suffix}").write_bytes(bytes(broken))
    with harmless():
        data = load(tmp_path, size=(12, 12), color=ColorMode.COLOR)
    assert np.isfinite(data.training.x).all()


def test_each_image_is_read_as_it_is_alone_and_warnings_stay_on(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    for number in range(150):
        path = tmp_path / "ab"[number % 2] / f"{number}.{('png', 'jpg')[number % 3 == 0]}"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(chance.integers(0, 256, (20, 20 + number, 3), np.uint8)).save(path)
    data = load(tmp_path, size=[16, 16])
    with pytest.raises(UserWarning, match="still an error"):
        warnings.warn("still an error, as in all tests", stacklevel=1)
    for _, rows in data.splits:
        for name, image in zip(rows.names, rows.x, strict=True):
            alone = read_row(tmp_path / name, ImageFolder(), (16, 16, 3), (0.0, 1.0))
            np.testing.assert_allclose(image, alone, atol=1e-6)
