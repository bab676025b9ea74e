"""Which view each kind of group has."""

from __future__ import annotations

from desktop.views.pages.groups.repeat import RepeatView
from desktop.views.pages.groups.sweep.view import SweepView
from desktop.views.pages.groups.view import GroupView
from desktop.workers.trials import GRID, REPEAT, SEARCH

VIEWS: dict[str, type[GroupView]] = {REPEAT: RepeatView, GRID: SweepView, SEARCH: SweepView}
