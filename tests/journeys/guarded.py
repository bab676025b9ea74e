"""Opens every page with every data source, and tells of each use of a socket.

    guarded.py FOLDER

Python reports what touches a socket to the audit hook below, in whatever module it is, also in
those that are imported for the first time by what is done here. Writes an object of JSON: by kind
of data source, "loaded" or why it could not be, without a file and with the small one that is made
in FOLDER; the list of what used a socket, and where; and the same for an address that is looked up
at the end, to see that it is noticed.
"""

from __future__ import annotations

import io
import json
import socket
import sys
import tarfile
import traceback
from functools import partial
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
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from desktop.document.data import DataSource
from desktop.document.project import starter_project
from desktop.document.spec import variants
from desktop.engine.my_drawings.store import DrawingStore
from desktop.self_test import arriving
from desktop.views.window.pages import Page
from desktop.window import make_window
from tests.data_files import write_california, write_idx_files, write_image_folder
from tests.kept_drawings import drawings_of

ROWS = 40
Pixels = NDArray[np.uint8]


def small_file(kind: type[DataSource], folder: Path) -> Path:
    """A file or folder that sources of this kind read, with a few rows of two classes."""
    names = (kind.tag, *kind.suffixes) if kind.suffixes else ("",)
    writers = [WRITERS[name] for name in names if name in WRITERS]
    if not writers:
        raise SystemExit(f"{kind.__name__} reads {kind.suffixes}: add one of them to WRITERS")
    place = folder / kind.tag
    place.mkdir()
    return writers[0](place)


def pictures(*shape: int) -> tuple[Pixels, Pixels]:
    """Pictures of 0 to 255, and their classes."""
    y = np.arange(ROWS, dtype=np.uint8) % 2
    x = np.random.default_rng(1).integers(0, 200, (ROWS, *shape), np.uint8)
    x[y == 1, 10:18] = 255
    return x, y


def write_table(folder: Path) -> Path:
    lines = [f"{row * 7 % 11},{'red' if row % 3 else 'blue'},{row % 2}" for row in range(ROWS)]
    path = folder / "table.csv"
    path.write_text("\n".join(["length,color,kind", *lines]) + "\n", "utf-8")
    return path


def write_arrays(folder: Path) -> Path:
    x, y = pictures(28, 28)
    np.savez(folder / "arrays.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    return folder / "arrays.npz"


def write_idx(folder: Path) -> Path:
    return write_idx_files(folder, {part: pictures(28, 28) for part in ("train", "test")})


def write_cifar(folder: Path) -> Path:
    x, y = pictures(3072)
    path = folder / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("data_batch_1", "test_batch"):
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            info.size = ROWS * 3073
            archive.addfile(info, io.BytesIO(np.column_stack([y, x]).tobytes()))
    return path


def write_pictures(folder: Path) -> Path:
    return write_image_folder(folder, {"": pictures(28, 28)})


# By the tag of a data source, or by the ending of what it reads; "" is a folder.
WRITERS = {
    "california_housing": partial(write_california, rows=ROWS),
    "cifar10": write_cifar,
    "fashion_mnist": write_idx,
    "idx": write_idx,
    ".csv": write_table,
    ".npz": write_arrays,
    "": write_pictures,
}


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

    DrawingStore().add(drawings_of("7171"))
    result = {}
    for kind in variants(DataSource):
        result[kind.tag] = {"without a file": tried(kind())}
        if kind.file_field():
            path = small_file(kind, Path(sys.argv[1]))
            result[kind.tag]["with a file"] = tried(kind().with_file(str(path)))
    window.hide()  # as when it is closed, but without asking about unsaved changes
    session.close()
    found = list(uses)
    socket.getaddrinfo("127.0.0.1", 80)
    json.dump({"sources": result, "uses": found, "noticed": uses[len(found) :]}, sys.stdout)


if __name__ == "__main__":
    main()
