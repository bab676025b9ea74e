"""The sentences and formulas of the section."""

from __future__ import annotations

from collections.abc import Callable

from desktop.document.data import LogicTable
from desktop.document.project import Project
from desktop.document.text import counted, decimal_text, number_text, with_minus
from desktop.workers.reports import FloatArray
from desktop.workers.stepping import DenseValues, StepState, Update

MOST_TERMS = 3  # of a sum that is written out; of longer ones, fewer
FEW_TERMS = 2

OTHER_DATA = (
    "This section shows how a network with two inputs learns, step by step. The data of this "
    "project is neither a logic table with two inputs nor points in a plane."
)
COPY = "The steps train a copy: the network of the window and its runs stay as they are."
USED = (
    "The network of the window has these weights now, and Train Further continues from them. The "
    "next steps train the copy alone."
)
TRAINING = "The network of the window is being trained. The steps continue when that is over."
REFUSED = (
    "The last step was not taken: weights would have become infinite. Lower the learning rate."
)
LOADING = "Loading TensorFlow and the data…"


def figure(value: float) -> str:
    """`value` with three decimals; very small or large ones with three significant figures."""
    if value and not 0.001 <= abs(value) < 10_000:
        return short(value)
    return decimal_text(float(value), 3)


def short(value: float) -> str:
    """`value` with three significant figures, or fewer if that is all."""
    return with_minus(number_text(float(value) + 0.0, 3))


def _bracketed(value: float, write: Callable[[float], str] = figure) -> str:
    return f"({write(value)})" if value < 0 else write(value)


def sum_text(layer: DenseValues, row: int, weights: FloatArray, bias: float | None) -> str:
    """The weighted sum of a unit with these `weights`, (n,), for a row, with its numbers."""
    inputs = layer.inputs[row]
    most = len(inputs) if len(inputs) <= MOST_TERMS else FEW_TERMS
    terms = [
        (float(weight), f"·{_bracketed(float(value), short)}")
        for weight, value in zip(weights[:most], inputs, strict=False)
    ]
    text = " ".join(_term(value, factor) for value, factor in terms)
    if most < len(inputs):
        text += " + …"
    if bias is not None:
        text += f" {_term(bias)}"
    return text.removeprefix("+ ").replace("− ", "−", text.startswith("− "))


def _term(value: float, factor: str = "") -> str:
    """A term of a sum, with its sign before it."""
    return f"{'−' if value < 0 else '+'} {figure(abs(value))}{factor}"


def update_lines(state: StepState, update: Update, places: list[int]) -> list[str]:
    """How each of the parameters at `places` changed, with its numbers."""
    lines = []
    for place in places:
        symbol = state.parameters[place].symbol
        before, gradient, after = (
            float(values[place]) for values in (update.before, update.gradient, update.after)
        )
        if update.is_plain:
            rate = short(update.learning_rate)
            lines.append(
                f"{symbol}: {figure(before)} − {rate} × {_bracketed(gradient)} = {figure(after)}"
            )
        else:
            change = _term(after - before)
            of = f"(g = {figure(gradient)})".replace(" ", "\N{NO-BREAK SPACE}")
            lines.append(f"{symbol}: {figure(before)} {change} = {figure(after)} {of}")
    return lines


def update_heading(update: Update) -> str:
    """Which rows the update is of, and by which rule."""
    rows = [int(row) + 1 for row in update.rows[:8]]
    named = ", ".join(map(str, rows)) + (", …" if len(update.rows) > len(rows) else "")
    of = f"Row {named}" if len(rows) == 1 else f"{len(update.rows)} rows ({named})"
    if update.is_plain:
        return f"{of}. old weight − learning rate × gradient = new weight"
    return (
        f"{of}. old weight + update = new weight, where {update.optimizer} makes the update of the "
        f"gradient g by its own rule, learning rate {short(update.learning_rate)}"
    )


def progress_text(state: StepState) -> str:
    """How far the training is."""
    text = f"Epoch {state.epoch:,}"
    return f"{text}, {state.taken:,} of {counted(state.total, 'row')}" if state.taken else text


def measured_text(state: StepState) -> str:
    """Keras's metrics on the training rows."""
    names = [f"{name.replace('_', ' ')} {figure(value)}" for name, value in state.metrics.items()]
    return ", ".join(names)


def verdict(state: StepState) -> str:
    """How many rows are predicted correctly, and whether a line could do better."""
    if state.correct is None:
        return ""
    text = f"{state.correct:,} of {counted(state.total, 'row')} predicted correctly."
    if state.correct == state.total:
        return f"{text} Solved."
    if state.separable is None or state.has_hidden_layer:
        return text
    if state.separable:
        return f"{text} A line can separate these classes: train further."
    return (
        f"{text} No line separates these classes, so that a network without a hidden layer cannot "
        "predict all of them correctly."
    )


def is_two_inputs_table(project: Project) -> bool:
    """Whether the data is a logic table with two inputs."""
    return isinstance(project.data, LogicTable) and project.data.inputs == 2
