"""Shapes, parameter counts and problems of a project, worked out without building anything."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.document.layers import Layer, Shape, ShapeError
from desktop.document.memory import physical_memory
from desktop.document.problems import Problem, Severity, find_problems
from desktop.document.project import Project


@dataclass(frozen=True)
class LayerInfo:
    """What one layer of a stack gets and makes.

    Shapes have no batch axis. `input_shape` is None after a layer that cannot work;
    `output_shape` is None where the layer cannot work, `error` then says why.
    """

    index: int
    layer: Layer
    input_shape: Shape | None
    output_shape: Shape | None
    parameters: int
    trainable_parameters: int
    error: str | None = None

    @property
    def name(self) -> str:
        """What messages call this layer: its class and its 1-based place in the stack."""
        return f"{self.layer.tag} {self.index + 1}"


@dataclass(frozen=True)
class Analysis:
    """Everything the editor shows about a project beside its settings."""

    layers: tuple[LayerInfo, ...]
    problems: tuple[Problem, ...]

    @property
    def parameters(self) -> int:
        """Total parameters of the layers whose input is known."""
        return sum(info.parameters for info in self.layers)

    @property
    def is_trainable(self) -> bool:
        """Whether nothing stands in the way of training."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)

    def problems_of(self, index: int) -> tuple[Problem, ...]:
        """The problems of the layer at `index`."""
        return tuple(problem for problem in self.problems if problem.layer == index)


def trace(project: Project) -> tuple[LayerInfo, ...]:
    """Follow the shape of one row through the stack."""
    infos: list[LayerInfo] = []
    shape: Shape | None = project.data.input_shape
    for index, layer in enumerate(project.layers):
        if shape is None:
            infos.append(LayerInfo(index, layer, None, None, 0, 0))
            continue
        try:
            output = layer.output_shape(shape)
        except ShapeError as error:
            infos.append(LayerInfo(index, layer, shape, None, 0, 0, str(error)))
            shape = None
            continue
        count = layer.parameter_count(shape)
        state = layer.state_count(shape)
        infos.append(LayerInfo(index, layer, shape, output, count, count - state))
        shape = output
    return tuple(infos)


def analyse(project: Project, memory: int | None = None) -> Analysis:
    """Trace the shapes of `project` and find its problems.

    `memory` is what the machine has, in bytes; None asks the system.
    """
    infos = trace(project)
    return Analysis(infos, find_problems(project, infos, memory or physical_memory()))
