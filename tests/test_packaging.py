"""The parts of the build that can be tried without building."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from desktop import __version__

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts of the build find one another beside them."""
    monkeypatch.syspath_prepend(str(PACKAGING))


def test_one_version() -> None:
    product = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert product["version"] == __version__


def test_one_type_of_file_on_every_system() -> None:
    for name in (
        *("linux/layerwise.desktop", "linux/layerwise.xml"),
        *("windows/associate.cmd", "layerwise.spec"),
    ):
        found = re.findall(r"application/x-[\w.+-]+", (PACKAGING / name).read_text("utf-8"))
        assert found == ["application/x-layerwise+json"], name


def test_what_is_left_out_can_be_named_and_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime_hook import LeftOut

    for name in [name for name in sys.modules if name.startswith("sklearn.metrics.cluster")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [LeftOut(), *sys.meta_path])
    found = find_spec("sklearn.metrics.cluster.anything")
    assert found is not None and isinstance(found.loader, LeftOut)
    module = type(sys)("sklearn.metrics.cluster")
    found.loader.exec_module(module)
    thing = module.adjusted_rand_score
    assert isinstance(type("Child", (thing,), {}), type)
    with pytest.raises(
        NotImplementedError, match=r"sklearn\.metrics\.cluster\.adjusted_rand_score"
    ):
        thing([1], [1])
    assert LeftOut().find_spec("sklearn.metrics.clusters", None) is None


def icu_package(items: dict[str, bytes]) -> bytes:
    """Data as ICU packs it: a header, the table of contents, names, then the items."""
    head, names, body, table = bytes(16), b"", b"", struct.pack("<I", len(items))
    for name, item in sorted(items.items()):
        place = 4 + 8 * len(items)
        table += struct.pack("<II", place + len(names), 0x400 + len(body))
        names += name.encode() + b"\0"
        body += item
    base = struct.pack("<H", len(head)) + head[2:]
    return base + (table + names).ljust(0x400, b"\0") + body


def test_icu_keeps_what_qt_asks_for() -> None:
    from icu import _without_unused

    kept = {"icudt1l/coll/root.res": b"order" * 9, "icudt1l/zoneinfo64.res": b"zones" * 9}
    dropped = {"icudt1l/curr/de.res": b"euro" * 99, "icudt1l/ibm-1.cnv": b"codes" * 99}
    slim = _without_unused(icu_package(kept | dropped))
    (count,) = struct.unpack_from("<I", slim, 16)
    assert count == 2
    for number, (name, item) in enumerate(sorted(kept.items())):
        name_at, item_at = struct.unpack_from("<II", slim, 16 + 4 + 8 * number)
        assert slim[16 + name_at :].startswith(name.encode() + b"\0")
        assert slim[16 + item_at :].startswith(item)
        assert (16 + item_at) % 16 == 0
    assert b"euro" not in slim and b"codes" not in slim


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only done on Linux")
def test_a_slimmed_library_works(tmp_path: Path) -> None:
    from slim import slim

    spec = find_spec("tensorflow")
    assert spec is not None and spec.origin is not None
    original = Path(spec.origin).parent / "libtensorflow_framework.so.2"
    copy = Path(shutil.copy(original, tmp_path))
    slim(tmp_path, tmp_path)
    assert copy.stat().st_size < 0.9 * original.stat().st_size
    script = (
        "import ctypes, sys\n"
        "library = ctypes.CDLL(sys.argv[1])\n"
        "library.TF_NewStatus.restype = library.TF_Message.restype = ctypes.c_void_p\n"
        "status = ctypes.c_void_p(library.TF_NewStatus())\n"
        "library.TF_SetStatus(status, 3, b'as ever')\n"
        "print(library.TF_GetCode(status), ctypes.string_at(library.TF_Message(status)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(copy)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "3 b'as ever'\n", done.stderr
