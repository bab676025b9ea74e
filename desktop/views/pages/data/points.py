"""Points are added to the plane and erased with the mouse or the keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.document.data import PlanePoints, Point
from desktop.document.text import decimal_text
from desktop.views.theme import SPACE_XS, Theme, scaled
from desktop.views.widgets.controls import Slider
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.plane.card import PlaneCard
from desktop.views.widgets.plane.view import PlaneView
from desktop.views.workspace import Workspace
from desktop.workers.reports import DataSummary
from desktop.workers.session import Session

APART = 14  # pixels between the points that one drag adds
NEAR = 9  # pixels from the mouse within which points are erased
KEY_STEP = 0.05  # of the plane, by an arrow key
HINT = "Click or drag to add training points, right-click to erase"
BUSY = "Points can be changed when the training is over"
OUTDATED = "The prediction is for the points as they were; train again"


class EditablePlane(PlaneView):
    """A plane with points that can be added and erased while it `is_editable`.

    Signals:
        drawn: points of the class or value `target` were added, one gesture: a list of (x, y).
        erased: points were erased, one gesture: a list of (x, y).
        chosen: the key of a class, from 0, or of the eraser, -1, was pressed.
        refused: a gesture came while there can be none.
    """

    drawn = Signal(object)
    erased = Signal(object)
    chosen = Signal(int)
    refused = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.is_editable = False
        self.is_erasing = False
        self.target = 0.0
        self._gesture: list[tuple[float, float]] | None = None
        self._erases = False  # the gesture
        self._cursor: tuple[float, float] | None = None  # of the keys
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # --- gestures -----------------------------------------------------------------------------

    def _begin(self, place: QPointF, erases: bool) -> None:
        if not self.square.contains(place):
            return
        if not self.is_editable:
            self.refused.emit()
            return
        self._gesture, self._erases = [], erases
        self._continue(place)

    def _continue(self, place: QPointF) -> None:
        gesture = self._gesture
        if gesture is None or not self.square.contains(place):
            return
        if self._erases:
            gesture += [each for each in self._near(place) if each not in gesture]
        elif not gesture or _distance(self.to_widget(*gesture[-1]), place) >= scaled(APART):
            gesture.append(self.to_plane(place))
        self.update()

    def _end(self) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture:
            (self.erased if self._erases else self.drawn).emit(gesture)
        self.update()

    def _near(self, place: QPointF) -> list[tuple[float, float]]:
        """The points that are erased by the mouse at `place`."""
        if self.summary is None:
            return []
        low, high = self.extent
        radius = scaled(NEAR) / self.square.width() * (high - low)
        x = np.concatenate([split.x for split in self.splits])
        found = x[np.hypot(*(x - np.array(self.to_plane(place))).T) <= radius]
        return [(float(a), float(b)) for a, b in found]

    # --- Qt -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        button = event.button()
        self._cursor = None
        if button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            erases = self.is_erasing or button == Qt.MouseButton.RightButton
            self._begin(event.position(), erases)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._continue(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = Qt.Key(event.key()), event.text()
        moves = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        if key in moves:
            self._move_cursor(*moves[key])
        elif text in tuple("12345"):
            self.chosen.emit(int(text) - 1)
        elif key == Qt.Key.Key_E:
            self.chosen.emit(-1)
        elif self._cursor is not None and key in (
            Qt.Key.Key_Space,
            Qt.Key.Key_Return,
            Qt.Key.Key_Delete,
        ):
            self._begin(self.to_widget(*self._cursor), self.is_erasing or key == Qt.Key.Key_Delete)
            self._end()
        else:
            super().keyPressEvent(event)

    def _move_cursor(self, across: int, up: int) -> None:
        low, high = self.extent
        x, y = self._cursor or ((low + high) / 2, (low + high) / 2)
        step = KEY_STEP * (high - low) / 2
        if self._cursor is not None:
            x, y = (min(max(each, low), high) for each in (x + across * step, y + up * step))
        self._cursor = x, y
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, tokens = QPainter(self), self.theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = float(scaled(4))
        for x, y in self._gesture or ():
            place = self.to_widget(x, y)
            painter.setPen(QPen(tokens.color("text"), 1.5))
            if self._erases:
                painter.setBrush(tokens.color("surface"))
            else:
                painter.setBrush(self.color_of(self.target))
            painter.drawEllipse(place, radius, radius)
        if self.hasFocus() and self._cursor is not None:
            place, arm = self.to_widget(*self._cursor), scaled(7)
            painter.setPen(QPen(tokens.color("text"), 2))
            painter.drawLine(place - QPointF(arm, 0), place + QPointF(arm, 0))
            painter.drawLine(place - QPointF(0, arm), place + QPointF(0, arm))
        painter.end()


class PointsCard(PlaneCard):
    """The plane of the page *Data*: where the source is made of points, they can be edited.

    Every gesture is one undo step. What is edited are training points; those that are held out can
    be erased, but none is added to them.
    """

    def __init__(
        self,
        workspace: Workspace,
        session: Session,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        self.plane = EditablePlane(theme)
        super().__init__(session, theme, parent, self.plane)
        self._workspace, self._session, self._theme = workspace, session, theme
        self.tools = QWidget()
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        self._group = QButtonGroup(self)
        self.classes: list[QToolButton] = []
        for number in range(5):
            self.classes.append(self._tool(f"Add points of class {number} ({number + 1})"))
            self.classes[-1].setText(str(number))
            self._group.addButton(self.classes[-1], number)
        self.value = Slider(self)
        self.value.setRange(-100, 100)
        self.value.setValue(100)
        self.value.setAccessibleName("Value of added points, in hundredths")
        self.value.setFixedWidth(scaled(90))
        self.value_text = QLabel()
        self.value.valueChanged.connect(self._choose)
        self.eraser = self._tool("Erase points (E)")
        self.eraser.setText("Erase")
        self._group.addButton(self.eraser, 5)
        self.classes[0].setChecked(True)
        self._group.idClicked.connect(self._choose)
        self.hint = muted_label()
        for widget in (*self.classes, self.value, self.value_text, self.eraser):
            row.addWidget(widget)
        row.addStretch(1)
        # Above the plane, which may not be seen as a whole.
        self.body.insertWidget(0, self.tools)
        self.body.insertWidget(1, self.hint)
        self.plane.drawn.connect(self._add)
        self.plane.erased.connect(self._erase)
        self.plane.chosen.connect(self._choose_by_key)
        self.plane.refused.connect(self._refuse)
        session.stateChanged.connect(self._show_state)
        session.dataLoaded.connect(self._show_tools)
        session.modelReset.connect(self._show_state)
        theme.changed.connect(self._recolor)
        self._recolor()
        self._show_tools(session.summary)

    def _tool(self, tip: str) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _recolor(self) -> None:
        side = scaled(12)
        for button, color in zip(self.classes, self._theme.tokens.classes, strict=True):
            swatch = QPixmap(QSize(side, side))
            swatch.fill(color)
            button.setIcon(QIcon(swatch))
        self.eraser.setIcon(self._theme.icon("mdi6.eraser"))

    @Slot(object)
    def _show_tools(self, summary: DataSummary | None) -> None:
        """Show what can be added to the data in use."""
        source = summary.source if summary is not None else None
        self.tools.setVisible(isinstance(source, PlanePoints))
        self.hint.setVisible(isinstance(source, PlanePoints))
        if isinstance(source, PlanePoints):
            count = source.class_count
            for number, button in enumerate(self.classes):
                button.setVisible(number < count)
            self.value.setVisible(not count)
            self.value_text.setVisible(not count)
            # Of numbers, nothing but the eraser can be chosen instead of the slider.
            self._group.setExclusive(bool(count))
            chosen = self._group.checkedId()
            if not count and 0 <= chosen < len(self.classes):
                self.classes[chosen].setChecked(False)
            elif count and not self.eraser.isChecked() and not 0 <= chosen < count:
                self.classes[0].setChecked(True)
            self._choose()
        self._show_state()

    @Slot()
    def _choose(self) -> None:
        """Add points of what is chosen."""
        chosen = self._group.checkedId()
        if self.sender() is self.value:
            self.eraser.setChecked(False)
        self.plane.is_erasing = self.eraser.isChecked()
        source = self._workspace.project.data
        has_classes = isinstance(source, PlanePoints) and source.class_count > 0
        value = self.value.value() / 100
        self.plane.target = float(max(chosen, 0)) if has_classes else value
        self.value_text.setText(decimal_text(value))

    @Slot(int)
    def _choose_by_key(self, number: int) -> None:
        button = self.eraser if number < 0 else self.classes[number]
        if not button.isHidden():
            button.setChecked(True)
            self._choose()

    @Slot()
    def _show_state(self) -> None:
        busy = self._session.is_busy
        source = self._workspace.project.data
        self.plane.is_editable = isinstance(source, PlanePoints) and not busy
        is_outdated = self.plane.surface is not None and not self._session.has_model
        self.hint.setText(BUSY if busy else OUTDATED if is_outdated else HINT)
        self.hint.setProperty("role", "muted")
        self.hint.style().polish(self.hint)

    @Slot()
    def _refuse(self) -> None:
        """Say once more, and more clearly, that nothing can be edited now."""
        self.hint.setProperty("role", "bad")
        self.hint.style().polish(self.hint)

    @Slot(object)
    def _add(self, places: list[tuple[float, float]]) -> None:
        points: list[Point] = [(x, y, self.plane.target) for x, y in places]
        source = self._workspace.project.data
        if isinstance(source, PlanePoints):
            self._use(source.with_points(points), "Add points" if len(points) > 1 else "Add point")

    @Slot(object)
    def _erase(self, places: list[tuple[float, float]]) -> None:
        source = self._workspace.project.data
        if isinstance(source, PlanePoints):
            several = len(places) > 1
            self._use(source.without_points(places), "Erase points" if several else "Erase point")

    def _use(self, source: PlanePoints, text: str) -> None:
        self._workspace.edit(text, self._workspace.project.replace(data=source))


def _distance(one: QPointF, other: QPointF) -> float:
    return float(np.hypot(one.x() - other.x(), one.y() - other.y()))
