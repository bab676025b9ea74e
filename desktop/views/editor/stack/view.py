"""The stack of layers, edited by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from desktop.document.health import Health
from desktop.document.layers import Layer
from desktop.document.storage import ProjectFileError
from desktop.views.editor.stack.commands import Command, command_for
from desktop.views.editor.stack.delegate import CardDelegate, Spot
from desktop.views.editor.stack.extras import Footer, paint_empty
from desktop.views.editor.stack.menu import CommandActions
from desktop.views.editor.stack.model import CARD_ROLE, FIRST_LAYER_ROW, StackModel
from desktop.views.editor.stack.selection import LayerListView
from desktop.views.theme import SPACE_S, Theme, scaled
from desktop.views.widgets.layer_card import DRAG_SPOT, SIDE
from desktop.views.widgets.layer_mime import layer_class, layers_mime, parse_layers
from desktop.views.widgets.text import label
from desktop.views.workspace import Workspace

_NARROWEST = 180  # the shape, and parameters cut short


class StackView(LayerListView):
    """The layers of `workspace` as cards.

    Signals: `currentLayerChanged(index)` and `selectedLayersChanged(indexes)`, see the base;
    `editRequested()` when the settings of the current layer are wanted; `healthRequested(index)`
    when what was measured of a layer is; `message(text)` when something could not be done.
    """

    editRequested = Signal()
    healthRequested = Signal(int)
    message = Signal(str)

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(StackModel(workspace), theme, parent)
        self._workspace = workspace
        self._edits = self._stack.edits
        self._pressed: tuple[int, Spot] | None = None
        self.setObjectName("stack")
        self.setAccessibleName("Model: the stack of layers")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self._delegate = CardDelegate(self, theme)
        self.setItemDelegate(self._delegate)
        self._footer = Footer(self)
        self._stack.changed.connect(self._project_changed)
        self._stack.layersInserted.connect(self.select_layers)
        self._stack.layersDropped.connect(self.select_layers)
        self._stack.message.connect(self.message)
        self.doubleClicked.connect(self.edit_selected)
        theme.changed.connect(self._theme_changed)
        self._footer.show_analysis(self._workspace.analysis)

    # --- commands ---------------------------------------------------------------------------------

    def can(self, command: Command) -> bool:
        """Whether `command` would do something with what is selected."""
        selected, last = self.selected_layers, len(self._project_layers()) - 1
        if command.id == "move_up":
            return bool(selected) and selected[0] > 0
        if command.id == "move_down":
            return bool(selected) and selected[-1] < last
        if command.id == "show_health":
            return self._stack.health_of(self.current_layer) is not None
        return bool(selected) or not command.needs_selection

    def add_layer(self, type_name: str) -> None:
        """Add a layer of the class `type_name` below the current one, or at the end."""
        cls = layer_class(type_name)
        if cls is None:
            self.message.emit(f"There is no layer called {type_name}")
            return
        self._put([cls()], self._edits.add)

    def edit_selected(self) -> None:
        """Ask for the settings of the current layer."""
        if self.current_layer >= 0:
            self.editRequested.emit()

    def show_health(self) -> None:
        """Ask for what was measured of the current layer."""
        if self._stack.health_of(self.current_layer) is not None:
            self.healthRequested.emit(self.current_layer)

    def move_selected(self, down: int) -> None:
        """Move the selected layers one place up (-1) or down (+1)."""
        self.select_layers(self._edits.step(self.selected_layers, down))

    def move_up(self) -> None:
        self.move_selected(-1)

    def move_down(self) -> None:
        self.move_selected(1)

    def remove_selected(self) -> None:
        self._remove("Remove")

    def duplicate_selected(self) -> None:
        """Put copies of the selected layers below them."""
        try:
            self.select_layers(self._edits.duplicate(self.selected_layers))
        except ProjectFileError as error:
            self.message.emit(f"Nothing was duplicated: {error}")

    def copy_selected(self) -> None:
        """Put the selected layers on the clipboard, as JSON."""
        layers = [self._project_layers()[i] for i in self.selected_layers]
        if layers:
            QGuiApplication.clipboard().setMimeData(layers_mime(layers))

    def cut_selected(self) -> None:
        self.copy_selected()
        self._remove("Cut")

    def paste(self) -> None:
        """Insert the layers on the clipboard below the current one."""
        self.paste_data(QGuiApplication.clipboard().mimeData())

    def paste_data(self, data: QMimeData) -> None:
        """Insert the layers that `data` describes; emits `message` if it describes none."""
        try:
            layers = parse_layers(data)
        except ProjectFileError as error:
            self.message.emit(f"The clipboard holds no layers that can be pasted: {error}")
            return
        self._put(layers, partial(self._edits.insert, verb="Paste"))

    def remove_dragged(self, data: QMimeData) -> None:
        """Remove the layers that a drag out of this stack carries."""
        layers = self._stack.dragged(data)
        if layers:
            self.select_layers(layers)
            self.remove_selected()

    def apply_fix(self, index: int) -> None:
        """Fix the first problem of the layer at `index`, if there is a fix for it."""
        problems = self._workspace.analysis.problems_of(index)
        if problems and problems[0].fix is not None:
            self._workspace.edit(problems[0].fix.label, problems[0].fix.project)

    def _put(self, layers: list[Layer], put: Callable[[int, list[Layer]], tuple[int, ...]]) -> None:
        place = self.selected_layers[-1] + 1 if self.selected_layers else None
        place = len(self._project_layers()) if place is None else place
        try:
            self.select_layers(put(place, layers))
        except ProjectFileError as error:
            self.message.emit(f"Nothing was added: {error}")

    def _remove(self, verb: str) -> None:
        chosen = self.selected_layers
        if chosen:
            self._edits.remove(chosen, verb)
            # What moves up into the gap is next, so that pressing Del again removes that.
            self.select_layer(min(chosen[0], len(self._project_layers()) - 1))

    def _project_layers(self) -> tuple[Layer, ...]:
        return self._workspace.project.layers

    # --- keeping up -------------------------------------------------------------------------------

    def set_health(self, health: tuple[Health | None, ...]) -> None:
        """Show on each card how well its layer trains; `health` is empty if that is not known."""
        self._stack.show_health(health)
        self.scheduleDelayedItemsLayout()  # cards with a light are higher

    def _project_changed(self) -> None:
        self.scheduleDelayedItemsLayout()  # a problem that comes or goes changes a card's height
        self._footer.show_analysis(self._workspace.analysis)
        if self._told[1] and not self.selected_layers:
            self.select_layer(min(self._told[1][0], len(self._project_layers()) - 1))
        self._tell()
        self.viewport().update()

    def _theme_changed(self) -> None:
        self._footer.fit()
        self._place_footer()
        self.viewport().update()

    def _place_footer(self) -> None:
        height = self._footer.sizeHint().height() + SPACE_S
        self.setViewportMargins(0, 0, 0, height)
        frame = self.contentsRect()
        self._footer.setGeometry(frame.left(), frame.bottom() - height + 1, frame.width(), height)
        self.scheduleDelayedItemsLayout()

    def _spot_at(self, position: QPoint) -> tuple[int, Spot] | None:
        """The spot that can be clicked at `position` of the viewport, and its row."""
        index = self.indexAt(position)
        for spot in Spot if index.isValid() else ():
            if self._delegate.spot_rect(index, self.visualRect(index), spot).contains(position):
                return index.row(), spot
        return None

    def _set_hot(self, hot: tuple[int, Spot] | None) -> None:
        if hot != self._delegate.hot:
            self._delegate.hot = hot
            shape = Qt.CursorShape
            self.viewport().setCursor(shape.PointingHandCursor if hot else shape.ArrowCursor)
            self.viewport().update()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        problems = self._workspace.analysis.problems_of(self.current_layer)
        if problems and problems[0].fix is not None:
            fix = menu.addAction(self._theme.icon("mdi6.auto-fix"), label(problems[0].fix.label))
            fix.triggered.connect(self._fix_current)
            menu.addSeparator()
        CommandActions(self, self._theme, menu).add_to(menu)
        return menu

    def _fix_current(self) -> None:
        self.apply_fix(self.current_layer)

    # --- Qt ---------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(_NARROWEST), 160)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        rows = [row + FIRST_LAYER_ROW for row in self.selected_layers]
        if not rows:
            return
        indexes = [self._stack.index(row) for row in rows]
        drag = QDrag(self)
        drag.setMimeData(self._stack.mimeData(indexes))
        under = self.indexAt(self._press_position)
        shown = under if under.row() in rows else indexes[0]
        card = replace(shown.data(CARD_ROLE), problems=(), health=None)
        drag.setPixmap(self._delegate.painter.pixmap(card, self.devicePixelRatioF()))
        drag.setHotSpot(DRAG_SPOT)
        drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, Qt.DropAction.MoveAction)
        self.setState(QAbstractItemView.State.NoState)

    def event(self, event: QEvent) -> bool:
        # Claimed here, so that a shortcut of the window with the same key stands back.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and command_for(QKeySequence(event.keyCombination())) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = command_for(QKeySequence(event.keyCombination()))
        if command is None:
            super().keyPressEvent(event)
        else:
            getattr(self, command.id)()
            event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press_position = event.position().toPoint()
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self._spot_at(self._press_position) if is_left else None
        if self._pressed is None:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
        elif pressed == self._spot_at(event.position().toPoint()):
            self._set_hot(None)
            row, spot = pressed
            if spot is Spot.FIX:
                self.apply_fix(row - FIRST_LAYER_ROW)
            else:
                self.select_layer(row - FIRST_LAYER_ROW)
                self.show_health()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hot(self._spot_at(event.position().toPoint()))
        if self._pressed is None:
            super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hot(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_tab = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        if by_tab and not self.selected_layers and self._project_layers():
            self.select_layer(0)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        position = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.visualRect(self.currentIndex()).center()
            position = self.viewport().mapToGlobal(place)
        menu = self._menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(position)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_footer()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._project_layers():
            painter = QPainter(self.viewport())
            top = self.visualRect(self._stack.index(0)).bottom() + SPACE_S
            area = self.viewport().rect().adjusted(SIDE, top, -SIDE, -SPACE_S)
            paint_empty(painter, area, self._theme)
        super().paintEvent(event)
