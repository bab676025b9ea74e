"""What code has to know about a layer, an optimizer or a loss is an attribute of its class.

A list of classes elsewhere would have to be found and changed for each class that is added.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.document.constraints import Constraint
from desktop.document.initializers import Initializer
from desktop.document.layers import Layer
from desktop.document.losses import Loss
from desktop.document.optimizers import Optimizer
from desktop.document.regularizers import Regularizer
from desktop.document.spec import Spec, variants
from tests.test_architecture import modules

BASES: tuple[type[Spec], ...] = (Layer, Optimizer, Loss, Initializer, Regularizer, Constraint)
CLASSES = {(cls.__module__, cls.__name__) for base in BASES for cls in variants(base)}
NAMES = {name for _, name in CLASSES}
# Packages that hand the classes on.
MODULES = {module for module, _ in CLASSES} | {"desktop.document.layers"}


def classes_in(source: str) -> Iterator[str]:
    """Where `source` asks whether something is of one of these classes: "line 3: Dense"."""
    tree = ast.parse(source)
    known: dict[str, str] = {}  # names in this module, and the classes they stand for
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            known |= {each.asname or each.name: each.name for each in node.names}

    def named(node: ast.AST) -> list[str]:
        """The classes that an expression is made of."""
        found = []
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and each.id in known:
                found.append(known[each.id])
            elif isinstance(each, ast.Attribute) and each.attr in NAMES:
                owner = each.value
                if not (isinstance(owner, ast.Name) and owner.id == "ActivationFunction"):
                    found.append(each.attr)
        return [name for name in found if name in NAMES]

    for statement in tree.body:  # a list of classes under a name of its own
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            # An instance with other settings is no list of classes.
            is_list = isinstance(statement.value, ast.BinOp | ast.Tuple | ast.List | ast.Set)
            if is_list and (classes := named(statement.value)):
                known |= {each.id: classes[0] for each in targets if isinstance(each, ast.Name)}

    for node in ast.walk(tree):
        asked: list[ast.AST] = []
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, kinds]):
                asked = [kinds]
            case ast.MatchClass(cls=kind):
                asked = [kind]
            case ast.Compare(left=left, comparators=others):
                # type(layer) is Dense, type(layer) in (Dense, Conv2D)
                asked = [each for each in (left, *others) if not isinstance(each, ast.Call)]
        for expression in asked:
            for name in named(expression):
                yield f"line {expression.lineno}: {name}"  # type: ignore[attr-defined]


def checked() -> list[tuple[str, Path]]:
    """The modules of the program that do not define these classes."""
    return [(name, path) for name, path in modules() if name not in MODULES]


def test_nothing_asks_for_the_class_of_a_layer_an_optimizer_or_a_loss() -> None:
    found = [
        f"{module}, {place}: say what is asked for in an attribute of the class"
        for module, path in checked()
        for place in classes_in(path.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)
    assert len(checked()) > 100


@pytest.mark.parametrize(
    "source",
    [
        "from desktop.document.layers import Dense\nisinstance(x, Dense)",
        "from desktop.document.layers import Dense, Layer\nisinstance(x, Layer | Dense)",
        "from desktop.document.layers import Dense\nisinstance(x, (int, Dense))",
        "from desktop.document.layers.core import Activation as A\nisinstance(x.layer, A)",
        "from desktop.document import layers\nisinstance(x, layers.Dense)",
        "from desktop.document.layers import Dense\nissubclass(x, Dense)",
        "from desktop.document.layers import Dense\ntype(x) is Dense",
        "from desktop.document.layers import Dense\ntype(x) in (int, Dense)",
        "from desktop.document.layers import Dense\nKINDS = Dense | int\nisinstance(x, KINDS)",
        "from desktop.document.layers import Dense\nK: object = (Dense,)\nisinstance(x, K)",
        "from desktop.document.layers import Dense\nmatch x:\n    case Dense(units=1): pass",
        "from desktop.document.optimizers import SGD\nisinstance(x, SGD)",
        "from desktop.document.losses import Huber\nisinstance(x, Huber)",
        "from desktop.document.initializers import Zeros\nisinstance(x, Zeros)",
    ],
)
def test_such_a_question_is_found(source: str) -> None:
    assert len(list(classes_in(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "from desktop.document.layers import Layer\nisinstance(x, Layer)",
        "from desktop.document.layers import Dense\nend = Dense(units=1)\nisinstance(x, int)",
        "from desktop.document.choices import ActivationFunction\nx is ActivationFunction.RELU",
        "from desktop.document.data import Digits\nisinstance(x, Digits)",
        "from desktop.document.layers import Dense\nx == Dense(units=1)",
    ],
)
def test_what_is_allowed_is_not_found(source: str) -> None:
    assert list(classes_in(source)) == []
