"""The command `evaluate`: a saved model on test rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import console, json_output, paths, startup
from desktop.cli_checks import CommandError, DataReader, refuse_errors, refuse_machine
from desktop.document.files import reason
from desktop.document.storage import read_project

if TYPE_CHECKING:
    from desktop.engine.model_card import ModelCard
    from desktop.engine.rows import Dataset


def evaluate_model(model: Path, path: Path | None, as_json: bool) -> None:
    """Measure `model` on the test rows of the project at `path`, or those that its file names.

    Raises CommandError and the engine's errors.
    """
    from desktop.document.analysis import analyze

    card = None
    if path is not None:
        project = read_project(path)
    else:
        card = _card(model)
        project = card.project
    data = DataReader(project.data)
    refuse_errors(path or model, project, data.schema)
    refuse_machine(startup.engine_problem())
    from desktop.engine import storage
    from desktop.engine.builder import compile_model
    from desktop.engine.evaluation import evaluate
    from desktop.engine.model_card import ModelCard

    with json_output.quiet_output(as_json), console.busy("Evaluating…"):
        network = storage.load_model(model)
        storage.check_fits(network, project, data.schema)
        if network.count_params() != analyze(project, data.dataset.schema).parameters:
            console.say(
                f"{model} has other layers than {path or 'its project'}; the model's are used",
                "yellow",
            )
        now = ModelCard.of(project, data.dataset)
        if card is not None and now.preparation != card.preparation:
            console.say(
                f"{project.data.title} has changed since {model.name} was trained: its rows are "
                "scaled and encoded in another way now, so the result may mean little",
                "yellow",
            )
        compile_model(network, project, data.schema)
        evaluation = evaluate(network, project, data.dataset, 0, with_baselines=True)
    if not evaluation.on_training_rows:
        _count(data.dataset, network)
    if as_json:
        json_output.print_json(json_output.evaluation_values(evaluation))
    else:
        console.show_evaluation(evaluation)


def _count(dataset: Dataset, model: Any) -> None:
    """`model` was evaluated on the test rows of `dataset`: runs say how often that was done."""
    from desktop.engine.runs.looks import add_look

    try:
        add_look(paths.runs_folder(), dataset.fingerprint, model.get_weights())
    except OSError as error:
        console.warn(f"This evaluation could not be counted: {reason(error)}")


def _card(model: Path) -> ModelCard:
    from desktop.engine.model_card import read_card

    card = read_card(model)
    if card is None:
        raise CommandError(
            f"{model} does not say what it was trained with: name its project after it"
        )
    return card
