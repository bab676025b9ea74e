"""New rows of a table are prepared and predicted as those a network was trained with."""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from desktop.document.data import Table
from desktop.document.first_network import first_project
from desktop.engine import builder, datasets
from desktop.engine.data_error import DataError
from desktop.engine.model_card import ModelCard, read_card
from desktop.engine.row_prediction import RowPredictor, TablePredictions
from desktop.engine.tables.new_rows import read_new_rows
from tests.engine.tables.trained import COLUMNS, TrainedTable, trained_table


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> TrainedTable:
    return trained_table(tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="module")
def regression(tmp_path_factory: pytest.TempPathFactory) -> TrainedTable:
    return trained_table(tmp_path_factory.mktemp("regression"), target="weight")


def predicted(trained: TrainedTable, path: Path) -> TablePredictions:
    assert trained.network.card is not None
    return RowPredictor(trained.network.model, trained.network.card).predict_table(path)


def written(path: Path, rows: list[dict[str, str]], delimiter: str = ",") -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_raw_rows_in_a_new_process_get_the_same_outputs(
    trained: TrainedTable, tmp_path: Path
) -> None:
    names = [name for name in COLUMNS if name != "species"]
    random.Random(2).shuffle(names)
    rows = [{name: row[name] for name in names} for row in trained.rows()]
    new, out = written(tmp_path / "new.csv", rows), tmp_path / "out.csv"
    done = subprocess.run(
        [sys.executable, "main.py", "predict", trained.model, new, "--out", out, "--json"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["missing_columns"] == []
    ours = np.concatenate(
        [trained.network.model(part.x).numpy() for _, part in trained.dataset.splits]
    )
    got = list(csv.DictReader(io.StringIO(out.read_text())))
    assert [{name: row[name] for name in names} for row in got] == rows  # as they were written
    theirs = np.array(
        [[float(row[f"probability {name}"]) for name in ("cat", "dog", "owl")] for row in got]
    )
    # The splits have the rows in another order.
    np.testing.assert_allclose(np.sort(theirs, axis=0), np.sort(ours, axis=0), atol=1e-5)
    x = read_new_rows(new, trained.project.data, trained.dataset.preparation).x
    np.testing.assert_allclose(trained.network.model(x).numpy(), theirs, atol=1e-5)


def test_what_does_not_match_is_counted_and_named(trained: TrainedTable, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("color;weight;note;age\npurple;1,5;x;\npurple;abc;y;20\nred;2,5;z;?\n")
    result = predicted(trained, path)
    match = result.match
    assert match.missing_columns == ("member", "joined")
    assert match.extra_columns == ("note",)
    assert match.unseen == {"color": {"purple": 2}}
    assert match.unreadable == {"weight": 1}
    assert match.filled == {"age": 2}
    assert not match.has_target and not match.by_position
    text = "\n".join(match.sentences)
    for part in ("member and joined", "note", '"purple" (2)', "weight (1)", "age (2)"):
        assert part in text
    assert result.content.startswith("color;weight;note;age;prediction;")
    assert "1,5" in result.content.splitlines()[1]


def test_new_columns_do_not_take_the_names_of_others(trained: TrainedTable, tmp_path: Path) -> None:
    rows = [{**row, "prediction": "old"} for row in trained.rows()[:3]]
    result = predicted(trained, written(tmp_path / "new.csv", rows))
    got = list(csv.DictReader(io.StringIO(result.content)))
    assert {row["prediction"] for row in got} == {"old"}
    assert {row["prediction (2)"] for row in got} <= {"cat", "dog", "owl"}
    assert result.match.has_target


def test_numbers_are_predicted_in_the_unit_of_the_target(
    regression: TrainedTable, tmp_path: Path
) -> None:
    result = predicted(regression, written(tmp_path / "new.csv", regression.rows()))
    values = np.array(result.columns["prediction"])
    weights = np.array([float(row["weight"]) for row in regression.rows()])
    assert weights.min() < values.mean() < weights.max()
    outputs = regression.network.model(
        read_new_rows(
            tmp_path / "new.csv", regression.project.data, regression.dataset.preparation
        ).x
    )
    target = regression.dataset.preparation.target
    np.testing.assert_allclose(
        values, np.asarray(outputs)[:, 0] * target.scales + target.offsets, rtol=1e-5
    )


def test_tables_without_names_are_matched_by_position(tmp_path: Path) -> None:
    chance = random.Random(3)
    rows = [f"{chance.random():.3f},{chance.random():.3f},{n % 2}" for n in range(60)]
    (tmp_path / "train.csv").write_text("\n".join(rows) + "\n")
    source = Table(path=str(tmp_path / "train.csv"), target="Column 3")
    dataset = datasets.load(source)
    project = first_project(source, dataset.schema)
    card = ModelCard.of(project, dataset)
    predictor = RowPredictor(builder.build(project, 1, dataset.schema), card)
    (tmp_path / "without.csv").write_text("\n".join(row[:-2] for row in rows) + "\n")
    (tmp_path / "one.csv").write_text("\n".join(row[:5] for row in rows) + "\n")
    results = [predictor.predict_table(tmp_path / name) for name in ("train.csv", "without.csv")]
    assert [result.match.has_target for result in results] == [True, False]
    assert all(result.match.by_position and result.match.rows == 60 for result in results)
    assert results[0].columns == results[1].columns
    with pytest.raises(DataError, match="1 columns without names"):
        predictor.predict_table(tmp_path / "one.csv")


def test_a_table_of_other_columns_is_refused(trained: TrainedTable, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(DataError, match=r"none of the columns .* age, color"):
        predicted(trained, path)


def test_one_row_gets_what_the_table_gets(trained: TrainedTable, tmp_path: Path) -> None:
    card = read_card(trained.model)
    assert card is not None
    row = trained.rows()[1]
    cells = {name: cell or None for name, cell in row.items()}
    cells |= {"age": float(row["age"]), "weight": float(row["weight"])}
    one = RowPredictor(trained.network.model, card).predict_row(cells)
    table = predicted(trained, written(tmp_path / "new.csv", [row, row]))
    assert one.probabilities is not None
    for index, name in enumerate(("cat", "dog", "owl")):
        assert table.columns[f"probability {name}"][0] == pytest.approx(
            one.probabilities[index], abs=1e-6
        )
