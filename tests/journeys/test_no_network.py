"""Nothing of the program uses the network unasked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from desktop.document.data import DataSource
from desktop.document.spec import variants

GUARDED = Path(__file__).with_name("guarded.py")
ROOT = Path(__file__).resolve().parents[2]


def test_no_page_and_no_data_source_uses_a_socket(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(GUARDED), str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert not found["uses"], "\n".join(found["uses"])
    assert len(found["noticed"]) == 1  # so a use would have been seen
    for kind in variants(DataSource):
        results = found["sources"][kind.tag]
        # Without the file that it reads a source fails, but does not look for it elsewhere.
        name = "with a file" if kind.file_field() else "without a file"
        assert results[name] == "loaded", f"{kind.tag}: {results}"
