"""Questions of a lesson, whose answers are checked."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, model_validator

from desktop.document.lessons.marked_text import PlainText
from desktop.document.lessons.snapshot import Snapshot
from desktop.document.spec import Spec, family_type

_ROUNDING = 0.06  # of a number that is shown with two significant figures


class Question(Spec):
    """The base of all questions. `explanation` is shown once the answer is right."""

    tag_key: ClassVar[str] = "question"
    question: str = ""
    text: PlainText = Field(min_length=1, max_length=1000)
    explanation: PlainText = Field("", max_length=2000)

    def is_right(self, given: float, snapshot: Snapshot) -> bool:
        """Whether `given` is the answer, by what happened in the program where that matters."""
        raise NotImplementedError


class Choice(Question, tag="choice"):
    """One of several answers is right: the one at the place `answer`, counted from 0."""

    choices: tuple[PlainText, ...] = Field(min_length=2, max_length=8)
    answer: int = Field(ge=0)

    @model_validator(mode="after")
    def _exists(self) -> "Choice":
        if self.answer >= len(self.choices):
            raise ValueError(f"answer {self.answer} is none of {len(self.choices)} choices")
        if len(set(self.choices)) < len(self.choices):
            raise ValueError("each of the choices can be given only once")
        return self

    def is_right(self, given: float, snapshot: Snapshot) -> bool:
        return given == self.answer


class NumberQuestion(Question, tag="number"):
    """The answer is a number, right if it is within `tolerance` of `answer`."""

    answer: float
    tolerance: float = Field(0.0, ge=0)

    def is_right(self, given: float, snapshot: Snapshot) -> bool:
        # What is written in decimals is not exactly that: 0.8 - 0.75 is more than 0.05.
        return abs(given - self.answer) <= self.tolerance + 1e-9 * max(1.0, abs(self.answer))


class IntervalQuestion(Question, tag="interval"):
    """The answer is what the page *Runs* shows after ± for the last project trained N times.

    That is how far the 95 % interval of the mean extends, in the metric that matters most.
    """

    def is_right(self, given: float, snapshot: Snapshot) -> bool:
        repeats = [group for group in snapshot.groups if not group.varied]
        reach = repeats[-1].reach if repeats else None
        return reach is not None and abs(given - reach) <= _ROUNDING * reach


if TYPE_CHECKING:
    AnyQuestion = Question
else:
    AnyQuestion = family_type(Question)
