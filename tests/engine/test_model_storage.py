"""Model files and histories."""

from __future__ import annotations

import csv
import errno
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document.choices import ActivationFunction
from desktop.document.data import LogicTable, Mnist
from desktop.document.files import FileError, replace_files
from desktop.document.layers import BatchNormalization, Conv2D, Dense, Flatten, Reshape
from desktop.document.project import Project, starter_project
from desktop.engine import backend, builder, datasets, inspection
from desktop.engine.history import history_content
from desktop.engine.inspection import ModelFileError
from desktop.engine.model_card import ModelCard, read_card
from desktop.engine.records import EpochRecord
from desktop.engine.storage import (
    check_fits,
    load_model,
    save_model,
)

ROWS = np.random.default_rng(0).random((5, 8, 8), np.float32)


@pytest.fixture(scope="module")
def model() -> Any:
    return builder.build(starter_project())


def refusal(path: Path) -> str:
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    message = str(caught.value)
    assert str(path) in message and "\n" not in message
    return message


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- saving and loading ---------------------------------------------------------------------------


def test_a_model_comes_back_as_it_was(model: Any, tmp_path: Path) -> None:
    save_model(model, tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(ROWS), model(ROWS))
    assert names(tmp_path) == ["model.keras"]


def test_a_model_is_read_once_an_interrupted_replacement_is_finished(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that was killed left the new files in a folder, and the old ones in place."""
    path = tmp_path / "model.keras"
    path.write_bytes(b"old")
    save_model(model, tmp_path / "new.keras")
    contents = {"model.keras": (tmp_path / "new.keras").read_bytes(), "history.csv": b"new"}
    (tmp_path / "new.keras").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", interrupted)
        with pytest.raises(FileError):
            replace_files(tmp_path, contents)
    assert path.read_bytes() == b"old"
    np.testing.assert_array_equal(load_model(path)(ROWS), model(ROWS))
    assert (tmp_path / "history.csv").read_bytes() == b"new"
    assert names(tmp_path) == ["history.csv", "model.keras"]


def interrupted(source: Path, target: Path) -> Path:
    raise OSError(errno.EIO, "interrupted", str(target))


def test_every_kind_of_layer_and_step_come_back(tmp_path: Path) -> None:
    layers = (
        Reshape(target_shape=(8, 8, 1)),
        Conv2D(filters=3),
        BatchNormalization(),
        Flatten(),
        Dense(units=5, activation=ActivationFunction.STEP),
        Dense(units=10, activation=ActivationFunction.SOFTMAX),
    )
    original = builder.build(starter_project().replace(layers=layers))
    save_model(original, tmp_path / "model.keras")
    np.testing.assert_array_equal(load_model(tmp_path / "model.keras")(ROWS), original(ROWS))


def test_another_process_without_this_program_loads_the_model(model: Any, tmp_path: Path) -> None:
    project = starter_project()
    card = ModelCard.of(project, datasets.load(project.data))
    save_model(model, tmp_path / "model.keras", card)
    assert read_card(tmp_path / "model.keras") == card
    np.save(tmp_path / "rows.npy", ROWS)
    script = (
        "import sys, json, numpy, keras\n"
        "model = keras.saving.load_model('model.keras')\n"
        "assert type(model) is keras.Sequential\n"
        "assert not any(name.split('.')[0] == 'desktop' for name in sys.modules)\n"
        "print(json.dumps(model.predict(numpy.load('rows.npy'), verbose=0).tolist()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(json.loads(done.stdout.splitlines()[-1]), model(ROWS), atol=1e-6)


def test_a_file_under_another_name_is_loaded_all_the_same(model: Any, tmp_path: Path) -> None:
    save_model(model, tmp_path / "model.keras")
    (tmp_path / "model.keras").rename(tmp_path / "model.zip")
    np.testing.assert_array_equal(load_model(tmp_path / "model.zip")(ROWS), model(ROWS))


def test_saving_replaces_and_keeps_the_permissions(model: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_text("old")
    path.chmod(0o640)
    save_model(model, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    load_model(path)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_what_was_there(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "model.keras"
    path.write_text("old")

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ModelFileError, match="disk is full"):
        save_model(model, path)
    monkeypatch.undo()
    assert path.read_text() == "old" and names(tmp_path) == ["model.keras"]


def test_a_model_that_cannot_be_packed_is_reported(tmp_path: Path) -> None:
    class Unwilling:
        def save(self, path: Path) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ModelFileError, match="could not be packed in the folder"):
        save_model(Unwilling(), tmp_path / "model.keras")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [("model.h5", "ends in .keras"), ("none/model.keras", "does not exist"), (".keras", "ends in")],
)
def test_bad_places_are_refused(model: Any, tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ModelFileError, match=message):
        save_model(model, tmp_path / name)


def test_a_folder_is_no_file_to_save_to_or_load(model: Any, tmp_path: Path) -> None:
    folder = tmp_path / "model.keras"
    folder.mkdir()
    with pytest.raises(ModelFileError, match="is a folder; choose a file name"):
        save_model(model, folder)
    assert "is a folder" in refusal(folder)


# --- files that are refused -----------------------------------------------------------------------


def test_files_that_are_no_models_are_named(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none.keras")
    text = tmp_path / "text.keras"
    text.write_text("hello")
    assert "not a Keras model" in refusal(text)
    other = tmp_path / "other.keras"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "no config.json" in refusal(other)


def test_a_file_cut_short_or_with_broken_insides_is_damaged(model: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    save_model(model, path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "damaged" in refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{")
    assert "damaged" in refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "[" * 100_000)
    assert "damaged" in refusal(path)


def changed(model: Any, path: Path, change: Any) -> Path:
    """The file of `model` with `change` made to its configuration."""
    save_model(model, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    change(config)
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_lambda_layer_is_never_loaded(tmp_path: Path) -> None:
    keras = backend.keras()
    layers = [keras.Input((8, 8)), keras.layers.Lambda(lambda x: x * 2)]
    keras.Sequential(layers).save(tmp_path / "lambda.keras")
    assert "Lambda layer, which could run any program" in refusal(tmp_path / "lambda.keras")


@pytest.mark.parametrize("module", ["os", "builtins", "keras.utils", "my_layers", None])
def test_code_from_elsewhere_is_refused_before_it_is_imported(
    model: Any, tmp_path: Path, module: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(config: Any) -> None:
        config["config"]["layers"][1].update(module=module, class_name="Special")

    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("the file was opened")

    path = changed(model, tmp_path / "model.keras", change)
    monkeypatch.setattr(backend.keras().saving, "load_model", never)
    message = refusal(path)
    assert "not a part of Keras" in message or module == "keras.utils"


def test_custom_objects_hidden_in_settings_are_refused_too(model: Any, tmp_path: Path) -> None:
    def change(config: Any) -> None:
        dense = config["config"]["layers"][2]["config"]
        dense["kernel_initializer"] = {
            "module": "keras.initializers",
            "class_name": "Zeros",
            "config": {"deep": [{"module": "shutil", "class_name": "rmtree", "config": {}}]},
            "registered_name": None,
        }

    assert "shutil.rmtree" in refusal(changed(model, tmp_path / "model.keras", change))


@pytest.mark.parametrize("module", ["keras.quantizers", "keras.src.ops.numpy"])
def test_parts_of_keras_that_are_no_layers_are_called_so(
    model: Any, tmp_path: Path, module: str
) -> None:
    def change(config: Any) -> None:
        config["config"]["layers"][1].update(module=module, class_name="Reshape")

    message = refusal(changed(model, tmp_path / "model.keras", change))
    assert f"{module}.Reshape, a part of Keras that this program does not open" in message


def test_a_layer_that_is_too_large_is_refused_before_it_is_made(model: Any, tmp_path: Path) -> None:
    def change(config: Any) -> None:
        config["config"]["layers"][2]["config"]["units"] = 100_000_000

    message = refusal(changed(model, tmp_path / "model.keras", change))
    assert "Dense layer with units 100,000,000, which is too large to open" in message


def test_too_many_layers_are_refused_before_they_are_made(model: Any, tmp_path: Path) -> None:
    def change(config: Any) -> None:
        config["config"]["layers"] *= 5_000

    message = refusal(changed(model, tmp_path / "model.keras", change))
    assert "20,000 layers, which is too many to open" in message


def test_a_model_without_input_shape_says_how_to_give_it_one(tmp_path: Path) -> None:
    keras = backend.keras()
    with pytest.warns(UserWarning, match="has not yet been built"):
        keras.Sequential([keras.layers.Dense(2)]).save(tmp_path / "unbuilt.keras")
    assert "begin the model with keras.Input" in refusal(tmp_path / "unbuilt.keras")


def test_a_model_with_a_dictionary_as_input_is_refused(tmp_path: Path) -> None:
    keras = backend.keras()
    inputs = {"pixels": keras.Input((8, 8), name="pixels")}
    flat = keras.layers.Flatten()(inputs["pixels"])
    keras.Model(inputs, keras.layers.Dense(10)(flat)).save(tmp_path / "named.keras")
    assert "takes a dictionary of inputs (pixels)" in refusal(tmp_path / "named.keras")


def test_settings_that_do_not_belong_give_one_line(model: Any, tmp_path: Path) -> None:
    def change(config: Any) -> None:
        config["config"]["layers"][2]["config"]["units"] = -3

    assert "damaged" in refusal(changed(model, tmp_path / "model.keras", change))


def test_files_that_would_unpack_to_too_much_are_not_opened(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_model(model, tmp_path / "model.keras")
    monkeypatch.setattr(inspection, "MAX_CONFIG_BYTES", 100)
    assert "too large when unpacked" in refusal(tmp_path / "model.keras")


# --- does it fit? ---------------------------------------------------------------------------------


def test_a_model_fits_the_data_and_outputs_of_its_project(model: Any) -> None:
    project = starter_project()
    check_fits(model, project)
    check_fits(model, project.with_layer(1, Dense(units=7)))  # what lies between does not matter
    with pytest.raises(ModelFileError, match=r"rows of 8 × 8, but MNIST has 28 × 28"):
        check_fits(model, project.replace(data=Mnist()))
    with pytest.raises(ModelFileError, match=r"gives 10 outputs a row, but .* give 3"):
        check_fits(model, project.with_layer(2, Dense(units=3)))


def test_a_model_may_take_a_grayscale_image_with_its_one_channel() -> None:
    keras = backend.keras()
    layers = [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]
    check_fits(keras.Sequential(layers), starter_project().replace(data=Mnist()))


def test_a_model_with_two_inputs_does_not_fit() -> None:
    keras = backend.keras()
    inputs = [keras.Input((2,)), keras.Input((2,))]
    both = keras.Model(inputs, keras.layers.Add()(inputs))
    with pytest.raises(ModelFileError, match="2 inputs and 1 outputs"):
        check_fits(both, Project(data=LogicTable(), layers=(Dense(units=2),)))


# --- history --------------------------------------------------------------------------------------


def epoch(number: int, **logs: float) -> EpochRecord:
    return EpochRecord(number, 1.23456, logs)


def test_the_history_is_a_table_with_a_line_per_epoch(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    first = epoch(1, accuracy=0.5, loss=1.25, val_accuracy=0.25, val_loss=2.0, learning_rate=0.001)
    path.write_bytes(history_content([first, epoch(2, accuracy=0.75, loss=0.1 + 0.2)]))
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        *("epoch", "seconds", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
    ]
    assert rows[0]["epoch"] == "1" and rows[0]["seconds"] == "1.235"
    assert float(rows[1]["loss"]) == 0.1 + 0.2 and rows[1]["val_loss"] == ""
    assert path.read_bytes().count(b"\r") == 0


def test_a_history_without_epochs_has_its_header() -> None:
    assert history_content([]) == b"epoch,seconds\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "model.keras"
    os.mkfifo(pipe)
    with pytest.raises(ModelFileError, match="regular file"):
        load_model(pipe)


@pytest.mark.parametrize(
    "part",
    [
        {"class_name": "x" * 10_000, "module": "keras." + "y" * 10_000},
        {"class_name": "x" * 10_000, "module": "y" * 10_000},
        {"class_name": "Dense", "module": "keras.layers", "config": {"units": 10**4000}},
    ],
)
def test_long_values_in_a_model_are_not_repeated_in_full(
    part: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "long.keras"
    config = {"class_name": "Sequential", "module": "keras", "config": {"layers": [part]}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
    message = refusal(path)
    assert part["class_name"][:20] in message and len(message) < 400 + len(str(path))
