"""The graphs of training steps and probes, shared by networks that are alike.

A network that is reset and trained again is a new `keras.Sequential`, but its steps are the same
function of weights, rows and random numbers: it uses the graph that exists and need not wait for
one. TensorFlow keeps every program that XLA compiled until the process ends, about 7 MB each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.engine import backend

GRAPHS = 4  # that are kept of those that XLA did not compile: steps and probes of two networks


@dataclass(frozen=True)
class Program:
    """A function without variables of its own, and the names of the metrics it gives.

    `logged` are those at the end of the loop, `traced` those after each step.
    """

    loop: Any
    logged: tuple[str, ...] = ()
    traced: tuple[str, ...] = ()


_programs: dict[Hashable, Program] = {}  # compiled by XLA
_graphs: dict[Hashable, Program] = {}  # the latest last


def shared(key: Hashable, is_compiled: bool, make: Callable[[], Program]) -> Program:
    """The program for `key`, made if there is none. Raises ValueError if it has variables.

    One that `is_compiled` by XLA is there for as long as the process.
    """
    programs = _programs if is_compiled else _graphs
    program = programs.pop(key, None) or make()
    if program.loop.variables:
        raise ValueError("a program that is shared has to get its variables as arguments")
    programs[key] = program
    while len(_graphs) > GRAPHS:
        del _graphs[next(iter(_graphs))]
    return program


def read_variables(like: Sequence[Any], handles: Sequence[Any]) -> list[Any]:
    """The values of the variables that have these `handles`, of the shapes and types of `like`."""
    tf = backend.tensorflow()
    return [
        tf.ensure_shape(tf.raw_ops.ReadVariableOp(resource=handle, dtype=each.dtype), each.shape)
        for each, handle in zip(like, handles, strict=True)
    ]


def configuration(model: Any) -> str:
    """All that decides what a step of the compiled `model` does, but for its variables."""
    config = backend.keras().saving.serialize_keras_object(model)
    optimizer = config["compile_config"]["optimizer"]["config"]
    del optimizer["name"]  # Keras counts: "adam_1"
    del optimizer["learning_rate"]  # a variable
    return json.dumps(config, sort_keys=True)
