"""What the program says of folders that it cannot write to."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from desktop.startup import folders
from tests.startup.programs import DISPLAYS, MAIN, NAMESPACE, PROJECT, linux_only, one_line, started


@linux_only
@pytest.mark.usefixtures("mounts")
def test_a_full_disk_for_temporary_files(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    script = f'mount -t tmpfs -o size=1m none "{small}" && exec "$@"'
    command = [*NAMESPACE, "sh", "-c", script, "sh", *MAIN, "train", PROJECT]
    message = one_line(started(*command, TMPDIR=str(small)))
    assert message.startswith(f"Error: Only 1 MiB is free in {small} for temporary files")
    assert "TMPDIR" in message


@pytest.mark.parametrize(
    ("inside", "reason"), [("", "(it is a file)"), ("folder", "(Not a directory)")]
)
def test_a_settings_folder_that_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str, reason: str
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "file" / inside))
    message = str(folders.settings_problem())
    assert message.startswith("Settings and recent files will not be kept, because")
    assert str(tmp_path / "file") in message and reason in message
    assert "LAYERWISE_HOME" in message


@linux_only
@pytest.mark.usefixtures("mounts")
def test_a_settings_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "settings"
    folder.mkdir()
    script = f'mount -t tmpfs -o ro none "{folder}" && exec "$@"'
    command = [*NAMESPACE, "sh", "-c", script, "sh", *MAIN]
    kept = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    environment = kept | {"QT_QPA_PLATFORM": "offscreen", "LAYERWISE_HOME": str(folder)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        line = next(line for line in program.stderr if not line.startswith("This plugin"))
        assert program.poll() is None  # the window is there all the same
        program.kill()
    assert line.startswith("Settings and recent files will not be kept") and str(folder) in line
