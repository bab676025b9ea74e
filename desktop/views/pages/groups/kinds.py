"""Which view each kind of group has."""

from __future__ import annotations

from desktop.views.pages.groups.view import GroupView

VIEWS: dict[str, type[GroupView]] = {}
