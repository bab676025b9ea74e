"""From two runs to the network that is better, and to a digit that it recognizes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

import pytest
from screen import Screen

from desktop.document.layers import Dense
from desktop.engine.runs.store import RunStore
from desktop.engine.runs.summary import RunSummary
from desktop.engine.trials.group import REPEAT
from desktop.engine.trials.store import GroupStore
from tests.journeys.conftest import Person, choose, fill, need, show_page

pytestmark = [pytest.mark.window, pytest.mark.timeout(480)]

EPOCHS, TIMES, SEED = 2, 5, 40
IDLE = "window.session.state.name == 'IDLE'"
RUNS, GROUPS = "window.pages.runs", "window.pages.groups"
HIDDEN = "window.workspace.project.layers[1].activation.value"
METRIC = "val_accuracy"


@pytest.fixture
def user(tmp_path: Path) -> Iterator[Person]:
    """Someone at a small screen with a window manager."""
    need("Xvfb", "xdotool", "openbox", "xprop")
    with Screen(tmp_path, (1366, 768), managed=True) as screen:
        user = Person(screen.name, tmp_path, None)
        yield user
        user.close()


def train(user: Person, *, runs: int) -> None:
    """Train a new network to its end; then so many `runs` are kept."""
    user.wait("window.findChild(QAction, 'train').isEnabled()", 60)
    user.click(user.ask("tool(bar, 'train')"))
    kept = "len(list(window.session.kept_runs.folder.glob('*/model.keras')))"
    user.wait(f"{IDLE} and {kept} == {runs}", 120)


def train_several_times(user: Person, *, groups: int, picture: Path) -> None:
    """Train the project from several seeds; then there are so many `groups`."""
    user.click(user.ask("menu_item(window.menuBar(), 'Run')"))
    user.wait("app.activePopupWidget() is not None")
    user.click(user.ask("menu_item(app.activePopupWidget(), 'Train N Times…')"))
    user.wait("app.activeModalWidget() is not None and app.activeModalWidget().isActiveWindow()")
    for editor, value in (("times", TIMES), ("seed", SEED)):
        user.click(user.ask(f"box(app.activeModalWidget().{editor})"))
        user.key("ctrl+a")
        user.type(str(value))
    user.look(picture)
    user.key("Return")
    user.wait(f"app.activeModalWidget() is None and {GROUPS}.isVisible()")
    rows = f"[(row.state, row.done_text) for row in {GROUPS}.listing.rows]"
    user.wait(f"{rows} == [('finished', '{TIMES} of {TIMES}')] * {groups}", 240)


def final_values(data: Path) -> dict[str, list[float]]:
    """The last validation accuracy of each run of the two repeats, by activation."""
    with RunStore(data / "runs") as store:
        runs = store.all()
        values: dict[str, list[float]] = {}
        for group in GroupStore(data / "groups").all():
            assert (group.file.kind, group.done) == (REPEAT, TIMES)
            mine = [run for run in runs if run.group == group.id]
            assert {run.seed for run in mine} == set(range(SEED, SEED + TIMES))
            last = [store.read(run.id).epochs[-1].logs[METRIC] for run in mine]
            values[activation(mine[0])] = last
    return values


def activation(run: RunSummary) -> str:
    layer = run.project.layers[1]
    assert isinstance(layer, Dense)
    return str(layer.activation)


def check_verdict(text: str, values: dict[str, list[float]]) -> str:
    """Whether a verdict on relu (A) and tanh (B) is a plain sentence about these `values`.

    Returns the activation of the network that is better.
    """
    (sentence,) = re.findall(r"^.* (?:by|of|compare) validation accuracy\b.*$", text, re.MULTILINE)
    difference = 100 * (fmean(values["tanh"]) - fmean(values["relu"]))
    better = re.fullmatch(
        r".* \(B\) is (better|worse) by ([\d.]+)(?: to ([\d.]+))? points of validation accuracy\.",
        sentence,
    )
    if better is not None:
        assert (better[1] == "better") is (difference > 0)
        low, high = float(better[2]), float(better[3] or better[2])
        assert low - 0.1 <= abs(difference) <= high + 0.1
    else:
        open_ = re.fullmatch(
            r"Not distinguishable by validation accuracy: more runs are needed, or there is no "
            r"difference \(([−+\d.]+) to ([−+\d.]+) points\)\.",
            sentence,
        )
        assert open_ is not None, sentence
        low, high = (float(each.replace("−", "-")) for each in open_.groups())
        assert low - 0.1 <= difference <= high + 0.1 and low <= 0 <= high
    return "tanh" if difference > 0 else "relu"


def test_from_two_runs_to_the_better_network(user: Person, tmp_path: Path) -> None:
    user.wait("window.isVisible() and window.session.summary is not None", 60)
    user.wait("window.session.info is not None", 120)  # TensorFlow

    # Train, change the activation of the hidden layer, train.
    fill(user, "window.training", "Epochs", str(EPOCHS))
    user.wait(f"window.workspace.project.training.epochs == {EPOCHS}")
    train(user, runs=1)
    user.click(user.ask("card(window.stack, 1)"))
    choose(user, "window.properties", "Activation", "tanh")
    user.wait(f"{HIDDEN} == 'tanh'")
    train(user, runs=2)
    user.look(tmp_path / "1-trained.png")

    # Compare the two: in curves, then in words.
    show_page(user, "Runs")
    user.wait(f"len({RUNS}.table.runs.shown) == 2")
    user.click(user.ask(f"cell({RUNS}.table, 0, 1)"))
    user.click(user.ask(f"cell({RUNS}.table, 1, 1)"), held="ctrl")
    lines = f"{{key.run for key in {RUNS}.curves.charts[0].plot.lines}}"
    user.wait(f"{lines} == {{run.id for run in {RUNS}.table.selection}} and len({lines}) == 2")
    user.look(tmp_path / "2-curves.png")
    user.click(user.ask(f"field({RUNS}, 'Compare')"))
    user.wait(f"{RUNS}.details.isVisible()")
    user.look(tmp_path / "3-words.png")
    words = user.ask(f"{RUNS}.details.toPlainText()")
    differs, results = words.split("Results", 1)
    assert differs.split("\n", 1)[1].strip() == "Dense 2: activation relu → tanh"
    assert "Validation accuracy" in results

    # Train both several times from the same seeds, and read the verdict.
    train_several_times(user, groups=1, picture=tmp_path / "4-times.png")
    user.look(tmp_path / "5-repeat.png")
    choose(user, "window.properties", "Activation", "relu")
    user.wait(f"{HIDDEN} == 'relu'")
    train_several_times(user, groups=2, picture=tmp_path / "6-times.png")
    user.click(user.ask(f"cell({GROUPS}.table, 1, 0)"))
    user.click(user.ask(f"field({GROUPS}, 'Compare')"))
    verdict = f"QTextDocumentFragment.fromHtml({GROUPS}.against.text.text()).toPlainText()"
    user.wait(f"'Results' in {verdict}", 60)
    user.look(tmp_path / "7-verdict.png")
    text = user.ask(verdict)
    assert "Dense 2: activation relu → tanh" in text
    assert "Runs of the same seed were compared" in text
    better = check_verdict(text, final_values(tmp_path / "data"))

    # Open the better one as a project: the stack has its activation.
    user.click(user.ask(f"cell({GROUPS}.table, {['relu', 'tanh'].index(better)}, 0)"))
    user.click(user.ask(f"field({GROUPS}, 'Open as Project')"))
    user.wait("app.activeModalWidget() is not None")
    user.click(user.ask("box(app.activeModalWidget().button(QMessageBox.StandardButton.Discard))"))
    user.wait(f"app.activeModalWidget() is None and {HIDDEN} == {better!r}")
    assert not user.ask("window.workspace.dirty or window.session.has_model")
    user.look(tmp_path / "8-opened.png")

    # Load the network of one of its runs.
    user.click(user.ask(f"field({GROUPS}, 'Show Runs')"))
    user.wait(f"{RUNS}.isVisible() and len({RUNS}.table.selection) == {TIMES}")
    user.click(user.ask(f"cell({RUNS}.table, {RUNS}.table.currentIndex().row(), 1)"))
    user.wait(f"len({RUNS}.table.selection) == 1 and {RUNS}.action_bar.isVisible()")
    user.wait(f"{RUNS}.actions_of_runs['run_load'].isEnabled()")
    user.click(user.ask(f"field({RUNS}, 'Load Network')"))
    user.wait(f"window.session.has_model and window.session.trained_epochs == {EPOCHS}", 60)
    assert user.ask(HIDDEN) == better
    user.look(tmp_path / "9-loaded.png")

    # Draw a one, and see what it takes it for.
    show_page(user, "Draw")
    user.wait("window.pages.draw.canvas.isVisible()")
    canvas = "window.pages.draw.canvas"
    top, bottom = user.ask(f"[inside({canvas}, 0.5, 0.2), inside({canvas}, 0.5, 0.8)]")
    user.drag(tuple(top), tuple(bottom))
    user.wait("window.pages.draw.prediction is not None", 30)
    assert any("%" in text for text in user.ask("texts(window.pages.draw)"))
    user.look(tmp_path / "10-drawn.png")
    user.key("ctrl+q")
    assert user.leave() == 0
    assert user.log == ""
