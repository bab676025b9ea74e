"""A layer of a kind that there is none of yet is one class, and nothing else has to change.

The class is added to a copy of the program, as one adds it to the source, and everything that is
made of the classes is asked about it there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.test_architecture import ROOT

LSTM = '''
from desktop.document.layers.base import require_rank
from desktop.document.schema import RowKind

class LSTM(_Weighted):
    """Reads a sequence step by step, and remembers what matters."""

    family: ClassVar[Family] = Family.CORE
    input_rank: ClassVar[int | None] = 2
    input_row: ClassVar[RowKind | None] = RowKind.SEQUENCE
    units_field: ClassVar[str | None] = "units"
    activation_field: ClassVar[str | None] = "activation"
    max_xla_batch: ClassVar[int] = 0
    kernel_rank: ClassVar[int] = 2
    units: int = Field(32, ge=1, le=10_000, title="Units", description="Size of the memory")
    activation: choices.ActivationFunction = Field(
        choices.ActivationFunction.TANH, title="Activation", description="Function of the memory"
    )
    return_sequences: bool = Field(
        False, title="Return sequences", description="One output for each step, not only the last"
    )

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(self, shape)
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        gates = 4 * self.units
        shapes = self._with_bias((shape[-1], gates))
        return {"kernel": shapes["kernel"], "recurrent_kernel": (self.units, gates)} | shapes

    def details(self) -> str:
        return f"{self.units} · {self.activation}"
'''

PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.document.analysis import analyze
from desktop.document.choices import ActivationFunction
from desktop.document.data import Digits
from desktop.document.fields import fields_of
from desktop.document.json_values import to_json
from desktop.document.layers import LAYER_CLASSES, Conv2D, Dense, Dropout, Flatten, Reshape
from desktop.document.layers.core import LSTM
from desktop.document.memory import activation_bytes, parameter_bytes
from desktop.document.project import Project
from desktop.document.schema import Classes, DataSchema, RowCounts, RowKind
from desktop.document.training import Training

assert LSTM in LAYER_CLASSES

SEQUENCES = DataSchema(
    input_shape=(20, 3),
    row=RowKind.SEQUENCE,
    target=Classes(("rest", "walk", "run")),
    rows=RowCounts(80, 10, 10),
    value_range=(-1.0, 1.0),
)
PICTURES = replace(SEQUENCES, input_shape=(28, 28), row=RowKind.IMAGE)
RELU, SOFTMAX = ActivationFunction.RELU, ActivationFunction.SOFTMAX
END = Dense(units=3, activation=SOFTMAX)
STEPS = LSTM(units=8, return_sequences=True)


def stack(*layers):
    return Project(layers=layers)


def problems(project, schema=SEQUENCES):
    return analyze(project, schema, 10**12).problems


# Sequences are no images: to work on each step is what is meant.
for layers in (
    (LSTM(), END),
    (LSTM(units=3, activation=SOFTMAX),),
    (STEPS, Dropout(), LSTM(units=4), END),
    (Dense(units=5, activation=RELU), LSTM(), END),
    (Dense(units=5, activation=RELU), Flatten(), END),
    (STEPS, Dense(units=5, activation=RELU), Flatten(), END),
    (Dense(units=5), STEPS, Dense(units=5), STEPS, Flatten(), END),
):
    assert problems(stack(*layers)) == (), problems(stack(*layers))
# The rows of an image may be taken for a sequence, and are one from there on.
assert problems(stack(LSTM(), END), PICTURES) == ()
assert problems(stack(STEPS, Dense(units=5, activation=RELU), Flatten(), END), PICTURES) == ()
# A image is still one.
[problem] = problems(stack(Dense(units=5, activation=RELU), Flatten(), END), PICTURES)
assert "works on each row of its 28 × 28 input" in problem.message, problem

# What is wrong with it is found, with the right words and fixes.
[problem] = problems(stack(Flatten(), LSTM(), END))
takes = "a sequence (steps × features)"
assert problem.message == f"LSTM needs {takes}, but gets a vector of 60 numbers"
assert problem.fix.project == stack(LSTM(), END)
[problem] = problems(stack(LSTM(units=5, activation=SOFTMAX)))
assert problem.fix.label == "Set LSTM 1 to 3 units", problem
[problem] = problems(stack(LSTM(units=3)))
assert problem.fix.project == stack(LSTM(units=3, activation=SOFTMAX)), problem
[problem] = problems(stack(Conv2D(activation=RELU), Flatten(), END))
assert problem.fix is None, problem  # a sequence lacks no channels
[problem] = problems(stack(LSTM(activation=ActivationFunction.STEP), END))
assert problem.fix.project == stack(LSTM(activation=ActivationFunction.SIGMOID), END), problem

# Parameters, memory, form, file.
project = stack(STEPS, Dropout(), LSTM(units=4), END)
found = analyze(project, SEQUENCES)
assert [info.parameters for info in found.layers] == [384, 0, 208, 15]
assert [info.output_shape for info in found.layers] == [(20, 8), (20, 8), (4,), (3,)]
assert activation_bytes(found.layers) == 4 * 2 * (160 + 160 + 4 + 3)
assert parameter_bytes(607, 607, Training()) == 4 * 607 * 4
assert [each.name for each in fields_of(LSTM)][:3] == ["units", "activation", "return_sequences"]
assert Project.model_validate(to_json(project)) == project

# The palette.
from desktop.views.editor.palette import Palette
from desktop.views.theme import Mode, Theme

application = QApplication([])
palette = Palette(Theme(Mode.LIGHT))
assert "LSTM" in palette.shown_layers()

# And Keras agrees.
from desktop.engine.builder import build
from desktop.engine.compiler_choice import suits_xla

model = build(project, 1, SEQUENCES)
assert [layer.count_params() for layer in model.layers] == [384, 0, 208, 15]
assert [tuple(layer.output.shape[1:]) for layer in model.layers] == [
    info.output_shape for info in found.layers
]
assert not suits_xla(project)
print("as expected")
"""


def test_a_recurrent_layer_is_one_class(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "desktop", tmp_path / "desktop")
    with (tmp_path / "desktop/document/layers/core.py").open("a", encoding="utf-8") as core:
        core.write(LSTM)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "as expected\n", run.stderr
