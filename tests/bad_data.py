"""Data that cannot be used, one of every kind that people have, and what is said about it."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.data_files import write_idx_files, write_image_folder

ROWS = "\n".join(f"{index},{index * 0.5},{'ab'[index % 2]}" for index in range(40))
GREY = np.random.default_rng(3).integers(0, 255, (16, 9, 9), np.uint8)
TWO = (np.arange(16) % 2).astype(np.uint8)


FEW = '"1" has 0.*could not be read.*'


def png(width: int, height: int) -> bytes:
    """A PNG file that says it has so many pixels, in a few hundred bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checked)

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def _table(content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "table.csv").write_bytes(content)
        return folder / "table.csv"

    return write


def _one_class(folder: Path) -> Path:
    return write_image_folder(folder / "images", {"": (GREY, TWO * 0)})


def _one_image(folder: Path) -> Path:
    kinds = TWO.copy()
    kinds[0] = 2
    return write_image_folder(folder / "images", {"": (GREY, kinds)})


def _only(content: Callable[[bytes], bytes], suffix: str) -> Callable[[Path], Path]:
    """An image folder in which every image of a class is `content(a whole PNG)`."""

    def write(folder: Path) -> Path:
        images = write_image_folder(folder / "images", {"": (GREY, TWO)})
        for path in (images / "1").iterdir():
            whole = path.read_bytes()
            path.unlink()
            path.with_suffix(suffix).write_bytes(content(whole))
        return images

    return write


def _pickled(folder: Path) -> Path:
    x = np.array([object.__new__(Evil) for _ in range(20)], object)
    np.savez(folder / "arrays.npz", x=x, y=np.arange(20) % 2)
    return folder / "arrays.npz"


class Evil:
    """Leaves a trace when it is unpickled."""

    traces: list[str] = []

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return self.traces.append, ("opened",)


def _bomb(folder: Path) -> Path:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (10**7, 10**5)}
    )
    with zipfile.ZipFile(folder / "arrays.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("x.npy", "y.npy"):
            archive.writestr(name, header.getvalue() + bytes(10_000))
    return folder / "arrays.npz"


def _idx(change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    """IDX files, the training images of which are changed."""

    def write(folder: Path) -> Path:
        path = write_idx_files(folder, {"train": (GREY, TWO), "test": (GREY, TWO)})
        path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
        return path

    return write


def _huge(folder: Path) -> Path:
    return _only(lambda _: png(10_000, 10_001), ".png")(folder)


# By what is wrong: what writes it into a folder and returns what is to be opened, and how the
# message goes. It names the file, or the row, column or class.
BAD_DATA: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty": (_table(b""), r"table\.csv is empty"),
    "header only": (_table(b"a,b,c\n"), r"table\.csv.* no rows|no row"),
    "ragged rows": (
        _table(f"a,b,c\n{ROWS}\n1,2,3,4,5\n{ROWS}\n".encode()),
        r"line 42: 5 cells.* 3 columns",
    ),
    "binary": (_table(bytes(range(256)) * 20), r"table\.csv.*binary file"),
    "one class": (_table(b"x,y\n" + b"1,a\n2,a\n3,a\n" * 9), 'single class, "a"'),
    "class with one row": (
        _table(f"x,y,z\n{ROWS}\n7,8,c\n".encode()),
        'Class "c" has a single row',
    ),
    "all columns missing": (
        _table(b"x,y,z\n" + b",,a\n,,b\n" * 20),
        "No column is left as input",
    ),
    "5,000 columns": (
        _table(",".join(map(str, range(5000))).encode() + b"\n" + b"1," * 4999 + b"1\n"),
        r"table\.csv.*5,000 columns",
    ),
    "folder with one class": (_one_class, "one class only"),
    "class with one image": (_one_image, '"2" has 1'),
    "truncated images": (_only(lambda whole: whole[: len(whole) // 2], ".png"), rf"{FEW}1/1\.png"),
    "zero-byte images": (_only(lambda _: b"", ".png"), rf"{FEW}1/1\.png: is empty"),
    "text as images": (_only(lambda _: b"no image at all", ".jpg"), rf"{FEW}1/1\.jpg"),
    "100 megapixels": (_huge, rf"{FEW}1/1\.png"),
    "pickled": (_pickled, r"arrays\.npz.*never opened"),
    "zip bomb": (_bomb, r"arrays\.npz.*at most"),
    "magic number": (
        _idx(lambda whole: b"\0\0\x0d\x03" + whole[4:]),
        r"train-images-idx3-ubyte\.gz.*begins with 00 00 0d 03",
    ),
    "length": (
        _idx(lambda whole: whole[:-1]),
        r"train-images-idx3-ubyte\.gz.*1,296 bytes of values, but it has 1,295",
    ),
}
