"""What a model file says about what the model was trained with."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document.data import Arrays, Digits, LogicTable
from desktop.document.first_network import first_project
from desktop.document.layers import Dense
from desktop.document.project import Project, starter_project
from desktop.engine import builder, datasets
from desktop.engine.import_model import open_network
from desktop.engine.inspection import ModelFileError
from desktop.engine.model_card import CARD, MAX_BYTES, ModelCard, read_card
from desktop.engine.storage import save_model
from tests.engine.tables.trained import TrainedTable, trained_table


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> TrainedTable:
    return trained_table(tmp_path_factory.mktemp("trained"))


def test_a_model_of_a_table_opens_with_all_it_was_trained_with(trained: TrainedTable) -> None:
    card = read_card(trained.model)
    assert card is not None and card == trained.network.card
    assert card.preparation == trained.dataset.preparation

    opened = open_network(trained.model, Digits())
    assert opened.project == trained.project
    assert opened.schema == trained.dataset.schema
    assert opened.card == card


def test_the_table_is_found_where_model_and_table_were_moved(
    trained: TrainedTable, tmp_path: Path
) -> None:
    shutil.copytree(trained.model.parent, tmp_path / "moved")
    card = read_card(tmp_path / "moved" / trained.model.name)
    assert card is not None
    assert card.project.data.file == str(tmp_path / "moved" / trained.table.name)


def test_rows_without_a_preparation_are_taken_as_they_are() -> None:
    source = LogicTable()
    dataset = datasets.load(source)
    card = ModelCard.of(Project(data=source, layers=(Dense(),)), dataset)
    assert card.preparation is not None
    assert card.preparation.features == dataset.schema.features
    assert [column.low for column in card.preparation.columns] == [0.0, 0.0]


def test_a_model_of_arrays_of_images_opens(tmp_path: Path) -> None:
    images, labels = np.zeros((40, 8, 8), np.uint8), np.arange(40) % 2
    np.savez(tmp_path / "images.npz", x=images, y=labels)
    source = Arrays(path=str(tmp_path / "images.npz"))
    dataset = datasets.load(source)
    project = first_project(source, dataset.schema)
    model = tmp_path / "model.keras"
    save_model(builder.build(project, schema=dataset.schema), model, ModelCard.of(project, dataset))
    card = read_card(model)
    assert card is not None and card.preparation is None
    assert card.data_schema == dataset.schema


def test_a_file_without_it_says_nothing(tmp_path: Path) -> None:
    save_model(builder.build(starter_project()), tmp_path / "model.keras")
    assert read_card(tmp_path / "model.keras") is None


def _without_yes(values: dict[str, Any]) -> None:
    column = next(c for c in values["preparation"]["columns"] if c["name"] == "member")
    column["categories"] = ["no"]


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "newer": (lambda values: values.update(format=99), "newer Layerwise"),
    "no format": (lambda values: values.pop("format"), "no format number"),
    "unknown key": (lambda values: values.update(run="rm"), "unknown key"),
    "no scale": (
        lambda values: values["preparation"]["columns"][0].update(scale=0.0),
        "cannot be scaled",
    ),
    "half of yes/no": (_without_yes, "does not have two values"),
    "twin columns": (
        lambda values: values["preparation"]["columns"].append(values["preparation"]["columns"][0]),
        "two columns have the same name",
    ),
    "fewer columns": (lambda values: values["preparation"]["columns"].pop(), "inputs"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_used_is_refused(name: str, trained: TrainedTable, tmp_path: Path) -> None:
    change, expected = BROKEN[name]
    values = json.loads(_card_text(trained.model))
    change(values)
    message = _refusal(_with_card(trained.model, json.dumps(values), tmp_path))
    assert expected in message


def test_a_card_of_the_first_format_is_understood(trained: TrainedTable, tmp_path: Path) -> None:
    """It had one offset and one scale of the target."""
    values = json.loads(_card_text(trained.model))
    values["format"] = 1
    target = values["preparation"]["target"]
    del target["offsets"], target["scales"]
    target.update(offset=12.5, scale=2.0)
    card = read_card(_with_card(trained.model, json.dumps(values), tmp_path))
    assert card is not None and card.preparation is not None
    assert (card.preparation.target.offsets, card.preparation.target.scales) == ((12.5,), (2.0,))


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "3", '{"format": true}', "\x00"])
def test_what_is_no_card_is_refused(text: str, trained: TrainedTable, tmp_path: Path) -> None:
    assert CARD in _refusal(_with_card(trained.model, text, tmp_path))


def test_a_card_of_a_size_that_cannot_be_meant_is_not_read(
    trained: TrainedTable, tmp_path: Path
) -> None:
    path = _with_card(trained.model, " " * (MAX_BYTES + 1), tmp_path)
    assert f"{MAX_BYTES + 1:,} bytes" in _refusal(path)


def _refusal(path: Path) -> str:
    with pytest.raises(ModelFileError) as caught:
        read_card(path)
    message = str(caught.value)
    assert str(path) in message and "\n" not in message
    return message


def _card_text(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(CARD)


def _with_card(path: Path, text: str, folder: Path) -> Path:
    """A copy of the model at `path` with other words on its card."""
    copy = folder / "copy.keras"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry, text if entry.filename == CARD else old.read(entry))
    return copy
