"""Tab goes through a window as one reads it, wherever its panels are and whatever they show.

Qt's own order is the one in which widgets were made: forms that are made again later come last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QScrollArea, QWidget


def move_focus(window: QWidget, forward: bool) -> bool:
    """Give the focus to what comes next in `window`, or before. Returns whether there is any."""
    now = window.focusWidget()
    stops = list(_stops(window, now))
    place = stops.index(now) if now in stops else -1 if forward else 0
    target = stops[(place + (1 if forward else -1)) % len(stops)] if stops else now
    if target is None or target is now:
        return False
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    target.setFocus(reason)
    _scroll_to(target)
    return True


def _scroll_to(widget: QWidget) -> None:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()


def _stops(widget: QWidget, now: QWidget | None) -> Iterator[QWidget]:
    """What takes the focus by Tab in `widget`, and `now`, which may have it by a click."""
    by_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled()
    if widget is now or (by_tab and widget.focusProxy() is None):
        yield widget
    inside = {  # without what has no stops, such as the handles between panels, which overlap them
        child: stops
        for child in widget.children()
        if isinstance(child, QWidget) and child.isVisible() and not child.isWindow()
        if (stops := list(_stops(child, now)))
    }
    for child in _reading_order(list(inside)):
        yield from inside[child]


def _reading_order(widgets: list[QWidget]) -> list[QWidget]:
    """Rows from the top; what cannot be parted into rows, in columns from the left; and so on."""
    for before, after in ((QRect.top, QRect.bottom), (QRect.left, QRect.right)):
        groups = _groups(widgets, before, after)
        if len(groups) > 1:
            return [widget for group in groups for widget in _reading_order(group)]
    return sorted(widgets, key=lambda widget: (widget.y(), widget.x()))


def _groups(
    widgets: list[QWidget], before: Callable[[QRect], int], after: Callable[[QRect], int]
) -> list[list[QWidget]]:
    """`widgets` in groups between which a straight line can be drawn, in the order of `before`."""
    groups: list[list[QWidget]] = []
    end = 0
    for widget in sorted(widgets, key=lambda each: before(each.geometry())):
        if not groups or before(widget.geometry()) > end:
            groups.append([])
            end = after(widget.geometry())
        groups[-1].append(widget)
        end = max(end, after(widget.geometry()))
    return groups
