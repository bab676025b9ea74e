"""The generic form: every kind of field, what it takes, and what it explains instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QTableWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.document.callbacks import EarlyStopping, ReduceLROnPlateau
from desktop.document.constraints import Constraint
from desktop.document.data import GATES, DataSource, Digits, LogicTable, Mnist
from desktop.document.fields import fields_of
from desktop.document.initializers import Initializer
from desktop.document.layers import LAYER_CLASSES, Conv2D, Dense, MaxPooling2D, ReLU, Reshape
from desktop.document.losses import Loss
from desktop.document.optimizers import SGD, Adam, Optimizer
from desktop.document.project import Project
from desktop.document.regularizers import L2, Regularizer
from desktop.document.spec import Spec, variants
from desktop.document.training import Training
from desktop.views.forms import Form
from desktop.views.forms.form import EDITORS
from desktop.views.theme import Mode, Theme

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


class Kept:
    """A form whose edits are kept, as a workspace does."""

    def __init__(self, qtbot: QtBot, spec: Spec) -> None:
        self.form = Form(Theme(Mode.LIGHT))
        qtbot.addWidget(self.form)
        self.form.set_spec(spec)
        self.form.edited.connect(self._keep)
        self.form.resize(280, 600)
        self.form.show()
        self.edits: list[tuple[Spec, str]] = []

    def _keep(self, spec: Spec, name: str) -> None:
        self.edits.append((spec, name))
        self.form.set_spec(spec)

    @property
    def spec(self) -> Any:
        return self.form.spec

    def _unfold(self, name: str) -> None:
        if self.form.findChild(QWidget, name) is None:
            self.form.findChild(QToolButton, "more_settings").click()

    def line(self, name: str) -> QLineEdit:
        self._unfold(name)
        found = self.form.findChild(QLineEdit, name)
        assert isinstance(found, QLineEdit), name
        return found

    def combo(self, name: str) -> QComboBox:
        self._unfold(name)
        found = self.form.findChild(QComboBox, name)
        assert isinstance(found, QComboBox), name
        return found

    def box(self, name: str) -> QCheckBox:
        found = self.form.findChild(QCheckBox, name)
        assert isinstance(found, QCheckBox), name
        return found


def enter(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    if text:
        qtbot.keyClicks(line, text)
    else:
        qtbot.keyClick(line, Qt.Key.Key_Delete)


def choose(combo: QComboBox, text: str) -> None:
    index = combo.findText(text)
    assert index >= 0, text
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


def all_specs() -> list[type[Spec]]:
    families = (Initializer, Regularizer, Constraint, Optimizer, Loss, DataSource)
    found: list[type[Spec]] = [*LAYER_CLASSES, Training, EarlyStopping, ReduceLROnPlateau]
    for family in families:
        found += variants(family)
    return found


@pytest.mark.parametrize("cls", all_specs(), ids=lambda cls: cls.__name__)
def test_every_class_has_a_form_that_anyone_can_use(qtbot: QtBot, cls: type[Spec]) -> None:
    kept = Kept(qtbot, cls())
    for field in (field for field in fields_of(cls) if field.kind in EDITORS):
        target = kept.form.editor(field.name).target
        assert target.objectName() == field.name
        assert target.accessibleName() and target.accessibleDescription() == field.help
        assert field.help in kept.form.editor(field.name).toolTip()
        buddies = [x for x in kept.form.findChildren(QLabel) if x.buddy() is target]
        assert len(buddies) == (not kept.form.editor(field.name).has_title)
    for widget in kept.form.findChildren(QWidget):
        can_focus = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if can_focus and isinstance(widget, QLineEdit | QComboBox):
            assert widget.accessibleName() or widget.parent().parent() is not None
    assert kept.edits == []


def test_typing_edits_at_once(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Dense())
    enter(qtbot, kept.line("units"), "128")
    assert [spec.units for spec, _ in kept.edits] == [1, 12, 128]
    assert kept.edits[-1][1] == "units"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0", "from 1 to"),
        ("100001", "from 1 to"),
        ("-5", "from 1 to"),
        ("1.5", "whole number"),
        ("many", "whole number"),
        ("", "whole number"),
        ("1,5", "point"),
        ("0,500", "point"),
    ],
)
def test_a_wrong_number_is_explained(qtbot: QtBot, text: str, said: str) -> None:
    kept = Kept(qtbot, Dense())
    enter(qtbot, kept.line("units"), "7")
    before = kept.spec
    kept.line("units").setText(text)
    kept.line("units").textEdited.emit(text)
    assert said in kept.form.error("units")
    assert kept.line("units").property("invalid") is True
    assert said in kept.line("units").accessibleDescription()
    assert kept.spec == before
    enter(qtbot, kept.line("units"), "9")
    assert kept.form.error("units") == "" and kept.line("units").property("invalid") is False
    assert kept.spec.units == 9


def test_escape_goes_back(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Dense(units=32))
    enter(qtbot, kept.line("units"), "x")
    assert kept.form.error("units")
    qtbot.keyClick(kept.line("units"), Qt.Key.Key_Escape)
    assert kept.line("units").text() == "32" and not kept.form.error("units")


@pytest.mark.parametrize(
    ("text", "value"), [("1e-3", 0.001), ("1E-05", 1e-5), (".5", 0.5), ("2.", 2.0), ("0.25", 0.25)]
)
def test_real_numbers_in_any_notation(qtbot: QtBot, text: str, value: float) -> None:
    kept = Kept(qtbot, SGD())
    enter(qtbot, kept.line("learning_rate"), text)
    assert kept.spec.learning_rate == value
    assert kept.line("learning_rate").text() == text  # not rewritten under the cursor


@pytest.mark.parametrize("text", ["10,000", "10 000", "10000"])
def test_whole_numbers_may_be_grouped_as_the_window_does(qtbot: QtBot, text: str) -> None:
    kept = Kept(qtbot, Dense())
    enter(qtbot, kept.line("units"), text)
    assert kept.spec.units == 10_000
    kept.line("units").textEdited.emit("1,0000")
    assert "point" in kept.form.error("units")


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "0", "1e-", "0x1"])
def test_what_is_no_learning_rate(qtbot: QtBot, text: str) -> None:
    kept = Kept(qtbot, SGD(learning_rate=0.5))
    kept.line("learning_rate").setText(text)
    kept.line("learning_rate").textEdited.emit(text)
    assert kept.form.error("learning_rate")
    assert kept.spec.learning_rate == 0.5


@pytest.mark.parametrize(
    ("spec", "name", "key", "value"),
    [
        (SGD(learning_rate=0.01), "learning_rate", Qt.Key.Key_Up, 0.02),
        (SGD(learning_rate=0.01), "learning_rate", Qt.Key.Key_Down, 0.005),
        (SGD(learning_rate=0.01), "learning_rate", Qt.Key.Key_PageUp, 20.0),
        (SGD(learning_rate=0.003), "learning_rate", Qt.Key.Key_Up, 0.005),
        (SGD(momentum=0.9), "momentum", Qt.Key.Key_Up, 1.0),
        (SGD(momentum=0.99), "momentum", Qt.Key.Key_Down, 0.98),
        (SGD(momentum=0.0), "momentum", Qt.Key.Key_Down, 0.0),
        (SGD(momentum=0.0), "momentum", Qt.Key.Key_Up, 0.1),
        (L2(l2=0.0), "l2", Qt.Key.Key_Up, 0.001),
        (Dense(units=64), "units", Qt.Key.Key_Up, 65),
        (Dense(units=128), "units", Qt.Key.Key_Up, 138),
        (Dense(units=1), "units", Qt.Key.Key_Down, 1),
        (Dense(units=100_000), "units", Qt.Key.Key_PageUp, 100_000),
        (EarlyStopping(patience=3), "patience", Qt.Key.Key_Up, 4),
        (MaxPooling2D(), "pool_size", Qt.Key.Key_Up, (3, 3)),
    ],
)
def test_arrow_keys_step(qtbot: QtBot, spec: Spec, name: str, key: Qt.Key, value: Any) -> None:
    kept = Kept(qtbot, spec)
    kept.line(name).setFocus()
    qtbot.keyClick(kept.line(name), key)
    assert getattr(kept.spec, name) == value


def test_an_empty_line_is_none_where_that_means_something(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Training(seed=3))
    assert kept.line("seed").placeholderText() == "Random"
    enter(qtbot, kept.line("seed"), "")
    assert kept.spec.seed is None
    enter(qtbot, kept.line("seed"), str(2**32 - 1))
    assert kept.spec.seed == 2**32 - 1


def test_flags(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Dense())
    qtbot.keyClick(kept.box("use_bias"), Qt.Key.Key_Space)
    assert kept.spec.use_bias is False


def test_choices_are_values(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Dense())
    choose(kept.combo("activation"), "relu")
    assert kept.spec == Dense(activation="relu")
    kept.combo("activation").setFocus()
    qtbot.keyClick(kept.combo("activation"), Qt.Key.Key_Down)
    assert kept.spec.activation == "leaky_relu"


def test_any_number_of_choices(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Training(metrics=("auc", "accuracy")))
    boxes = {box.text(): box for box in kept.form.editor("metrics").findChildren(QCheckBox)}
    boxes["recall"].click()
    assert kept.spec.metrics == ("auc", "accuracy", "recall")  # the order there was, then the new
    boxes["auc"].click()
    assert kept.spec.metrics == ("accuracy", "recall")


@pytest.mark.parametrize(
    ("text", "value"), [("5, 3", (5, 3)), ("5x3", (5, 3)), ("4", (4, 4)), (" ( 2 , 2 ) ", (2, 2))]
)
def test_pairs(qtbot: QtBot, text: str, value: tuple[int, int]) -> None:
    kept = Kept(qtbot, Conv2D())
    kept.line("kernel_size").setText(text)
    kept.line("kernel_size").textEdited.emit(text)
    assert kept.spec.kernel_size == value


@pytest.mark.parametrize(
    ("text", "said"), [("1, 2, 3", "2 whole"), ("a, b", "commas"), ("0, 3", "at least 1")]
)
def test_wrong_pairs(qtbot: QtBot, text: str, said: str) -> None:
    kept = Kept(qtbot, Conv2D())
    kept.line("kernel_size").setText(text)
    kept.line("kernel_size").textEdited.emit(text)
    assert said in kept.form.error("kernel_size")
    assert kept.spec == Conv2D()


def test_tuples_of_any_length(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Reshape())
    enter(qtbot, kept.line("target_shape"), "28, 28, 1")
    assert kept.spec.target_shape == (28, 28, 1)
    enter(qtbot, kept.line("target_shape"), "-1, -1")
    assert "at most one" in kept.form.error("target_shape")


def test_variants_and_their_settings(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Dense())
    choose(kept.combo("kernel_regularizer"), "L2")
    assert kept.spec.kernel_regularizer == L2()
    enter(qtbot, kept.line("kernel_regularizer.l2"), "0.5")
    assert kept.spec.kernel_regularizer == L2(l2=0.5)
    choose(kept.combo("kernel_regularizer"), "L1L2")
    assert kept.spec.kernel_regularizer.l2 == 0.5  # what was set stays, where it exists
    choose(kept.combo("kernel_regularizer"), "None")
    assert kept.spec == Dense()


def test_another_optimizer_brings_its_own_defaults(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Training())
    choose(kept.combo("optimizer"), "SGD")
    assert kept.spec.optimizer == SGD()
    enter(qtbot, kept.line("optimizer.learning_rate"), "0.3")
    choose(kept.combo("optimizer"), "Adam")
    assert kept.spec.optimizer == Adam(learning_rate=0.3)


def test_nested_settings_are_turned_on_and_off(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Training())
    kept.box("early_stopping").click()
    assert kept.spec.early_stopping == EarlyStopping(patience=5)
    enter(qtbot, kept.line("early_stopping.patience"), "7")
    assert kept.spec.early_stopping.patience == 7
    kept.box("early_stopping").click()
    assert kept.spec.early_stopping is None
    kept.box("early_stopping").click()
    assert kept.spec.early_stopping.patience == 7  # remembered


def test_logic_rows(qtbot: QtBot) -> None:
    kept = Kept(qtbot, LogicTable())
    editor = kept.form.editor("rows")
    editor.presets["XOR"].click()
    assert kept.spec.rows == GATES["XOR"]
    assert editor.presets["XOR"].isChecked() and not editor.presets["AND"].isChecked()
    table = kept.form.findChild(QTableWidget)
    assert table.item(3, 2).text() == "0"
    table.item(3, 2).setText("1")
    assert kept.spec.rows[3] == (1.0, 1.0, 1) and kept.spec.gate == "OR"
    table.item(0, 0).setText("0.5")
    assert kept.spec.rows[0][0] == 0.5 and kept.spec.gate is None
    before = kept.spec
    table.item(0, 2).setText("2")
    assert "0 or 1" in kept.form.error("rows") and kept.spec == before
    table.item(0, 2).setText("1")
    assert not kept.form.error("rows")
    editor.add.click()
    assert len(kept.spec.rows) == 5 and table.rowCount() == 5
    editor.remove.click()
    assert len(kept.spec.rows) == 4


def test_logic_rows_have_two_or_three_inputs(qtbot: QtBot) -> None:
    kept = Kept(qtbot, LogicTable(rows=GATES["XOR"]))
    editor, table = kept.form.editor("rows"), kept.form.findChild(QTableWidget)

    def choose(inputs: int) -> None:
        editor.inputs.setCurrentIndex(editor.inputs.findData(inputs))
        editor.inputs.activated.emit(editor.inputs.currentIndex())

    choose(3)
    assert kept.spec.gate == "Parity" and kept.spec.inputs == 3
    assert (table.rowCount(), table.columnCount()) == (8, 4)
    editor.presets["Majority"].click()
    assert kept.spec.gate == "Majority" and editor.presets["XOR"].isHidden()
    table.item(0, 3).setText("1")
    assert kept.spec.rows[0] == (0, 0, 0, 1) and kept.spec.gate is None
    table.item(0, 3).setText("2")
    assert "Row 1, Target" in kept.form.error("rows")
    table.item(0, 3).setText("1")
    choose(2)
    assert kept.spec.rows == ((0, 0, 1), (0, 1, 0), (1, 0, 0), (1, 1, 1))
    choose(3)
    assert len(kept.spec.rows) == 8 and kept.spec.rows[1] == (0, 0, 1, 1)


def test_a_wrong_entry_of_a_table_stays_while_others_are_made(qtbot: QtBot) -> None:
    kept = Kept(qtbot, LogicTable(rows=GATES["AND"]))
    table = kept.form.findChild(QTableWidget)
    table.item(0, 2).setText("2")
    table.item(3, 0).setText("nan")
    table.item(1, 0).setText("0.5")
    table.item(2, 2).setText("1")
    assert kept.spec.rows[1][0] == 0.5 and kept.spec.rows[2][2] == 1
    assert kept.spec.rows[0] == GATES["AND"][0] and kept.spec.rows[3] == GATES["AND"][3]
    assert table.item(0, 2).text() == "2" and table.item(3, 0).text() == "nan"
    assert "Row 1, Target" in kept.form.error("rows") and table.property("invalid")
    table.item(0, 2).setText("1")
    assert "Row 4, Input 1" in kept.form.error("rows") and table.property("invalid")
    table.item(3, 0).setText("0.25")
    assert kept.spec.rows[0][2] == 1 and kept.spec.rows[3][0] == 0.25
    assert not kept.form.error("rows") and not table.property("invalid")


def test_a_wrong_entry_of_a_table_stays_when_its_own_value_is_typed_again(qtbot: QtBot) -> None:
    kept = Kept(qtbot, LogicTable(rows=GATES["AND"]))
    table = kept.form.findChild(QTableWidget)
    table.item(0, 2).setText("2")
    table.item(1, 2).setText("x")
    table.item(1, 2).setText("0")  # nothing changes, and the other is still wrong
    assert table.item(0, 2).text() == "2" and "Row 1, Target" in kept.form.error("rows")
    table.item(0, 2).setText("0")
    assert not kept.form.error("rows") and kept.spec.rows == GATES["AND"]


def test_a_wrong_entry_of_a_table_goes_with_its_row(qtbot: QtBot) -> None:
    kept = Kept(qtbot, LogicTable(rows=GATES["AND"]))
    editor = kept.form.editor("rows")
    table = kept.form.findChild(QTableWidget)
    table.item(2, 0).setText("wrong")
    editor.add.click()
    assert table.item(2, 0).text() == "wrong" and "Row 3" in kept.form.error("rows")
    table.setCurrentCell(0, 0)
    editor.remove.click()
    assert table.item(1, 0).text() == "wrong" and "Row 2" in kept.form.error("rows")
    table.setCurrentCell(1, 0)
    editor.remove.click()
    assert not kept.form.error("rows")
    assert all(table.item(i, 0).text() != "wrong" for i in range(table.rowCount()))


def test_a_gate_replaces_wrong_entries(qtbot: QtBot) -> None:
    kept = Kept(qtbot, LogicTable(rows=GATES["AND"]))
    table = kept.form.findChild(QTableWidget)
    table.item(0, 2).setText("2")
    kept.form.editor("rows").presets["AND"].click()
    assert table.item(0, 2).text() == "0" and not kept.form.error("rows")


def test_the_number_of_rows_is_limited(qtbot: QtBot) -> None:
    kept = Kept(qtbot, LogicTable(rows=GATES["AND"][:1] * 16))
    kept.form.editor("rows").add.click()
    assert "at most 16" in kept.form.error("rows")
    assert len(kept.spec.rows) == 16


def test_paths(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(qtbot, Mnist())
    assert kept.line("path").placeholderText() == "Keras's data folder"
    chosen = str(tmp_path / "mnist.npz")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (chosen, ""))
    kept.form.editor("path").browse.click()
    assert kept.spec.path == chosen and kept.line("path").text() == chosen
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    kept.form.editor("path").browse.click()
    assert kept.spec.path == chosen
    enter(qtbot, kept.line("path"), "")
    assert kept.spec.path is None


def test_values_that_go_only_together(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Conv2D(filters=32, groups=4))
    enter(qtbot, kept.line("filters"), "30")
    assert "multiple of groups" in kept.form.error("filters")
    assert kept.spec.filters == 3 or kept.spec.filters == 32
    enter(qtbot, kept.line("groups"), "3")
    assert (kept.spec.filters, kept.spec.groups) == (30, 3)
    assert not kept.form.error("filters")


def test_more_settings_stay_open(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Dense())
    assert kept.form.findChild(QComboBox, "kernel_initializer") is None
    kept.form.findChild(QToolButton, "more_settings").click()
    assert kept.combo("kernel_initializer").isVisible()
    kept.form.set_spec(ReLU())
    kept.form.set_spec(Dense(kernel_regularizer=L2()))
    qtbot.waitUntil(lambda: kept.combo("kernel_initializer").isVisible())
    more = [b for b in kept.form.findChildren(QToolButton, "more_settings") if b.isVisible()]
    assert [button.text() for button in more] == ["More settings (1)"]


def test_values_change_in_place(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Dense(units=64))
    line = kept.line("units")
    kept.form.activateWindow()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    line.setCursorPosition(1)
    kept.form.set_spec(Dense(units=64, activation="relu"))
    assert kept.line("units") is line and line.hasFocus() and line.cursorPosition() == 1
    kept.form.set_spec(Dense(units=99))
    assert line.text() == "99" and kept.line("units") is line and line.hasFocus()
    assert kept.edits == []


def test_the_wheel_needs_the_focus(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Dense())

    def wheel(widget: QWidget) -> bool:
        event = QWheelEvent(
            QPointF(5, 5),
            widget.mapToGlobal(QPointF(5, 5)),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)
        return event.isAccepted()

    kept.form.activateWindow()
    kept.box("use_bias").setFocus()
    qtbot.waitUntil(kept.box("use_bias").hasFocus)
    for widget in (kept.line("units"), kept.combo("activation")):
        wheel(widget)
    assert kept.spec == Dense()
    kept.line("units").setFocus()
    assert wheel(kept.line("units"))
    assert kept.spec == Dense(units=65)


def test_tab_follows_the_fields(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Dense())
    kept.form.activateWindow()
    kept.form.focus_field()
    qtbot.waitUntil(kept.line("units").hasFocus)
    qtbot.keyClick(kept.line("units"), Qt.Key.Key_Tab)
    assert kept.combo("activation").hasFocus()
    qtbot.keyClick(kept.combo("activation"), Qt.Key.Key_Tab)
    assert kept.box("use_bias").hasFocus()


def test_focus_unfolds_a_rare_field(qtbot: QtBot) -> None:
    kept = Kept(qtbot, Dense())
    kept.form.activateWindow()
    kept.form.focus_field("kernel_constraint")
    qtbot.waitUntil(kept.combo("kernel_constraint").hasFocus)


def test_nobody_listening_changes_nothing(qtbot: QtBot) -> None:
    form = Form(Theme(Mode.LIGHT))
    qtbot.addWidget(form)
    form.set_spec(Digits())
    box = form.findChild(QCheckBox, "scale_pixels")
    box.click()
    assert form.spec == Digits() and box.isChecked()
    assert Project().data == Digits()
