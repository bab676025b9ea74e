"""Lights on the cards, and the dialog behind them, of networks trained by a real session."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, nan

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QDialogButtonBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.document.choices import ActivationFunction
from desktop.document.data import Digits
from desktop.document.health import QUANTITIES, Finding, Health, Level, Measure, judge
from desktop.document.initializers import Constant
from desktop.document.layers import Dense, Dropout, Flatten, Layer
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.views.editor.health.dialog import HealthDialog, course_text
from desktop.views.editor.health.history import HealthLine
from desktop.views.editor.health.lights import HealthLights
from desktop.views.editor.stack import StackView
from desktop.views.editor.stack.delegate import Spot
from desktop.views.theme import Theme
from desktop.views.widgets.card_text import small
from desktop.views.widgets.layer_card import GAP
from desktop.views.workspace import Workspace
from desktop.workers.session import Session

pytestmark = [
    pytest.mark.qt_log_ignore("propagateSizeHints"),
    pytest.mark.usefixtures("all_measured"),
]

PATIENCE = 120_000
ALT = Qt.KeyboardModifier.AltModifier
SIGMOID, RELU = ActivationFunction.SIGMOID, ActivationFunction.RELU
OUTPUT = Dense(units=10, activation=ActivationFunction.SOFTMAX)
DEAD = Dense(units=8, activation=RELU, bias_initializer=Constant(value=-10.0))
LARGE = Dense(units=8, activation=SIGMOID, kernel_initializer=Constant(value=10.0))
DEEP = (Dense(units=16, activation=SIGMOID),) * 10


class Editor:
    """A stack with its lights, and the dialog that it opens, for a session of its own."""

    def __init__(self, theme: Theme, qtbot: QtBot) -> None:
        self.session = Session()
        self.workspace = Workspace(Project(data=Digits()))
        self.stack = StackView(self.workspace, theme)
        qtbot.addWidget(self.stack)
        self.stack.resize(280, 700)
        self.stack.show()
        self.lights = HealthLights(self.workspace, self.session, self.stack)
        self.lights.changed.connect(self.stack.set_health)
        self.dialog = HealthDialog(self.lights, self.workspace, theme, self.stack)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.stack.healthRequested.connect(self.dialog.show_layer)
        self.stack.healthRequested.connect(self.dialog.show)
        self._qtbot = qtbot

    def train(self, *layers: Layer, epochs: int = 2) -> None:
        training = Training(epochs=epochs, batch_size=128, seed=4)
        self.workspace.edit("", Project(data=Digits(), layers=layers, training=training))
        with self._qtbot.waitSignal(self.session.runEnded, timeout=PATIENCE):
            self.session.train(self.workspace.project)

    def words(self) -> list[str]:
        """What the lights on the cards say, "" on those without one."""
        rows = range(1, self.stack.model().rowCount())
        cards = [self.stack._stack.card(row) for row in rows]
        return [card.health.word if card.health is not None else "" for card in cards]

    def remedies(self) -> list[QPushButton]:
        buttons = self.dialog.findChildren(QPushButton, "remedy")
        return [button for button in buttons if button.isVisible()]


@pytest.fixture
def editor(qtbot: QtBot, theme: Theme) -> Iterator[Editor]:
    editor = Editor(theme, qtbot)
    editor.session.start()
    editor.session.load_data(Digits())
    yield editor
    editor.session.close()


@pytest.mark.parametrize(
    ("layers", "finding"),
    (
        ((Flatten(), DEAD, OUTPUT), Finding.DEAD),
        ((Flatten(), LARGE, OUTPUT), Finding.SATURATED),
        ((Flatten(), *DEEP, OUTPUT), Finding.VANISHING),
    ),
    ids=("dead", "saturated", "vanishing"),
)
def test_a_bad_layer_lights_up_while_it_is_trained_and_one_click_makes_it_healthy(
    editor: Editor, qtbot: QtBot, layers: tuple[Layer, ...], finding: Finding
) -> None:
    seen: list[tuple[int | None, str]] = []

    def note(health: tuple) -> None:
        if health:
            seen.append((editor.lights.epoch, health[1].level))

    editor.lights.changed.connect(note)
    editor.train(*layers)
    assert seen[-1] == (2, Level.ALARM)
    assert {level for _, level in seen} == {Level.ALARM}
    assert editor.words()[0] == ""  # nothing is measured of Flatten
    assert editor.words()[1].startswith(finding)
    index = editor.stack.model().index(2, 0)
    assert f"health: {editor.words()[1]}" in index.data(Qt.ItemDataRole.AccessibleTextRole)

    place = editor.stack._delegate.spot_rect(index, editor.stack.visualRect(index), Spot.LIGHT)
    qtbot.mouseClick(editor.stack.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    assert editor.dialog.isVisible()
    assert editor.dialog.title.accessibleName() == f"Dense 2: {editor.words()[1]}"
    assert editor.dialog.units.isVisible()
    steps = editor.workspace.undo_stack.count()
    remedy, *_ = editor.remedies()
    qtbot.mouseClick(remedy, Qt.MouseButton.LeftButton)
    assert editor.workspace.undo_stack.count() == steps + 1
    assert editor.workspace.undo_stack.undoText() == remedy.text()
    assert set(editor.words()) == {""}  # the layers are others now
    assert editor.remedies() == []
    editor.workspace.undo_stack.undo()
    assert editor.words()[1].startswith(finding)
    editor.workspace.undo_stack.redo()
    editor.train(*editor.workspace.project.layers)
    assert editor.words()[1] == "healthy"
    assert editor.dialog.title.accessibleName() == "Dense 2: healthy"
    assert editor.remedies() == []


def test_lights_go_with_the_network_and_with_new_weights(editor: Editor, qtbot: QtBot) -> None:
    good = Dense(units=16, activation=RELU)
    editor.train(Flatten(), good, Dropout(rate=0.1), OUTPUT)
    assert editor.words() == ["", "healthy", "", "healthy"]
    height = editor.stack.visualRect(editor.stack.model().index(2, 0)).height()
    training = editor.workspace.project.training.replace(epochs=3)
    editor.workspace.edit("", editor.workspace.project.replace(training=training))
    assert editor.words()[1] == "healthy"  # other settings of the training change no layer
    editor.session.reset()
    assert set(editor.words()) == {""}
    editor.stack.doItemsLayout()
    assert editor.stack.visualRect(editor.stack.model().index(2, 0)).height() < height
    assert not editor.stack.can(next(c for c in commands() if c.id == "show_health"))
    known: list[bool] = []
    editor.session.runStarted.connect(lambda _: known.append(any(editor.words())))
    editor.train(Flatten(), good, Dropout(rate=0.1), OUTPUT)
    assert known == [False]
    assert editor.words()[1] == "healthy"


def commands() -> tuple:
    from desktop.views.editor.stack.commands import COMMANDS

    return COMMANDS


def test_the_dialog_by_keyboard_and_what_it_shows(editor: Editor, qtbot: QtBot) -> None:
    editor.train(Flatten(), DEAD, OUTPUT, epochs=3)
    editor.stack.select_layer(1)
    qtbot.keyClick(editor.stack, Qt.Key.Key_Return, ALT)
    dialog = editor.dialog
    assert dialog.isVisible()
    record = editor.session.record
    assert record is not None
    health = judge(record.project, record.curves.statistics_at(3))[1]
    assert health is not None
    shown = [value.text() for _, value, _ in dialog._rows.values() if value.isVisible()]
    assert shown == [measure.text for measure in health.measures]
    assert "8 of 8 units shown are dead: 1, 2, 3, 4, 5 and 3 more" in dialog.units_caption.text()
    area = dialog.units._area()
    assert dialog.units.place_at(area.center()) == (5, 2, 1.0)
    assert dialog.units.place_at(QPointF(area.right() - 1, area.bottom() - 1)) == (8, 3, 1.0)
    assert dialog.units.place_at(QPointF(0, 0)) is None
    for widget in (dialog.units, *(line for *_, line in dialog._rows.values())):
        assert widget.accessibleName()
        assert not widget.grab().isNull()
    editor.remedies()[1].setFocus()
    qtbot.keyClick(editor.remedies()[1], Qt.Key.Key_Space)
    assert editor.workspace.project.layers[1].activation is ActivationFunction.LEAKY_RELU
    assert dialog.about.text().startswith("Nothing is known of this layer")
    assert not dialog.title.isVisible() and dialog.windowTitle() == "Health of a layer"
    close = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close)
    assert isinstance(close, QWidget)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    editor.stack.select_layer(0)  # of which nothing is measured
    qtbot.keyClick(editor.stack, Qt.Key.Key_Return, ALT)
    assert not dialog.isVisible()


def test_values_that_are_no_numbers_are_gaps_in_the_line(qtbot: QtBot, theme: Theme) -> None:
    line = HealthLine(theme)
    qtbot.addWidget(line)
    line.resize(206, 30)  # 10 steps of 20 pixels
    accent = theme.tokens.color("accent")

    def columns() -> list[bool]:
        """In the middle between which values there is a line."""
        image = line.grab().toImage()
        middles = [
            round((3 + (place + 0.5) * 19.9) * line.devicePixelRatioF()) for place in range(10)
        ]
        return [
            any(_is_close(image.pixelColor(x, y), accent) for y in range(image.height() - 2))
            for x in middles
        ]

    line.show_values(tuple(map(float, range(11))))
    assert columns() == [True] * 10
    line.show_values((0.0, 1.0, 2.0, nan, 4.0, 5.0, inf, 7.0, -inf, 9.0, 10.0))
    assert columns() == [True, True, False, False, True, False, False, False, False, True]
    line.show_values((nan,) * 3)
    assert columns() == [False] * 10


def _is_close(one: QColor, other: QColor) -> bool:
    parts = zip(one.getRgb(), other.getRgb(), strict=True)
    return max(abs(a - b) for a, b in parts) < 90


def test_a_course_is_told_without_what_is_no_number() -> None:
    quantity = QUANTITIES[0]
    assert course_text(quantity, {1: 0.1, 2: 0.4}) == "Epochs 1 to 2: 10 % to 40 %"
    assert course_text(quantity, {1: 0.1, 3: nan, 5: inf}) == (
        "Epochs 1 to 5: 10 % to 10 %, no finite number in 2 epochs"
    )
    assert course_text(quantity, {1: nan}) == "Epochs 1 to 1: no finite number in 1 epoch"


def test_an_epoch_is_judged_once_however_often_it_is_shown(
    editor: Editor, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor.train(Flatten(), DEAD, OUTPUT, epochs=3)
    record = editor.session.record
    assert record is not None
    read: list[int] = []
    at = record.curves.statistics_at
    monkeypatch.setattr(record.curves, "statistics_at", lambda e: (read.append(e), at(e))[1])
    editor.dialog.show_layer(1)
    assert sorted(read) == [1, 2, 3]
    theme.changed.emit()
    editor.dialog.show_layer(1)
    assert sorted(read) == [1, 2, 3]


@pytest.mark.parametrize("finding", list(Finding))
@pytest.mark.parametrize("zoom", (100, 150))
def test_every_word_has_room_on_the_narrowest_card(
    qtbot: QtBot, theme: Theme, finding: Finding, zoom: int
) -> None:
    theme.set_zoom(zoom)
    quantity = next(
        (each for each in QUANTITIES if finding in [limit.finding for limit in each.limits]),
        QUANTITIES[0],
    )
    health = Health("Dense 2", (Measure(quantity, 1.0, Level.ALARM, finding),))
    stack = StackView(Workspace(Project(data=Digits(), layers=(Flatten(), DEAD, OUTPUT))), theme)
    qtbot.addWidget(stack)
    before = stack.sizeHintForIndex(stack.model().index(2, 0)).height()
    stack.resize(stack.minimumSizeHint().width(), 700)
    stack.show()
    stack.set_health((None, health, None))
    stack.doItemsLayout()
    index = stack.model().index(2, 0)
    card = stack.visualRect(index)
    light = stack._delegate.spot_rect(index, card, Spot.LIGHT)
    assert card.height() > before
    assert card.adjusted(GAP, GAP, -GAP, -GAP).contains(light)
    assert light.bottom() < card.bottom() - GAP
    room = light.right() + 1 - stack._delegate.painter._text_left(card)
    assert QFontMetrics(small()).horizontalAdvance(health.word) <= room
