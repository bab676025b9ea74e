"""Every command of the window in one table: menus, toolbar, shortcuts and tests derive from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from desktop.views.commands.rules import (
    Situation,
    always,
    can_compare_activations,
    can_evaluate,
    can_pause,
    can_stop,
    can_train,
    can_train_times,
    can_use_first_network,
    can_vary,
    can_zoom_in,
    can_zoom_out,
    has_network,
    has_run,
    is_paused,
    will_continue,
)
from desktop.views.theme import Theme
from desktop.views.widgets.text import plain
from desktop.views.workspace import Workspace
from desktop.workers.session import Session

if TYPE_CHECKING:
    from desktop.views.commands.groups import Commands

Key = QKeySequence.StandardKey | str


class Menu(StrEnum):
    FILE = "&File"
    EDIT = "&Edit"
    RUN = "&Run"
    VIEW = "&View"
    HELP = "&Help"


@dataclass(frozen=True)
class Other:
    """What a command is called `when` it does something else than at first."""

    when: Callable[[Situation], bool]
    text: str
    tip: str
    icon: str


@dataclass(frozen=True)
class ActionSpec:
    """One command: what it is called, what it runs, and the rule that says why it cannot be given.

    `id` is the QAction's objectName.
    """

    id: str
    menu: Menu
    text: str
    tip: str
    run: Callable[[Commands], object]
    icon: str = ""
    key: Key | None = None
    other_keys: tuple[str, ...] = ()  # that do the same
    separator: bool = False  # a line above it in its menu
    rule: Callable[[Situation], str] = always
    other: Other | None = None


_KEY = QKeySequence.StandardKey

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "new",
        Menu.FILE,
        "&New",
        "Start a new project",
        lambda to: to.files.new(),
        "mdi6.file-outline",
        _KEY.New,
    ),
    ActionSpec(
        "open",
        Menu.FILE,
        "&Open…",
        "Open a project file",
        lambda to: to.files.open(),
        "mdi6.folder-open-outline",
        _KEY.Open,
    ),
    ActionSpec(
        "save",
        Menu.FILE,
        "&Save",
        "Save the project",
        lambda to: to.files.save(),
        "mdi6.content-save-outline",
        _KEY.Save,
        separator=True,
    ),
    ActionSpec(
        "save_as",
        Menu.FILE,
        "Save &As…",
        "Save under another name",
        lambda to: to.files.save_as(),
        key=_KEY.SaveAs,
    ),
    ActionSpec(
        "save_model",
        Menu.FILE,
        "Save Trained &Model…",
        "Save the trained network as a .keras file, which Keras loads",
        lambda to: to.files.save_network(),
        key="Ctrl+Shift+M",
        rule=has_network,
    ),
    ActionSpec(
        "first_network",
        Menu.EDIT,
        "Use a First &Network",
        "Replace the network by a sensible first one for this data",
        lambda to: to.workspace.use_first_network(),
        separator=True,
        rule=can_use_first_network,
    ),
    ActionSpec(
        "quit",
        Menu.FILE,
        "&Quit",
        "Close the window",
        lambda to: to.window.close(),
        key=_KEY.Quit,
        separator=True,
    ),
    ActionSpec(
        "train",
        Menu.RUN,
        "&Train",
        "Train the network",
        lambda to: to.run.train(),
        "mdi6.play",
        "F5",
        rule=can_train,
        other=Other(
            will_continue,
            "&Train Further",
            "Continue training from the current weights",
            "mdi6.play",
        ),
    ),
    ActionSpec(
        "train_epoch",
        Menu.RUN,
        "Train &One Epoch",
        "Train for one epoch and stop there",
        lambda to: to.run.train_epoch(),
        "mdi6.step-forward",
        "F8",
        rule=can_train,
    ),
    ActionSpec(
        "pause",
        Menu.RUN,
        "&Pause",
        "Pause the training",
        lambda to: to.run.pause(),
        "mdi6.pause",
        "F6",
        rule=can_pause,
        other=Other(is_paused, "&Resume", "Resume the training", "mdi6.play-pause"),
    ),
    ActionSpec(
        "stop",
        Menu.RUN,
        "&Stop",
        "Stop training and keep the weights",
        lambda to: to.run.stop(),
        "mdi6.stop",
        "F7",
        rule=can_stop,
    ),
    ActionSpec(
        "reset",
        Menu.RUN,
        "&Reset",
        "Discard the trained weights; the next training starts from new ones",
        lambda to: to.run.reset(),
        "mdi6.restart",
        "Shift+F5",
        rule=has_network,
    ),
    ActionSpec(
        "train_times",
        Menu.RUN,
        "Train &N Times…",
        "Train the network several times, from other random numbers each time, to see how far its "
        "results differ",
        lambda to: to.run.train_times(),
        "mdi6.repeat",
        separator=True,
        rule=can_train_times,
    ),
    ActionSpec(
        "vary",
        Menu.RUN,
        "&Vary Settings…",
        "Train with other values of settings, as a grid or a search, and compare the results",
        lambda to: to.run.vary(),
        "mdi6.tune-variant",
        rule=can_vary,
    ),
    ActionSpec(
        "compare_activations",
        Menu.RUN,
        "Compare &Activation Functions",
        "Train the network with each of the usual activation functions, and compare the results",
        lambda to: to.run.compare_activations(),
        "mdi6.flag-checkered",
        rule=can_compare_activations,
    ),
    ActionSpec(
        "evaluate",
        Menu.RUN,
        "&Evaluate",
        "Measure the network on the test rows, and see which it predicts wrongly",
        lambda to: to.run.evaluate(),
        "mdi6.clipboard-check-outline",
        "F9",
        separator=True,
        rule=can_evaluate,
    ),
    ActionSpec(
        "tensorboard",
        Menu.RUN,
        "Open in Tensor&Board",
        "Show the last run in TensorBoard, in the browser; it ends with this program",
        lambda to: to.run.open_tensorboard(),
        "mdi6.chart-line",
        rule=has_run,
    ),
    ActionSpec(
        "zoom_in",
        Menu.VIEW,
        "Zoom &In",
        "Show everything in the window larger",
        lambda to: to.view.zoom_in(),
        "mdi6.magnify-plus-outline",
        _KEY.ZoomIn,
        ("Ctrl+=",),  # the same key, on keyboards where + needs Shift
        rule=can_zoom_in,
    ),
    ActionSpec(
        "zoom_out",
        Menu.VIEW,
        "Zoom &Out",
        "Show everything in the window smaller",
        lambda to: to.view.zoom_out(),
        "mdi6.magnify-minus-outline",
        _KEY.ZoomOut,
        rule=can_zoom_out,
    ),
    ActionSpec(
        "actual_size",
        Menu.VIEW,
        "&Actual Size",
        "Show everything in its usual size",
        lambda to: to.view.actual_size(),
        key="Ctrl+0",
    ),
    ActionSpec(
        "reset_layout",
        Menu.VIEW,
        "Reset &Layout",
        "Put all panels back in their places",
        lambda to: to.view.reset_layout(),
        separator=True,
    ),
    ActionSpec(
        "glossary",
        Menu.HELP,
        "&Glossary",
        "All terms and what they mean",
        lambda to: to.help.glossary(),
    ),
    ActionSpec(
        "explain",
        Menu.HELP,
        "&Explain",
        "What the terms at the control with the keyboard focus mean; else open the glossary",
        lambda to: to.help.explain(),
        key="F1",
    ),
    ActionSpec(
        "whats_this",
        Menu.HELP,
        "&What's This?",
        "Click at anything in the window to have its terms explained",
        lambda to: to.help.whats_this(),
        key="Shift+F1",
    ),
    ActionSpec(
        "keys",
        Menu.HELP,
        "&Keyboard Shortcuts",
        "All keys and what they do",
        lambda to: to.help.keys(),
        key="Ctrl+F1",
        separator=True,
    ),
    ActionSpec(
        "about",
        Menu.HELP,
        "&About Layerwise",
        "Version and libraries",
        lambda to: to.help.about(),
    ),
)


class Actions(QObject):
    """A QAction for each entry of the table, enabled and named as its rules say."""

    def __init__(
        self, commands: Commands, workspace: Workspace, session: Session, theme: Theme
    ) -> None:
        super().__init__(commands.window)
        self._theme = theme
        self._now = Situation(workspace, session, theme)
        self._actions = {spec.id: self._make(spec, commands) for spec in ACTIONS}
        workspace.projectChanged.connect(self.update)
        for changed in (
            session.stateChanged,
            session.engineReady,
            session.dataLoading,
            session.dataLoaded,
            session.dataFailed,
            session.runEnded,
            session.modelReset,
        ):
            changed.connect(self.update)
        theme.changed.connect(self.update)
        self.update()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def _make(self, spec: ActionSpec, commands: Commands) -> QAction:
        action = QAction(commands.window)
        action.setObjectName(spec.id)
        action.triggered.connect(lambda: spec.run(commands))
        if spec.key is not None:
            keys = [QKeySequence(key) for key in (spec.key, *spec.other_keys)]
            action.setShortcuts([key for key in keys if not key.isEmpty()])
        return action

    def update(self) -> None:
        """Apply all rules to how things are now."""
        for spec in ACTIONS:
            other = spec.other if spec.other is not None and spec.other.when(self._now) else None
            look = other or spec
            why_not = spec.rule(self._now)
            action = self._actions[spec.id]
            action.setText(look.text)
            action.setEnabled(not why_not)
            shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            tip = f"{look.tip} ({shortcut})" if shortcut else look.tip
            action.setToolTip(plain(f"{tip}\n{why_not}" if why_not else tip))
            action.setStatusTip(why_not or look.tip)
            if look.icon:
                action.setIcon(self._theme.icon(look.icon))
