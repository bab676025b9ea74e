"""Questions of a lesson, whose answers are checked."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, model_validator

from desktop.document.lessons.marked_text import PlainText
from desktop.document.spec import Spec, family_type


class Question(Spec):
    """The base of all questions. `explanation` is shown once the answer is right."""

    tag_key: ClassVar[str] = "question"
    question: str = ""
    text: PlainText = Field(min_length=1, max_length=1000)
    explanation: PlainText = Field("", max_length=2000)

    def is_right(self, given: float) -> bool:
        """Whether `given` is the answer."""
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

    def is_right(self, given: float) -> bool:
        return given == self.answer


class NumberQuestion(Question, tag="number"):
    """The answer is a number, right if it is within `tolerance` of `answer`."""

    answer: float
    tolerance: float = Field(0.0, ge=0)

    def is_right(self, given: float) -> bool:
        # What is written in decimals is not exactly that: 0.8 - 0.75 is more than 0.05.
        return abs(given - self.answer) <= self.tolerance + 1e-9 * max(1.0, abs(self.answer))


if TYPE_CHECKING:
    AnyQuestion = Question
else:
    AnyQuestion = family_type(Question)
