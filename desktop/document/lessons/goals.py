"""Goals of a lesson: what is to be done in words, and a check whether it was.

Each kind of goal is one class. A lesson can ask for these and nothing else, so that reading one
from somebody else runs nothing of theirs.
"""

from itertools import combinations
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from desktop.document.choices import ActivationFunction
from desktop.document.comparison import LayerDifference, differences
from desktop.document.constraints import Constraint
from desktop.document.data import DataSource
from desktop.document.layers import LAYER_CLASSES
from desktop.document.lessons.snapshot import Snapshot, TrainedRun
from desktop.document.metrics import higher_is_better
from desktop.document.optimizers import Optimizer
from desktop.document.project import Project
from desktop.document.regularizers import Regularizer
from desktop.document.spec import Spec, family_type, variants
from desktop.document.text import counted

LAYERS = "layers"  # in `runs_differ`: a layer was added, removed or moved
_SETTING = r"^[A-Za-z0-9][A-Za-z0-9 _]{0,59}$"
_NO_MATTER = "logs for TensorBoard"  # changes no result

if TYPE_CHECKING:
    LayerTag: TypeAlias = str
    SourceTag: TypeAlias = str
    OptimizerTag: TypeAlias = str
    RegularizerTag: TypeAlias = str
    ConstraintTag: TypeAlias = str
else:
    LayerTag = Literal[tuple(cls.tag for cls in LAYER_CLASSES)]
    SourceTag, OptimizerTag, RegularizerTag, ConstraintTag = (
        Literal[tuple(cls.tag for cls in variants(base))]
        for base in (DataSource, Optimizer, Regularizer, Constraint)
    )


class Goal(Spec):
    """The base of all goals. `text` replaces the words that the program has for it."""

    tag_key: ClassVar[str] = "goal"
    goal: str = ""
    text: str = Field("", max_length=300)

    @property
    def words(self) -> str:
        """What is to be done, in one sentence without a full stop."""
        return self.text or self.usual_words

    @property
    def usual_words(self) -> str:
        """What is to be done, as the program says it."""
        raise NotImplementedError

    def is_met(self, snapshot: Snapshot) -> bool:
        """Whether it was done."""
        raise NotImplementedError


class DataLoaded(Goal, tag="data_loaded"):
    """Data of a kind is loaded."""

    source: SourceTag

    @property
    def usual_words(self) -> str:
        return f"Load the data: {_source_title(self.source)}"

    def is_met(self, snapshot: Snapshot) -> bool:
        return snapshot.loaded == self.source


class HasLayer(Goal, tag="has_layer"):
    """The stack has a kind of layer."""

    layer: LayerTag
    count: int = Field(1, ge=1, le=200)

    @property
    def usual_words(self) -> str:
        return f"Have {counted(self.count, f'{self.layer} layer')} in the stack"

    def is_met(self, snapshot: Snapshot) -> bool:
        return sum(each.tag == self.layer for each in snapshot.project.layers) >= self.count


class LacksLayer(Goal, tag="lacks_layer"):
    """The stack has none of a kind of layer."""

    layer: LayerTag

    @property
    def usual_words(self) -> str:
        return f"Have no {self.layer} layer in the stack"

    def is_met(self, snapshot: Snapshot) -> bool:
        return all(each.tag != self.layer for each in snapshot.project.layers)


class _RunGoal(Goal):
    """What has a run that finished, of a network that is described; what is left out is free."""

    source: SourceTag | None = None
    optimizer: OptimizerTag | None = None
    activation: ActivationFunction | None = None
    hidden_layers: int | None = Field(None, ge=0, le=200)
    layer: LayerTag | None = None
    regularizer: RegularizerTag | None = None
    constraint: ConstraintTag | None = None
    early_stopping: bool | None = None
    min_epochs: int | None = Field(None, ge=1, le=1_000_000)
    max_parameters: int | None = Field(None, ge=1, le=1_000_000_000)

    @property
    def network_words(self) -> str:
        """The network in words: "a network with 1 hidden layer and tanh"."""
        features = [
            None if self.hidden_layers is None else counted(self.hidden_layers, "hidden layer"),
            self.activation,
            None if self.layer is None else f"a {self.layer} layer",
            None if self.regularizer is None else f"a penalty ({self.regularizer})",
            None if self.constraint is None else f"a constraint ({self.constraint})",
            None if self.optimizer is None else f"the optimizer {self.optimizer}",
            None if self.early_stopping is None else f"{_with(self.early_stopping)} early stopping",
            None if self.max_parameters is None else f"at most {self.max_parameters:,} parameters",
        ]
        named = ", ".join(str(each) for each in features if each is not None)
        data = "" if self.source is None else f" on {_source_title(self.source)}"
        epochs = "" if self.min_epochs is None else f" for {counted(self.min_epochs, 'epoch')}"
        return f"a network{f' with {named}' if named else ''}{data}{epochs}"

    def suits(self, run: TrainedRun) -> bool:
        """Whether `run` finished and is of such a network."""
        project = run.project
        return run.finished and all(
            (
                self.source in (None, project.data.tag),
                self.optimizer in (None, project.training.optimizer.tag),
                self.activation in (None, *(each.nonlinearity for each in project.layers)),
                self.hidden_layers in (None, len(project.hidden_layers)),
                self.layer in (None, *(each.tag for each in project.layers)),
                self.regularizer in (None, *_tags_within(project, Regularizer)),
                self.constraint in (None, *_tags_within(project, Constraint)),
                self.early_stopping in (None, project.training.early_stopping is not None),
                self.min_epochs is None or run.epochs >= self.min_epochs,
                self.max_parameters is None or run.parameters <= self.max_parameters,
            )
        )


class RunFinished(_RunGoal, tag="run_finished"):
    """A network was trained to the end."""

    @property
    def usual_words(self) -> str:
        return f"Train {self.network_words} to the end"

    def is_met(self, snapshot: Snapshot) -> bool:
        return any(map(self.suits, snapshot.runs))


class MetricReached(_RunGoal, tag="metric_reached"):
    """A network was trained until a metric was good enough."""

    metric: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> "MetricReached":
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError('needs either "at_least" or "at_most"')
        if (self.at_least is not None) != higher_is_better(self.metric):
            better = "at_least" if higher_is_better(self.metric) else "at_most"
            raise ValueError(f'{self.metric} improves the other way: use "{better}"')
        return self

    @property
    def usual_words(self) -> str:
        limit = (
            f"at most {self.at_most:g}" if self.at_least is None else f"at least {self.at_least:g}"
        )
        return f"Train {self.network_words} until {_metric_words(self.metric)} is {limit}"

    def is_met(self, snapshot: Snapshot) -> bool:
        return any(self.suits(run) and self._is_good(run) for run in snapshot.runs)

    def _is_good(self, run: TrainedRun) -> bool:
        value = run.best.get(self.metric)
        if value is None:
            return False
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is not None and value <= self.at_most


class RunsDiffer(Goal, tag="runs_differ"):
    """Two networks were trained that differ in one setting only: their results compare fairly."""

    setting: str = Field(pattern=_SETTING)

    @property
    def usual_words(self) -> str:
        what = "layers" if self.setting == LAYERS else self.setting
        return f"Train two networks to the end that differ in nothing but the {what}"

    def is_met(self, snapshot: Snapshot) -> bool:
        finished = [run.project for run in snapshot.runs if run.finished]
        return any(
            _only_difference(one, other) == self.setting for one, other in combinations(finished, 2)
        )


class RunsCompared(Goal, tag="runs_compared"):
    """Two runs were compared; if `setting` is given, they differ in nothing else."""

    setting: str | None = Field(None, pattern=_SETTING)

    @property
    def usual_words(self) -> str:
        what = "" if self.setting is None else f" that differ in nothing but the {self.setting}"
        return f"Compare two runs{what} on the page Runs"

    def is_met(self, snapshot: Snapshot) -> bool:
        return any(
            self.setting is None or _only_difference(one, other) == self.setting
            for projects in snapshot.compared
            for one, other in combinations(projects, 2)
        )


class Repeated(Goal, tag="repeated"):
    """A project was trained several times, from other seeds."""

    times: int = Field(ge=2, le=1000)

    @property
    def usual_words(self) -> str:
        return f"Train one project {self.times} times, from different seeds"

    def is_met(self, snapshot: Snapshot) -> bool:
        return any(each.trials >= self.times for each in snapshot.groups if not each.varied)


class SettingVaried(Goal, tag="setting_varied"):
    """A setting was varied, and a network trained with each value."""

    path: str = Field(pattern=r"^[A-Za-z0-9_.\[\]]{1,100}$")
    trials: int = Field(2, ge=2, le=10_000)

    @property
    def usual_words(self) -> str:
        return f"Train at least {self.trials} networks with other values of {self.path}"

    def is_met(self, snapshot: Snapshot) -> bool:
        return any(
            each.trials >= self.trials for each in snapshot.groups if self.path in each.varied
        )


class DigitRecognized(Goal, tag="digit_recognized"):
    """A digit that was drawn is predicted as what it is."""

    digit: int = Field(ge=0, le=9)

    @property
    def usual_words(self) -> str:
        return f"Draw a {self.digit} on the page Draw, so that the network predicts {self.digit}"

    def is_met(self, snapshot: Snapshot) -> bool:
        return str(self.digit) in snapshot.drawn


class ModelEvaluated(Goal, tag="model_evaluated"):
    """The network was evaluated on the test rows, with an accuracy that is high enough."""

    min_accuracy: float | None = Field(None, ge=0, le=1)

    @property
    def usual_words(self) -> str:
        if self.min_accuracy is None:
            return "Evaluate the network on the test rows"
        return (
            f"Evaluate the network on the test rows, with an accuracy of at least "
            f"{self.min_accuracy:g}"
        )

    def is_met(self, snapshot: Snapshot) -> bool:
        found = snapshot.metrics
        if found is None:
            return False
        return self.min_accuracy is None or found.get("accuracy", 0.0) >= self.min_accuracy


class ModelSaved(Goal, tag="model_saved"):
    """The trained network was saved as a .keras file."""

    @property
    def usual_words(self) -> str:
        return "Save the trained network as a .keras file"

    def is_met(self, snapshot: Snapshot) -> bool:
        return snapshot.model_saved


class TensorBoardOpened(Goal, tag="tensorboard_opened"):
    """A run was opened in TensorBoard."""

    @property
    def usual_words(self) -> str:
        return "Open a run in TensorBoard"

    def is_met(self, snapshot: Snapshot) -> bool:
        return snapshot.tensorboard_opened


if TYPE_CHECKING:
    AnyGoal = Goal
else:
    AnyGoal = family_type(Goal)


def _with(on: bool) -> str:
    return "with" if on else "without"


def _source_title(tag: str) -> str:
    return next(cls.kind_title() for cls in variants(DataSource) if cls.tag == tag)


def _metric_words(name: str) -> str:
    of_validation = name.startswith("val_")
    words = name.removeprefix("val_").replace("_", " ")
    return f"the {'validation' if of_validation else 'training'} {words}"


def _tags_within(project: Project, base: type[Spec]) -> set[str]:
    """The tags of all values of the family of `base` that layers of `project` have."""
    return {value.tag for layer in project.layers for _, value in layer if isinstance(value, base)}


def _only_difference(one: Project, other: Project) -> str:
    """The one setting in which they differ, LAYERS for a layer; "" for several or none."""
    found = {
        (LAYERS if isinstance(each, LayerDifference) else each.setting, each.before, each.after)
        for each in differences(one, other)
        if each.setting != _NO_MATTER
    }
    names = {setting for setting, _, _ in found}
    return names.pop() if len(names) == 1 and (len(found) == 1 or names == {LAYERS}) else ""
