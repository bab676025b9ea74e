"""A space: what is varied, and the values it may have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

from desktop.document.json_values import short
from desktop.document.project import Project
from desktop.document.space.hidden import PREFIX, with_hidden
from desktop.document.space.paths import SpaceError, is_within, value_text, with_values


@dataclass(frozen=True)
class Range:
    """The numbers from `low` to `high`; evenly by their logarithm if `log`, integers if `whole`."""

    low: float
    high: float
    log: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Setting:
    """One setting that is varied: over `values`, over a `range`, or over `alternatives`.

    `alternatives` are changes by name, each of any number of settings: {"none": {}, "dropout":
    {"hidden.dropout": 0.3}}. Their names are the values then. `path` is where in the project the
    value goes; of alternatives it is any name.
    """

    path: str
    title: str
    values: tuple[Any, ...] = ()
    range: Range | None = None
    alternatives: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def samples(self) -> tuple[Any, ...]:
        """The values, or the ends of the range."""
        if self.range is not None:
            return self.range.low, self.range.high
        return self.values

    def changes(self, value: Any) -> Mapping[str, Any]:
        """What becomes of the project for `value`: JSON values by path. Raises SpaceError."""
        if not self.alternatives:
            return {self.path: value}
        if value not in self.alternatives:
            raise SpaceError(f"{self.path}: {short(value)} is not one of {', '.join(self.values)}")
        return self.alternatives[value]

    def to_json(self) -> Any:
        """What `parse_space` makes this of."""
        if self.alternatives:
            return {"alternatives": {name: dict(each) for name, each in self.alternatives.items()}}
        if self.range is not None:
            return {"log" if self.range.log else "range": [self.range.low, self.range.high]}
        return list(self.values)


@dataclass(frozen=True)
class Space:
    """The settings that are varied, each beside each of the others."""

    settings: tuple[Setting, ...]

    @property
    def size(self) -> int | None:
        """How many combinations there are; None if a setting has a range."""
        if any(each.range is not None for each in self.settings):
            return None
        return prod(len(each.values) for each in self.settings)

    def to_json(self) -> dict[str, Any]:
        """What `parse_space` makes this of."""
        return {each.path: each.to_json() for each in self.settings}

    def combinations(self) -> Iterator[dict[str, Any]]:
        """All combinations of values, the last setting changing first. Only without ranges."""
        for values in product(*(each.values for each in self.settings)):
            yield {each.path: value for each, value in zip(self.settings, values, strict=True)}

    def apply(self, project: Project, values: Mapping[str, Any]) -> Project:
        """`project` with `values` for some of the settings. Raises SpaceError.

        What lies in another setting comes after it, and what concerns all hidden layers last.
        """
        changes: dict[str, Any] = {}
        for each in self.settings:
            if each.path in values:
                changes |= each.changes(values[each.path])
        hidden = {path: each for path, each in changes.items() if path.startswith(PREFIX)}
        literal = {path: each for path, each in changes.items() if path not in hidden}
        return with_hidden(with_values(project, literal), hidden)

    def refuse(self, project: Project, problem: Callable[[Project], str]) -> None:
        """Raise SpaceError over the first value that makes no network of `project` that works.

        `problem` says what is wrong with a project, "" if nothing is. A value of a setting in
        another one works if it does beside one of the values of that. Of a range, the ends are
        looked at.
        """
        for each in self.settings:
            outer = [other for other in self.settings if is_within(each.path, other.path)]
            for value in each.samples:
                reason = ""
                for beside in product(*(other.samples for other in outer)):
                    values = {o.path: v for o, v in zip(outer, beside, strict=True)}
                    reason = self.problem(project, {**values, each.path: value}, problem)
                    if not reason:
                        break
                if reason.startswith(each.path):  # it names the value, too
                    raise SpaceError(reason)
                if reason:
                    raise SpaceError(f"{each.path}: {short(value)} cannot be used: {reason}")

    def problem(
        self, project: Project, values: Mapping[str, Any], problem: Callable[[Project], str]
    ) -> str:
        """Why `values` make no network of `project` that works; "" if they do."""
        try:
            return problem(self.apply(project, values))
        except SpaceError as error:
            return str(error)

    def text(self, values: Mapping[str, Any]) -> str:
        """`values` in a line: "Dense 2: units 64, Learning rate 0.001"."""
        known = (each for each in self.settings if each.path in values)
        return ", ".join(f"{each.title} {value_text(values[each.path])}" for each in known)
