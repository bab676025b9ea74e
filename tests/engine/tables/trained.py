"""A small table of every kind of column, and a network trained on it."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

from desktop.document.data import Table
from desktop.document.first_network import first_project
from desktop.document.project import Project
from desktop.engine import datasets, storage
from desktop.engine.control import RunControl
from desktop.engine.network import Network
from desktop.engine.rows import Dataset
from desktop.engine.training import Trainer

COLUMNS = ("age", "color", "member", "joined", "weight", "species")
ROWS = 150


@dataclass(frozen=True)
class TrainedTable:
    """The table at `table`, and the network trained on it that is saved at `model`."""

    table: Path
    model: Path
    project: Project
    dataset: Dataset
    network: Network

    def rows(self) -> list[dict[str, str]]:
        """The rows as they are written."""
        with self.table.open(newline="") as file:
            return list(csv.DictReader(file))


def trained_table(folder: Path, target: str = "species") -> TrainedTable:
    """Write a table with text, missing and numeric columns, and train a network on it."""
    chance = random.Random(1)
    table, model = folder / "pets.csv", folder / "model.keras"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in range(ROWS):
            age = chance.randint(18, 80)
            color = chance.choice(("red", "green", "blue, dark", ""))
            day = f"20{chance.randint(10, 20)}-0{chance.randint(1, 9)}-11"
            species = "cat" if age > 45 else "owl" if color == "red" else "dog"
            weight = round(chance.random() * 30 + age, 2)
            member = chance.choice(("yes", "no"))
            writer.writerow(
                (age if row % 9 else "", color, member, day, weight, species),
            )
    source = Table(path=str(table), target=target)
    dataset = datasets.load(source)
    project = first_project(source, dataset.schema)
    project = project.replace(training=project.training.replace(epochs=2, seed=1))
    trainer = Trainer(dataset)
    trainer.run(project, lambda _: None, RunControl())
    assert trainer.network is not None
    storage.save_model(trainer.model, model, trainer.network.card)
    return TrainedTable(table, model, project, dataset, trainer.network)
