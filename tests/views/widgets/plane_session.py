"""A session with points in a plane, for tests of the widgets that show it."""

from __future__ import annotations

from desktop.engine.reports import DataSummary
from tests.views.charts.chart_reports import Reports


class PlaneSession(Reports):
    """Notes for which squares the prediction (`planes`) or the hidden units (`units`) are asked."""

    has_model = False

    def __init__(self, summary: DataSummary) -> None:
        super().__init__()
        self.summary = summary
        self.planes: list[tuple[float, float]] = []
        self.units: list[tuple[float, float]] = []

    def predict_surface(self, extent: tuple[float, float]) -> None:
        self.planes.append(extent)

    def predict_units(self, extent: tuple[float, float]) -> None:
        self.units.append(extent)
