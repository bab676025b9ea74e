"""The parts of the build that can be tried without building."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from desktop import __version__

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"


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


def test_nothing_that_the_program_imports_is_excluded() -> None:
    spec = ast.parse((PACKAGING / "layerwise.spec").read_text("utf-8"))
    excluded = next(
        ast.literal_eval(node.value)
        for node in spec.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXCLUDED"
    )
    for path in (ROOT / "desktop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                found = [each for each in excluded if f"{name}.".startswith(f"{each}.")]
                assert not found, f"{path} imports {name}: take {found} off EXCLUDED"
