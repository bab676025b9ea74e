"""Charts as files: PNG and SVG images and CSV tables, written whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRectF, QRunnable, QSize, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from desktop.document.files import FileError, write_atomically

Row = Sequence[object]
PIXEL_RATIO = 2  # pixels of a PNG for each pixel of the layout


class Format(StrEnum):
    PNG = "png"
    SVG = "svg"
    CSV = "csv"


FILTERS = {
    Format.PNG: "PNG image (*.png)",
    Format.SVG: "SVG image (*.svg)",
    Format.CSV: "CSV table (*.csv)",
}


class Figure(Protocol):
    """A chart as it goes into a file: with its title, legend and axis labels."""

    title: str
    size: tuple[int, int]  # of the layout, in pixels
    background: QColor

    def paint(self, painter: QPainter) -> None:
        """Draw everything but the background, from (0, 0) to `size`."""

    def table(self) -> Iterable[Row]:
        """The numbers behind it, the header first. May be called on another thread."""


def save(figure: Figure, path: Path, kind: Format) -> None:
    """Write a figure as `kind` to `path`. Raises FileError."""
    writers = {Format.PNG: png_bytes, Format.SVG: svg_bytes, Format.CSV: csv_bytes}
    write_atomically(path, writers[kind](figure))


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
        except FileError as error:
            message = str(error)
        except Exception as error:  # nothing may be lost on a pool thread
            message = f"{self._path} could not be saved: {error}"
        self.signals.done.emit(str(self._path), message)
