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
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from desktop import __version__, json_output, signals, startup, streams
from desktop.cli_checks import CommandError, DataReader, refuse_errors, refuse_machine
from desktop.document.storage import ProjectFileError, read_project

if TYPE_CHECKING:
    from desktop.document.project import Project
    from desktop.document.schema import DataSchema

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
        return _fail(f"{_usage_message(error)} ({_program()} --help shows how it is used)")
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
    as_json: AsJson = False,
) -> int:
    """Make a project with a sensible first network for DATA."""
    from desktop.cli_new import new_project

    new_project(data, target, out, as_json)
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
            console.say(f"{loaded.data.title}: {warning}", "yellow")
    return DONE if analysis.is_trainable else ERRORS_FOUND


@app.command()
def evaluate(model: ModelPath, project: ProjectPath, as_json: AsJson = False) -> int:
    """Measure MODEL on the test rows of PROJECT's data, with PROJECT's loss and metrics."""
    from desktop import console
    from desktop.document.analysis import analyze

    loaded = read_project(project)
    data = DataReader(loaded.data)
    refuse_errors(project, loaded, data.schema)
    refuse_machine(startup.engine_problem())
    from desktop.engine import storage
    from desktop.engine.builder import compile_model
    from desktop.engine.evaluation import evaluate as measure

    with json_output.quiet_output(as_json), console.busy("Evaluating…"):
        network = storage.load_model(model)
        storage.check_fits(network, loaded, data.schema)
        if network.count_params() != analyze(loaded, data.dataset.schema).parameters:
            console.say(f"{model} has other layers than {project}; the model's are used", "yellow")
        compile_model(network, loaded)
        evaluation = measure(network, loaded, data.dataset, 0)
    if as_json:
        json_output.print_json(json_output.evaluation_values(evaluation))
    else:
        console.show_evaluation(evaluation)
    return DONE


@app.command()
def predict(
    model: ModelPath,
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Images of digits")],
    project: Annotated[
        Path | None,
        typer.Option(
            metavar="PROJECT",
            help="The project the model was trained with; by default project.layerwise next to the "
            "model, or else what the shape of the model suggests",
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Predict the class of each IMAGE, dark on light or light on dark, with MODEL.

    If one of the images cannot be read, the others are predicted all the same, and the exit code
    is 1.
    """
    from desktop import console
    from desktop.engine import storage
    from desktop.engine.inspection import check_file
    from desktop.engine.prediction import (
        ImageFailure,
        ImagePrediction,
        Predictor,
        suggested_project,
    )

    # All that can be wrong with what is given, before TensorFlow takes its seconds to load.
    refuse_machine(startup.engine_problem())
    loaded = None if project is None else read_project(project)
    check_file(model)
    _check_images(images)
    with json_output.quiet_output(as_json), console.busy("Recognizing…"):
        network = storage.load_model(model)
        beside = None if loaded is not None else _project_beside(model, network)
        loaded, schema = beside or _checked(network, loaded or suggested_project(network))
        results = Predictor(network, loaded, schema).predict_images(images)
    predictions = [each for each in results if isinstance(each, ImagePrediction)]
    failures = [each for each in results if isinstance(each, ImageFailure)]
    if not predictions:
        raise CommandError(_first_of([each.message for each in failures]))
    if as_json:
        json_output.print_json(json_output.prediction_values(predictions, failures))
    else:
        console.show_predictions(predictions)
    for failure in failures:
        console.say(f"Error: {failure.message}", "red")
    return ERRORS_FOUND if failures else DONE


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


def _check_images(paths: list[Path]) -> None:
    """Raise CommandError if none of the files can be an image."""
    from desktop.engine.images import ImageError, check_image

    failures = []
    for path in paths:
        try:
            check_image(path)
        except ImageError as error:
            failures.append(str(error))
    if len(failures) == len(paths):
        raise CommandError(_first_of(failures))


def _first_of(messages: list[str]) -> str:
    more = len(messages) - 1
    return f"{messages[0]} (and {more} more like it)" if more else messages[0]


def _checked(network: Any, project: Project) -> tuple[Project, DataSchema]:
    """The project and what its data holds. Raises an error if the model does not fit them."""
    from desktop.engine.storage import check_fits

    schema = DataReader(project.data).schema
    check_fits(network, project, schema)
    return project, schema


def _project_beside(model: Path, network: Any) -> tuple[Project, DataSchema] | None:
    """The project in the model's folder and what its data holds, if the model fits them."""
    from desktop.engine.data_error import DataError
    from desktop.engine.inspection import ModelFileError

    beside = model.parent / "project.layerwise"
    try:
        return _checked(network, read_project(beside))
    except (ProjectFileError, ModelFileError, DataError):
        return None


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
