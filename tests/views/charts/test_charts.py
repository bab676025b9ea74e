"""Charts as widgets: what they draw, how they are read, and the files they make."""

from __future__ import annotations

import csv
import math
import os
import re
import stat
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from desktop.document.files import FileError
from desktop.engine.batch_count import BatchCount
from desktop.views.charts.curves.chart import CurveChart
from desktop.views.charts.curves.ranges import cut
from desktop.views.charts.curves.smoothing import smooth
from desktop.views.charts.export import Format, save
from desktop.views.charts.looks import Split
from desktop.views.charts.runs import LineKey, ShownRuns
from desktop.views.charts.weights.panel import HistogramPanel
from desktop.views.charts.weights.ridgeline import HistogramMode
from desktop.views.theme import DARK, LIGHT, Mode, Theme
from tests.views.charts.chart_reports import (
    Recorder,
    ended,
    epoch_ended,
    histogram,
    histograms,
    progress,
    started,
)

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LOSSES = [1.0, 0.6, 0.4, 0.5]
VALIDATION = [1.1, 0.7, 0.45, 0.65]


@pytest.fixture
def recorder() -> Recorder:
    recorder = Recorder()
    recorder(started(epochs=4))
    for epoch, (loss, val_loss) in enumerate(zip(LOSSES, VALIDATION, strict=True), start=1):
        at = epoch - 1 + np.array([0.25, 0.5, 0.75, 1.0])
        recorder(progress(at.tolist(), loss=(loss + 0.1 * (at - epoch)).tolist()))
        logs = {"loss": loss, "val_loss": val_loss}
        recorder(epoch_ended(epoch, logs, best=min(epoch, 3)))
    return recorder


@pytest.fixture
def chart(qtbot: QtBot, theme: Theme, recorder: Recorder) -> CurveChart:
    chart = CurveChart(theme, ShownRuns(recorder.kept))
    qtbot.addWidget(chart)
    chart.resize(500, 400)
    chart.grab()
    chart.refresh()
    return chart


# --- curves ---------------------------------------------------------------------------------------


def test_the_curves_hold_the_reported_points(chart: CurveChart, recorder: Recorder) -> None:
    x, y = chart.plot.drawn("training")
    np.testing.assert_array_equal(x, [1, 2, 3, 4])
    np.testing.assert_array_equal(y, LOSSES)
    np.testing.assert_array_equal(chart.plot.drawn("validation")[1], VALIDATION)
    np.testing.assert_array_equal(
        chart.plot.drawn("steps")[0], recorder.kept.curves.steps["loss"].x
    )


def test_curves_grow_with_the_run(chart: CurveChart, recorder: Recorder) -> None:
    recorder(epoch_ended(5, {"loss": 0.3, "val_loss": 0.35}))
    chart.refresh()
    assert chart.plot.drawn("training")[1][-1] == 0.3


def test_the_lines_of_several_runs_are_distinguished(
    chart: CurveChart, recorder: Recorder, tmp_path: Path
) -> None:
    other = Recorder()
    other(started(run=2, epochs=2))
    other(progress([0.5, 1.0], run=2, loss=[0.9, 0.8]))
    other(epoch_ended(1, {"loss": 0.85, "val_loss": 0.95}, run=2))
    runs = chart.plot.content.runs
    runs.records = (other.kept, recorder.kept)
    chart.refresh()
    assert len(chart.plot.lines) == 6
    drawn = {key: line.points()[1].tolist() for key, line in chart.plot.lines.items()}
    assert drawn[LineKey(other.kept.id, Split.TRAINING)] == [0.85]
    assert drawn[LineKey(other.kept.id, Split.VALIDATION)] == [0.95]
    assert drawn[LineKey(recorder.kept.id, Split.TRAINING)] == LOSSES
    assert len({entry.label for entry in chart.legend.entries}) == 6
    save(chart.figure(), tmp_path / "loss.csv", Format.CSV)
    assert {row["run"] for row in table(tmp_path / "loss.csv")} == {"run 1", "run 2"}
    runs.records = (other.kept,)
    chart.refresh()
    assert {key.run for key in chart.plot.lines} == {other.kept.id}


def test_validation_differs_by_more_than_color(chart: CurveChart) -> None:
    pens = {key.split: line.curve.opts["pen"] for key, line in chart.plot.lines.items()}
    assert pens["training"].style() == Qt.PenStyle.SolidLine
    assert pens["validation"].dashPattern()
    assert pens["steps"].widthF() == 1.0
    labels = [entry.label for entry in chart.legend.entries]
    assert labels == ["Each batch", "Training", "Validation"]


def test_smoothing_draws_the_average_and_keeps_the_original_faint(chart: CurveChart) -> None:
    chart.set_smoothing(0.7)
    expected, _ = smooth(np.array(LOSSES), 0.7)
    line = chart.plot.line("training")
    np.testing.assert_allclose(line.points()[1], expected)
    assert line.faint.isVisible()
    np.testing.assert_array_equal(line.faint.getData()[1], LOSSES)
    chart.set_smoothing(0.0)
    np.testing.assert_array_equal(line.points()[1], LOSSES)
    assert not line.faint.isVisible()


def test_the_logarithmic_axis(chart: CurveChart) -> None:
    chart.log_button.click()
    np.testing.assert_allclose(chart.plot.drawn("training")[1], np.log10(LOSSES))
    assert chart.plot.content.logarithmic
    axis = chart.plot.getPlotItem().getAxis("left")
    assert axis.tickStrings([-1.0, 0.0, 1.0], 1, 1) == ["0.1", "1", "10"]
    assert axis.tickStrings([-13.0, np.log10(2e-7), 5.0], 1, 1) == ["10⁻¹³", "2e−7", "10⁵"]


def test_the_best_epoch_and_the_early_stop_are_marked(
    chart: CurveChart, recorder: Recorder
) -> None:
    assert chart.plot.best_flag.epoch == 3
    assert chart.plot.best_flag.line.value() == 3
    assert "best so far: epoch 3" in chart.plot.best_flag.text.toPlainText()
    assert not chart.plot.stop_flag.line.isVisible()
    chart.set_metric("accuracy")
    assert chart.plot.best_flag.text.toPlainText() == "best loss: epoch 3"
    chart.set_metric("loss")
    recorder(ended(4, best=3, early=True))
    chart.refresh()
    assert chart.plot.best_flag.text.toPlainText() == "best: epoch 3"
    assert chart.plot.stop_flag.line.isVisible()
    assert chart.plot.stop_flag.line.value() == 4
    shade = chart.plot.shade.item.rect()
    assert (shade.left(), shade.right()) == (3, 4)


@pytest.mark.parametrize("best", [1, 2, 3, 4])
def test_the_words_of_the_best_epoch_stay_inside_a_small_chart(
    chart: CurveChart, recorder: Recorder, best: int
) -> None:
    chart.set_metric("accuracy")
    recorder.kept.best_epoch = best
    chart.resize(210, 240)
    chart.grab()
    chart.refresh()
    chart.grab()
    text = chart.plot.best_flag.text
    assert text.isVisible()
    inside = chart.plot.getViewBox().sceneBoundingRect().adjusted(-1, -1, 1, 1)
    assert inside.contains(text.mapRectToScene(text.boundingRect()))


def test_values_that_are_not_finite_are_triangles_at_the_edge(
    chart: CurveChart, recorder: Recorder
) -> None:
    recorder(progress([4.25, 4.5], loss=[math.nan, 0.4]))
    recorder(epoch_ended(5, {"loss": math.inf, "val_loss": math.nan}))
    chart.refresh()
    (_, _), (low, high) = chart.plot.ranges
    marks = sorted(chart.plot.edge_marks.positions())
    assert [x for x, _ in marks] == [4.25, 5, 5]
    assert all(low < y < high and (high - y) < 0.1 * (high - low) for _, y in marks)
    assert len(set(marks)) == 3  # none hides another
    assert np.isfinite([low, high]).all()
    assert math.isnan(chart.plot.drawn("training")[1][-1])


def test_a_loss_of_zero_is_marked_below_on_a_logarithmic_axis(
    chart: CurveChart, recorder: Recorder
) -> None:
    recorder(epoch_ended(5, {"loss": 0.0, "val_loss": 0.4}))
    chart.set_logarithmic(True)
    (_, _), (low, high) = chart.plot.ranges
    ((x, y),) = chart.plot.edge_marks.positions()
    assert x == 5
    assert low < y < low + 0.05 * (high - low)


def test_a_wild_batch_does_not_flatten_the_chart(chart: CurveChart, recorder: Recorder) -> None:
    at = np.linspace(4.001, 4.9, 200)
    values = np.full(200, 0.4)
    values[77] = 1e6
    recorder(progress(at.tolist(), loss=values.tolist()))
    chart.refresh()
    assert chart.plot.ranges[1][1] < 10
    chart.outliers_action.setChecked(False)
    assert chart.plot.ranges[1][1] > 1e6


def test_the_legend_tells_last_least_and_greatest(chart: CurveChart) -> None:
    training = next(e for e in chart.legend.entries if e.look.label == "Training")
    assert training.cells == ("0.5", "0.4", "1")
    assert "Validation last 0.65, min 0.45, max 1.1" in chart.legend.accessibleName()


@pytest.mark.parametrize("width", [200, 300, 900])
def test_the_legend_is_one_line_and_says_which_values_it_shows(
    chart: CurveChart, width: int
) -> None:
    chart.resize(width, 400)
    chart.legend.resize(width - 20, chart.legend.height())
    shown = chart.legend.shown()
    names = [entry.label for entry in shown.entries]
    assert {"Training", "Validation"} <= set(names)
    assert chart.legend.height() < 20
    if width == 900:
        assert (shown.heading, len(names)) == ("last", 3)
        chart.set_smoothing(0.5)
        assert chart.legend.shown().heading == "last measured"
    for cell in ("0.65", "0.45", "1.1"):
        assert cell in chart.legend.toolTip()


def test_smoothed_lines_stand_beside_values_that_are_not(chart: CurveChart) -> None:
    chart.set_smoothing(0.5)
    chart.plot.point_at(2)
    first = chart.plot.crosshair.box.accessibleName().splitlines()[0]
    assert first == "Epoch 2, not smoothed"


def test_the_menu_tells_how_to_zoom(chart: CurveChart) -> None:
    hints = [action.text() for action in chart.menu().actions() if "\t" in action.text()]
    assert [hint.split("\t")[1] for hint in hints] == [
        "Ctrl+Wheel up",
        "Ctrl+Wheel down",
        "Double-click",
    ]


def test_the_chart_describes_itself(chart: CurveChart) -> None:
    text = chart.plot.accessibleDescription()
    assert text == "Validation loss lowest 0.45 at epoch 3, rising since."


# --- crosshair ------------------------------------------------------------------------------------


def test_the_crosshair_follows_the_mouse_and_reads_the_values(
    chart: CurveChart, qtbot: QtBot
) -> None:
    plot = chart.plot
    scene = plot.getViewBox().mapViewToScene(QPointF(2.02, 0.5))
    chart.show()
    qtbot.mouseMove(plot.viewport(), plot.mapFromScene(scene))
    assert plot.pointed_at == 2  # jumps to the epoch beside it
    text = plot.crosshair.box.accessibleName()
    assert text.splitlines() == [
        "Epoch 2",
        "Each batch: 0.6",
        "Training: 0.6",
        "Validation: 0.7",
    ]
    assert not plot.crosshair.box.isHidden()
    plot.point_at(None)
    assert plot.crosshair.box.isHidden()


def test_arrow_keys_move_the_crosshair_from_epoch_to_epoch(chart: CurveChart, qtbot: QtBot) -> None:
    plot = chart.plot
    keys = [Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End]
    seen = []
    for key in keys:
        qtbot.keyClick(plot, key)
        seen.append(plot.pointed_at)
    assert seen == [1, 2, 3, 2, 4]
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.pointed_at is None


def test_keys_zoom_and_fit(chart: CurveChart, qtbot: QtBot) -> None:
    full = chart.plot.ranges[0]
    qtbot.keyClick(chart.plot, Qt.Key.Key_Plus)
    x0, x1 = chart.plot.ranges[0]
    assert x1 - x0 < full[1] - full[0]
    chart.plot.zoom(0.001)  # the crosshair keys bring their epoch into view
    qtbot.keyClick(chart.plot, Qt.Key.Key_End)
    assert chart.plot.ranges[0][0] <= 4 <= chart.plot.ranges[0][1]
    qtbot.keyClick(chart.plot, Qt.Key.Key_0)
    assert chart.plot.ranges[0] == full


# --- themes ---------------------------------------------------------------------------------------


def corner(chart: CurveChart) -> str:
    """The color of the plot's background."""
    image = chart.plot.grab().toImage()
    return image.pixelColor(image.width() - 3, 2).name().upper()


def test_a_chart_follows_the_theme(chart: CurveChart, theme: Theme) -> None:
    for mode, tokens in ((Mode.LIGHT, LIGHT), (Mode.DARK, DARK)):
        theme.set_mode(mode)
        assert corner(chart) == tokens.surface
        for name, token in (("training", tokens.accent), ("validation", tokens.validation)):
            color = chart.plot.line(name).curve.opts["pen"].color()
            assert color.name().upper() == token


# --- histograms -----------------------------------------------------------------------------------


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, recorder: Recorder) -> HistogramPanel:
    panel = HistogramPanel(theme, ShownRuns(recorder.kept))
    qtbot.addWidget(panel)
    panel.resize(700, 320)
    panel.refresh()
    panel.show()
    qtbot.waitExposed(panel)
    panel.refresh()
    return panel


def test_a_tile_for_every_layer_with_weights(panel: HistogramPanel) -> None:
    assert [tile.title for tile in panel.grid.tiles.values()] == [
        "Dense 2 kernel",
        "Dense 3 kernel",
    ]
    panel.set_weight("bias")
    assert [tile.title for tile in panel.grid.tiles.values()] == ["Dense 2 bias", "Dense 3 bias"]


def test_a_layer_without_the_weight_shows_its_own(
    panel: HistogramPanel, recorder: Recorder
) -> None:
    extra = (histogram(5, "gamma"), histogram(5, "beta"))
    recorder.kept.curves.weights.add(5, (*histograms(5), *extra))
    panel.refresh()
    assert panel.grid.tiles[5].title == "Dense 6 gamma"
    names = [panel.header.weight_box.itemData(i) for i in range(panel.header.weight_box.count())]
    assert names == ["kernel", "bias", "gamma", "beta"]


def test_each_of_two_kernels_of_a_layer_can_be_shown(
    panel: HistogramPanel, recorder: Recorder
) -> None:
    """As a layer has that is made of two others; the engine tells them apart by their paths."""
    kernels = {"forward/kernel": (-3.0, 3.0), "backward/kernel": (-9.0, 9.0)}
    both = tuple(histogram(5, name, values) for name, values in kernels.items())
    recorder.kept.curves.weights.add(5, (*histograms(5), *both))
    panel.refresh()
    panel.open_layer(5)
    names = [panel.header.weight_box.itemData(i) for i in range(panel.header.weight_box.count())]
    assert names == list(kernels)
    for name, (_, largest) in kernels.items():
        panel.set_weight(name)
        assert panel.detail.reservoir is not None
        shown = panel.detail.reservoir.last[1]
        assert (shown.weight, shown.maximum) == (name, largest)


@pytest.mark.parametrize("mode", list(HistogramMode))
@pytest.mark.parametrize("theme_mode", [Mode.LIGHT, Mode.DARK])
def test_epoch_0_stays_as_a_dashed_ghost(
    panel: HistogramPanel, theme: Theme, mode: HistogramMode, theme_mode: Mode
) -> None:
    panel.set_mode(mode)
    theme.set_mode(theme_mode)
    panel.refresh()
    image = panel.grid.tiles[1].grab().toImage()
    ghost = theme.tokens.color("validation")
    near = sum(
        abs(image.pixelColor(x, y).red() - ghost.red())
        + abs(image.pixelColor(x, y).green() - ghost.green())
        + abs(image.pixelColor(x, y).blue() - ghost.blue())
        < 60
        for x in range(image.width())
        for y in range(24, image.height())
    )
    assert near > 15


def test_the_ghost_is_still_epoch_0_after_many_epochs(
    panel: HistogramPanel, recorder: Recorder
) -> None:
    for epoch in range(5, 300):
        recorder.kept.curves.weights.add(epoch, histograms(epoch))
    reservoir = recorder.kept.curves.weights.reservoir(1, "kernel")
    assert reservoir is not None
    assert reservoir.first[0] == 0
    assert reservoir.last[0] == 299
    assert len(reservoir) <= 100


def test_painting_stops_when_the_time_is_up_and_continues_later(panel: HistogramPanel) -> None:
    panel.set_mode(HistogramMode.OVERLAY)
    for tile in panel.grid.tiles.values():
        tile.stale = True
    assert panel.refresh(budget=0.0)
    assert sum(tile.stale for tile in panel.grid.tiles.values()) == 1
    assert not panel.refresh(budget=0.0)
    assert not any(tile.stale for tile in panel.grid.tiles.values())


def test_a_layer_opens_large_and_closes(panel: HistogramPanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.grid.tiles[2], Qt.MouseButton.LeftButton)
    assert panel.opened_layer == 2
    assert panel.pages.currentWidget() is panel.detail
    qtbot.keyClick(panel.detail.slider, Qt.Key.Key_Escape)
    assert panel.opened_layer is None
    qtbot.keyClick(panel.grid.tiles[1], Qt.Key.Key_Return)
    assert panel.opened_layer == 1
    panel.header.back_button.click()
    assert panel.pages.currentWidget() is panel.grid


def test_the_large_chart_tells_the_statistics_of_the_epoch_picked(
    panel: HistogramPanel, recorder: Recorder
) -> None:
    panel.open_layer(1)
    assert panel.detail.epoch == 4
    assert "Max 1.4" in panel.detail.text()
    panel.detail.pick(2)
    assert "Max 1.2" in panel.detail.text()
    assert panel.detail.view.chosen == 2
    recorder.kept.curves.weights.add(5, histograms(5))
    panel.refresh()
    assert panel.detail.epoch == 2  # stays where the user looks
    panel.detail.pick(5)
    recorder.kept.curves.weights.add(6, histograms(6))
    panel.refresh()
    assert panel.detail.epoch == 6  # at the newest, it follows


def test_weights_that_are_not_finite_are_reported(
    panel: HistogramPanel, recorder: Recorder
) -> None:
    recorder.kept.curves.weights.add(5, [histogram(1, "kernel", [0.0, 1.0, math.nan, math.inf])])
    panel.open_layer(1)
    assert "Not finite 2" in panel.detail.text()
    assert "Zeros 25 %" in panel.detail.text()
    panel.close_layer()
    assert "2 values are not numbers" in panel.grid.tiles[1].accessibleName()


# --- files ----------------------------------------------------------------------------------------


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_the_table_of_a_chart_has_every_value_in_full(
    chart: CurveChart, recorder: Recorder, tmp_path: Path
) -> None:
    recorder(epoch_ended(5, {"loss": 1 / 3, "val_loss": 2 / 3}))
    path = tmp_path / "loss.csv"
    save(chart.figure(), path, Format.CSV)
    rows = table(path)
    batches = [row for row in rows if row["batch_loss"]]
    ends = [row for row in rows if row["loss"]]
    assert [float(row["batch_loss"]) for row in batches] == recorder.kept.curves.steps[
        "loss"
    ].y.tolist()
    assert [float(row["epoch"]) for row in batches] == recorder.kept.curves.steps["loss"].x.tolist()
    assert [int(row["step"]) for row in batches] == list(range(1, 17))
    assert [float(row["loss"]) for row in ends] == [*LOSSES, 1 / 3]
    assert [float(row["val_loss"]) for row in ends] == [*VALIDATION, 2 / 3]
    positions = [float(row["epoch"]) for row in rows]
    assert positions == sorted(positions)


def texts(path: Path) -> list[str]:
    root = ElementTree.parse(path).getroot()
    found = root.iter("{http://www.w3.org/2000/svg}text")
    return [text for element in found if (text := "".join(element.itertext()).strip())]


def test_a_drawing_has_title_legend_and_axis_titles(chart: CurveChart, tmp_path: Path) -> None:
    path = tmp_path / "loss.svg"
    save(chart.figure(), path, Format.SVG)
    written = texts(path)
    for text in ("Loss", "Each batch", "Training", "Validation", "epoch", "loss"):
        assert text in written
    assert "best so far: epoch 3" in " ".join(written)
    assert {"0", "1", "2", "3", "4"} <= set(written)


def test_an_image_has_the_size_and_the_curves(chart: CurveChart, tmp_path: Path) -> None:
    path = tmp_path / "loss.png"
    save(chart.figure(), path, Format.PNG)
    image = QImage(str(path))
    assert (image.width(), image.height()) == (1920, 1120)
    colors = {
        image.pixelColor(x, y).name().upper() for x in range(0, 1920, 2) for y in range(0, 1120, 2)
    }
    assert {LIGHT.surface, LIGHT.accent, LIGHT.validation} <= colors


def thickness(image: QImage, column: int, color: str) -> int:
    """The most pixels of a color on top of one another."""
    pixels = [image.pixelColor(column, y).name().upper() == color for y in range(image.height())]
    runs = "".join("x" if pixel else " " for pixel in pixels).split()
    return max(map(len, runs), default=0)


@pytest.mark.parametrize("epochs", [4, 200])
def test_lines_are_as_wide_in_a_picture_of_more_pixels(
    chart: CurveChart, tmp_path: Path, epochs: int
) -> None:
    recorder = Recorder()
    recorder(started(epochs=epochs))
    for epoch in range(1, epochs + 1):
        recorder(epoch_ended(epoch, {"loss": 0.5}))
    chart.plot.content.runs.records = (recorder.kept,)
    chart.refresh()
    save(chart.figure(), tmp_path / "loss.png", Format.PNG)
    assert thickness(QImage(str(tmp_path / "loss.png")), 1100, LIGHT.accent) == (
        4 if epochs == 4 else 2
    )
    twice = QImage(2 * chart.legend.size(), QImage.Format.Format_RGB32)
    twice.setDevicePixelRatio(2)
    chart.legend.render(twice)
    wide = [thickness(twice, column, LIGHT.accent) for column in range(twice.width())]
    assert wide.count(4) > 10  # the line; the marker in its middle is thicker


def test_histograms_as_a_table_and_a_drawing(
    panel: HistogramPanel, recorder: Recorder, tmp_path: Path
) -> None:
    save(panel.figure(), tmp_path / "weights.csv", Format.CSV)
    rows = table(tmp_path / "weights.csv")
    reservoir = recorder.kept.curves.weights.reservoir(2, "kernel")
    assert reservoir is not None
    mine = [r for r in rows if r["layer"] == "Dense 3" and r["epoch"] == "4"]
    assert [int(r["count"]) for r in mine] == reservoir.last[1].counts.tolist()
    edges = [float(r["bin_left"]) for r in mine] + [float(mine[-1]["bin_right"])]
    assert edges == reservoir.last[1].edges.tolist()
    assert {int(r["epoch"]) for r in rows} == {0, 1, 2, 3, 4}
    save(panel.figure(), tmp_path / "weights.svg", Format.SVG)
    written = texts(tmp_path / "weights.svg")
    for text in ("Weights by epoch", "Dense 2 kernel", "weight value", "epoch", "epoch 0 (start)"):
        assert text in written
    panel.open_layer(1)
    panel.set_mode(HistogramMode.OVERLAY)
    save(panel.figure(), tmp_path / "one.svg", Format.SVG)
    written = texts(tmp_path / "one.svg")
    assert "Dense 2 kernel by epoch" in written
    assert "values per bin" in written


def test_the_export_button_saves_and_says_so(
    chart: CurveChart, qtbot: QtBot, tmp_path: Path
) -> None:
    for kind in Format:
        path = tmp_path / f"loss.{kind}"
        with qtbot.waitSignal(chart.export_button.saved) as saved:
            chart.export_button.export(path, kind)
        assert saved.args == [str(path)]
        assert path.stat().st_size > 200


def test_a_folder_that_is_not_there_is_reported(
    chart: CurveChart, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "missing" / "loss.csv"
    with qtbot.waitSignal(chart.export_button.failed) as failed:
        chart.export_button.export(path, Format.CSV)
    assert failed.args is not None
    assert "loss.csv could not be saved: the file or its folder does not exist" in failed.args[0]
    box = chart.findChild(QMessageBox, "exportFailed")
    assert box is not None
    assert box.text() == failed.args[0]
    box.close()


def test_a_folder_of_that_name_is_reported(chart: CurveChart, tmp_path: Path) -> None:
    (tmp_path / "loss.svg").mkdir()
    with pytest.raises(FileError, match="is a folder; choose a file name"):
        save(chart.figure(), tmp_path / "loss.svg", Format.SVG)
    assert [p.name for p in tmp_path.iterdir()] == ["loss.svg"]


def test_a_chart_is_written_through_a_link(chart: CurveChart, tmp_path: Path) -> None:
    path, link = tmp_path / "loss.svg", tmp_path / "link.svg"
    path.touch()
    path.chmod(0o640)
    link.symlink_to(path)
    save(chart.figure(), link, Format.SVG)
    assert link.is_symlink()
    assert "svg" in path.read_text(encoding="utf-8")
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_read_only_file_is_not_replaced_by_a_chart(
    chart: CurveChart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "loss.csv"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o444)
    if os.access(path, os.W_OK):  # nothing is forbidden to root
        monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(FileError, match="you have no permission"):
        save(chart.figure(), path, Format.CSV)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_writing_leaves_the_permissions_of_new_files_alone(
    chart: CurveChart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mask belongs to the whole program: another thread may make a file meanwhile."""
    monkeypatch.setattr(os, "umask", lambda _mask: pytest.fail("the mask was changed"))
    save(chart.figure(), tmp_path / "loss.csv", Format.CSV)


@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_a_name_without_an_ending_replaces_no_file_unasked(
    chart: CurveChart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    path = tmp_path / "loss.svg"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "loss"), ""))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton[answer])
    menu = chart.export_button.menu()
    next(action for action in menu.actions() if "SVG" in action.text()).trigger()
    assert (path.read_text(encoding="utf-8") == "old") == (answer == "No")


def epoch_of_batches(epoch: int, rows: int, batch_size: int) -> list[float]:
    ends = [min(end, rows) / rows for end in range(batch_size, rows + batch_size, batch_size)]
    return [epoch - 1 + end for end in ends]


def test_the_table_counts_every_batch_once(chart: CurveChart, tmp_path: Path) -> None:
    recorder = Recorder()
    # Three batches of 30 rows, the last one of 7; then two of 50; then some of 10, broken off.
    plan = [(1, 0, 30, 67), (2, 2, 50, 100), (3, 3, 10, 100)]
    for run, first, batch_size, rows in plan:
        epochs = (1, 2) if run == 1 else (first + 1,)
        recorder(started(run, first, len(epochs), rows=rows, batch_size=batch_size))
        for epoch in epochs:
            at = epoch_of_batches(epoch, rows, batch_size)
            at = at[:4] if run == 3 else at
            recorder(progress(at, run, loss=[0.5] * len(at)))
            if run < 3:
                recorder(epoch_ended(epoch, {"loss": 0.5}, run))
    chart.plot.content.runs.records = (recorder.kept,)
    save(chart.figure(), tmp_path / "loss.csv", Format.CSV)
    rows_of = table(tmp_path / "loss.csv")
    batches = [int(row["step"]) for row in rows_of if row["batch_loss"]]
    assert batches == list(range(1, 3 + 3 + 2 + 4 + 1))
    ends = [int(row["step"]) for row in rows_of if row["loss"]]
    assert ends == [3, 6, 8]


@pytest.mark.parametrize(("rows", "batch_size"), [(60_000, 32), (54_000, 1_000), (1_437, 64)])
def test_batches_are_counted_exactly_in_long_trainings(rows: int, batch_size: int) -> None:
    count = BatchCount()
    count.begin(started(rows=rows, batch_size=batch_size))
    steps = -(-rows // batch_size)
    at = np.array(epoch_of_batches(3_000, rows, batch_size))
    np.testing.assert_array_equal(count.at(at), 2_999 * steps + np.arange(1, steps + 1))


def coordinates(path: Path) -> list[float]:
    """All coordinates of the lines of a drawing."""
    numbers = []
    for element in ElementTree.parse(path).getroot().iter():
        for attribute in ("points", "d"):
            numbers += re.findall(r"-?[0-9.]+(?:e[-+]?[0-9]+)?", element.get(attribute, ""))
    return [float(number) for number in numbers]


def test_values_off_the_scale_leave_an_exported_chart(
    chart: CurveChart, recorder: Recorder, tmp_path: Path
) -> None:
    at = 4 + np.arange(1, 41) / 40
    wild = np.full(40, 0.3)
    wild[20] = 1e6
    recorder(progress(at.tolist(), loss=wild.tolist()))
    chart.refresh()
    save(chart.figure(), tmp_path / "loss.svg", Format.SVG)
    assert max(map(abs, coordinates(tmp_path / "loss.svg"))) < 1_000


def test_a_line_ends_where_it_leaves_the_range() -> None:
    x, y = cut((np.arange(6.0), np.array([0.5, 2.5, 2.5, -1.0, 0.0, math.nan])), 0.0, 1.0)
    gap = math.nan
    np.testing.assert_allclose(x, [0, 0.25, 1, 2, 2 + 1.5 / 3.5, 2 + 2.5 / 3.5, 3, 4, 5])
    np.testing.assert_allclose(y, [0.5, 1, gap, gap, 1, 0, gap, 0, gap])
