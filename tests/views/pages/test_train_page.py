"""The page Train, driven by a session's signals."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtWidgets import QApplication, QBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.document.project import starter_project
from desktop.views.charts.curves.chart import CurveChart
from desktop.views.pages.train.page import TrainPage
from desktop.views.theme import Mode, Theme
from desktop.workers.reports import Outcome
from desktop.workers.session import State
from tests.views.charts.chart_reports import Reports, ended, epoch_ended, progress, started

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def reports(qtbot: QtBot) -> Reports:
    return Reports()


@pytest.fixture
def page(qtbot: QtBot, reports: Reports, theme: Theme) -> TrainPage:
    page = TrainPage(reports, theme)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.prepare()
    page.resize(760, 700)
    page.show()
    qtbot.waitExposed(page)
    return page


LOGS = {"loss": 0.5, "accuracy": 0.8, "val_loss": 0.6, "val_accuracy": 0.75}


def losses(page: TrainPage) -> list[float]:
    return page.charts.loss_chart.plot.drawn("training")[1].tolist()


def test_before_any_training_it_says_what_to_do(page: TrainPage) -> None:
    assert page.is_empty
    assert "Press Train" in page.placeholder.text.text()
    assert page.placeholder.text.isVisible()
    assert not page.charts.loss_chart.isVisible()


def test_pressed_early_it_says_what_the_training_waits_for(
    page: TrainPage, reports: Reports
) -> None:
    reports.stateChanged.emit(State.WAITING)
    assert page.placeholder.title.text() == "Training starts in a moment"
    assert "TensorFlow" in page.placeholder.text.text()
    assert "Press Train" not in page.placeholder.text.text()
    reports.stateChanged.emit(State.IDLE)  # the user stopped it
    assert "Press Train" in page.placeholder.text.text()


def test_of_a_network_from_a_file_it_says_that_there_are_no_curves(
    page: TrainPage, reports: Reports
) -> None:
    reports.modelReset.emit()
    reports.modelAdopted.emit(starter_project())
    assert page.placeholder.title.text() == "This network was trained before"
    text = page.placeholder.text.text()
    assert "no curves" in text and "Press Train" in text
    reports.stateChanged.emit(State.WAITING)
    assert page.placeholder.title.text() == "Training starts in a moment"
    reports.stateChanged.emit(State.IDLE)  # the user stopped it
    assert page.placeholder.title.text() == "This network was trained before"
    reports.modelReset.emit()
    assert page.placeholder.title.text() == "Nothing trained yet"


def test_curves_grow_while_a_run_continues(page: TrainPage, reports: Reports, qtbot: QtBot) -> None:
    reports.runStarted.emit(started())
    reports.progress.emit(progress([0.25, 0.5], loss=[2.0, 1.5], accuracy=[0.2, 0.4]))
    qtbot.waitUntil(lambda: len(page.charts.loss_chart.plot.drawn("steps")[0]) == 2)
    assert not page.is_empty
    reports.epochEnded.emit(epoch_ended(1, LOGS))
    qtbot.waitUntil(lambda: losses(page) == [0.5])
    assert page.charts.second_chart.metric_name == "accuracy"
    qtbot.waitUntil(lambda: not page._timer.isActive())
    assert page.charts.second_chart.plot.drawn("validation")[1].tolist() == [0.75]
    assert list(page.charts.histograms.grid.tiles) == [1, 2]
    assert page.charts.caption.text().startswith("Validation loss 0.6 after epoch 1.")
    assert page.accessibleDescription() == page.charts.caption.text()


def test_curves_grow_also_while_histograms_come_faster_than_they_are_drawn(
    page: TrainPage, reports: Reports, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.charts.histograms, "refresh", lambda budget: True)
    reports.runStarted.emit(started())
    for epoch in range(1, 4):
        reports.epochEnded.emit(epoch_ended(epoch, {**LOGS, "loss": 1 / epoch}))
        qtbot.waitUntil(lambda epoch=epoch: len(losses(page)) == epoch)


def test_a_new_model_starts_over_and_reset_empties(
    page: TrainPage, reports: Reports, qtbot: QtBot
) -> None:
    reports.runStarted.emit(started(run=1))
    reports.epochEnded.emit(epoch_ended(1, LOGS))
    reports.runEnded.emit(ended(1))
    reports.runStarted.emit(started(run=2))
    reports.epochEnded.emit(epoch_ended(1, {"loss": 0.9}, run=1))  # late: of the run before
    reports.epochEnded.emit(epoch_ended(1, {"loss": 0.1}, run=2))
    qtbot.waitUntil(lambda: losses(page) == [0.1])
    reports.modelReset.emit()
    qtbot.waitUntil(lambda: page.is_empty)


def test_a_caption_that_grows_does_not_move_the_charts(
    page: TrainPage, reports: Reports, qtbot: QtBot
) -> None:
    reports.runStarted.emit(started())
    reports.epochEnded.emit(epoch_ended(1, LOGS))
    qtbot.waitUntil(lambda: page.charts.caption.full_text.endswith("after epoch 1."))
    page.resize(480, page.height())
    place = page.charts.splitter.y()
    reports.epochEnded.emit(epoch_ended(2, {**LOGS, "val_loss": 0.7, "val_accuracy": 0.7}))
    qtbot.waitUntil(lambda: page.charts.caption.full_text.endswith("falling since."))
    assert page.charts.caption.text() != page.charts.caption.full_text  # cut off, ...
    assert page.charts.caption.full_text in page.charts.caption.toolTip()  # ... but not lost
    assert page.charts.splitter.y() == place


def test_both_charts_show_the_same_epochs_and_point_at_the_same_one(
    page: TrainPage, reports: Reports, qtbot: QtBot
) -> None:
    reports.runStarted.emit(started(epochs=5))
    for epoch in range(1, 6):
        reports.epochEnded.emit(epoch_ended(epoch, {"loss": 1 / epoch, "accuracy": epoch / 10}))
    qtbot.waitUntil(lambda: len(losses(page)) == 5)
    page.refresh()
    one, other = page.charts.loss_chart.plot, page.charts.second_chart.plot
    full = one.ranges[0]
    for plot, twin in ((one, other), (other, one)):
        qtbot.keyClick(plot, Qt.Key.Key_Home)
        assert plot.pointed_at == twin.pointed_at == 1
        assert not twin.crosshair.box.isHidden()
        qtbot.keyClick(plot, Qt.Key.Key_Escape)
        assert plot.pointed_at is twin.pointed_at is None
        qtbot.keyClick(plot, Qt.Key.Key_Plus)
        assert plot.ranges[0] == twin.ranges[0] != full
        assert not page.charts.loss_chart.fit_button.isHidden()
        assert not page.charts.second_chart.fit_button.isHidden()
        qtbot.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton)
        assert plot.ranges[0] == twin.ranges[0] == full
        assert page.charts.second_chart.fit_button.isHidden()


def test_the_epoch_picked_stays_when_training_continues(
    page: TrainPage, reports: Reports, qtbot: QtBot
) -> None:
    reports.runStarted.emit(started(run=1, epochs=2))
    for epoch in (1, 2):
        reports.epochEnded.emit(epoch_ended(epoch, LOGS))
    reports.runEnded.emit(ended(2))
    page.refresh()
    page.charts.histograms.open_layer(1)
    page.charts.histograms.detail.pick(1)
    reports.runStarted.emit(started(run=2, first=2, epochs=1))
    reports.epochEnded.emit(epoch_ended(3, LOGS, run=2))
    page.refresh()
    page.charts.histograms.refresh()
    assert page.charts.histograms.detail.epoch == 1


def test_training_further_continues(page: TrainPage, reports: Reports, qtbot: QtBot) -> None:
    reports.runStarted.emit(started(run=1, epochs=1))
    reports.epochEnded.emit(epoch_ended(1, {"loss": 0.5}))
    reports.runEnded.emit(ended(1))
    reports.runStarted.emit(started(run=2, first=1, epochs=1))
    reports.epochEnded.emit(epoch_ended(2, {"loss": 0.25}, run=2))
    qtbot.waitUntil(lambda: losses(page) == [0.5, 0.25])


def test_without_another_metric_there_is_one_chart(
    page: TrainPage, reports: Reports, qtbot: QtBot
) -> None:
    reports.runStarted.emit(started())
    reports.epochEnded.emit(epoch_ended(1, {"loss": 0.5, "learning_rate": 0.001}))
    qtbot.waitUntil(page.charts.second_chart.isHidden)


def test_without_accuracy_the_first_other_metric_is_shown_and_more_can_be_chosen(
    page: TrainPage, reports: Reports, qtbot: QtBot
) -> None:
    logs = {"loss": 0.5, "mean_absolute_error": 0.3, "learning_rate": 0.01}
    reports.runStarted.emit(started())
    reports.epochEnded.emit(epoch_ended(1, logs))
    qtbot.waitUntil(lambda: page.charts.second_chart.metric_name == "mean_absolute_error")
    box = page.charts.second_chart.metric_box
    index = box.findData("learning_rate")
    box.setCurrentIndex(index)
    box.activated.emit(index)
    reports.epochEnded.emit(epoch_ended(2, {**logs, "learning_rate": 0.005}))
    qtbot.waitUntil(lambda: len(page.charts.second_chart.plot.drawn("training")[1]) == 2)
    assert page.charts.second_chart.plot.drawn("training")[1].tolist() == [0.01, 0.005]


def test_out_of_sight_nothing_is_drawn_and_then_everything(
    page: TrainPage, reports: Reports, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports.runStarted.emit(started())
    reports.epochEnded.emit(epoch_ended(1, {"loss": 0.5}))
    qtbot.waitUntil(lambda: losses(page) == [0.5])
    page.hide()
    for epoch in (2, 3, 4):
        reports.epochEnded.emit(epoch_ended(epoch, {"loss": 1 / epoch}))
    with qtbot.assertNotEmitted(page._timer.timeout, wait=120):
        pass
    assert losses(page) == [0.5]
    page.show()
    assert losses(page) == [0.5, 1 / 2, 1 / 3, 1 / 4]


def test_a_burst_of_reports_is_drawn_once(
    page: TrainPage, reports: Reports, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports.runStarted.emit(started(epochs=200))
    qtbot.waitUntil(lambda: not page._timer.isActive())
    drawn = []
    refresh = page.charts.loss_chart.refresh
    monkeypatch.setattr(page.charts.loss_chart, "refresh", lambda: (drawn.append(1), refresh()))
    for epoch in range(1, 101):
        reports.epochEnded.emit(epoch_ended(epoch, {"loss": 1 / epoch}))
    qtbot.waitUntil(lambda: len(losses(page)) == 100)
    assert len(drawn) <= 2


def test_smoothing_applies_to_both_charts(page: TrainPage, reports: Reports, qtbot: QtBot) -> None:
    reports.runStarted.emit(started())
    for epoch in (1, 2, 3):
        reports.epochEnded.emit(epoch_ended(epoch, {"loss": 1 / epoch, "accuracy": epoch / 10}))
    qtbot.waitUntil(lambda: len(losses(page)) == 3)
    page.charts.smoothing.setValue(50)
    second = (0.5 * 0.5 * 1.0 + 0.5 * 0.5) / 0.75
    np.testing.assert_allclose(losses(page)[:2], [1.0, second])
    accuracy = page.charts.second_chart.plot.drawn("training")[1]
    np.testing.assert_allclose(accuracy[0], 0.1)
    assert accuracy[2] < 0.3
    assert page.charts.smoothing_value.text() == "0.50"


def test_a_failed_run_tells_why_in_the_color_of_errors(
    page: TrainPage, reports: Reports, qtbot: QtBot
) -> None:
    message = "The loss became NaN in epoch 1; Dense 2 was the first layer affected."
    reports.runStarted.emit(started())
    reports.runEnded.emit(ended(0, outcome=Outcome.FAILED, message=message))
    qtbot.waitUntil(lambda: page.charts.caption.full_text == "Training failed in epoch 1.")
    assert page.charts.caption.property("role") == "bad"
    assert page.charts.caption.toolTip() == message


def test_narrow_the_charts_stand_above_one_another(page: TrainPage, qtbot: QtBot) -> None:
    direction = page.charts.loss_chart.parentWidget().layout()
    assert isinstance(direction, QBoxLayout)
    assert direction.direction() == QBoxLayout.Direction.LeftToRight
    page.resize(480, 520)
    qtbot.waitUntil(lambda: direction.direction() == QBoxLayout.Direction.TopToBottom)


@pytest.mark.parametrize("width", [480, 760])
def test_nothing_is_wider_than_the_page(
    page: TrainPage, reports: Reports, qtbot: QtBot, width: int
) -> None:
    reports.runStarted.emit(started())
    reports.epochEnded.emit(epoch_ended(1, {**LOGS, "learning_rate": 0.001}))
    page.resize(width, 520)
    qtbot.waitUntil(lambda: losses(page) == [0.5] and page.width() == width)
    for widget in (
        page.charts.loss_chart,
        page.charts.second_chart,
        page.charts.histograms,
        page.charts.smoothing_value,
    ):
        corner = widget.rect().topRight()
        qtbot.waitUntil(lambda w=widget, c=corner: w.mapTo(page, w.rect().topRight()).x() < width)


def test_light_and_dark(page: TrainPage, reports: Reports, theme: Theme, qtbot: QtBot) -> None:
    reports.runStarted.emit(started())
    reports.epochEnded.emit(epoch_ended(1, LOGS))
    qtbot.waitUntil(lambda: 1 in page.charts.histograms.grid.tiles and not page._timer.isActive())

    def picture() -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        page.charts.histograms.grid.tiles[1].grab().save(buffer, "PNG")
        return bytes(buffer.data().data())

    light = picture()
    theme.set_mode(Mode.DARK)
    assert picture() != light
    theme.set_mode(Mode.LIGHT)
    assert picture() == light


def test_everything_that_takes_the_focus_has_a_name(
    page: TrainPage, reports: Reports, qtbot: QtBot
) -> None:
    reports.runStarted.emit(started())
    reports.epochEnded.emit(epoch_ended(1, LOGS))
    qtbot.waitUntil(lambda: losses(page) == [0.5])
    page.charts.histograms.open_layer(1)
    page.charts.histograms.close_layer()
    focusable = [
        widget
        for widget in page.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(page)
    ]
    assert len(focusable) > 8
    nameless = [w for w in focusable if not w.accessibleName()]
    assert not nameless


def test_charts_are_made_when_they_are_needed(qtbot: QtBot, reports: Reports, theme: Theme) -> None:
    page = TrainPage(reports, theme)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(500, 700)
    page.show()
    theme.set_mode(Mode.DARK)
    assert page.is_empty
    assert page.findChild(CurveChart) is None
    reports.runStarted.emit(started())
    reports.epochEnded.emit(epoch_ended(1, LOGS))
    page.refresh()
    assert not page.is_empty
    assert page.charts.loss_chart.isVisible()
    assert (
        page.charts.loss_chart.y() < page.charts.second_chart.y()
    )  # above one another: the page is narrow
    charts = page.findChildren(CurveChart)
    page.prepare()
    assert page.findChildren(CurveChart) == charts


def test_a_page_that_becomes_wide_divides_its_height_again(
    qtbot: QtBot, reports: Reports, theme: Theme
) -> None:
    page = TrainPage(reports, theme)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(500, 700)
    page.show()
    reports.runStarted.emit(started())
    reports.epochEnded.emit(epoch_ended(1, LOGS))
    page.refresh()
    QApplication.processEvents()
    charts, histograms = page.charts.splitter.sizes()
    assert charts > 1.5 * histograms
    page.resize(800, 1000)
    QApplication.processEvents()
    charts, histograms = page.charts.splitter.sizes()
    assert charts < 1.5 * histograms


def test_the_window_is_shown_before_numpy_and_the_plots_are_loaded() -> None:
    script = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from desktop.window import make_window; window = make_window(); window.show();"
        "app.processEvents();"
        "assert not {'numpy', 'pyqtgraph', 'tensorflow'} & set(sys.modules);"
        "window.pages.train.prepare();"
        "assert 'pyqtgraph' in sys.modules; window.close()"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("width", [280, 395, 620, 760])
def test_in_a_narrow_window_nothing_is_cut_on_the_right(
    page: TrainPage, reports: Reports, qtbot: QtBot, width: int
) -> None:
    page.resize(width, 700)
    reports.runStarted.emit(started())
    reports.epochEnded.emit(epoch_ended(1, LOGS))
    page.refresh()

    def fits() -> bool:
        content = page.charts.widget()
        return content is not None and content.width() <= page.charts.viewport().width()

    qtbot.waitUntil(fits)
    value, header = page.charts.smoothing_value, page.charts.histograms.header
    assert value.width() >= value.sizeHint().width()
    for button in header.findChildren(QWidget):
        if button.isVisible() and button.parent() is header:
            assert header.rect().contains(button.geometry())
            assert button.width() >= button.minimumSizeHint().width()
