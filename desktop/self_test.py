"""Drives the real window from a drag to a recognized digit, to see that everything is in place.

Used by `main.py self-test`, also in the executable, where no test framework is. Every step acts
through the widgets a user would use, and looks at what they show.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QEvent,
    QEventLoop,
    QMessageLogContext,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop import loop_signals, signals
from desktop.window import make_window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.views.window.main_window import MainWindow

PATIENCE = 120_000  # milliseconds any one step may take


class SelfTestError(Exception):
    """A step did not do what it should; the message says which and how."""


def run_self_test(screenshots: Path | None = None) -> int:
    """Run every step offscreen; print a line for each. Returns 0 if all went well, else 1.

    With `screenshots`, screenshots of every page are saved in that folder. Raises signals.Ended.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    qInstallMessageHandler(_tell)
    app = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(app, QApplication)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        loop_signals.watched(lambda _: QApplication.exit()) as watch,
    ):
        os.environ["LAYERWISE_HOME"] = os.environ["LAYERWISE_DATA"] = folder
        test = SelfTest(Path(folder), screenshots)
        try:
            for step in (
                test.window_opens,
                test.layers_are_stacked,
                test.network_trains,
                test.training_stops,
                test.digit_is_recognized,
                test.network_is_evaluated,
                test.project_is_saved_and_opened,
                test.window_closes,
            ):
                began = time.perf_counter()
                step()
                expect(watch.number is None, "a signal came")
                say(
                    f"ok    {step.__name__.replace('_', ' ')} ({time.perf_counter() - began:.1f} s)"
                )
        except Exception as error:
            test.give_up()
            if watch.number is not None:
                raise signals.Ended(watch.number) from error
            say(f"FAILED {step.__name__.replace('_', ' ')}: {type(error).__name__}: {error}")
            return 1
    say("self-test passed")
    return 0


def say(line: str) -> None:
    """Print, if there is anywhere to print to."""
    if sys.stdout is not None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _tell(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """Pass on what Qt has to say, but for what the offscreen platform says of itself."""
    if not message.startswith("This plugin does not support"):
        say(f"Qt: {message}")


class SelfTest:
    """The steps, in order; each stands on the one before."""

    def __init__(self, folder: Path, screenshots: Path | None) -> None:
        self._folder = folder
        self._screenshots = screenshots
        self._window: MainWindow = make_window()
        self._session = self._window.session
        self._workspace = self._window.workspace

    # --- steps ------------------------------------------------------------------------------------

    def window_opens(self) -> None:
        self._window.show()
        QApplication.processEvents()
        expect(self._window.isVisible(), "the window is not visible")
        with arriving(self._session.engineReady, self._session.engineFailed):
            self._window.start()
        expect(self._session.info is not None, "TensorFlow was not loaded")
        expect(self._session.summary is not None, "the built-in digits were not loaded")
        self.screenshot("start", self._window.pages.data)

    def layers_are_stacked(self) -> None:
        """Drop layers as the mouse does: with what the palette puts into a drag."""
        window, workspace = self._window, self._workspace
        for _ in workspace.project.layers:
            workspace.edit("Remove a layer", workspace.project.removed(0))
        model = window.stack.model()
        for name in ("Flatten", "Dense", "Dense"):
            data = window.palette_view.mime_data_for(name)
            done = model.dropMimeData(data, Qt.DropAction.CopyAction, -1, -1, model.index(-1, -1))
            expect(done, f"{name} could not be dropped on the stack")
        names = [layer.tag for layer in workspace.project.layers]
        expect(names == ["Flatten", "Dense", "Dense"], f"the stack is {names}")
        for _ in range(10):
            fixes = [each.fix for each in workspace.analysis.problems if each.fix is not None]
            if not fixes:
                break
            workspace.edit(fixes[0].label, fixes[0].project)
        expect(workspace.analysis.is_trainable, f"problems: {workspace.analysis.problems}")
        expect(workspace.project.layers[-1].details().startswith("10"), "the fix was not applied")

    def network_trains(self) -> None:
        epochs: list[Any] = []
        self._session.epochEnded.connect(epochs.append)
        training = self._workspace.project.training.replace(epochs=8)
        self._workspace.edit("Set epochs", self._workspace.project.replace(training=training))
        ended = self._train_until(self._session.runEnded)
        self._session.epochEnded.disconnect(epochs.append)
        expect(ended.outcome == "finished", f"the run ended as {ended.outcome}: {ended.message}")
        expect(len(epochs) == 8, f"{len(epochs)} epochs were reported")
        first, last = epochs[0].logs["loss"], epochs[-1].logs["loss"]
        expect(last < first, f"the loss went from {first:.3f} to {last:.3f}")
        expect(len(epochs[-1].histograms) == 4, "not every weight has a histogram")
        self.screenshot("train", self._window.pages.train)

    def training_stops(self) -> None:
        training = self._workspace.project.training.replace(epochs=1000)
        self._workspace.edit("Set epochs", self._workspace.project.replace(training=training))
        self._train_until(self._session.epochEnded)
        began = time.perf_counter()
        with arriving(self._session.runEnded) as answer:
            self._trigger("stop")
        expect(answer[0].outcome == "stopped", f"the run ended as {answer[0].outcome}")
        expect(time.perf_counter() - began < 2, "stopping took longer than 2 seconds")

    def digit_is_recognized(self) -> None:
        page = self._window.pages.draw
        self._window.pages.setCurrentWidget(page)
        QApplication.processEvents()
        with arriving(self._session.predicted, self._session.predictionFailed) as answer:
            stroke(page.canvas, [(0.5, 0.2), (0.5, 0.5), (0.5, 0.8)])  # a one
        prediction = answer[0]
        expect(not isinstance(prediction, str), f"no prediction: {prediction}")
        expect(prediction.probabilities is not None, "the drawing was taken for empty")
        total = float(prediction.probabilities.sum())
        expect(abs(total - 1) < 1e-3, f"the probabilities add up to {total}")
        self.screenshot("draw", page)

    def network_is_evaluated(self) -> None:
        with arriving(self._session.evaluated, self._session.evaluationFailed) as answer:
            self._trigger("evaluate")
        evaluation = answer[0]
        expect(not isinstance(evaluation, str), f"no evaluation: {evaluation}")
        accuracy = evaluation.metrics["accuracy"]
        expect(accuracy > 0.8, f"only {accuracy:.1%} of the test digits were predicted correctly")
        expect(int(evaluation.confusion.sum()) == evaluation.rows, "the confusion matrix is short")
        self.screenshot("evaluate", self._window.pages.evaluate)

    def project_is_saved_and_opened(self) -> None:
        path, project = self._folder / "self-test.layerwise", self._workspace.project
        self._workspace.save(path)
        self._workspace.edit("Remove a layer", project.removed(0))
        self._workspace.open(path)
        expect(self._workspace.project == project, "the project changed on its way to the disk")
        model = self._folder / "model.keras"
        with arriving(self._session.modelSaved, self._session.modelSaveFailed) as answer:
            self._session.save_model(model)
        expect(model.is_file(), f"the model was not saved: {answer[0]}")

    def window_closes(self) -> None:
        self._window.close()
        expect(not self._window.isVisible(), "the window is still there")

    # --- help -------------------------------------------------------------------------------------

    def give_up(self) -> None:
        """Close the window whatever state it is in."""
        self._session.close()
        self._window.hide()

    def screenshot(self, name: str, page: QWidget) -> None:
        """Save a screenshot of the window with `page` in front, if they are wanted."""
        if self._screenshots is None:
            return
        self._screenshots.mkdir(parents=True, exist_ok=True)
        self._window.pages.setCurrentWidget(page)
        wait(300)
        self._window.grab().save(str(self._screenshots / f"{name}.png"))

    def _trigger(self, action: str) -> None:
        """Do what the menu entry does; it has to be enabled."""
        found = self._window.findChild(QAction, action)
        if found is None or not found.isEnabled():
            raise SelfTestError(f"the command {action} is not enabled")
        found.trigger()

    def _train_until(self, signal: Any) -> Any:
        with arriving(signal) as answer:
            self._trigger("train")
        return answer[0]


def expect(condition: bool, message: str) -> None:
    """Raise SelfTestError(message) unless `condition`."""
    if not condition:
        raise SelfTestError(message)


@contextmanager
def arriving(*signals: Any) -> Iterator[list[Any]]:
    """Run the block, then wait for one of `signals`, whose argument is put in the list."""
    loop = QEventLoop()
    received: list[Any] = []

    def receive(*arguments: Any) -> None:
        if not received:
            received.append(arguments[0] if arguments else None)
        loop.quit()

    for signal in signals:
        signal.connect(receive)
    timer = QTimer(singleShot=True, interval=PATIENCE)
    timer.timeout.connect(loop.quit)
    try:
        yield received
        if not received:
            timer.start()
            loop.exec()
    finally:
        timer.stop()
        for signal in signals:
            signal.disconnect(receive)
    expect(bool(received), "nothing happened for two minutes")


def wait(milliseconds: int) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def stroke(widget: QWidget, points: list[tuple[float, float]]) -> None:
    """Draw with the left mouse button; points are parts (0 to 1) of the widget's size."""

    def send(kind: QEvent.Type, at: QPoint) -> None:
        released = kind is QEvent.Type.MouseButtonRelease
        moved = kind is QEvent.Type.MouseMove
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        event = QMouseEvent(
            kind,
            QPointF(at),
            QPointF(widget.mapToGlobal(at)),
            none if moved else left,
            none if released else left,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(widget, event)

    places = [QPoint(round(x * widget.width()), round(y * widget.height())) for x, y in points]
    send(QEvent.Type.MouseButtonPress, places[0])
    for start, end in pairwise(places):
        for part in range(1, 11):
            send(QEvent.Type.MouseMove, start + (end - start) * (part / 10))
    send(QEvent.Type.MouseButtonRelease, places[-1])
