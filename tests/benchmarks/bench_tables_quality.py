"""Tables: the first network beside scikit-learn's models, on the same splits.

    python -m uv run tests/benchmarks/bench_tables_quality.py [NAME...]

For each data set and five split seeds: the test accuracy, or the mean absolute error in the unit of
the target, of the network that `main.py new` makes, of logistic regression or Ridge, and of
scikit-learn's MLP; and the standard error of what the network differs by from the linear model.
Without names it takes all data sets, some minutes. scikit-learn's models are given the validation
rows to train with as well.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sklearn import datasets as made
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor

from desktop.document.data import (
    BreastCancer,
    Diabetes,
    Iris,
    Table,
    TableSource,
    Wine,
)
from desktop.document.first_network import first_project
from desktop.document.schema import Classes
from desktop.engine.control import RunControl
from desktop.engine.datasets import load
from desktop.engine.linear_fit import with_linear_fit
from desktop.engine.training import Trainer

SEEDS = range(5)
DATA = ROOT.parent / "shared" / "data"
Rows = tuple[np.ndarray, np.ndarray]


def _written(folder: Path, name: str, make: Callable[[], Rows]) -> Table:
    """The source of a table of what `make` makes, inputs and target."""
    x, y = make()
    path = folder / f"{name}.csv"
    header = ",".join([*(f"x{number}" for number in range(x.shape[1])), "target"])
    rows, form = np.column_stack([x, y]), "%s" if x.dtype == object else "%.7g"
    np.savetxt(path, rows, delimiter=",", header=header, comments="", fmt=form)
    return Table(path=str(path))


def noisy() -> Rows:
    """500 rows of 5 columns that matter and 30 that do not."""
    return made.make_classification(500, 35, n_informative=5, n_redundant=0, random_state=1)


def exclusive_or() -> Rows:
    """The class is whether two of six columns have the same sign, with 5 % of labels flipped."""
    random = np.random.default_rng(5)
    x = random.normal(size=(600, 6))
    return x, (x[:, 0] * x[:, 1] > 0) ^ (random.random(600) < 0.05)


def categories() -> Rows:
    """Three columns of texts, two of which interact, and two of numbers."""
    random = np.random.default_rng(5)
    choices = (("red", "green", "blue", "gray"), ("small", "medium", "large"), tuple("ABCDEFGH"))
    codes = np.column_stack([random.integers(len(texts), size=800) for texts in choices])
    numbers = random.normal(size=(800, 2))
    effects = random.normal(size=(4, 3))[codes[:, 0], codes[:, 1]]
    effects = 2 * effects + random.normal(size=8)[codes[:, 2]]
    chance = 1 / (1 + np.exp(-effects - numbers[:, 0]))
    texts = [np.array(each, dtype=object)[codes[:, i]] for i, each in enumerate(choices)]
    rows = np.column_stack([*texts, numbers.round(3).astype(object)])
    return rows, np.where(random.random(800) < chance, "yes", "no")


def skewed() -> Rows:
    """A target that grows exponentially: few rows have most of it."""
    random = np.random.default_rng(3)
    x = random.normal(size=(300, 10))
    return x, np.exp(x[:, 0] + 0.5 * x[:, 1] + 0.5 * random.normal(size=300))


def heavy_tailed() -> Rows:
    """A linear target with noise of Student's t distribution of two degrees of freedom."""
    random = np.random.default_rng(3)
    x = random.normal(size=(300, 10))
    return x, x @ random.normal(size=10) + random.standard_t(2, 300)


def steps() -> Rows:
    """A target that jumps where inputs pass a value."""
    random = np.random.default_rng(3)
    x = random.normal(size=(300, 8))
    noise = 0.3 * random.normal(size=300)
    return x, (x[:, 0] > 0) * 2.0 + (x[:, 1] > 0.5) * 1.0 + np.abs(x[:, 2]) + noise


GENERATED: dict[str, Callable[[], Rows]] = {
    "60 rows": lambda: made.make_classification(60, 8, n_informative=4, random_state=3),
    "200 columns": lambda: made.make_classification(400, 200, n_informative=10, random_state=3),
    "noisy labels": lambda: made.make_classification(
        800, 12, n_informative=6, flip_y=0.3, random_state=3
    ),
    "10 classes": lambda: made.make_classification(
        1500, 20, n_informative=12, n_classes=10, random_state=3
    ),
    "unbalanced": lambda: made.make_classification(
        2000, 20, n_informative=6, weights=[0.9], random_state=0
    ),
    "noise": noisy,
    "5,000 rows": lambda: made.make_classification(
        5000, 20, n_informative=10, n_classes=4, random_state=2
    ),
    "exclusive or": exclusive_or,
    "categories": categories,
    "friedman1": lambda: made.make_friedman1(1000, noise=1.0, random_state=0),
    "linear": lambda: made.make_regression(400, 20, n_informative=5, noise=20.0, random_state=0),
    "50 columns, 150 rows": lambda: made.make_regression(
        150, 50, n_informative=10, noise=20.0, random_state=7
    ),
    "50 columns, 1,000 rows": lambda: made.make_regression(
        1000, 50, n_informative=10, noise=50.0, random_state=7
    ),
    "little noise": lambda: made.make_regression(
        400, 20, n_informative=5, noise=1.0, random_state=7
    ),
    "friedman1, 150 rows": lambda: made.make_friedman1(150, noise=1.0, random_state=0),
    "friedman2": lambda: made.make_friedman2(300, noise=100.0, random_state=0),
    "friedman3": lambda: made.make_friedman3(300, noise=0.1, random_state=0),
    "skewed": skewed,
    "heavy-tailed": heavy_tailed,
    "steps": steps,
}


def sources(folder: Path) -> dict[str, Callable[[], TableSource]]:
    """All data sets by name."""
    pima = Table(path=str(DATA / "pima-indians-diabetes.csv"))
    return {
        "pima": lambda: pima,
        "iris": Iris,
        "wine": Wine,
        "breast cancer": BreastCancer,
        "diabetes": Diabetes,
        **{name: partial(_written, folder, name, make) for name, make in GENERATED.items()},
    }


def scores(source: TableSource, seed: int) -> tuple[float, float, float]:
    """Of the network, the linear model and the MLP, on the test rows of one split."""
    dataset = with_linear_fit(load(source.replace(split_seed=seed)))
    project = first_project(dataset.source, dataset.schema)
    trainer = Trainer(dataset)
    trainer.run(project, lambda _: None, RunControl())
    outputs = trainer.model.predict(dataset.test.x, verbose=0)
    parts = [part for part in (dataset.training, dataset.validation) if part is not None]
    x, y = np.concatenate([p.x for p in parts]), np.concatenate([p.y for p in parts])
    test, true = dataset.test.x, dataset.test.y
    others: tuple[Any, Any]
    if isinstance(dataset.schema.target, Classes):
        others = LogisticRegression(max_iter=2000), MLPClassifier(max_iter=1000, random_state=0)
        found = outputs.argmax(axis=1) if outputs.shape[1] > 1 else outputs[:, 0] > 0.5
        measured = [float(np.mean(found == true))]
        measured += [float(each.fit(x, y).score(test, true)) for each in others]
    else:
        others = Ridge(), MLPRegressor(max_iter=1000, random_state=0)
        scale = dataset.preparation.target.scales[0] if dataset.preparation is not None else 1.0
        answers = [outputs[:, 0], *(each.fit(x, y[:, 0]).predict(test) for each in others)]
        measured = [float(np.abs(each - true[:, 0]).mean() * scale) for each in answers]
    return measured[0], measured[1], measured[2]


def main() -> None:
    warnings.simplefilter("ignore", ConvergenceWarning)  # the MLP's own affair
    print(f"{'mean of five splits':24} {'network':>9} {'linear':>9} {'MLP':>9} {'std error':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in sources(Path(folder)).items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            source = make()
            found = np.array([scores(source, seed) for seed in SEEDS])
            error = np.std(found[:, 0] - found[:, 1], ddof=1) / np.sqrt(len(found))
            shown = (*found.mean(axis=0), error)
            print(f"{name:24} " + " ".join(f"{value:9.4g}" for value in shown), flush=True)


if __name__ == "__main__":
    main()
