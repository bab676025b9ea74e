"""The dialog *Vary Settings…*."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.space import Space, SpaceError, parse_space, presets, settings_of
from desktop.views.pages.groups.sweep.chooser import SettingChooser
from desktop.views.pages.groups.sweep.count import count_text
from desktop.views.pages.groups.sweep.method import Method, MethodBox
from desktop.views.pages.groups.sweep.setting_row import SettingRow, row_for
from desktop.views.theme import SPACE_L, SPACE_M, SPACE_S, Theme, scaled
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.text import breakable
from desktop.workers.sweeps import (
    judging_metrics,
    objections,
    problem_with,
    refuse_size,
)
from desktop.workers.trials import most_workers

_SIZE = 920, 600  # pixels
_SETTLED = 120  # milliseconds without another change, after which all is checked
_PATHS = re.compile(r"^([\w.\[\]]+: )+")  # at the beginning of a message
_UNUSABLE = "Some values cannot be used yet."
_EMPTY = (
    "Check what to vary on the left, or take one of the presets above.\n\nEach combination of the "
    "values is trained, and they are compared on the validation rows."
)


@dataclass(frozen=True)
class Wanted:
    """What the user wants: `space` of `project`, tried by `method`."""

    project: Project
    space: Space
    method: Method


class VaryDialog(QDialog):
    """Chooses settings of `project`, the values they are to have, and how those are tried.

    `schema` is what the data holds. Once the dialog is accepted, `wanted` says what was chosen.
    """

    def __init__(
        self, project: Project, schema: DataSchema, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._project, self._theme = project, theme
        self._problem = problem_with(lambda _source: schema)
        self._variables = {each.path: each for each in settings_of(project)}
        self._presets = presets(project)
        self.wanted: Wanted | None = None
        self.rows: dict[str, SettingRow] = {}
        self.setWindowTitle("Vary settings")
        self.setObjectName("vary_dialog")
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED)
        self._settle.timeout.connect(self.check)
        self.chooser = SettingChooser(tuple(self._variables.values()))
        self.method = MethodBox(judging_metrics(project), most_workers())
        self.preset_buttons: dict[str, QPushButton] = {}
        self._build()
        self.chooser.toggled.connect(self._on_toggled)
        self.method.changed.connect(self._settle.start)
        self.resize(*map(scaled, _SIZE))
        self.check()

    def _build(self) -> None:
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.message.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = self.buttons.addButton("&Train", QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setProperty("role", "primary")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setProperty("role", "gap")
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(SPACE_M)
        splitter.addWidget(self.chooser)
        splitter.addWidget(self._make_rows())
        splitter.setSizes([scaled(360), scaled(540)])
        bottom = QHBoxLayout()
        bottom.setSpacing(SPACE_M)
        bottom.addWidget(self.message, 1)
        bottom.addWidget(self.buttons, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_M)
        column.addLayout(self._make_presets())
        column.addWidget(splitter, 1)
        column.addWidget(self.method)
        column.addLayout(bottom)

    def _make_presets(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(QLabel("Presets"))
        for name in self._presets:
            button = QPushButton(f"{name[:1].upper()}{name[1:]}")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, name=name: self.use_preset(name))
            row.addWidget(button)
            self.preset_buttons[name] = button
        row.addStretch(1)
        return row

    def _make_rows(self) -> QStackedWidget:
        empty = muted_label(_EMPTY)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setMargin(SPACE_L)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_S)
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(content)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self._area)
        return self._stack

    # --- what is varied -----------------------------------------------------------------------

    def use_preset(self, name: str) -> None:
        """Vary what the preset of this name does, and nothing else."""
        for path in tuple(self.rows):
            self._remove(path)
        for setting in self._presets[name].settings:
            variable = self._variables.get(setting.path)
            self._add(row_for(variable, setting, self._theme, self))
        self.method.grid.setChecked(True)
        self._show_rows()

    def vary(self, path: str) -> None:
        """Vary the setting at `path`, too."""
        if path not in self.rows:
            row = row_for(self._variables[path], None, self._theme, self)
            self._add(row)
            self._show_rows()
            QTimer.singleShot(0, row, lambda: self._area.ensureWidgetVisible(row))

    def leave(self, path: str) -> None:
        """Do not vary the setting at `path`."""
        self._remove(path)
        self._show_rows()

    def _on_toggled(self, path: str, on: bool) -> None:
        if on:
            self.vary(path)
        else:
            self.leave(path)

    def _add(self, row: SettingRow) -> None:
        row.changed.connect(self._settle.start)
        row.removed.connect(lambda: self.leave(row.path))
        self.rows[row.path] = row
        self._column.insertWidget(self._column.count() - 1, row)

    def _remove(self, path: str) -> None:
        row = self.rows.pop(path, None)
        if row is not None:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()

    def _show_rows(self) -> None:
        self.chooser.check(self.rows)
        self._stack.setCurrentIndex(1 if self.rows else 0)
        self.check()

    # --- whether it can be done -----------------------------------------------------------------

    def check(self) -> None:
        """Say what would be trained, or what is wrong, and take note of what is wanted."""
        self._settle.stop()
        self.wanted = None
        for row in self.rows.values():
            row.show_error("")
        try:
            text, role = self._checked()
        except SpaceError as error:
            text, role = self._refusal(str(error)), "bad"
        self.message.setText(breakable(text))
        self.message.setProperty("role", role)
        self.message.style().unpolish(self.message)
        self.message.style().polish(self.message)
        self.start.setEnabled(self.wanted is not None)

    def _checked(self) -> tuple[str, str]:
        """What to say, and the role of the words."""
        if not self.rows:
            return "Nothing is varied yet.", "muted"
        values: dict[str, Any] = {}
        is_whole = True
        for path, row in self.rows.items():
            try:
                values[path] = row.to_json()
            except ValueError as error:
                row.show_error(str(error))
                is_whole = False
        if not is_whole:
            return _UNUSABLE, "bad"
        space, method = parse_space(values, self._project), self.method.method
        space.refuse(self._project, self._problem)
        if not method.is_search:
            refuse_size(space)
        elif space.size == 1:
            raise SpaceError("There is only one combination: give more values")
        text = count_text(self._project, space, method, self._problem)
        self.wanted = Wanted(self._project, space, method)
        warnings = objections(space, method.metric)
        return ". ".join([*warnings, text]), "warning" if warnings else "muted"

    def _refusal(self, message: str) -> str:
        """Show `message` beside the setting that it is about; what is left for the line below."""
        for path, row in self.rows.items():
            if message.startswith(f"{path}: "):
                message = _PATHS.sub("", message)
                row.show_error(f"{message[:1].upper()}{message[1:]}")
                return _UNUSABLE
            message = message.replace(f"{path} ", f"{row.accessibleName()} ", 1)
        return message

    # --- Qt -----------------------------------------------------------------------------------

    def accept(self) -> None:
        self.check()
        if self.wanted is not None:
            super().accept()
