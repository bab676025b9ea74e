"""Small and low charts: whatever their size, nothing is cut off or written over other words."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.views.charts.curves.chart import CurveChart
from desktop.views.charts.runs import ShownRuns
from desktop.views.theme import Theme
from tests.views.charts.chart_reports import Recorder, ended, epoch_ended, progress, started

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LONG = "sparse_categorical_accuracy"
EPOCHS = 12


def record_of(run: int, epochs: int = EPOCHS, scale: float = 1.0) -> Recorder:
    """A run that stopped early, its best epoch two thirds of the way."""
    recorder = Recorder()
    recorder(started(run, epochs=epochs))
    best = 2 * epochs // 3
    for epoch in range(1, epochs + 1):
        at = epoch - 1 + np.array([0.25, 0.5, 0.75, 1.0])
        values = scale / at
        recorder(progress(at.tolist(), run, loss=values.tolist()))
        loss, accuracy = scale / epoch, 1 - 0.5 / epoch
        logs = {"loss": loss, "val_loss": 1.1 * loss, "accuracy": accuracy, LONG: accuracy}
        recorder(epoch_ended(epoch, logs, run, best=min(epoch, best)))
    recorder(ended(epochs, run, best=best, early=True))
    return recorder


def chart_of(qtbot: QtBot, theme: Theme, size: tuple[int, int], *runs: Recorder) -> CurveChart:
    """A chart whose plot is of that size."""
    chart = CurveChart(theme, ShownRuns(*(run.kept for run in runs)))
    qtbot.addWidget(chart)
    chart.show()
    chart.setMinimumHeight(0)
    chart.plot.setFixedSize(*size)
    chart.adjustSize()
    chart.refresh()
    chart.grab()
    return chart


def edges(image: QImage) -> set[str]:
    """The colors of the outermost pixels."""
    right, bottom = image.width() - 1, image.height() - 1
    places = [(x, y) for x in range(right + 1) for y in (0, bottom)]
    places += [(x, y) for y in range(bottom + 1) for x in (0, right)]
    return {image.pixelColor(*place).name() for place in places}


def is_inside(area: QRectF, widget: QWidget) -> bool:
    return QRectF(widget.rect()).adjusted(-1, -1, 1, 1).contains(area)


@pytest.mark.parametrize("size", [(160, 110), (180, 140), (240, 180), (400, 110), (600, 300)])
@pytest.mark.parametrize(
    ("epochs", "scale", "metric"),
    [(12, 1.0, LONG), (12, 123_456.0, "loss"), (12, 1e-7, "loss"), (1_000, 1.0, "accuracy")],
)
def test_no_number_or_word_is_cut_off(
    qtbot: QtBot, theme: Theme, size: tuple[int, int], epochs: int, scale: float, metric: str
) -> None:
    chart = chart_of(qtbot, theme, size, record_of(1, epochs, scale))
    chart.set_metric(metric)
    for logarithmic in (False, True):
        chart.set_logarithmic(logarithmic)
        assert edges(chart.plot.grab().toImage()) == {theme.tokens.surface.lower()}


@pytest.mark.parametrize("height", [110, 150, 220, 400])
def test_a_long_axis_title_ends_in_an_ellipsis_in_a_low_plot(
    qtbot: QtBot, theme: Theme, height: int
) -> None:
    chart = chart_of(qtbot, theme, (300, height), record_of(1))
    chart.set_metric(LONG)
    label = chart.plot.getPlotItem().getAxis("left").label
    text = label.toPlainText().strip()
    assert text == "sparse categorical accuracy" if height >= 220 else text.endswith("…")
    assert is_inside(label.mapRectToScene(label.boundingRect()).adjusted(4, 4, -4, -4), chart.plot)
    chart.plot.setFixedSize(300, 400)
    chart.grab()
    assert label.toPlainText().strip() == "sparse categorical accuracy"  # and comes back


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
@pytest.mark.parametrize("size", [(160, 110), (200, 140), (320, 200), (600, 300)])
def test_the_words_of_flags_become_shorter_before_they_are_cut(
    qtbot: QtBot, theme: Theme, size: tuple[int, int], metric: str
) -> None:
    chart = chart_of(qtbot, theme, size, record_of(1))
    chart.set_metric(metric)
    view = chart.plot.getViewBox().sceneBoundingRect().adjusted(-1, -1, 1, 1)
    for flag in (chart.plot.best_flag, chart.plot.stop_flag):
        assert flag.text.toPlainText().endswith(str(flag.epoch))
        assert flag.area is not None and view.contains(flag.area)
    assert not chart.plot.best_flag.area.intersects(chart.plot.stop_flag.area)
    assert (chart.plot.stop_flag.text.toPlainText() == "stopped early: epoch 12") == (
        size[0] >= 320
    )


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
@pytest.mark.parametrize("size", [(240, 200), (320, 220), (600, 300)])
def test_the_crosshair_covers_no_words(
    qtbot: QtBot, theme: Theme, size: tuple[int, int], metric: str
) -> None:
    chart = chart_of(qtbot, theme, size, record_of(1))
    chart.set_metric(metric)
    for epoch in range(1, EPOCHS + 1):
        chart.plot.point_at(epoch)
        box = QRectF(chart.plot.crosshair.box.geometry())
        assert is_inside(box, chart.plot)
        assert len(chart.plot.word_areas()) == 2
        assert not any(box.intersects(words) for words in chart.plot.word_areas())


@pytest.mark.parametrize("size", [(160, 110), (200, 140)])
def test_the_crosshair_stays_inside_a_plot_too_small_for_it(
    qtbot: QtBot, theme: Theme, size: tuple[int, int]
) -> None:
    chart = chart_of(qtbot, theme, size, record_of(1))
    for epoch in range(1, EPOCHS + 1):
        chart.plot.point_at(epoch)
        assert is_inside(QRectF(chart.plot.crosshair.box.geometry()), chart.plot)


@pytest.mark.parametrize("count", [1, 2])
def test_the_legend_leaves_out_what_does_not_fit(qtbot: QtBot, theme: Theme, count: int) -> None:
    chart = chart_of(qtbot, theme, (600, 300), *(record_of(run) for run in range(1, count + 1)))
    legend, said = chart.legend, []
    for width in range(1_400, 20, -20):
        legend.resize(width, legend.height())
        image = legend.grab().toImage()
        edge = {image.pixelColor(width - 1, y).name() for y in range(image.height())}
        assert len(edge) == 1  # nothing is painted where the legend ends
        shown = legend.shown()
        said.append((bool(shown.heading), len(shown.entries), shown.named))
    # The wider, the more; batches go first, then the heading, other runs, names, and curves.
    assert list(dict.fromkeys(said)) == [
        (True, 3 * count, True),
        (True, 2 * count, True),
        (False, 2 * count, True),
        *([(False, 2, True)] * (count - 1)),
        (False, 2, False),
        (False, 1, False),
        (False, 0, True),
    ]
    assert legend.shown().entries == () and "Training" in legend.toolTip()
