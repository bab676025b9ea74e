"""The command line: the same engine without a window.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 `check`
found errors, 2 something could not be done (one line says what), 128 and the number of the signal
that stopped it (130 after Ctrl+C). A pipe that closes early, as in `check PROJECT | head -1`,
changes neither what is done nor the exit code.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from desktop import __version__, cli_lesson, cli_runs, json_output, signals, startup, streams
from desktop.cli_checks import CommandError, DataReader, refuse_machine
from desktop.document.storage import ProjectFileError, read_project

DONE, ERRORS_FOUND, FAILED = 0, 1, 2
MAX_SEED = 2**32 - 1

logger = logging.getLogger("desktop")


class _Commands(TyperGroup):
    """A first argument that is neither a command nor an option is a project to open."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["open", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="layerwise",
    cls=_Commands,
    add_completion=False,
    rich_markup_mode=None,  # frames would cut the help on a narrow terminal
    pretty_exceptions_enable=False,
    subcommand_metavar="[PROJECT | COMMAND [ARGS]...]",
)

app.add_typer(cli_runs.app)
app.add_typer(cli_lesson.app)

ProjectPath = Annotated[Path, typer.Argument(metavar="PROJECT", help="A .layerwise file")]
ModelPath = Annotated[Path, typer.Argument(metavar="MODEL", help="A .keras file")]
AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON object on standard output and nothing else")
]


def run(argv: list[str]) -> int:
    """Do what the arguments `argv` (without the program's name) ask for; returns the exit code."""
    with streams.lasting() as (output, _):
        code = _run(argv)
        output.flush()
        if output.failed and code in (DONE, ERRORS_FOUND):
            assert output.error is not None
            reason = output.error.strerror or output.error
            return _fail(f"The result could not be written to standard output: {reason}")
        return code


def _run(argv: list[str]) -> int:
    try:
        with signals.Watch(signals.end):
            command = typer.main.get_command(app)
            return int(command.main(argv, _program(), standalone_mode=False) or DONE)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        path = _program() if context is None else context.command_path
        return _fail(f"{_usage_message(error)} ({path} --help shows how it is used)")
    except signals.Ended as ended:
        from desktop.console import say

        say("Stopped")
        return signals.exit_code(ended.number)
    except Exception as error:
        if isinstance(error, _user_errors()):
            return _fail(str(error))
        logger.debug("A command failed", exc_info=True)
        return _fail(f"Something went wrong inside Layerwise: {type(error).__name__}: {error}")


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version")] = False,
) -> int:
    """Stack Keras layers, watch the network learn, and try it on digits you draw.

    Without a command the window opens; with a PROJECT, on that project.
    """
    if version:
        typer.echo(f"Layerwise {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        from desktop.window import open_window

        raise typer.Exit(open_window(None))
    if context.invoked_subcommand != "open":
        # Errors reach the user as one line; what the engine also logs is for developers.
        logger.addHandler(logging.NullHandler())
    return DONE


@app.command("open", hidden=True)
def open_project(context: typer.Context, project: ProjectPath) -> int:
    """Open the window on a project."""
    if not project.exists():
        assert context.parent is not None and isinstance(context.parent.command, TyperGroup)
        commands = context.parent.command.commands.items()
        names = ", ".join(name for name, command in commands if not command.hidden)
        raise CommandError(f"{project} is neither a file nor a command; the commands are {names}")
    from desktop.window import open_window

    return open_window(project)


@app.command()
def new(
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="A data file, such as a CSV table, or iris, wine, …"),
    ],
    out: Annotated[Path, typer.Option(metavar="PROJECT", help="The project to be written")],
    target: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="The column to be predicted; by default the last"),
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file with the test rows; by default part of DATA"),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Make a project with a sensible first network for DATA."""
    from desktop.cli_new import new_project

    new_project(data, target, test, out, as_json)
    return DONE


@app.command()
def train(
    project: ProjectPath,
    epochs: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help="Instead of the project's epochs")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=MAX_SEED, help="Instead of the project's seed")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write model.keras, history.csv and project.layerwise there"
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Train the network of PROJECT and measure it on the test rows. Ctrl+C stops and keeps it."""
    from desktop.cli_train import train_project

    settings = {"epochs": epochs, "seed": seed}
    changes = {name: value for name, value in settings.items() if value is not None}
    train_project(project, changes, out, as_json)
    return DONE


@app.command("repeat")
def repeat_project(
    project: ProjectPath,
    other: Annotated[
        Path | None,
        typer.Argument(metavar="[OTHER]", help="A second .layerwise file, to compare with it"),
    ] = None,
    times: Annotated[int, typer.Option(min=1, max=1_000, help="Runs of each network")] = 5,
    epochs: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help="Instead of the project's epochs")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=MAX_SEED, help="Seed of the first run; the others use the next ones"
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=1_000, help="Runs at the same time, in processes of their own")
    ] = 1,
    as_json: AsJson = False,
) -> int:
    """Train the network of PROJECT from several seeds, to see how much its results vary.

    With OTHER, both networks are trained from the same seeds, and the result says whether one is
    better. The test rows are not used. Ctrl+C stops, and the same command resumes.
    """
    from desktop.cli_repeat import repeat_project as repeat

    settings = {"epochs": epochs, "seed": seed}
    changes = {name: value for name, value in settings.items() if value is not None}
    repeat(project, other, times, changes, workers, as_json)
    return DONE


@app.command("sweep")
def sweep_project(
    project: ProjectPath,
    space: Annotated[
        str,
        typer.Argument(
            metavar="SPACE",
            help='What to vary: JSON, a file of JSON, or a preset such as "optimizers"',
        ),
    ],
    trials: Annotated[
        int | None,
        typer.Option(min=1, max=100_000, help="Search: the number of trials"),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Search: start no trial after so many minutes")
    ] = None,
    repeats: Annotated[
        int, typer.Option(min=1, max=100, help="Grid: train each combination from so many seeds")
    ] = 1,
    confirm: Annotated[
        int,
        typer.Option(
            min=0, max=1_000, help="In the end train the best and PROJECT from so many new seeds"
        ),
    ] = 0,
    metric: Annotated[
        str | None, typer.Option(help="The metric to rank by; by default the project's first one")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1_000,
            help="Trials at the same time; by default all that the machine has room for",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Train on the workers of this Dask scheduler"),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help="Instead of the project's epochs")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=MAX_SEED, help="Instead of the project's seed")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="PROJECT", help="Write the best project to this file")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Try other settings for PROJECT, and rank them by a metric on the validation rows.

    SPACE has values or a range for each setting that varies, as in {"hidden.units": [32, 64],
    "training.optimizer.learning_rate": {"log": [1e-4, 1e-1]}}. With --trials or --minutes, settings
    are searched with Optuna; otherwise every combination is trained, a grid. Ctrl+C stops, and the
    same command resumes.
    """
    from desktop.cli_sweep import Wanted
    from desktop.cli_sweep import sweep_project as sweep

    settings = {"epochs": epochs, "seed": seed}
    changes = {name: value for name, value in settings.items() if value is not None}
    wanted = Wanted(changes, trials, minutes, repeats, confirm, workers, scheduler, metric, out)
    sweep(project, space, wanted, as_json)
    return DONE


@app.command()
def check(project: ProjectPath, as_json: AsJson = False) -> int:
    """Show shapes, parameters and problems of PROJECT; exit code 1 if there is an error.

    In JSON, "layer" of a problem is a position in "layers", counted from 0, or null.
    """
    from desktop.document.analysis import analyze
    from desktop.machine import physical_memory

    loaded = read_project(project)
    data = DataReader(loaded.data)
    analysis = analyze(loaded, data.schema, physical_memory())
    if as_json:
        json_output.print_json(json_output.analysis_values(analysis))
    else:
        from desktop import console

        console.show_analysis(project.name, loaded.data.title, analysis)
        for warning in data.warnings:
            console.warn(f"{loaded.data.title}: {warning}")
    return DONE if analysis.is_trainable else ERRORS_FOUND


@app.command()
def evaluate(
    model: ModelPath,
    project: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PROJECT]", help="A .layerwise file; by default what the model's file says"
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Measure MODEL on the test rows of PROJECT's data, with PROJECT's loss and metrics."""
    from desktop.cli_evaluate import evaluate_model

    evaluate_model(model, project, as_json)
    return DONE


@app.command()
def predict(
    model: ModelPath,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="A table, or images of digits")
    ],
    project: Annotated[
        Path | None,
        typer.Option(
            metavar="PROJECT",
            help="The project the model was trained with; by default what the model's file says, "
            "project.layerwise next to the model, or else what the shape of the model suggests",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Of a table: the file to be written, not standard output"
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Predict the rows of a table, or the class of each image, with MODEL.

    The table comes back with columns for prediction and probabilities. Its columns are matched by
    name, in any order, with or without the target; of a model for images, each row holds the pixels
    of one, with or without a label. Images are dark on light or light on dark. If
    one of them cannot be read, the others are predicted all the same, and the exit code is 1.
    """
    from desktop.cli_predict import predict_images, predict_table, predicts_rows
    from desktop.engine.model_card import read_card

    # All that can be wrong with what is given, before TensorFlow takes its seconds to load.
    refuse_machine(startup.engine_problem())
    loaded = None if project is None else read_project(project)
    card = read_card(model)
    if card is not None and loaded is None and predicts_rows(card, files):
        predict_table(model, card, files, out, as_json)
        return DONE
    if out is not None:
        raise CommandError("--out is for tables; the classes of images are on standard output")
    known = card if loaded is None else None
    return DONE if predict_images(model, files, loaded, known, as_json) else ERRORS_FOUND


@app.command()
def tensorboard(
    runs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN...]", help="Names of runs, or parts of their ids"),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the address in the browser")
    ] = True,
    as_json: AsJson = False,
) -> int:
    """Show runs in TensorBoard until Ctrl+C; by default all that have logs.

    It can be reached from this machine only. A run without logs is shown from its record.
    """
    from desktop.cli_tensorboard import open_tensorboard

    open_tensorboard(runs or (), browser, as_json)
    return DONE


@app.command("self-test")
def self_test(
    screenshots: Annotated[
        Path | None, typer.Option(help="Save an image of every page in this folder.")
    ] = None,
) -> int:
    """Drive the real window from end to end, without a display, to see that all is in place."""
    refuse_machine(startup.self_test_problem())
    from desktop.self_test import run_self_test

    return run_self_test(screenshots)


# --- errors ---------------------------------------------------------------------------------------


def _user_errors() -> tuple[type[Exception], ...]:
    """The exceptions whose message is a sentence for the user."""
    from desktop.engine.backend import BackendError
    from desktop.engine.builder import ProjectError
    from desktop.engine.data_error import DataError
    from desktop.engine.images import ImageError
    from desktop.engine.inspection import ModelFileError
    from desktop.engine.prediction import PredictionError

    ours = (BackendError, ProjectError, DataError, ImageError, PredictionError, ModelFileError)
    return CommandError, ProjectFileError, *ours


def _usage_message(error: typer.TyperException) -> str:
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    return message.rstrip(".")


def _program() -> str:
    return Path(sys.argv[0]).name or "layerwise"


def _fail(message: str) -> int:
    from desktop.console import say

    say(f"Error: {message}", "red")
    return FAILED
