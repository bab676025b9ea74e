"""Opens every page with every data source, and tells of each use of a socket.

    guarded.py FOLDER

Python reports what touches a socket to the audit hook below, in whatever module it is, also in
those that are imported for the first time by what is done here. Writes an object of JSON: by kind
of data source, "loaded" or why it could not be, without a file and with the small one that is made
in FOLDER; the list of what used a socket, and where; and the same for an address that is looked up
at the end, to see that it is noticed.
"""

from __future__ import annotations

import json
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

uses: list[str] = []


def note(event: str, arguments: tuple[Any, ...]) -> None:
    """Remember an `event` of a socket that could reach out of this machine."""
    if not event.startswith("socket.") or event == "socket.__new__":
        return
    address = arguments[1] if len(arguments) > 1 else None
    within = isinstance(address, str | bytes)  # a file, as X11 and Wayland have it
    # When urllib3 is imported, it sees whether it could bind to the machine's own address.
    tried = event == "socket.bind" and not within and address[0] in ("::1", "127.0.0.1")
    if not tried and not (within and event in ("socket.connect", "socket.bind")):
        place = "".join(traceback.format_stack(sys._getframe(1))[-3:])
        uses.append(f"{event} {arguments!r}\n{place}")


sys.addaudithook(note)

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QApplication

from desktop.document.data import DataSource
from desktop.document.project import starter_project
from desktop.document.spec import variants
from desktop.self_test import arriving
from desktop.views.window.pages import Page
from desktop.window import make_window

ROWS = 40


def small_file(kind: type[DataSource], folder: Path) -> Path:
    """A file that sources of this kind read, or the folder, with a few rows of two classes."""
    path = folder / kind.tag
    if not kind.suffixes:
        write_pictures(path)
        return path
    for suffix in kind.suffixes:
        if suffix in WRITERS:
            path = path.with_suffix(suffix)
            WRITERS[suffix](path)
            return path
    raise SystemExit(f"{kind.__name__} reads {kind.suffixes}: add one of them to WRITERS")


def pictures() -> tuple[np.ndarray, np.ndarray]:
    """28x28 pictures of 0 to 255, and their classes."""
    y = np.arange(ROWS, dtype=np.uint8) % 2
    x = np.random.default_rng(1).integers(0, 200, (ROWS, 28, 28), np.uint8)
    x[y == 1, 10:18] = 255
    return x, y


def write_table(path: Path) -> None:
    lines = [f"{row * 7 % 11},{'red' if row % 3 else 'blue'},{row % 2}" for row in range(ROWS)]
    path.write_text("\n".join(["length,color,kind", *lines]) + "\n", "utf-8")


def write_arrays(path: Path) -> None:
    x, y = pictures()
    np.savez(path, x_train=x, y_train=y, x_test=x, y_test=y)


def write_pictures(folder: Path) -> None:
    for number, (pixels, kind) in enumerate(zip(*pictures(), strict=True)):
        place = folder / f"kind {kind}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place / f"{number}.jpg")


WRITERS = {".csv": write_table, ".npz": write_arrays}


def main() -> None:
    app = QApplication(sys.argv[:1])
    window = make_window()
    window.show()
    session = window.session
    with arriving(session.engineReady, session.engineFailed):
        window.start()

    def tried(source: DataSource) -> str:
        """Load `source` and open every page: "loaded", or why that failed."""
        window.workspace.edit("Choose data", starter_project().replace(data=source))
        if session.summary is None or session.summary.source != source:
            with arriving(session.dataLoaded, session.dataFailed):
                session.load_data(source)
        for page in Page:
            window.pages.show_page(page)
            app.processEvents()
        loaded = session.summary is not None and session.summary.source == source
        return "loaded" if loaded else session.data_error

    result = {}
    for kind in variants(DataSource):
        result[kind.tag] = {"without a file": tried(kind())}
        if kind.file_field():
            path = small_file(kind, Path(sys.argv[1]))
            result[kind.tag]["with a file"] = tried(kind().with_file(str(path)))
    session.close()
    found = list(uses)
    socket.getaddrinfo("127.0.0.1", 80)
    json.dump({"sources": result, "uses": found, "noticed": uses[len(found) :]}, sys.stdout)


if __name__ == "__main__":
    main()
