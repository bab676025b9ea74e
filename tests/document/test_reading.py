"""Project files that are right come back whole; everything else is refused in plain words."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from desktop.document.choices import ActivationFunction
from desktop.document.constraints import MaxNorm
from desktop.document.data import Digits
from desktop.document.layers import Conv2D, Dense, Flatten
from desktop.document.losses import CategoricalCrossentropy
from desktop.document.messages import refusal
from desktop.document.optimizers import Adam
from desktop.document.project import MAX_LAYERS, Project, starter_project
from desktop.document.spec import SpecError
from desktop.document.storage import (
    FORMAT,
    MAX_BYTES,
    ProjectFileError,
    parse_project,
    project_text,
    read_project,
)
from tests.document.strategies import projects

DESIGNED = """
{
  "format": 1,
  "data": {"source": "mnist", "validation_split": 0.1},
  "layers": [
    {"layer": "Flatten"},
    {"layer": "Dense", "units": 128, "activation": "relu"},
    {"layer": "Dense", "units": 10, "activation": "softmax"}
  ],
  "training": {
    "optimizer": {"optimizer": "Adam", "learning_rate": 0.001},
    "loss": "categorical_crossentropy",
    "metrics": ["accuracy"],
    "epochs": 10, "batch_size": 32, "shuffle": true, "seed": 812,
    "early_stopping": null
  }
}
"""


def refused(text: str) -> str:
    """Why `text` is no project. A message is one line, without the terms of our libraries."""
    with pytest.raises(ProjectFileError) as error:
        parse_project(text)
    message = str(error.value)
    assert "\n" not in message
    assert "Traceback" not in message
    assert "input should" not in message.lower()
    assert "after validation" not in message
    assert "valid array" not in message
    return message


def with_layers(*layers: Any) -> str:
    return json.dumps({"format": FORMAT, "layers": layers})


def with_training(**training: Any) -> str:
    return json.dumps({"format": FORMAT, "training": training})


# --- round trip -----------------------------------------------------------------------------------


@given(project=projects())
def test_every_project_comes_back_as_it_was(project: Project) -> None:
    text = project_text(project)
    assert parse_project(text) == project
    assert project_text(parse_project(text)) == text


def test_the_designed_file() -> None:
    project = parse_project(DESIGNED)
    assert [layer.tag for layer in project.layers] == ["Flatten", "Dense", "Dense"]
    assert project.layers[1] == Dense(units=128, activation=ActivationFunction.RELU)
    assert project.training.optimizer == Adam()
    assert project.training.loss == CategoricalCrossentropy()


def test_omitted_keys_take_their_defaults() -> None:
    assert parse_project('{"format": 1}') == Project()
    assert parse_project(with_layers({"layer": "Dense"})).layers == (Dense(),)


def test_a_file_can_be_read_by_people() -> None:
    values = json.loads(project_text(starter_project()))
    assert list(values) == ["format", "data", "layers", "training"]
    assert values["format"] == FORMAT
    assert values["layers"][1] == {"layer": "Dense", "units": 32, "activation": "relu"}
    assert values["training"]["loss"] == "categorical_crossentropy"


def test_constraints_along_several_axes() -> None:
    """Lists inside of a variant stay lists of axes; one axis may be a bare number."""
    layer = Conv2D(kernel_constraint=MaxNorm(axis=(0, 1, 2)))
    project = Project(layers=(layer,))
    assert parse_project(project_text(project)) == project
    bare = {"layer": "Dense", "kernel_constraint": {"constraint": "MaxNorm", "axis": 0}}
    assert parse_project(with_layers(bare)).layers == (Dense(kernel_constraint=MaxNorm()),)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """Some editors on Windows put one at the start of a file."""
    path = tmp_path / "marked.layerwise"
    path.write_text(project_text(starter_project()), encoding="utf-8-sig")
    assert read_project(path) == starter_project()


# --- bad contents ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty, so there is no project in it"),
        (" \n", "the file is empty, so there is no project in it"),
        ("{", "not valid JSON at line 1, column 2: expecting property name"),
        ('{"format": 1,\n "layers": [}', "not valid JSON at line 2, column 13: expecting value"),
        ('{"format": 1} {}', "not valid JSON at line 1, column 15: extra data"),
        ("[]", "a project must be a JSON object { ... }"),
        ("3", "a project must be a JSON object { ... }"),
        ("[" * 100_000, "nested too deeply to be read"),
        ('{"format": 1, "data": ' + "[" * 900 + "]" * 900 + "}", "nested too deeply"),
        ('{"format": 1' + "0" * 5000 + "}", "a number in it has thousands of digits"),
        ('{"format": 1, "training": {"epochs": NaN}}', "NaN is not a number that can be used here"),
        ('{"format": 1, "training": {"epochs": -Infinity}}', "-Infinity is not a number"),
        ('{"format": 1, "data": {"source": "mnist", "path": "\\ud800"}}', "not Unicode"),
        (
            '{"format": 1, "layers": [{"layer": "Dense", "units": 1, "units": 2}]}',
            'the key "units" is given twice in {"layer": "Dense", "units": 2}; keep one of them',
        ),
        ("{}", 'the key "format" is missing; is this a project file?'),
        ('{"format": "1"}', '"format" must be a whole number (1 in this version), but is "1"'),
        ('{"format": true}', '"format" must be a whole number (1 in this version), but is true'),
        ('{"format": 1.0}', '"format" must be a whole number (1 in this version), but is 1.0'),
        ('{"format": 0}', "format 0 does not exist; the oldest is 1"),
        (
            '{"format": 2, "layers": "in a way nobody knows yet"}',
            "the file has format 2, this program knows up to 1: install a newer Layerwise",
        ),
    ],
    ids=range(20),
)
def test_what_is_no_project(text: str, message: str) -> None:
    assert message in refused(text)


@pytest.mark.parametrize("value", ['"' + "x" * 10_000 + '"', "9" * 4000, "-" + "9" * 4000])
def test_a_wrong_format_is_not_repeated_in_full(value: str) -> None:
    message = refused(f'{{"format": {value}}}')
    assert value[:20] in message and len(message) < 300


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ({"layer": "Dence"}, 'layers[0]: unknown layer "Dence" (did you mean "Dense"?); allowed: '),
        ({"units": 3}, 'layers[0]: the key "layer" is missing, which says what this is'),
        ("Dense", 'layers[0]: "Dense" must be an object { ... }, such as {"layer": "Dense"}'),
        (7, "layers[0]: 7 must be an object { ... }"),
        ({"layer": "Dense", "unit": 3}, 'layers[0].unit: unknown key (did you mean "units"?)'),
        ({"layer": "Dense", "units": "64"}, 'layers[0].units: "64" must be a whole number'),
        ({"layer": "Dense", "units": 1.5}, "layers[0].units: 1.5 must be a whole number"),
        ({"layer": "Dense", "units": True}, "layers[0].units: true must be a whole number"),
        ({"layer": "Dense", "units": 0}, "layers[0].units: 0 must be at least 1"),
        ({"layer": "Dense", "use_bias": 1}, "layers[0].use_bias: 1 must be true or false"),
        ({"layer": "Dropout", "rate": "half"}, 'layers[0].rate: "half" must be a number'),
        ({"layer": "Dropout", "rate": 1.5}, "layers[0].rate: 1.5 must be at most 1"),
        ({"layer": "Rescaling", "scale": 10**400}, "... is too large"),
        (
            {"layer": "Dense", "activation": "rellu"},
            'activation: "rellu" is not allowed (did you mean "relu"?); allowed: linear, step,',
        ),
        (
            {"layer": "Dense", "kernel_initializer": "HeNormal"},
            '"HeNormal" must be an object { ... }, such as {"initializer": "HeNormal"}',
        ),
        (
            {"layer": "Dense", "kernel_initializer": {"initializer": "HeNormal", "sed": 3}},
            'sed: unknown key (did you mean "seed"?); allowed: initializer, seed',
        ),
        (
            {"layer": "Dense", "kernel_regularizer": {"regularizer": "L2", "l2": -1}},
            "layers[0].kernel_regularizer.l2: -1 must be at least 0",
        ),
        (
            {"layer": "Dense", "kernel_constraint": {"constraint": "MaxNorm", "axis": []}},
            "layers[0].kernel_constraint.axis: [] has too few values: at least 1, not 0",
        ),
        (
            {"layer": "Dense", "kernel_constraint": {"constraint": "MaxNorm", "axis": "0"}},
            'layers[0].kernel_constraint.axis: "0" must be a list [ ... ]',
        ),
        ({"layer": "Conv2D", "kernel_size": 3}, "layers[0].kernel_size: 3 must be a list [ ... ]"),
        ({"layer": "Conv2D", "kernel_size": [3]}, "layers[0].kernel_size: [3] must have 2 values"),
        ({"layer": "Conv2D", "kernel_size": []}, "layers[0].kernel_size: [] must have 2 values"),
        (
            {"layer": "Conv2D", "kernel_size": [3, 3, 3]},
            "layers[0].kernel_size: [3, 3, 3] has too many values: at most 2, not 3",
        ),
        (
            {"layer": "Conv2D", "kernel_size": [3, 0]},
            "layers[0].kernel_size[1]: 0 must be",
        ),
        (
            {"layer": "Conv2D", "filters": 3, "groups": 2},
            "layers[0]: filters (3) must be a multiple of groups (2)",
        ),
        (
            {"layer": "Reshape", "target_shape": [-1, -1]},
            "layers[0].target_shape: [-1, -1]: sizes must be 1 or more",
        ),
    ],
    ids=range(26),
)
def test_layers_that_are_wrong(layer: Any, message: str) -> None:
    said = refused(with_layers(layer))
    assert message in said
    assert said.count("layers[0]") == 1, "one mistake, one message"


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ({"epoch": 3}, 'training.epoch: unknown key (did you mean "epochs"?); allowed: epochs'),
        ({"optimizer": "Adam"}, 'training.optimizer: "Adam" must be an object { ... }, such as'),
        ({"loss": "mse"}, 'training.loss: unknown loss "mse"; allowed: categorical_crossentropy'),
        ({"loss": {"loss": "huber", "delta": 0}}, "training.loss.delta: 0 must be more than 0"),
        ({"metrics": "accuracy"}, 'training.metrics: "accuracy" must be a list [ ... ]'),
        ({"metrics": ["acc"]}, 'training.metrics[0]: "acc" is not allowed'),
        ({"metrics": ["auc", "auc"]}, "each metric can be given only once"),
        ({"seed": -1}, "training.seed: -1 must be at least 0"),
        ({"early_stopping": True}, "training.early_stopping: true must be an object { ... }"),
        (
            {"early_stopping": {"patients": 1}},
            'early_stopping.patients: unknown key (did you mean "p',
        ),
        ({"early_stopping": {"monitor": "val_los"}}, "must be one of val_loss, loss"),
    ],
    ids=range(11),
)
def test_training_settings_that_are_wrong(training: Any, message: str) -> None:
    assert message in refused(with_training(**training))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "data.rows: [] has too few values: at least 1, not 0"),
        ([[0, 0, 2]], "the target, which is last, must be 0 or 1, not 2"),
        ([[0, 0, 0.5]], "must be 0 or 1, not 0.5"),
        ([[0, 0]], "data.rows[0]: [0, 0] has too few values: at least 3, not 2"),
        ([[0, 0, 0, 0, 0]], "has too many values: at most 4, not 5"),
        ([[0, 0, 0], [0, 0, 0, 0]], "data: all rows must have as many inputs: two, or three"),
        ([[0, 0, 1]] * 17, "has too many values: at most 16, not 17"),
    ],
    ids=range(7),
)
def test_tables_that_are_wrong(rows: Any, message: str) -> None:
    data = {"source": "logic_table", "rows": rows}
    said = refused(json.dumps({"format": 1, "data": data}))
    assert message in said
    assert said.count("data") == 1, "one mistake, one message"


def test_too_many_layers() -> None:
    assert "at most 200, not 201" in refused(
        with_layers(*[{"layer": "Flatten"}] * (MAX_LAYERS + 1))
    )


def test_several_mistakes_are_reported_together_but_not_all_of_them() -> None:
    said = refused(with_layers(*[{"layer": "Dense", "units": 0}] * 50))
    assert said.startswith("layers[0].units: 0 must be at least 1; layers[1].units")
    assert said.endswith("; and 47 more")


def test_a_form_says_the_same_words() -> None:
    with pytest.raises(SpecError) as error:
        Dense().replace(units=0)
    assert refusal(error.value) == "must be at least 1"
    with pytest.raises(SpecError) as error:
        Conv2D().replace(kernel_size=(3, 0))
    assert refusal(error.value) == "number 2 must be at least 1"
    with pytest.raises(SpecError) as error:
        Conv2D().replace(groups=3)
    assert refusal(error.value) == "filters (32) must be a multiple of groups (3)"


# --- bad files ------------------------------------------------------------------------------------


def cannot_read(path: Path) -> str:
    with pytest.raises(ProjectFileError) as error:
        read_project(path)
    return str(error.value)


def test_messages_begin_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "broken.layerwise"
    path.write_text("{")
    assert cannot_read(path).startswith(f"{path}: not valid JSON")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    said = cannot_read(tmp_path / "missing.layerwise")
    assert said.endswith("cannot be opened: the file or its folder does not exist")


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder, not a project file" in cannot_read(tmp_path)


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = cannot_read(tmp_path / "file" / "a.layerwise")
    assert "a part of its path is a file, not a folder" in said


def test_an_image(tmp_path: Path) -> None:
    path = tmp_path / "photo.layerwise"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
    assert "is not a text file" in cannot_read(path)


def test_a_very_large_file(tmp_path: Path) -> None:
    path = tmp_path / "large.layerwise"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "is too large to be a project file" in cannot_read(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.layerwise"
    os.mkfifo(path)
    assert "is not a regular file" in cannot_read(path)


def test_an_impossible_name() -> None:
    assert "not a file name" in cannot_read(Path("a\0b"))


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal is simulated, because nothing is forbidden to root."""
    path = tmp_path / "secret.layerwise"
    path.write_text(project_text(Project(data=Digits(), layers=(Flatten(),))))

    def forbidden(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", forbidden)
    assert "you have no permission" in cannot_read(path)


def test_a_patience_that_is_left_out_is_the_default_of_keras() -> None:
    text = '{"format": 1, "training": {"early_stopping": {"monitor": "loss"}}}'
    stopping = parse_project(text).training.early_stopping
    assert stopping is not None
    assert stopping.patience == 0
