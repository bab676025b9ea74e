"""What a grid or search has found so far, as its views show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from desktop.document.comparison import differences
from desktop.document.json_values import Settings
from desktop.document.metrics import higher_is_better, in_sentence, metric_title
from desktop.document.project import Project
from desktop.document.space import Setting, Space, SpaceError, parse_space, value_text
from desktop.document.text import counted, number_text
from desktop.views.pages.groups.sweep.scales import Scale, number_scale, scale_of
from desktop.workers.reports import Outcome
from desktop.workers.sweeps import Combination, fresh_seeds, objections, ranked
from desktop.workers.trials import Group, TrialResult


@dataclass(frozen=True)
class Valued:
    """Settings that were tried, and the metric they came to."""

    settings: Settings
    value: float


def shown(value: Any) -> str:
    """A value of a setting in a few characters."""
    return number_text(value) if isinstance(value, float) else value_text(value)


def _all(count: str) -> str:
    return "The only trial" if count == "1 trial" else f"All {count}"


def _reasons(failed: Sequence[TrialResult]) -> str:
    """Why trials failed: the most frequent reason, and how many others there are."""
    reasons = Counter(" ".join(each.message.split()).rstrip(".") for each in failed).most_common()
    reason, number = reasons[0]
    if len(reasons) == 1:
        return f"{reason}."
    others = counted(len(failed) - number, "other")
    return f"{reason} ({number:,} times; {others} for other reasons, see the table of trials)."


class Findings:
    """Evaluates `group`. Raises SpaceError if what it varies does not suit its project."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.space: Space = parse_space(group.file.space, group.project)
        self.combinations: tuple[Combination, ...] = ranked(group.results, self.metric)
        self.valued = tuple(
            Valued(each.settings, each.value)
            for each in self.combinations
            if each.value is not None
        )

    @property
    def metric(self) -> str:
        """What the trials are judged by."""
        return self.group.file.metric

    @property
    def metric_title(self) -> str:
        return metric_title(self.metric)

    @cached_property
    def scales(self) -> dict[str, Scale]:
        """Where the values of each setting are drawn, by its path."""
        return {each.path: scale_of(each, self._tried(each)) for each in self.space.settings}

    def _tried(self, setting: Setting) -> list[Any]:
        return [each.settings[setting.path] for each in self.valued]

    @cached_property
    def metric_scale(self) -> Scale:
        """Where the values of the metric are drawn; the best are at the upper end."""
        values = [each.value for each in self.valued]
        return number_scale(
            self.metric_title, values, reverse=not higher_is_better(self.metric), padding=0.04
        )

    @cached_property
    def best(self) -> Project | None:
        """The project of the best settings; None as long as no trial has a result."""
        if not self.valued:
            return None
        try:
            return self.space.apply(self.group.project, self.valued[0].settings)
        except SpaceError:
            return None

    @property
    def is_better(self) -> bool:
        """Whether the best is another project than the one that was varied."""
        return self.best is not None and bool(differences(self.group.project, self.best))

    @property
    def summary(self) -> str:
        """What was tried, and what is the best of it."""
        results = self.group.results
        failed = [each for each in results if each.outcome is Outcome.FAILED]
        count = counted(len(results), "trial")
        if failed and len(failed) == len(results) and not self.valued:
            so_far = " so far" if self.group.is_open else ""
            return f"{_all(count)}{so_far} failed. {_reasons(failed)}"
        text = f"{count} done."
        if failed:
            text += f" {len(failed):,} of them failed. {_reasons(failed)}"
        if not self.valued:
            return text
        best = self.valued[0]
        found = self.text_of(best.settings)
        return f"{text} Best {in_sentence(self.metric_title)} {best.value:.4f}: {found}."

    def text_of(self, settings: Settings) -> str:
        """Settings in a line: "Hidden units 64, Learning rate 0.001148"."""
        return ", ".join(
            f"{each.title} {shown(settings[each.path])}" for each in self.space.settings
        )

    @property
    def note(self) -> str:
        """How far what was found can be trusted."""
        parts = [f"{each}." for each in objections(self.space, self.metric)]
        tried = len(self.combinations)
        if self.valued and tried > 1:
            if self.is_better:
                parts.append(
                    f"The best of {tried:,} looks better than it is, because chance is a part of "
                    "its result: confirm it with fresh seeds."
                )
            else:
                parts.append("The best settings are those of the project itself.")
        return " ".join(parts)

    def confirming(self) -> tuple[Project, Project] | None:
        """The project and its best settings, both from a seed that was not used so far."""
        if self.best is None or not self.is_better:
            return None
        (seed,) = fresh_seeds(self.group.file.seeds, 1)
        first, second = (
            each.replace(training=each.training.replace(seed=seed))
            for each in (self.group.project, self.best)
        )
        return first, second
