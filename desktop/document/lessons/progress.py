"""How far somebody is in a lesson, and a page that shows it to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from desktop.document.lessons.lesson import Lesson
from desktop.document.text import counted


@dataclass(frozen=True)
class LessonProgress:
    """The `step` that is shown, the goals that were met, and the questions answered rightly.

    Goals and questions are named by the number of their step and their own, both from 0.
    """

    step: int = 0
    met: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    answered: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    def with_met(self, step: int, goal: int) -> LessonProgress:
        """With another goal met."""
        return replace(self, met=self.met | {(step, goal)})

    def with_answered(self, step: int, question: int) -> LessonProgress:
        """With another question answered."""
        return replace(self, answered=self.answered | {(step, question)})

    @property
    def is_begun(self) -> bool:
        """Whether a goal was met or a question answered."""
        return bool(self.met or self.answered)

    def is_done(self, lesson: Lesson, step: int) -> bool:
        """Whether all goals of a step are met and all its questions answered."""
        return self.left(lesson, step) == 0

    def left(self, lesson: Lesson, step: int) -> int:
        """How many goals and questions of a step are left."""
        shown = lesson.steps[step]
        goals = sum((step, number) not in self.met for number in range(len(shown.goals)))
        questions = range(len(shown.questions))
        return goals + sum((step, number) not in self.answered for number in questions)

    def text(self, lesson: Lesson) -> str:
        """ "3 of 8 goals", or questions if there are no goals, "Done" or "Not started"."""
        if self == LessonProgress():
            return "Not started"
        if all(self.is_done(lesson, step) for step in range(len(lesson.steps))):
            return "Done"
        if lesson.goal_count:
            return f"{len(self.met)} of {counted(lesson.goal_count, 'goal')}"
        questions = sum(len(step.questions) for step in lesson.steps)
        return f"{len(self.answered)} of {counted(questions, 'question')}"

    def to_values(self) -> dict[str, Any]:
        """As JSON values, for `from_values`."""
        return {"step": self.step, "met": sorted(self.met), "answered": sorted(self.answered)}

    @classmethod
    def from_values(cls, values: Any, lesson: Lesson) -> LessonProgress:
        """What `values` say of `lesson`; what makes no sense there is left out."""
        if not isinstance(values, dict):
            return cls()
        step = values.get("step")
        goals = {(i, k) for i, each in enumerate(lesson.steps) for k in range(len(each.goals))}
        questions = {
            (i, k) for i, each in enumerate(lesson.steps) for k in range(len(each.questions))
        }
        return cls(
            step if isinstance(step, int) and 0 <= step < len(lesson.steps) else 0,
            _pairs(values.get("met")) & goals,
            _pairs(values.get("answered")) & questions,
        )


def _pairs(values: Any) -> frozenset[tuple[int, int]]:
    if not isinstance(values, list):
        return frozenset()
    return frozenset(
        (each[0], each[1])
        for each in values
        if isinstance(each, list)
        and len(each) == 2
        and all(isinstance(number, int) for number in each)
    )


def progress_page(done: Sequence[tuple[Lesson, LessonProgress]], date: str) -> str:
    """An HTML page that shows what was reached in lessons, as of `date`."""
    parts = [_lesson_html(lesson, progress) for lesson, progress in done]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<title>Progress in lessons</title></head>\n<body>\n"
        f"<h1>Progress in lessons</h1>\n<p>{escape(date)}</p>\n{''.join(parts)}</body></html>\n"
    )


def _lesson_html(lesson: Lesson, progress: LessonProgress) -> str:
    lines = [f"<h2>{escape(lesson.title)}</h2>\n<p>{escape(progress.text(lesson))}</p>\n"]
    for number, step in enumerate(lesson.steps):
        goals = [(each.words, (number, k) in progress.met) for k, each in enumerate(step.goals)]
        questions = [
            (each.text, (number, k) in progress.answered) for k, each in enumerate(step.questions)
        ]
        items = "".join(
            f"<li>{'☑' if reached else '☐'} {escape(words)}</li>\n"
            for words, reached in (*questions, *goals)
        )
        lines.append(f"<h3>{escape(step.title)}</h3>\n<ul>\n{items}</ul>\n")
    return "".join(lines)
