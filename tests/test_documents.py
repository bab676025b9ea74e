"""The texts for developers name what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULE = re.compile(r"`([\w/.-]+\.py|(?:desktop|tests|packaging)/[\w/.-]+|[\w/]+/)`")


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "packaging/README.md", "resources/lessons/README.md"]
)
def test_every_module_and_folder_named_exists(name: str) -> None:
    folders = [ROOT / folder for folder in ("desktop", "tests", "packaging", "resources")]
    there = [*ROOT.glob("*"), *(path for folder in folders for path in folder.rglob("*"))]
    paths = [f"/{path.relative_to(ROOT).as_posix()}" for path in there]
    named = {match.rstrip("/") for match in MODULE.findall((ROOT / name).read_text("utf-8"))}
    assert {each for each in named if not any(path.endswith(f"/{each}") for path in paths)} == set()
