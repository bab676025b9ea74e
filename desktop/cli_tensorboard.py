"""The command `tensorboard`: TensorBoard for runs that are kept, until Ctrl+C."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence

from desktop import json_output
from desktop.cli_checks import CommandError

LOOK_SECONDS = 0.5  # between two looks whether TensorBoard is still there


def open_tensorboard(runs: Sequence[str], browser: bool, as_json: bool) -> None:
    """Start TensorBoard for `runs`, or for all that have logs, and wait until it ends.

    Raises CommandError, and what a signal raises.
    """
    from desktop.console import say, warn
    from desktop.engine.runs.store import RunStore, StoreError
    from desktop.engine.tensorboard.server import TensorBoard, TensorBoardError, served

    try:
        with RunStore(say=warn) as store:
            if runs:
                chosen = served([store.find(run) for run in dict.fromkeys(runs)], store.folder)
            else:
                every = served(store.all(), store.folder)
                chosen = tuple(run for run in every if run.logs is not None)
        if not chosen:
            raise CommandError(
                "No run has logs for TensorBoard: name runs, `runs list` shows those there are, or "
                'switch on "Logs for TensorBoard" in the training settings'
            )
        with TensorBoard(chosen) as board:
            if as_json:
                names = [{"id": run.folder.name, "name": run.name} for run in chosen]
                json_output.print_json({"address": board.address, "runs": names})
            else:
                sys.stdout.write(f"{board.address}\n")
                say("TensorBoard runs until you press Ctrl+C")
            sys.stdout.flush()
            if browser:
                webbrowser.open(board.address)
            while not board.wait(LOOK_SECONDS):
                pass
    except (StoreError, TensorBoardError) as error:
        raise CommandError(str(error)) from error
    raise CommandError("TensorBoard has ended by itself; start it again")
