"""Two networks, each trained several times, against each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.views.charts.strip import Strip
from desktop.views.pages.groups import words
from desktop.views.pages.groups.repeat import strip_row
from desktop.views.theme import SPACE_S, Theme
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.results import Verdicts, paragraph
from desktop.workers.kept_runs import KeptRuns
from desktop.workers.trials import Group


class AgainstView(QWidget):
    """Group A against group B: their results on one axis, what differs, and the verdict."""

    def __init__(self, kept: KeptRuns, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept, self._theme = kept, theme
        self._groups: dict[str, Group] = {}
        self._shown: tuple[Group, Group] | None = None
        self._verdicts: Verdicts | None = None
        self.boxes = ComboBox(), ComboBox()
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for box, letter in zip(self.boxes, "AB", strict=True):
            label = QLabel(f"&{letter}")
            label.setBuddy(box)
            box.setAccessibleName(f"Group {letter}")
            box.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
            box.activated.connect(self._show_chosen)
            row.addWidget(label)
            row.addWidget(box, 1)
        self.strip = Strip(theme, self)
        self.text = QLabel()
        self.text.setAccessibleName("Comparison of two groups")
        self.text.setProperty("role", "card")
        self.text.setMargin(SPACE_S)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        inside = QWidget()
        below = QVBoxLayout(inside)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(SPACE_S)
        below.addWidget(self.text)  # first: in a low window, the rest is scrolled to
        below.addWidget(self.strip)
        below.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_S, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        column.addWidget(area, 1)
        theme.changed.connect(self._write)

    def offer(self, groups: Sequence[Group]) -> None:
        """Let the user choose among `groups`; what is shown is brought up to date."""
        self._groups = {group.id: group for group in groups}
        for box in self.boxes:
            chosen = box.currentData()
            names = [(words.title_of(group), group.id) for group in groups]
            if names != [(box.itemText(n), box.itemData(n)) for n in range(box.count())]:
                box.clear()
                for name, group in names:
                    box.addItem(name, group)
                box.setCurrentIndex(box.findData(chosen))
        self._show_chosen()

    def choose(self, first: str, second: str) -> None:
        """Show the groups of these ids against each other."""
        for box, group in zip(self.boxes, (first, second), strict=True):
            box.setCurrentIndex(box.findData(group))
        self._show_chosen()

    def _show_chosen(self) -> None:
        found = [self._groups.get(box.currentData()) for box in self.boxes]
        first, second = found
        if first is None or second is None:
            return
        if self._shown != (first, second):
            self._shown, self._verdicts = (first, second), None
            same_data, same_split = self._same
            parts = words.weighings(first, second, same_data and same_split)
            if first.id != second.id:
                self._kept.weigh(parts, partial(self._on_weighed, first, second))
        self._write()

    @property
    def _same(self) -> tuple[bool, bool]:
        assert self._shown is not None
        return words.same(*self._shown, self._kept.runs or ())

    def _on_weighed(self, first: Group, second: Group, verdicts: Verdicts) -> None:
        if self._shown == (first, second):
            self._verdicts = verdicts
            self._write()

    def _write(self) -> None:
        if self._shown is None:
            return
        first, second = self._shown
        tokens = self._theme.tokens
        if first.id == second.id:
            self.strip.hide()
            self.text.setText(paragraph("Choose two different groups.", tokens.muted))
            return
        same_data, same_split = self._same
        self.text.setText(
            words.about_two(first, second, same_data, same_split, self._verdicts, tokens)
        )
        verdict = self._verdicts[0] if self._verdicts else None
        self.strip.setVisible(verdict is not None)
        if verdict is not None:
            metric = verdict[0].metric
            parts = zip(self._shown, words.names_of(*self._shown), verdict[1:], strict=True)
            rows = [
                strip_row(group, name, metric, found, place)
                for place, (group, name, found) in enumerate(parts)
            ]
            self.strip.show_rows(metric, rows)
