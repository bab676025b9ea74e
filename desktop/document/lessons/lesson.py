"""A lesson: steps with a text, something to start from, questions, and goals."""

from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator, model_validator

from desktop.document.lessons.goals import AnyGoal
from desktop.document.lessons.marked_text import Markdown, PlainText
from desktop.document.lessons.questions import AnyQuestion
from desktop.document.spec import Spec

MAX_TEXT = 20_000  # characters of the text of a step
MAX_STEPS = 40
_STARTED = ("layers", "training")  # a start names no files, so it does not set data


class Panel(StrEnum):
    """The panels around the pages, which a step can lock."""

    LAYERS = "layers"
    MODEL = "model"
    PROPERTIES = "properties"
    TRAINING = "training"


class Control(StrEnum):
    """What a step can point at."""

    LAYERS = "layers"
    MODEL = "model"
    PROPERTIES = "properties"
    TRAINING = "training"
    DATA_PAGE = "data_page"
    TRAIN_PAGE = "train_page"
    EVALUATE_PAGE = "evaluate_page"
    DRAW_PAGE = "draw_page"
    RUNS_PAGE = "runs_page"
    LEARN_PAGE = "learn_page"
    TRAIN = "train"
    STOP = "stop"
    RESET = "reset"
    UNDO = "undo"
    FILE_MENU = "file_menu"
    RUN_MENU = "run_menu"


class Start(Spec):
    """What a step begins with: a project that comes with the program, and changes of settings.

    Without `example` the changes are of the project there is. `settings` are values by their paths
    in the project file, such as "training.epochs".
    """

    example: str = Field("", pattern=r"^[a-z0-9-]{0,60}$")
    settings: dict[str, Any] = Field(default_factory=dict, max_length=50)

    @field_validator("settings")
    @classmethod
    def _within_the_network(cls, value: dict[str, Any]) -> dict[str, Any]:
        for path in value:
            if not path.startswith(_STARTED):
                raise ValueError(f'"{path[:60]}" cannot be set; only layers and training can')
        return value

    @model_validator(mode="after")
    def _something(self) -> "Start":
        if not self.example and not self.settings:
            raise ValueError('needs "example", "settings" or both')
        return self


class LessonStep(Spec):
    """One step. Its `text` is Markdown, here or in the `file` beside the lesson."""

    title: PlainText = Field(min_length=1, max_length=80)
    text: Markdown = Field("", max_length=MAX_TEXT)
    file: str = Field("", pattern=r"^$|^[A-Za-z0-9_-]{1,60}\.md$")
    start: Start | None = None
    show: Control | None = None
    lock: tuple[Panel, ...] = Field((), max_length=len(Panel))
    questions: tuple[AnyQuestion, ...] = Field((), max_length=10)
    goals: tuple[AnyGoal, ...] = Field((), max_length=12)

    @model_validator(mode="after")
    def _one_text(self) -> "LessonStep":
        if bool(self.text.strip()) == bool(self.file):
            raise ValueError('needs either "text" or "file"')
        return self


class Lesson(Spec):
    """A lesson as it is read. Its texts are those of the files that it named."""

    title: PlainText = Field(min_length=1, max_length=80)
    about: PlainText = Field("", max_length=300)
    steps: tuple[LessonStep, ...] = Field(min_length=1, max_length=MAX_STEPS)

    @property
    def goal_count(self) -> int:
        """How many goals there are in all steps."""
        return sum(len(step.goals) for step in self.steps)
