"""What a newcomer does in the first hour, with mouse and keyboard, in a real window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import Person, choose, fill, middle, show_page, start

pytestmark = [pytest.mark.window, pytest.mark.timeout(240)]

NAMES = "[window.stack.model().card(row).name for row in range(1, window.stack.model().rowCount())]"
LAYERS = "[layer.tag for layer in window.workspace.project.layers]"
PICTURE = "picture(window.pages.train)"
PALETTE = "window.palette_view.findChild(QTreeView)"


def drag_layer(user: Person, name: str, *, below: int | None = None) -> None:
    """Drag a layer out of the palette: below a card, or to the end of the stack."""
    start = middle(user.ask(f"item({PALETTE}, {name!r})"))
    if below is None:
        x, y = user.ask("inside(window.stack, 0.5, 0.85)")
    else:
        card = user.ask(f"card(window.stack, {below})")
        x, y = card[0] + card[2] // 2, card[1] + card[3] - 2
    count = len(user.ask(LAYERS))
    user.drag(start, (x, y - 30), (x, y))
    user.wait(f"len(window.workspace.project.layers) == {count + 1}")


def test_from_an_empty_stack_to_a_recognized_digit(
    person: Callable[..., Person], tmp_path: Path
) -> None:
    user = start(person)

    # Empty the stack, then drag three layers out of the palette.
    user.click(user.ask("card(window.stack, 0)"))
    user.key("ctrl+a", "Delete")
    user.wait("not window.workspace.project.layers")
    for name in ("Dense", "Flatten", "Dense"):
        drag_layer(user, name)
    assert user.ask(LAYERS) == ["Dense", "Flatten", "Dense"]

    # The Flatten belongs on top: drag it there, undo, redo.
    first = user.ask("card(window.stack, 0)")
    user.drag(
        middle(user.ask("card(window.stack, 1)")),
        (first[0] + first[2] // 2, first[1] + 20),
        (first[0] + first[2] // 2, first[1] + 3),
    )
    user.wait(f"{LAYERS} == ['Flatten', 'Dense', 'Dense']")
    user.key("ctrl+z")
    user.wait(f"{LAYERS} == ['Dense', 'Flatten', 'Dense']")
    user.key("ctrl+shift+z")
    user.wait(f"{LAYERS} == ['Flatten', 'Dense', 'Dense']")

    # Units and activations.
    user.click(user.ask("card(window.stack, 1)"))
    fill(user, "window.properties", "Units", "48")
    choose(user, "window.properties", "Activation", "relu")
    user.wait("window.workspace.project.layers[1].details() == '48 · relu'")
    user.click(user.ask("card(window.stack, 2)"))
    fill(user, "window.properties", "Units", "10")
    choose(user, "window.properties", "Activation", "softmax")
    user.wait("window.workspace.project.layers[2].details() == '10 · softmax'")
    user.wait("not window.workspace.analysis.problems")
    fill(user, "window.training", "Epochs", "50000")
    user.wait("window.workspace.project.training.epochs == 50_000")

    # Train; what is on the screen moves.
    user.wait("window.session.info is not None", 60)
    user.click(user.ask("tool(bar, 'train')"))
    user.wait("window.session.trained_epochs >= 3", 60)
    early = user.ask(PICTURE)
    user.wait(f"window.session.trained_epochs >= 10 and {PICTURE} != {early}", 60)
    assert user.ask("window.run_bar.text").startswith("Epoch ")

    # Pause: nothing moves. Resume: it does. Stop.
    user.click(user.ask("tool(bar, 'pause')"))
    user.wait("window.run_bar.text.startswith('Paused')")
    user.look(tmp_path / "paused.png")
    user.click(user.ask("tool(bar, 'pause')"))
    user.wait("window.run_bar.text.startswith('Epoch')")
    user.click(user.ask("tool(bar, 'stop')"))
    user.wait("window.run_bar.text.startswith('Stopped after')")

    # Draw a one and read the answer.
    show_page(user, "Draw")
    user.wait("window.pages.draw.canvas.isVisible()")
    canvas = "window.pages.draw.canvas"
    top, bottom = user.ask(f"[inside({canvas}, 0.5, 0.2), inside({canvas}, 0.5, 0.8)]")
    user.drag(tuple(top), tuple(bottom))
    user.wait("any('%' in text for text in texts(window.pages.draw))")
    user.look(tmp_path / "drawn.png")

    # Save, close, open again: the same project.
    path = tmp_path / "first.layerwise"
    user.key("ctrl+s")
    user.wait("app.activeModalWidget() is not None")
    user.key("ctrl+a")
    user.type(str(path))
    user.key("Return")
    user.wait("not window.workspace.dirty")
    user.back_to_window()
    saved = json.loads(path.read_text())
    assert [layer["layer"] for layer in saved["layers"]] == ["Flatten", "Dense", "Dense"]
    names = user.ask(NAMES)
    user.key("ctrl+q")
    assert user.leave() == 0
    assert user.log == ""

    again = start(person, str(path))
    again.wait(f"{NAMES} == {names}")
    assert again.ask("window.workspace.project.layers[1].details()") == "48 · relu"
    assert again.ask("window.workspace.project.training.epochs") == 50_000
    again.key("ctrl+q")
    assert again.leave() == 0


def test_unsaved_changes_are_asked_about(person: Callable[..., Person], tmp_path: Path) -> None:
    user = start(person)
    drag_layer(user, "Dropout", below=1)
    assert user.ask(LAYERS) == ["Flatten", "Dense", "Dropout", "Dense"]
    user.key("ctrl+q")
    user.wait("app.activeModalWidget() is not None")
    user.key("Escape")
    user.back_to_window()
    assert user.ask("window.isVisible()")
    user.key("ctrl+z")
    user.wait("not window.workspace.dirty")
    user.key("ctrl+q")
    assert user.leave() == 0


def test_closing_while_training_ends_at_once(person: Callable[..., Person]) -> None:
    user = start(person)
    fill(user, "window.training", "Epochs", "5000")
    user.key("F5")  # before TensorFlow has loaded: it starts when it can
    user.wait("window.run_bar.text.startswith('Epoch 2')", 60)
    user.key("ctrl+q")
    user.wait("app.activeModalWidget() is not None")
    user.click(user.ask("box(app.activeModalWidget().button(QMessageBox.StandardButton.Discard))"))
    assert user.leave(10) == 0
    assert user.log == ""


def test_escape_cancels_a_drag(person: Callable[..., Person]) -> None:
    user = start(person)
    before = user.ask(LAYERS)
    start_at = middle(user.ask(f"item({PALETTE}, 'Dense')"))
    x, y = user.ask("inside(window.stack, 0.5, 0.8)")
    user.drag(start_at, (x, y), cancel=True)
    user.wait("window.stack.isVisible()")
    assert user.ask(LAYERS) == before


def test_the_layout_is_remembered_in_a_small_window(person: Callable[..., Person]) -> None:
    docks = "{dock.objectName(): dock.width() for dock in window.findChildren(QDockWidget)}"
    user = start(person, size=(1100, 700))
    # Drag the border between the pages and the properties to the left.
    x, y, _, height = user.ask("box(window.properties)")
    user.drag((x - 2, y + height // 2), (x - 60, y + height // 2))
    user.wait("window.properties.width() > 300")
    widths = user.ask(docks)
    user.key("ctrl+q")
    assert user.leave() == 0
    again = start(person, size=(1100, 700))
    again.wait(f"{docks} == {widths}")
