"""Charts as files: PNG and SVG pictures and CSV tables, written whole or not at all."""

from __future__ import annotations

import csv
import errno
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRectF, QRunnable, QSize, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

Row = Sequence[object]
PIXEL_RATIO = 2  # pixels of a PNG for each pixel of the layout


class Format(StrEnum):
    PNG = "png"
    SVG = "svg"
    CSV = "csv"


FILTERS = {
    Format.PNG: "PNG picture (*.png)",
    Format.SVG: "SVG drawing (*.svg)",
    Format.CSV: "CSV table (*.csv)",
}


class ExportError(Exception):
    """A file could not be written; the message is for the user."""


class Figure(Protocol):
    """A chart as it goes into a file: with its title, legend and axis labels."""

    title: str
    size: tuple[int, int]  # of the layout, in pixels
    background: QColor

    def paint(self, painter: QPainter) -> None:
        """Draw everything but the background, from (0, 0) to `size`."""

    def table(self) -> Iterable[Row]:
        """The numbers behind it, the header first. May be called on another thread."""


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in place.

    Raises ExportError if anything fails; then `path` is as it was and no other file is left.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        os.replace(temporary, path)  # noqa: PTH105
        temporary = None
    except OSError as error:
        raise ExportError(explain(error, path)) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def explain(error: OSError, path: Path) -> str:
    """What went wrong while writing `path`, and what to do."""
    advice = {
        errno.ENOENT: f"The folder {path.parent} does not exist. Choose another folder.",
        errno.ENOTDIR: f"{path.parent} is not a folder. Choose another folder.",
        errno.EACCES: f"You may not write to {path.parent}. Choose another folder.",
        errno.EPERM: f"You may not write to {path.parent}. Choose another folder.",
        errno.EROFS: f"{path.parent} can only be read. Choose another folder.",
        errno.EISDIR: "There is a folder of that name. Choose another name.",
        errno.ENOSPC: "The disk is full. Free some space or choose another disk.",
        errno.ENAMETOOLONG: "The name is too long. Choose a shorter one.",
    }
    reason = advice.get(error.errno or 0, f"{error.strerror or error}.")
    return f"Could not write {path.name}. {reason}"


def save(figure: Figure, path: Path, kind: Format) -> None:
    """Write a figure as `kind` to `path`. Raises ExportError."""
    writers = {Format.PNG: png_bytes, Format.SVG: svg_bytes, Format.CSV: csv_bytes}
    content = writers[kind](figure)
    write_atomically(path, lambda file: _write_all(file, content))


def _write_all(file: BinaryIO, content: bytes) -> None:
    file.write(content)


def png_bytes(figure: Figure) -> bytes:
    """The figure as PNG, with two pixels for each one of the layout."""
    width, height = figure.size
    image = QImage(width * PIXEL_RATIO, height * PIXEL_RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(PIXEL_RATIO)
    image.fill(figure.background)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    figure.paint(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def svg_bytes(figure: Figure) -> bytes:
    """The figure as SVG, with text as text."""
    width, height = figure.size
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    # Recorded axes are scaled by the ratio of resolutions, which must therefore be one.
    generator.setResolution(int(QGuiApplication.primaryScreen().logicalDotsPerInch()))
    generator.setSize(QSize(width, height))
    generator.setViewBox(QRectF(0, 0, width, height))
    generator.setTitle(figure.title)
    generator.setDescription("Made with Layerwise")
    painter = QPainter(generator)
    painter.fillRect(QRectF(0, 0, width, height), figure.background)
    figure.paint(painter)
    painter.end()
    return bytes(buffer.data().data())


def csv_bytes(figure: Figure) -> bytes:
    """The figure's table as CSV in UTF-8; numbers in full precision, an absent value is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(figure.table())
    return text.getvalue().encode()


class SaveJob(QRunnable):
    """Writes a figure's table on a pool thread, so that a long one does not hold up the window."""

    class Signals(QObject):
        done = Signal(str, str)  # path, and the error or ""

    def __init__(self, figure: Figure, path: Path) -> None:
        super().__init__()
        self.setAutoDelete(False)
        self.signals = self.Signals()
        self._figure, self._path = figure, path

    def run(self) -> None:
        message = ""
        try:
            save(self._figure, self._path, Format.CSV)
        except ExportError as error:
            message = str(error)
        except Exception as error:  # nothing may be lost on a pool thread
            message = f"Could not write {self._path.name}. {error}"
        self.signals.done.emit(str(self._path), message)
