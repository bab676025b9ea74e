"""What is shown where nobody sees standard error."""

from __future__ import annotations

import os
from pathlib import Path

from tests.startup.programs import MAIN, linux_only, one_line, started


@linux_only
def test_without_a_terminal_the_system_shows_the_message(tmp_path: Path) -> None:
    pipe = tmp_path / "shown"
    os.mkfifo(pipe)
    dialog = tmp_path / "zenity"
    dialog.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{pipe}"\n')
    dialog.chmod(0o755)
    message = one_line(started(*MAIN, DISPLAY=":77", PATH=f"{tmp_path}:{os.environ['PATH']}"))
    assert message.startswith("The display ':77'")
    *_, text = pipe.read_text().splitlines()  # once the dialog is there, which nobody waits for
    assert f"{text}\n" == f"--text={message}"
