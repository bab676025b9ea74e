"""Makes the program's icons of resources/icon.svg: PNG for Linux, ICO for Windows, ICNS for macOS.

Run in the environment of the build: icons.py FOLDER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SOURCE = Path(__file__).resolve().parent.parent / "resources" / "icon.svg"
LINUX_SIZES = (16, 32, 48, 64, 128, 256, 512)
WINDOWS_SIZES = (16, 24, 32, 48, 64, 128, 256)
MAC_SIZE = 1024  # the smaller ones are made of it


def draw(renderer: QSvgRenderer, size: int, path: Path) -> None:
    """Draw the icon `size` pixels wide and high, as PNG."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    if not image.save(str(path)):
        raise OSError(f"{path} could not be written")


def main(folder: Path) -> None:
    """Write every icon to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QGuiApplication([])
    renderer = QSvgRenderer(str(SOURCE))
    if not renderer.isValid():
        raise ValueError(f"{SOURCE} is not an image Qt can draw")
    for size in sorted({*LINUX_SIZES, *WINDOWS_SIZES, MAC_SIZE}):
        draw(renderer, size, folder / f"{size}.png")
    drawn = [Image.open(folder / f"{size}.png") for size in WINDOWS_SIZES]
    largest = drawn.pop()
    sizes = [(size, size) for size in WINDOWS_SIZES]
    largest.save(folder / "layerwise.ico", sizes=sizes, append_images=drawn)
    Image.open(folder / f"{MAC_SIZE}.png").save(folder / "layerwise.icns")
    del renderer, app


if __name__ == "__main__":
    main(Path(sys.argv[1]))
