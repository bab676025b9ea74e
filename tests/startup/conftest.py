"""Fixtures of the tests of what the program says before it starts."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.startup.programs import NAMESPACE


@pytest.fixture
def mounts() -> None:
    """Skips the test, with the reason, where no file can be put over another."""
    if shutil.which("unshare") is None or subprocess.run([*NAMESPACE, "true"]).returncode != 0:
        pytest.skip("needs a mount namespace, which this system does not give")
