"""From data of one's own to a trained network and what it is worth, in a real window."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import shared_file
from tests.data_files import mnist_images, write_california, write_idx_files, write_image_folder
from tests.journeys.conftest import Person, choose, fill, show_page, start

pytestmark = [pytest.mark.window, pytest.mark.timeout(480)]

IDLE = "window.session.state.name == 'IDLE'"
TRAIN = "window.findChild(QAction, 'train').text().replace('&', '')"
PLANE = "window.pages.train.charts.plane.view"
FINISHED = f"{TRAIN} == 'Train Further' and {IDLE}"


def name_file(user: Person, path: Path) -> None:
    """Answer the dialog that asks for a file or a folder."""
    user.wait("app.activeModalWidget() is not None")
    user.key("ctrl+a")
    user.type(str(path), pause=5)
    user.key("Return")
    user.back_to_window()


def open_file(user: Person, path: Path) -> None:
    """Open a data file by the command, see what is in it, and have a network for it."""
    user.key("ctrl+o")
    name_file(user, path)
    user.wait(f"window.session.summary.title == {path.name!r} and window.pages.data.isVisible()")
    take_first_network(user)


def choose_source(user: Person, title: str, path: Path | None = None) -> None:
    """Choose a kind of data on the page for it, where it is, and a network for it."""
    show_page(user, "Data")
    choose(user, "window.pages.data", "Data source", title)
    if path is not None:
        user.wait("window.pages.data.facts.choose_file.isVisible()")
        user.click(user.ask("box(window.pages.data.facts.choose_file)"))
        name_file(user, path)
    user.wait("window.session.summary.source == window.workspace.project.data")
    take_first_network(user)


def take_first_network(user: Person) -> None:
    """Take the network that is offered, unless the project has it already, as a new one does."""
    if user.ask("window.pages.data.offer.isVisible()"):
        user.click(user.ask("box(window.pages.data.offer.use)"))
    user.wait("window.workspace.analysis.is_trainable")


def train(user: Person, epochs: int) -> None:
    """Train a new network to the end."""
    fill(user, "window.training", "Epochs", str(epochs))
    user.wait(f"window.workspace.project.training.epochs == {epochs} and {TRAIN} == 'Train'")
    user.wait("window.session.info is not None", 60)  # TensorFlow
    user.click(user.ask("tool(bar, 'train')"))
    user.wait(FINISHED, 60)
    assert user.ask("window.run_bar.text").startswith(("Finished after", "Stopped early"))


def evaluated(user: Person, picture: Path) -> dict[str, float]:
    """The figures that the page Evaluate shows."""
    show_page(user, "Evaluate")
    user.click(user.ask("box(window.pages.evaluate.evaluate)"))
    user.wait(
        "window.pages.evaluate.comparison.isVisible() and "
        "not window.pages.evaluate.status.text().startswith('Out of date')"
    )
    user.look(picture)
    shown = user.ask("texts(window.pages.evaluate.metrics)")
    return {
        title: float(re.sub(r"[ %,]", "", value))
        for title, value in zip(shown[::2], shown[1::2], strict=True)
    }


def test_from_every_kind_of_data_to_what_a_network_for_it_is_worth(
    person: Callable[..., Person], tmp_path: Path
) -> None:
    pima, iris = shared_file("pima-indians-diabetes.csv"), shared_file("iris.csv")
    mnist = mnist_images(shared_file("mnist.npz"), 300, 100)
    images = write_image_folder(tmp_path / "images", mnist)
    idx = write_idx_files(tmp_path / "idx", mnist)
    california = write_california(tmp_path, 400)

    user = start(person)
    open_file(user, pima)
    train(user, 15)
    assert evaluated(user, tmp_path / "pima.png")["Accuracy"] > 70
    open_file(user, iris)
    train(user, 40)
    assert evaluated(user, tmp_path / "iris.png")["Accuracy"] > 80
    choose_source(user, "Image folder", images)
    train(user, 6)
    assert evaluated(user, tmp_path / "images.png")["Accuracy"] > 60
    open_file(user, idx)
    train(user, 6)
    assert evaluated(user, tmp_path / "idx.png")["Accuracy"] > 60

    # The boundary follows the training, and so does the picture of it.
    choose_source(user, "Points")
    show_page(user, "Train")
    user.wait(f"{PLANE}.isVisible()")
    before = user.ask(f"picture({PLANE})")
    train(user, 25)
    user.wait(f"{PLANE}.surface is not None and picture({PLANE}) != {before}")
    user.look(tmp_path / "boundary.png")
    assert evaluated(user, tmp_path / "moons.png")["Accuracy"] > 97

    # Numbers, in their own unit. The mean as prediction is wrong by 67, and by 59,000.
    choose_source(user, "Diabetes")
    train(user, 20)
    assert evaluated(user, tmp_path / "diabetes.png")["Mean absolute error"] < 52
    choose_source(user, "California", california)
    train(user, 20)
    assert evaluated(user, tmp_path / "california.png")["Mean absolute error"] < 20_000
    user.key("ctrl+q")
    user.wait("app.activeModalWidget() is not None")
    user.click(user.ask("box(app.activeModalWidget().button(QMessageBox.StandardButton.Discard))"))
    assert user.leave() == 0
    assert user.log == ""
