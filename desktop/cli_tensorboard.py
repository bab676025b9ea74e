"""The command `tensorboard`: TensorBoard for runs that are kept, until Ctrl+C."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence

from desktop import json_output
from desktop.cli_checks import CommandError
from desktop.machine import outer_environment

LOOK_SECONDS = 0.5  # between two looks whether TensorBoard is still there


def open_tensorboard(runs: Sequence[str], browser: bool, as_json: bool) -> None:
    """Start TensorBoard for `runs`, or for all that have logs, and wait until it ends.

    Raises CommandError, and what a signal raises.
    """
    from desktop.console import say, warn
    from desktop.engine.runs.store import RunStore, StoreError
    from desktop.engine.tensorboard.server import START_SECONDS, TensorBoard, TensorBoardError
    from desktop.engine.tensorboard.serving import logs_in, shown_name

    try:
        with RunStore(say=warn) as store:
            folder = store.folder
            found = [store.find(run) for run in runs] or [
                run for run in store.all() if logs_in(folder / run.id) is not None
            ]
        if not found:
            raise CommandError(
                "No run has logs for TensorBoard: name runs, `runs list` shows those there are, or "
                'switch on "Logs for TensorBoard" in the training settings'
            )
        names = {run.id: shown_name(run.id, run.name) for run in found}
        with TensorBoard([folder / run for run in names]) as board:
            if not board.wait(START_SECONDS):
                raise CommandError(f"TensorBoard did not start within {START_SECONDS:g} seconds")
            if as_json:
                shown = [{"id": run, "name": name} for run, name in names.items()]
                json_output.print_json({"address": board.address, "runs": shown})
            else:
                sys.stdout.write(f"{board.address}\n")
                say("TensorBoard runs until you press Ctrl+C")
            sys.stdout.flush()
            if browser:
                with outer_environment():
                    webbrowser.open(board.address)
            while not board.wait_for_end(LOOK_SECONDS):
                pass
    except (StoreError, TensorBoardError) as error:
        raise CommandError(str(error)) from error
    raise CommandError("TensorBoard has ended by itself; start it again")
