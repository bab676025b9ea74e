"""How well the layers of a network train, judged by what was measured at the end of an epoch.

The numbers are those of a few training rows (see `desktop.engine.probe`). For each quantity, a
value beyond the first of its limits is a WARNING, beyond the second an ALARM. The limits leave room
for what networks that train well have: in the example projects up to a quarter of the units of a
layer are dead, and updates are between 0.00006 and 0.2 of the weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from desktop.document.project import Project
from desktop.document.text import power_text
from desktop.document.trace import output_activation, trace

# What is measured of a layer, by the names it has in reports and records.
DEAD, SATURATED = "dead_share", "saturated_share"
GRADIENT, UPDATE = "gradient_norm", "update_ratio"
# What follows from that: log10 of the layer's gradient norm over that of the last layer.
GRADIENT_RATIO = "gradient_ratio"
# What is measured of each unit, beside SATURATED.
ZERO_OUTPUTS = "zero_outputs"

Statistics: TypeAlias = Mapping[str, Mapping[str, float]]  # of a name to layers to the value


class Level(StrEnum):
    """How good it is. WARNING: worth a look. ALARM: this layer hardly learns, or not at all."""

    OK = "ok"
    WARNING = "warning"
    ALARM = "alarm"


_ORDER = tuple(Level)


class Finding(StrEnum):
    """What is wrong with a layer, in a word."""

    HEALTHY = "healthy"
    NOT_FINITE = "not finite"
    DEAD = "dead units"
    SATURATED = "saturated"
    VANISHING = "vanishing gradient"
    EXPLODING = "exploding gradient"
    LARGE_UPDATES = "updates too large"
    SMALL_UPDATES = "updates too small"


EXPLANATIONS: Mapping[Finding, str] = {
    Finding.HEALTHY: "Nothing unusual was measured.",
    Finding.NOT_FINITE: "A number has become infinite or NaN: the training has diverged.",
    Finding.DEAD: (
        "These units output 0 for every row, so that they get no gradient: they add nothing, and "
        "hardly ever recover. The usual causes are large negative biases and too large steps."
    ),
    Finding.SATURATED: (
        "Most outputs are where the activation is all but flat, so that hardly any gradient passes "
        "through. The usual cause is large weights or inputs."
    ),
    Finding.VANISHING: (
        "Much less gradient arrives here than at the last layer, so that this layer learns much "
        "more slowly than that. Each layer with sigmoid or tanh in between makes it smaller."
    ),
    Finding.EXPLODING: (
        "Much more gradient arrives here than at the last layer: each layer in between makes it "
        "larger. A single step may spoil these weights."
    ),
    Finding.LARGE_UPDATES: (
        "A single step changes the weights by a large part of their size, so that what was learned "
        "before is lost."
    ),
    Finding.SMALL_UPDATES: (
        "A step hardly changes the weights. That is as it should be once the loss no longer falls; "
        "before that, the layer does not learn."
    ),
}


@dataclass(frozen=True)
class Limit:
    """Values beyond `warning` and `alarm` are a `finding`; above them if `alarm` is the larger."""

    finding: Finding
    warning: float
    alarm: float

    def level(self, value: float) -> Level:
        """How good `value` is."""
        sign = 1 if self.alarm > self.warning else -1
        if sign * value >= sign * self.alarm:
            return Level.ALARM
        return Level.WARNING if sign * value >= sign * self.warning else Level.OK


@dataclass(frozen=True)
class Quantity:
    """Something that is measured of a layer. `name` is that of its values, `usual` a few words."""

    name: str
    title: str
    usual: str
    limits: tuple[Limit, ...]

    @property
    def is_share(self) -> bool:
        """Whether values are 0 to 1; else they are powers of 10."""
        return self.name in (DEAD, SATURATED)

    def text(self, value: float) -> str:
        """`value` as people read it: "40 %", or "0.0008" for a power of -3.1."""
        if self.is_share and math.isfinite(value):
            return f"{value * 100:.0f} %"
        return power_text(value)


QUANTITIES: tuple[Quantity, ...] = (
    Quantity(DEAD, "Dead units", "below 40 %", (Limit(Finding.DEAD, 0.4, 0.8),)),
    Quantity(SATURATED, "Saturated outputs", "below 50 %", (Limit(Finding.SATURATED, 0.5, 0.8),)),
    Quantity(
        GRADIENT_RATIO,
        "Gradient over that of the last layer",
        "0.01 to 100",
        (Limit(Finding.VANISHING, -2, -3), Limit(Finding.EXPLODING, 2, 3)),
    ),
    Quantity(
        UPDATE,
        "Update over weights",
        "about 0.001",
        (Limit(Finding.LARGE_UPDATES, -0.5, 0), Limit(Finding.SMALL_UPDATES, -5, -7)),
    ),
)


@dataclass(frozen=True)
class Measure:
    """The value of a quantity for a layer, and what to think of it."""

    quantity: Quantity
    value: float
    level: Level
    finding: Finding

    @property
    def text(self) -> str:
        return self.quantity.text(self.value)


@dataclass(frozen=True)
class Health:
    """How well a layer trains: the worst of its `measures`, of which there is one at least."""

    layer: str  # its name in the stack
    measures: tuple[Measure, ...]

    @property
    def worst(self) -> Measure:
        return max(self.measures, key=lambda measure: _ORDER.index(measure.level))

    @property
    def level(self) -> Level:
        return self.worst.level

    @property
    def finding(self) -> Finding:
        return self.worst.finding

    @property
    def word(self) -> str:
        """What a card says: "healthy", "dead units 40 %"."""
        if self.finding in (Finding.DEAD, Finding.SATURATED):
            return f"{self.finding} {self.worst.text}"
        return str(self.finding)


def judge(project: Project, statistics: Statistics) -> tuple[Health | None, ...]:
    """The health of each layer of `project`, by what was measured at the end of an epoch.

    None for layers of which nothing was measured. The layer that shapes the output may be
    saturated: there it means that the network is sure.
    """
    infos = trace(project)
    if not infos:
        return ()
    output, _ = output_activation(infos)
    ratios = _gradient_ratios(statistics.get(GRADIENT, {}))
    values = {**statistics, GRADIENT_RATIO: ratios}
    found: list[Health | None] = []
    for info in infos:
        measures = tuple(
            _measure(quantity, value, quantity.name != SATURATED or info.index != output)
            for quantity in QUANTITIES
            if (value := values.get(quantity.name, {}).get(info.name)) is not None
            and not (quantity.name == UPDATE and math.isnan(value))  # 0 over 0, or no gradient
        )
        found.append(Health(info.name, measures) if measures else None)
    return tuple(found)


def course(project: Project, epochs: Iterable[tuple[int, Statistics]]) -> tuple[str, ...]:
    """For each layer that was measured a few words on the worst of these `epochs`."""
    worst: dict[str, tuple[int, Health]] = {}
    for epoch, statistics in epochs:
        for health in judge(project, statistics):
            if health is None:
                continue
            before = worst.get(health.layer)
            if before is None or _ORDER.index(health.level) >= _ORDER.index(before[1].level):
                worst[health.layer] = epoch, health
    return tuple(
        f"{layer} {health.word}" + ("" if health.level is Level.OK else f" (epoch {epoch})")
        for layer, (epoch, health) in worst.items()
    )


def _gradient_ratios(norms: Mapping[str, float]) -> dict[str, float]:
    """log10 of each layer's norm over that of the last one; none where that has no gradient.

    Where norms are not finite, there are only those, as NaN.
    """
    bad = {name: math.nan for name, norm in norms.items() if not math.isfinite(norm)}
    last = list(norms.values())[-1] if norms else 0
    if bad or last == 0:
        return bad
    return {
        name: math.log10(norm / last) if norm / last > 0 else -math.inf
        for name, norm in list(norms.items())[:-1]
    }


def _measure(quantity: Quantity, value: float, counts: bool) -> Measure:
    if math.isnan(value):
        return Measure(quantity, value, Level.ALARM, Finding.NOT_FINITE)
    for limit in quantity.limits if counts else ():
        level = limit.level(value)
        if level is not Level.OK:
            return Measure(quantity, value, level, limit.finding)
    return Measure(quantity, value, Level.OK, Finding.HEALTHY)
