"""A few short texts on one line: separated by spaces or commas, in quotes where they have some."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.document.data import Table
from desktop.document.spec import Spec
from desktop.views.forms import Form
from desktop.views.theme import Theme


class Bench:
    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.table = Table()
        self.form = Form(theme)
        qtbot.addWidget(self.form)
        self.form.set_spec(self.table)
        self.form.edited.connect(self._keep)
        line = self.form.editor("missing_marks").target
        assert isinstance(line, QLineEdit)
        self.line = line

    def _keep(self, spec: Spec, _name: str) -> None:
        assert isinstance(spec, Table)
        self.table = spec
        self.form.set_spec(spec)

    def type(self, text: str) -> None:
        self.line.setText(text)
        self.line.setModified(True)
        self.line.textEdited.emit(text)


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme) -> Bench:
    return Bench(qtbot, theme)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("NA", ("NA",)),
        ("NA ? -", ("NA", "?", "-")),
        ("NA, ?,-", ("NA", "?", "-")),
        ("-999, NA, NA ", ("-999", "NA")),
        ('"not known", NA', ("not known", "NA")),
        ('"a ""b"", c"', ('a "b", c',)),
        ('""', ("",)),
        ("", None),
    ],
)
def test_marks_are_typed(text: str, marks: tuple[str, ...] | None, bench: Bench) -> None:
    bench.table = Table(missing_marks=("x",))
    bench.form.set_spec(bench.table)
    bench.type(text)
    assert bench.table.missing_marks == marks


@pytest.mark.parametrize("text", ['"not known', 'NA "x"y', 'a"b', "a,,b"])
def test_what_is_unclear_is_not_taken(text: str, bench: Bench) -> None:
    bench.type(text)
    assert bench.table == Table()
    assert "double quotes" in bench.form.error("missing_marks")


@pytest.mark.parametrize("marks", [("NA", "not known"), ('say "no"', "a,b"), ("-",)])
def test_marks_are_written_as_they_are_typed(marks: tuple[str, ...], bench: Bench) -> None:
    bench.form.set_spec(Table(missing_marks=marks))
    bench.type(bench.line.text() + " more")
    assert bench.table.missing_marks == (*marks, "more")
