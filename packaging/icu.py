"""Takes out of ICU's data library what Qt never asks it for: 23 of 32 MB.

Qt writes dates, numbers, currencies and the names of languages with tables of its own. Of ICU it
takes the order of texts, upper and lower case, and time zones. The data is one symbol of the
library, and in it a table of contents: a count, then where each name and each item lies, sorted by
name.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
from elf import LOAD, PAGE, Library

ALIGN = 16
# Ways to write units, zones, currencies, languages, regions and numbers; breaks between words, and
# other scripts; encodings of text other than Unicode.
UNUSED = re.compile(r"icudt\d+l/((brkitr|curr|lang|rbnf|region|translit|unit|zone)/.*|.*\.cnv)")


def trim(path: Path) -> None:
    """Rewrite the library libicudata at `path` without the items that are never asked for."""
    library = Library(path)
    symbol = next(
        place for place, name in enumerate(library.names) if re.fullmatch(rb"icudt\d+_dat", name)
    )
    start = int(library.symbols["value"][symbol])
    end = int(library.segments["file_size"][library.segments["type"] == LOAD][0])
    front = library.bytes_at(0, start) + _without_unused(library.bytes_at(start, end - start))
    library.replace_front(front, end // PAGE * PAGE)


def _without_unused(package: bytes) -> bytes:
    """The package of data without its unused items."""
    base = struct.unpack_from("<H", package)[0]
    (count,) = struct.unpack_from("<I", package, base)
    contents = np.frombuffer(package, "<u4", 2 * count, base + 4).reshape(count, 2)
    ends = [*contents[1:, 1].tolist(), len(package) - base]
    items: list[tuple[bytes, bytes]] = []
    for (name_at, begin), end in zip(contents.tolist(), ends, strict=True):
        name = package[base + name_at : package.index(b"\0", base + name_at)]
        if not UNUSED.fullmatch(name.decode("ascii")):
            items.append((name, package[base + begin : base + end]))
    head = 4 + 8 * len(items)
    names = bytearray()
    name_places = []
    for name, _ in items:
        name_places.append(head + len(names))
        names += name + b"\0"
    names += bytes(-(base + head + len(names)) % ALIGN)
    body = bytearray()
    table = struct.pack("<I", len(items))
    for place, (_, item) in zip(name_places, items, strict=True):
        table += struct.pack("<II", place, head + len(names) + len(body))
        body += item + bytes(-len(item) % ALIGN)
    return package[:base] + table + bytes(names) + bytes(body)
