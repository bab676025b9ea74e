"""Takes out of TensorFlow's libraries the names that nothing outside them asks for.

libtensorflow_cc exports 440,000 C++ names, 95 MB of them, of which Python's bindings ask for a few
thousand; every other is only there so that the library finds its own functions, which it can do by
their addresses. So each reference that a library makes to itself becomes an address relative to
the library, unneeded names are dropped, and what follows them in the file moves forward. Code and
data stay as they are, and at the same addresses.

Names that any other file of the program defines or asks for stay, and so do all names of C, by
which the XLA compiler finds what its code calls.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from elf import DYNAMIC, DYNAMIC_SEGMENT, DYNSYM, PAGE, Library
from numpy.typing import NDArray

RELOCATION = np.dtype([("offset", "<u8"), ("kind", "<u4"), ("symbol", "<u4"), ("addend", "<i8")])

X86_64 = 62
TABLES = {3, 4, 5, DYNSYM, 0x6FFFFFF6, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF}  # kinds of sections
TLS, IFUNC = 6, 10  # kinds of symbols
FIRST_RESERVED_SECTION = 0xFF00
ABSOLUTE, GLOBAL_DATA, JUMP_SLOT, RELATIVE, INDIRECT = 1, 6, 7, 8, 37  # kinds of relocations
NEEDED, PLT_SIZE, STRTAB, SYMTAB, RELA, RELA_SIZE, STRTAB_SIZE = 1, 2, 5, 6, 7, 8, 10  # tags
SONAME, RPATH, PLT_KIND, PLT, RUNPATH = 14, 15, 20, 23, 29
HASH, GNU_HASH, VERSYM, RELA_COUNT = 4, 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFF9
VERDEF, VERDEF_COUNT, VERNEED, VERNEED_COUNT = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF


class Strings:
    """A string table that grows."""

    def __init__(self) -> None:
        self.text = bytearray(b"\0")
        self._places = {b"": 0}

    def add(self, string: bytes) -> int:
        """Where `string` lies in the table."""
        if string not in self._places:
            self._places[string] = len(self.text)
            self.text += string + b"\0"
        return self._places[string]


def slim(tensorflow: Path, folder: Path) -> None:
    """Rewrite the libraries in the folder `tensorflow` of the program in `folder`."""
    files = [path for path in folder.rglob("*.so*") if path.is_file() and not path.is_symlink()]
    names = {path: set(Library(path).names) for path in files}
    for path in sorted(tensorflow.glob("lib*.so.*")):
        wanted = set().union(*(found for other, found in names.items() if other != path))
        library = Library(path)
        if library.machine == X86_64:
            _rewrite(library, wanted)


def _rewrite(library: Library, wanted: set[bytes]) -> None:
    old = library.symbols
    kept = _kept(library, wanted)
    strings, order, hashes = Strings(), *_order(library, kept)
    symbols = old[order]
    symbols["name"] = [strings.add(library.names[place]) for place in order]
    numbers = np.zeros(len(old), np.uint32)
    numbers[order] = np.arange(len(order))
    relocations = _relocations(library, kept, numbers)
    versions = library.read(np.dtype("<u2"), library.tag(VERSYM), len(old))[order]

    dynamic = {int(tag): int(value) for tag, value in library.dynamic if tag != NEEDED}
    needed = [strings.add(library.string(each)) for each in _needed(library)]
    for tag in (SONAME, RPATH, RUNPATH):
        if tag in dynamic:
            dynamic[tag] = strings.add(library.string(dynamic[tag]))
    for tag in (HASH, PLT, PLT_SIZE, PLT_KIND):  # looked up at once, and by the other hash
        dynamic.pop(tag, None)
    tables = {
        SYMTAB: symbols.tobytes(),
        GNU_HASH: _gnu_hash(len(order) - len(hashes), hashes),
        VERSYM: versions.tobytes(),
        VERDEF: _versions(library, VERDEF, VERDEF_COUNT, strings),
        VERNEED: _versions(library, VERNEED, VERNEED_COUNT, strings),
        RELA: relocations.tobytes(),
    }
    tables[STRTAB] = bytes(strings.text)  # last, when all strings are in it
    front = bytearray(library.front_size())
    for tag, table in tables.items():
        if table:
            front += bytes(-len(front) % 8)
            dynamic[tag] = len(front)
            front += table
    dynamic[STRTAB_SIZE], dynamic[RELA_SIZE] = len(strings.text), len(tables[RELA])
    dynamic[RELA_COUNT] = int(np.count_nonzero(relocations["kind"] == RELATIVE))
    entries = [(NEEDED, each) for each in needed]
    entries += [(tag, value) for tag, value in dynamic.items() if tag]
    place = library.segments[library.segments["type"] == DYNAMIC_SEGMENT][0]
    array = np.zeros(int(place["file_size"]) // DYNAMIC.itemsize, DYNAMIC)
    array[: len(entries)] = entries
    start = int(place["offset"])
    library.data[start : start + array.nbytes] = array.view(np.uint8)
    library.replace_front(bytes(front), _end_of_tables(library) // PAGE * PAGE)


def _kept(library: Library, wanted: set[bytes]) -> NDArray[np.bool_]:
    """Which symbols stay: those not defined here, of a special kind, of C, or wanted."""
    symbols = library.symbols
    kind = symbols["info"] & 15
    kept: NDArray[np.bool_] = symbols["section"] == 0
    kept |= (symbols["section"] >= FIRST_RESERVED_SECTION) | (kind == TLS) | (kind == IFUNC)
    kept |= [not name.startswith(b"_Z") or name in wanted for name in library.names]
    return kept


def _order(library: Library, kept: NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    """The symbols that stay, as a hash table needs them: those defined last, by bucket; hashes."""
    defined = library.symbols["section"] != 0
    hashed = [(_hash(library.names[place]), int(place)) for place in np.flatnonzero(kept & defined)]
    buckets = _buckets(len(hashed))
    hashed.sort(key=lambda each: each[0] % buckets)
    undefined = [int(place) for place in np.flatnonzero(kept & ~defined)]
    return undefined + [place for _, place in hashed], [number for number, _ in hashed]


def _buckets(count: int) -> int:
    return count // 4 + 1


def _hash(name: bytes) -> int:
    number = 5381
    for byte in name:
        number = (number * 33 + byte) & 0xFFFFFFFF
    return number


def _gnu_hash(first: int, hashes: list[int]) -> bytes:
    """The table by which glibc finds a name among the symbols from number `first` on."""
    shift, words = 26, 1 << max(0, (len(hashes) // 8).bit_length())
    bloom, buckets, chains = [0] * words, [0] * _buckets(len(hashes)), []
    for place, number in enumerate(hashes):
        bloom[number // 64 % words] |= 1 << number % 64 | 1 << (number >> shift) % 64
        bucket = number % len(buckets)
        if not buckets[bucket]:
            buckets[bucket] = first + place
        last = place + 1 == len(hashes) or hashes[place + 1] % len(buckets) != bucket
        chains.append(number & ~1 | last)
    head = struct.pack("<4I", len(buckets), first, words, shift)
    return head + struct.pack(f"<{words}Q{len(buckets) + len(chains)}I", *bloom, *buckets, *chains)


def _relocations(
    library: Library, kept: NDArray[np.bool_], numbers: NDArray[np.uint32]
) -> NDArray[Any]:
    """All relocations in one table: those relative to the library first, indirect ones last."""
    size = RELOCATION.itemsize
    table = np.concatenate(
        [
            library.read(RELOCATION, library.tag(RELA), library.tag(RELA_SIZE) // size),
            library.read(RELOCATION, library.tag(PLT), library.tag(PLT_SIZE) // size),
        ]
    )
    kind, symbol = table["kind"], table["symbol"]
    own = ~kept[symbol] & (symbol != 0)
    strange = set(kind[own]) - {ABSOLUTE, GLOBAL_DATA, JUMP_SLOT}
    if strange:
        raise ValueError(f"{library.path} has relocations of unexpected kinds: {strange}")
    addend = np.where(kind == ABSOLUTE, table["addend"], 0)
    table["addend"][own] = (addend + library.symbols["value"][symbol].astype(np.int64))[own]
    table["symbol"] = np.where(own, 0, numbers[symbol])
    table["kind"] = np.where(own, RELATIVE, np.where(kind == JUMP_SLOT, GLOBAL_DATA, kind))
    rank = np.select([table["kind"] == RELATIVE, table["kind"] == INDIRECT], [0, 2], 1)
    order = np.lexsort((table["offset"], table["symbol"], rank))
    ordered: NDArray[Any] = table[order]
    return ordered


def _versions(library: Library, tag: int, count: int, strings: Strings) -> bytes:
    """The table of versions that the library defines or needs, with its names put in `strings`."""
    place = library.tag(tag)
    if not place:
        return b""
    section = library.sections[library.sections["address"] == place][0]
    table = bytearray(library.bytes_at(place, section["size"]))

    def move(at: int) -> None:
        (start,) = struct.unpack_from("<I", table, at)
        struct.pack_into("<I", table, at, strings.add(library.string(start)))

    at = 0
    for _ in range(library.tag(count)):
        if tag == VERDEF:  # flags, ndx, cnt | hash | aux | next
            (inner_count,) = struct.unpack_from("<H", table, at + 6)
            inner, following = struct.unpack_from("<II", table, at + 12)
            name_at, next_at = 0, 4
        else:  # cnt | file | aux | next
            (inner_count,) = struct.unpack_from("<H", table, at + 2)
            move(at + 4)
            inner, following = struct.unpack_from("<II", table, at + 8)
            name_at, next_at = 8, 12
        inner += at
        for _ in range(inner_count):
            move(inner + name_at)
            inner += struct.unpack_from("<I", table, inner + next_at)[0]
        at += following
    return bytes(table)


def _needed(library: Library) -> list[int]:
    return [int(value) for tag, value in library.dynamic if tag == NEEDED]


def _end_of_tables(library: Library) -> int:
    """Where the tables that are made anew end: the start of the first section that is none."""
    loaded = library.sections[library.sections["address"] != 0]
    return int(min(each["address"] for each in loaded if each["type"] not in TABLES))
