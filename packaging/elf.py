"""Shared libraries as they lie in their files: ELF for 64 bits, as the gABI describes it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEGMENT = np.dtype(
    [
        *(("type", "<u4"), ("flags", "<u4"), ("offset", "<u8"), ("address", "<u8")),
        *(("physical", "<u8"), ("file_size", "<u8"), ("memory_size", "<u8"), ("align", "<u8")),
    ]
)
SECTION = np.dtype(
    [
        *(("name", "<u4"), ("type", "<u4"), ("flags", "<u8"), ("address", "<u8")),
        *(("offset", "<u8"), ("size", "<u8"), ("link", "<u4"), ("info", "<u4")),
        *(("align", "<u8"), ("entry", "<u8")),
    ]
)
SYMBOL = np.dtype(
    [
        *(("name", "<u4"), ("info", "u1"), ("other", "u1"), ("section", "<u2")),
        *(("value", "<u8"), ("size", "<u8")),
    ]
)
DYNAMIC = np.dtype([("tag", "<u8"), ("value", "<u8")])

LOAD, DYNAMIC_SEGMENT, NOTE, PROGRAM_HEADERS = 1, 2, 4, 6  # kinds of segments
DYNSYM = 11  # a kind of section
PAGE = 4096
HEADER, ENTRY = 64, 56  # bytes of the file's header, and of the entry of a segment


class Library:
    """A shared library as it lies in its file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = np.fromfile(path, np.uint8)
        header = self.data[:HEADER].tobytes()
        self.machine = struct.unpack_from("<H", header, 18)[0]
        programs, sections = struct.unpack_from("<QQ", header, 32)
        program_count, _, section_count = struct.unpack_from("<HHH", header, 56)
        self.segments = self.read(SEGMENT, programs, program_count)
        self.sections = self.read(SECTION, sections, section_count)
        place = self.segments[self.segments["type"] == DYNAMIC_SEGMENT][0]
        self.dynamic = self.read(DYNAMIC, place["offset"], int(place["file_size"]) // 16)
        symbols = self.sections[self.sections["type"] == DYNSYM][0]
        self.symbols = self.read(SYMBOL, symbols["offset"], int(symbols["size"]) // 24)
        strings = self.sections[symbols["link"]]
        self.strings = self.bytes_at(strings["offset"], strings["size"])
        self.names = [self.string(int(start)) for start in self.symbols["name"]]

    def read(self, kind: np.dtype[Any], offset: Any, count: Any) -> NDArray[Any]:
        return np.frombuffer(self.bytes_at(offset, int(count) * kind.itemsize), kind).copy()

    def bytes_at(self, offset: Any, size: Any) -> bytes:
        return self.data[int(offset) : int(offset) + int(size)].tobytes()

    def string(self, start: int) -> bytes:
        return self.strings[start : self.strings.index(b"\0", start)]

    def tag(self, tag: int) -> int:
        """The value of an entry of the dynamic section; 0 if there is none."""
        found = self.dynamic["value"][self.dynamic["tag"] == tag]
        return int(found[0]) if len(found) else 0

    def front_size(self) -> int:
        """Bytes that the header and the segments will take at the start of the file."""
        return HEADER + ENTRY * (int(np.count_nonzero(self.segments["type"] != NOTE)) + 1)

    def replace_front(self, front: bytes, cut: int) -> None:
        """Put `front` in place of all that lies before `cut` in the file, and write the file.

        What follows `cut`, the start of a page, moves forward and keeps its address. The first
        `front_size()` bytes of `front` are filled in here. Notes, the table of sections and what is
        not loaded go: they are for tools, not for running.
        """
        segments = self.segments[self.segments["type"] != NOTE]
        first = int(np.flatnonzero(segments["type"] == LOAD)[0])
        removed = cut - -(-len(front) // PAGE) * PAGE
        if segments[first]["offset"] or segments[first]["address"] or cut % PAGE or removed < 0:
            raise ValueError(f"{self.path} is not laid out as expected")
        whole = segments[first].copy()
        segments = np.insert(segments, first + 1, whole)
        for name in ("file_size", "memory_size"):
            segments[name][first] = len(front)
            segments[name][first + 1] = whole[name] - cut
        for name in ("offset", "address", "physical"):
            segments[name][first + 1] = cut
        headers = segments["type"] == PROGRAM_HEADERS
        segments["file_size"][headers] = segments["memory_size"][headers] = ENTRY * len(segments)
        segments["offset"][segments["offset"] >= cut] -= removed
        header = bytearray(self.bytes_at(0, HEADER))
        struct.pack_into("<QQ", header, 32, HEADER, 0)
        struct.pack_into("<HHHH", header, 56, len(segments), 64, 0, 0)
        start = bytes(header) + segments.tobytes()
        loaded = self.segments[self.segments["type"] == LOAD]
        end = int((loaded["offset"] + loaded["file_size"]).max())
        with self.path.open("wb") as file:
            file.write(start + front[len(start) :])
            file.write(bytes(-len(front) % PAGE))
            file.write(self.data[cut:end].tobytes())
