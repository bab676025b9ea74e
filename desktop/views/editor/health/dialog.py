"""What was measured of a layer over the epochs, unit by unit, and what may help it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.document.health import (
    EXPLANATIONS,
    QUANTITIES,
    SATURATED,
    ZERO_OUTPUTS,
    Health,
    Measure,
    Quantity,
    judge,
)
from desktop.document.problems import Fix
from desktop.document.remedies import remedies
from desktop.document.text import counted, some
from desktop.views.editor.health.history import HealthLine, UnitMap
from desktop.views.editor.health.lights import HealthLights
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.layer_card import LEVEL_TOKENS
from desktop.views.widgets.scroll_panel import ScrollPanel
from desktop.views.widgets.text import label
from desktop.views.workspace import Workspace
from desktop.workers.records import RunRecord

_SIZE = QSize(480, 620)
_CAPTIONS = {
    ZERO_OUTPUTS: ("Share of outputs that are 0", "dead"),
    SATURATED: ("Share of outputs that are saturated", "saturated for every row"),
}
_Courses: TypeAlias = dict[str, dict[int, float]]  # of a quantity's name to epochs to the value
_GONE = "Nothing is known of this layer. Train the network to measure it."


class HealthDialog(QDialog):
    """The health of one layer of `workspace`, kept up to date while it is open."""

    def __init__(
        self, lights: HealthLights, workspace: Workspace, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._lights, self._workspace, self._theme = lights, workspace, theme
        self._index = -1
        self._judged: tuple[tuple[str, int | None, int], _Courses] = ("", None, -1), {}
        self._fixes: tuple[str, ...] = ()
        self.setObjectName("health_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        panel = ScrollPanel(self)
        panel.setAccessibleName("Health of the layer")
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.about = QLabel()
        self.about.setWordWrap(True)
        self._measures = QWidget()
        self._grid = QGridLayout(self._measures)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(SPACE_XS)
        self._grid.setColumnStretch(2, 1)
        self._rows: dict[str, tuple[QLabel, QLabel, HealthLine]] = {}
        self.units_caption = QLabel()
        self.units_caption.setWordWrap(True)
        self.units = UnitMap(theme)
        self._help = QLabel("What may help")
        self._help.setProperty("role", "small")
        self._remedies = QWidget()
        self._buttons = QVBoxLayout(self._remedies)
        self._buttons.setContentsMargins(0, 0, 0, 0)
        self._buttons.setSpacing(SPACE_XS)
        for widget in (self.title, self.about, self._help, self._remedies):
            panel.column.addWidget(widget)
        panel.column.addWidget(self._measures)
        panel.column.addWidget(self.units_caption)
        panel.column.addWidget(self.units, 1)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE_S, SPACE_S)
        column.addWidget(panel, 1)
        column.addWidget(close)
        room = self.screen().availableSize() - QSize(40, 80)
        self.resize(QSize(scaled(_SIZE.width()), scaled(_SIZE.height())).boundedTo(room))
        lights.changed.connect(self._update)
        theme.changed.connect(self._update)

    def show_layer(self, index: int) -> None:
        """Show what was measured of the layer at `index`."""
        self._index = index
        self._update()

    @property
    def _health(self) -> Health | None:
        health = self._lights.health
        return health[self._index] if 0 <= self._index < len(health) else None

    @Slot()
    def _update(self) -> None:
        health, record = self._health, self._lights.record
        is_known = health is not None and record is not None
        for widget in (self._measures, self.units, self.units_caption, self._help, self._remedies):
            widget.setVisible(is_known)
        self.title.setVisible(is_known)
        if health is None or record is None:
            self.setWindowTitle("Health of a layer")
            self.about.setText(_GONE)
            return
        self.setWindowTitle(f"Health of {health.layer}")
        token = self._theme.tokens.color(LEVEL_TOKENS[health.level]).name()
        self.title.setText(f'<font color="{token}">●</font> {health.layer}: {health.word}')
        self.title.setAccessibleName(f"{health.layer}: {health.word}")
        self.about.setText(EXPLANATIONS[health.finding])
        self._show_measures(health, record)
        self._show_units(health, record)
        self._show_remedies()

    # --- what was measured ------------------------------------------------------------------------

    def _show_measures(self, health: Health, record: RunRecord) -> None:
        courses = self._courses(record)
        shown = {measure.quantity.name for measure in health.measures}
        for measure in health.measures:
            _, value, line = self._row(measure)
            value.setText(measure.text)
            value.setProperty("role", LEVEL_TOKENS[measure.level])
            value.style().polish(value)
            course = courses[measure.quantity.name]
            line.show_values(tuple(course.values()))
            about = course_text(measure.quantity, course)
            line.setToolTip(about)
            line.setAccessibleName(f"{measure.quantity.title}. {about}")
        for quantity, row in self._rows.items():
            for widget in row:
                widget.setVisible(quantity in shown)

    def _courses(self, record: RunRecord) -> _Courses:
        """The values of each quantity of the layer; judged once for each epoch that ends."""
        key = record.id, record.curves.last_measured, self._index
        if self._judged[0] != key:
            courses: _Courses = {quantity.name: {} for quantity in QUANTITIES}
            for epoch, statistics in record.curves.statistics_history():
                found = judge(record.project, statistics)[self._index]
                for name, course in courses.items():
                    measures = found.measures if found is not None else ()
                    values = (each.value for each in measures if each.quantity.name == name)
                    course[epoch] = next(values, math.nan)
            self._judged = key, courses
        return self._judged[1]

    def _row(self, measure: Measure) -> tuple[QLabel, QLabel, HealthLine]:
        quantity = measure.quantity
        if quantity.name not in self._rows:
            title = QLabel(f"{quantity.title}\n({quantity.usual})")
            title.setWordWrap(True)
            title.setMinimumWidth(scaled(150))
            value, line = QLabel(), HealthLine(self._theme)
            place = self._grid.rowCount()
            self._grid.addWidget(title, place, 0)
            self._grid.addWidget(value, place, 1)
            self._grid.addWidget(line, place, 2)
            self._rows[quantity.name] = title, value, line
        return self._rows[quantity.name]

    def _show_units(self, health: Health, record: RunRecord) -> None:
        found = next(
            (
                (name, units)
                for name in _CAPTIONS
                if (units := record.curves.units.get((name, health.layer))) is not None
                and len(units)
            ),
            None,
        )
        self.units.setVisible(found is not None)
        self.units_caption.setVisible(found is not None)
        if found is None:
            return
        name, units = found
        title, word = _CAPTIONS[name]
        epoch, shares = units.last
        full = [str(number) for number, share in enumerate(shares, start=1) if share == 1]
        which = f": {some(full)}" if full else ""
        self.units_caption.setText(
            f"{title}, for each unit and epoch. After epoch {epoch}, {len(full)} of "
            f"{counted(len(shares), 'unit')} shown are {word}{which}."
        )
        self.units.show_units(units)
        self.units.setAccessibleName(self.units_caption.text())

    # --- what may help ----------------------------------------------------------------------------

    def _found_fixes(self) -> tuple[Fix, ...]:
        """What may help against what is worst about the layer."""
        health = self._health
        if health is None:
            return ()
        return remedies(self._workspace.project, self._index, health.finding)

    def _show_remedies(self) -> None:
        labels = tuple(fix.label for fix in self._found_fixes())
        self._help.setVisible(bool(labels))
        self._remedies.setVisible(bool(labels))
        if labels == self._fixes:
            return  # a button that has the focus keeps it
        self._fixes = labels
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for text in labels:
            button = QPushButton(label(text))
            button.setObjectName("remedy")
            button.setIcon(self._theme.icon("mdi6.auto-fix", "accent"))
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._apply, text))
            self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _apply(self, text: str) -> None:
        for fix in self._found_fixes():
            if fix.label == text:
                self._workspace.edit(fix.label, fix.project)
                return


def course_text(quantity: Quantity, course: Mapping[int, float]) -> str:
    """Between which values `quantity` was in the epochs of `course`, and where it was no number."""
    epochs, finite = list(course), [value for value in course.values() if math.isfinite(value)]
    text = f"Epochs {epochs[0]} to {epochs[-1]}: "
    if finite:
        text += f"{quantity.text(min(finite))} to {quantity.text(max(finite))}"
    missing = len(epochs) - len(finite)
    if missing:
        text += f"{', ' if finite else ''}no finite number in {counted(missing, 'epoch')}"
    return text
