"""How long the page *Train* takes to redraw with a long history; prints min, median and max.

    QT_QPA_PLATFORM=offscreen python -m tests.benchmarks.bench_live_view [--epochs N] [--layers N]

A frame is what the page does at one tick of its timer while a run reports an epoch at every tick,
the hardest case: new points, both charts, the histograms' share of the tick, and all painting.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.views.charts.weights.ridgeline import HistogramMode
from desktop.views.pages.train.page import TrainPage
from desktop.views.theme import Mode, Theme
from desktop.workers.reports import EpochEnded, Phase, Progress, WeightHistogram
from tests.views.charts.chart_reports import Reports, run_id, started


class Run:
    """Reports of a made-up run."""

    def __init__(self, reports: Reports, epochs: int, steps: int, layers: int) -> None:
        self.reports, self.steps, self.layers = reports, steps, layers
        self.random = np.random.default_rng(812)
        self.epoch = 0
        reports.runStarted.emit(replace(started(epochs=epochs), histograms=self.histograms(0)))

    def histograms(self, epoch: int) -> tuple[WeightHistogram, ...]:
        result = []
        for layer in range(self.layers):
            for weight, size in (("kernel", 4096), ("bias", 64)):
                values = self.random.normal(0.0, 0.05 + 0.0001 * epoch, min(size, 1024))
                counts, edges = np.histogram(values, bins=30)
                result.append(
                    WeightHistogram(
                        layer,
                        f"Dense {layer + 1}",
                        weight,
                        weight,
                        (size,),
                        counts,
                        edges,
                        float(values.min()),
                        float(values.max()),
                        float(values.mean()),
                        float(values.std()),
                        0,
                        0,
                    )
                )
        return tuple(result)

    def next_epoch(self) -> None:
        self.epoch += 1
        at = self.epoch - 1 + (np.arange(self.steps) + 1) / self.steps
        loss = 2 / (1 + at) * (1 + self.random.normal(0, 0.2, self.steps))
        values = {"loss": loss, "accuracy": 1 / (1 + np.abs(loss))}
        self.reports.progress.emit(
            Progress(
                run_id(1),
                Phase.TRAINING,
                self.epoch,
                self.steps,
                self.steps,
                0.5,
                1,
                1,
                {},
                at,
                values,
            )
        )
        end = float(loss.mean())
        logs = {"loss": end, "accuracy": 1 - end / 3, "val_loss": end * 1.1}
        logs["val_accuracy"] = 1 - end / 2.5
        self.reports.epochEnded.emit(
            EpochEnded(run_id(1), self.epoch, 0.1, logs, self.histograms(self.epoch))
        )


def measure(page: TrainPage, run: Run, frames: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each frame with new data: elapsed, and of processor time."""
    wall, processor = [], []
    for _ in range(frames):
        run.next_epoch()
        start, used = time.perf_counter(), time.process_time()
        page.refresh()
        QApplication.processEvents()  # lays out and paints
        processor.append(1000 * (time.process_time() - used))
        wall.append(1000 * (time.perf_counter() - start))
    return wall, processor


def show(name: str, times: tuple[list[float], list[float]]) -> None:
    wall, processor = times
    low, middle, high = min(wall), statistics.median(wall), max(wall)
    print(f"{name:<44} {low:7.1f} {middle:7.1f} {high:7.1f} {statistics.median(processor):14.1f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1000)
    parser.add_argument("--layers", type=int, default=20)
    parser.add_argument("--steps", type=int, default=469)
    parser.add_argument("--frames", type=int, default=60)
    options = parser.parse_args()
    app = QApplication([])
    theme = Theme(Mode.LIGHT)
    theme.apply()
    reports = Reports()
    page = TrainPage(reports, theme)  # type: ignore[arg-type]
    page.prepare()
    page.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen, False)
    run = Run(reports, options.epochs * 2, options.steps, options.layers)
    start = time.perf_counter()
    for _ in range(options.epochs):
        run.next_epoch()
    seconds = time.perf_counter() - start
    print(
        f"{options.epochs} epochs of {options.steps} steps, {options.layers} layers,"
        f" {len(page.charts.runs.records[0].curves.weights)} histograms kept;"
        f" taken in within {seconds:.2f} s"
    )
    print(f"{'milliseconds':<44} {'min':>7} {'median':>7} {'max':>7} {'processor':>14}")
    for width, height in ((760, 700), (1100, 900)):
        page.resize(width, height)
        page.show()
        app.processEvents()
        for mode in HistogramMode:
            page.charts.histograms.set_mode(mode)
            for smoothing in (0, 60):
                page.charts.smoothing.setValue(smoothing)
                measure(page, run, 5)
                times = measure(page, run, options.frames)
                show(f"redraw {width}x{height} {mode} smoothing {smoothing / 100}", times)
        page.charts.histograms.open_layer(0)
        times = measure(page, run, options.frames)
        show(f"redraw {width}x{height} one layer large", times)
        page.charts.histograms.close_layer()
    page.close()


if __name__ == "__main__":
    main()
