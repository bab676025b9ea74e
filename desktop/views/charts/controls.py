"""Plots without the controls that pyqtgraph gives them."""

from __future__ import annotations

import pyqtgraph as pg


def remove_controls(widget: pg.PlotWidget) -> pg.PlotItem:
    """Take menu, buttons and dragging away from `widget`, made with `enableMenu=False`.

    Returns its PlotItem.
    """
    plot = widget.getPlotItem()
    plot.ctrlMenu.setParent(widget)  # made in any case, and left behind without a parent
    plot.ctrlMenu.hide()
    plot.hideButtons()
    plot.getViewBox().setMouseEnabled(False, False)
    return plot
