"""The arrows between packages: document -> engine -> workers -> views, and no other."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# What each part of the program may import beside the standard library and itself.
ALLOWED = {
    "desktop.document": ("pydantic", "pydantic_core", "annotated_types"),
    "desktop.engine": (
        "desktop.document",
        "desktop.garbage",
        "desktop.machine",
        "desktop.paths",
        "numpy",
        "keras",
        "tensorflow",
        "h5py",
        "sklearn",
        "openpyxl",
        "optuna",
        "pandas",
        "PIL",
        "scipy",
        "distributed",
        "tensorboard",
        "werkzeug",
    ),
    "desktop.workers": (
        "desktop.document",
        "desktop.engine",
        "desktop.garbage",
        "desktop.paths",
        "PySide6.QtCore",
    ),
    "desktop.views": (
        "desktop.document",
        "desktop.workers",
        "desktop.machine",
        "desktop.paths",
        "PySide6",
        "pyqtgraph",
        "qtawesome",
        "numpy",
    ),
    "desktop.garbage": (),
    "desktop.qt_imports": (),
    "desktop.machine": (),
    "desktop.paths": ("platformdirs",),
}
# Wiring, which may import everything and which nothing but wiring imports.
WIRING = (
    "desktop.app",
    "desktop.cli",
    "desktop.cli_checks",
    "desktop.cli_new",
    "desktop.cli_evaluate",
    "desktop.cli_groups",
    "desktop.cli_lesson",
    "desktop.cli_predict",
    "desktop.cli_repeat",
    "desktop.cli_runs",
    "desktop.cli_tensorboard",
    "desktop.cli_sweep",
    "desktop.cli_train",
    "desktop.console",
    "desktop.console_runs",
    "desktop.console_sweep",
    "desktop.json_output",
    "desktop.loop_signals",
    "desktop.self_test",
    "desktop.signals",
    "desktop.startup",
    "desktop.streams",
    "desktop.window",
    "main",
)
# Who may import the two at the top. What others need of them lies in a module of its own.
TOP = {"desktop.app": {"main"}, "desktop.cli": {"desktop.app"}}
# Folders of features, which never import each other. What they share lies beside them.
FEATURES_IN = ("desktop.views.editor", "desktop.views.pages", "desktop.views.charts")
# What holds the features together, and so is imported by none of them.
COMPOSITION = ("desktop.views.window", "desktop.views.commands", "desktop.views.files")
# What features may use, and so knows none of them: these, and what lies beside the features.
SHARED = ("desktop.views.widgets", "desktop.views.forms", "desktop.views.theme")
VERSION = "desktop.__version__"
# What takes seconds to load, and so is only imported inside functions.
SLOW = ("keras", "tensorflow", "tensorboard")


@dataclass(frozen=True)
class Import:
    """A module that is imported, and where: `at_once` if already when the file is loaded."""

    name: str
    line: int
    at_once: bool


def imports_of(source: str, module: str, is_package: bool) -> Iterator[Import]:
    """Every import in `source`, also inside functions, for type checking, and by importlib."""
    tree = ast.parse(source)
    later = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                home = parts[: len(parts) - node.level + is_package]
                base = ".".join([*home, *([base] if base else [])])
            # `from desktop import engine` imports desktop.engine.
            names = [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
            "import_module",
            "__import__",
        ):
            names = [
                str(part.value)
                for part in node.args[:1]
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ] or ["(a name worked out at run time)"]
        for name in names:
            yield Import(name, getattr(node, "lineno", 0), node not in later)


def is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def violations(source: str, module: str, is_package: bool = False) -> list[str]:
    """What `source`, as the module of that name, imports though it must not."""
    part = ".".join(module.split(".")[:2])
    if is_within(module, WIRING):
        return []
    found = []
    for each in imports_of(source, module, is_package):
        if each.name.split(".")[0] in sys.stdlib_module_names:
            continue
        if not is_within(each.name, (part, VERSION, *ALLOWED.get(part, ()))):
            found.append(f"{module}, line {each.line}: {part} must not import {each.name}")
        elif each.at_once and is_within(each.name, SLOW):
            found.append(f"{module}, line {each.line}: {each.name} only inside a function")
    return found


def modules() -> list[tuple[str, Path]]:
    paths = [*sorted((ROOT / "desktop").rglob("*.py")), ROOT / "main.py"]
    found = []
    for path in paths:
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def test_every_import_follows_the_arrows() -> None:
    found = []
    for name, path in modules():
        found += violations(path.read_text("utf-8"), name, path.name == "__init__.py")
    assert not found, "\n".join(found)


def features() -> tuple[str, ...]:
    """The feature folders: packages one level below those of `FEATURES_IN`."""
    return tuple(
        name
        for name, path in modules()
        if path.stem == "__init__" and name.rpartition(".")[0] in FEATURES_IN
    )


def mixed_features(graph: dict[str, set[str]]) -> list[str]:
    """Every import by which a feature needs another, or by which what is shared needs a feature.

    The pages show charts, so that one direction is open: from a page to a chart.
    """
    folders = features()

    def feature_of(module: str) -> str:
        return next((folder for folder in folders if is_within(module, (folder,))), "")

    found = []
    for module, imported in graph.items():
        mine = feature_of(module)
        for other in imported:
            theirs = feature_of(other)
            to_chart = mine.startswith("desktop.views.pages.") and theirs.startswith(
                "desktop.views.charts."
            )
            another = theirs and theirs != mine and not to_chart
            if is_within(module, (*SHARED, *FEATURES_IN)) and (
                another or is_within(other, COMPOSITION)
            ):
                found.append(f"{module} must not import {other}")
    return sorted(found)


def test_features_do_not_import_each_other() -> None:
    assert len(features()) >= 10
    assert not (found := mixed_features(our_arrows())), "\n".join(found)


@pytest.mark.parametrize(
    ("module", "imported", "allowed"),
    [
        ("editor.stack.view", "editor.palette.tree", False),
        ("editor.stack.view", "pages.data.page", False),
        ("charts.curves.plot", "charts.weights.tile", False),
        ("charts.curves.plot", "pages.train.page", False),
        ("pages.draw.page", "pages.evaluate.page", False),
        ("pages.draw.page", "window.notice", False),
        ("pages.draw.page", "commands.actions", False),
        ("widgets.gallery", "pages.data.page", False),
        ("forms.form", "window.docks", False),
        ("charts.runs", "charts.curves.plot", False),
        ("pages.train.page", "charts.curves.chart", True),
        ("charts.curves.chart", "charts.runs", True),
        ("pages.train.page", "widgets.cards", True),
        ("editor.stack.view", "editor.stack.model", True),
        ("window.pages", "pages.draw.page", True),
        ("commands.groups", "files.project_files", True),
    ],
)
def test_an_import_between_features_is_found(module: str, imported: str, allowed: bool) -> None:
    graph = {f"desktop.views.{module}": {f"desktop.views.{imported}"}}
    assert (mixed_features(graph) == []) is allowed


def test_every_part_has_its_rules() -> None:
    """A new package beside the four needs a row in the table."""
    parts = {".".join(name.split(".")[:2]) for name, _ in modules()} - {"desktop"}
    assert parts <= {*ALLOWED, *WIRING}


def arrows(sources: dict[str, tuple[str, bool]]) -> dict[str, set[str]]:
    """From each module to those of ours that it imports, also inside functions and for types."""

    def module_of(name: str) -> str:
        while name and name not in sources:  # `from module import something`
            name = name.rpartition(".")[0]
        return name

    return {
        module: {module_of(each.name) for each in imports_of(source, module, is_package)}
        - {"", module}
        for module, (source, is_package) in sources.items()
    }


def cycles(graph: dict[str, set[str]]) -> list[str]:
    """Groups of modules that import each other, directly or through others."""

    def reached_from(start: str) -> set[str]:
        reached: set[str] = set()
        waiting = [start]
        while waiting:
            new = graph[waiting.pop()] - reached
            reached |= new
            waiting += new
        return reached

    reach = {module: reached_from(module) for module in graph}
    groups = {
        tuple(sorted(other for other in reach[module] if module in reach[other]))
        for module in graph
        if module in reach[module]
    }
    return [" <-> ".join(group) for group in sorted(groups)]


def our_arrows() -> dict[str, set[str]]:
    sources = {name: (path.read_text("utf-8"), path.stem == "__init__") for name, path in modules()}
    return arrows(sources)


def test_no_module_imports_itself_through_others() -> None:
    assert not (found := cycles(our_arrows())), "\n".join(found)


def test_nothing_imports_what_is_at_the_top() -> None:
    graph = our_arrows()
    for top, allowed in TOP.items():
        assert {module for module, imported in graph.items() if top in imported} == allowed


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"a": "import b", "b": "import c", "c": ""}, []),
        (
            {"a": "import b", "b": "from c import d", "c": "def f():\n    import a"},
            ["a <-> b <-> c"],
        ),
        ({"a": "import b", "b": "if TYPE_CHECKING:\n    from a import C"}, ["a <-> b"]),
        (
            {"a": "import importlib", "b": "importlib.import_module('b.c')", "b.c": "import b"},
            ["b <-> b.c"],
        ),
    ],
)
def test_cycles_are_found(sources: dict[str, str], expected: list[str]) -> None:
    assert cycles(arrows({name: (source, False) for name, source in sources.items()})) == expected


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("desktop.document.data", "import numpy as np"),
        ("desktop.document.data", "from desktop.engine import datasets"),
        ("desktop.document.data", "from desktop import paths"),
        ("desktop.document.data", "from ..engine import datasets"),
        ("desktop.document.data", "def f():\n    import keras"),
        ("desktop.document.data", "from PySide6 import QtCore"),
        ("desktop.engine.training", "import keras"),
        ("desktop.engine.training", "from tensorflow import data"),
        ("desktop.engine.training", "class A:\n    import keras"),
        ("desktop.engine.training", "try:\n    import keras\nexcept ImportError: pass"),
        ("desktop.engine.training", "from PySide6.QtCore import QObject"),
        ("desktop.engine.training", "from desktop.workers.session import Session"),
        ("desktop.engine.training", "import matplotlib"),
        ("desktop.workers.session", "from PySide6.QtWidgets import QWidget"),
        ("desktop.workers.session", "from PySide6 import QtGui"),
        ("desktop.workers.session", "import keras"),
        ("desktop.workers.session", "import desktop.views.theme"),
        ("desktop.views.stack", "from desktop.engine.reports import EpochEnded"),
        ("desktop.views.stack", "if TYPE_CHECKING:\n    from desktop.engine import reports"),
        ("desktop.views.stack", "import importlib\nimportlib.import_module('keras')"),
        ("desktop.views.stack", "__import__('desktop.engine')"),
        ("desktop.views.stack", "def f(name):\n    importlib.import_module(name)"),
        ("desktop.views.stack", "from desktop.app import make_window"),
        ("desktop.views.stack", "import desktop.cli"),
        ("desktop.paths", "from desktop.document import storage"),
        ("desktop.new_part.thing", "import numpy"),
    ],
)
def test_a_planted_violation_is_found(module: str, source: str) -> None:
    assert len(violations(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("desktop.document.data", "from pydantic import Field\nfrom desktop.document import spec"),
        ("desktop.document.data", "from .spec import Spec\nimport json, os.path"),
        ("desktop.engine.training", "def f():\n    import keras\n    from tensorflow import data"),
        ("desktop.engine.training", "if TYPE_CHECKING:\n    import keras"),
        ("desktop.workers.session", "from desktop.engine.reports import EpochEnded"),
        ("desktop.views.stack", "from PySide6.QtWidgets import QWidget\nimport pyqtgraph as pg"),
        ("desktop.app", "from desktop.engine import training\nfrom desktop.views import theme"),
        ("main", "from desktop.app import main"),
    ],
)
def test_a_permitted_import_is_not_found(module: str, source: str) -> None:
    assert violations(source, module) == []


def test_document_loads_alone_and_quickly() -> None:
    """Every module of it, without Qt, TensorFlow or even NumPy, in a fraction of a second."""
    names = [name for name, _ in modules() if is_within(name, ("desktop.document",))]
    assert len(names) > 20
    program = (
        "import importlib, json, sys, time\n"
        "import pydantic\n"  # its own time is not ours to answer for
        "began = time.process_time()\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print(json.dumps([time.process_time() - began, sorted(sys.modules)]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, loaded = json.loads(run.stdout)
    heavy = ("PySide6", "shiboken6", "tensorflow", "keras", "numpy", "pandas", "sklearn", "PIL")
    assert [name for name in loaded if is_within(name, heavy)] == []
    assert seconds < 2.0


def test_the_window_is_painted_before_the_engine_is_loaded() -> None:
    """What is loaded before it can be seen is waited for: of the engine, a switch alone."""
    program = (
        "import json, sys\n"
        "import desktop.app, desktop.window, desktop.views.window.main_window\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = json.loads(run.stdout)
    engine = [name for name in loaded if is_within(name, ("desktop.engine",))]
    assert engine == ["desktop.engine", "desktop.engine.control"]
    heavy = ("numpy", "pyqtgraph", "pandas", "scipy", "PIL", "sqlite3", "optuna", "tensorboard")
    assert [name for name in loaded if is_within(name, (*heavy, "desktop.document.space"))] == []
