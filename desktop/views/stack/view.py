"""The stack of layers, edited by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QPoint,
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
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QLabel, QMenu, QWidget

from desktop.document.layers import Layer
from desktop.document.storage import ProjectFileError
from desktop.views.stack.card import INPUT_ICON, SIDE, count_text
from desktop.views.stack.commands import COMMANDS, command_for
from desktop.views.stack.delegate import CardDelegate
from desktop.views.stack.drops import DropListView
from desktop.views.stack.mime import layer_class, layers_mime, parse_layers
from desktop.views.stack.model import CARD_ROLE, FIRST_LAYER_ROW, StackModel
from desktop.views.theme import SPACE_L, SPACE_S, Theme
from desktop.views.workspace import Workspace

_NO_LAYER = -1
_SELECT = QItemSelectionModel.SelectionFlag
EMPTY_TEXT = "Drag layers here, or double-click one in the list"


class StackView(DropListView):
    """The layers of `workspace` as cards.

    Signals: `currentLayerChanged(index)`, -1 without one; `selectedLayersChanged(indexes)`;
    `editRequested()` when the settings of the current layer are wanted; `message(text)` when
    something could not be done.
    """

    currentLayerChanged = Signal(int)
    selectedLayersChanged = Signal(object)
    editRequested = Signal()
    message = Signal(str)

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        self._stack = StackModel(workspace)
        super().__init__(theme, parent)
        self._workspace = workspace
        self._edits = self._stack.edits
        self._told: tuple[int, tuple[int, ...]] = (_NO_LAYER, ())
        self._pressed_fix = -1
        self.setObjectName("stack")
        self.setAccessibleName("Model: the stack of layers")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self._delegate = CardDelegate(self, theme)
        self.setItemDelegate(self._delegate)
        self._footer = QLabel(self)
        self._footer.setObjectName("parameters")
        self._footer.setProperty("role", "small")
        self._footer.setAccessibleName("Total parameters")
        self._footer.setIndent(SIDE + SPACE_S)
        self.setModel(self._stack)
        self._stack.changed.connect(self._project_changed)
        self._stack.layersInserted.connect(self.select_layers)
        self._stack.layersDropped.connect(self.select_layers)
        self._stack.message.connect(self.message)
        self.selectionModel().selectionChanged.connect(self._tell)
        self.selectionModel().currentChanged.connect(self._tell)
        self.doubleClicked.connect(self.edit_selected)
        theme.changed.connect(self._theme_changed)
        self._update_footer()

    # --- what is selected -------------------------------------------------------------------------

    @property
    def current_layer(self) -> int:
        """The index of the layer that is selected, or was selected last; -1 without one."""
        index = self.currentIndex()
        if index.row() >= FIRST_LAYER_ROW and self.selectionModel().isSelected(index):
            return index.row() - FIRST_LAYER_ROW
        return self.selected_layers[-1] if self.selected_layers else _NO_LAYER

    @property
    def selected_layers(self) -> tuple[int, ...]:
        """The indexes of all selected layers, from the top."""
        rows = {index.row() for index in self.selectionModel().selectedRows()}
        return tuple(sorted(row - FIRST_LAYER_ROW for row in rows if row >= FIRST_LAYER_ROW))

    def select_layer(self, index: int) -> None:
        """Select the layer at `index`, and scroll to it; -1 selects none."""
        self.select_layers((index,) if index >= 0 else ())

    def select_layers(self, indexes: Sequence[int]) -> None:
        """Select the layers at `indexes`; the last becomes the current one."""
        chosen = QItemSelection()
        rows = [i + FIRST_LAYER_ROW for i in indexes if 0 <= i < len(self._project_layers())]
        for row in rows:
            chosen.select(self._stack.index(row), self._stack.index(row))
        selection = self.selectionModel()
        if rows:
            last = self._stack.index(rows[-1])
            selection.setCurrentIndex(last, _SELECT.NoUpdate)
            selection.select(chosen, _SELECT.ClearAndSelect)
            self.scrollTo(last)
        else:
            selection.clear()

    # --- commands ---------------------------------------------------------------------------------

    def add_layer(self, type_name: str) -> None:
        """Add a layer of the class `type_name` below the current one, or at the end."""
        cls = layer_class(type_name)
        if cls is None:
            self.message.emit(f"There is no layer called {type_name}")
            return
        self._insert([cls()], "Add")

    def edit_selected(self) -> None:
        """Ask for the settings of the current layer."""
        if self.current_layer >= 0:
            self.editRequested.emit()

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
        self._insert(layers, "Paste")

    def apply_fix(self, index: int) -> None:
        """Mend the first problem of the layer at `index`, if there is a fix for it."""
        problems = self._workspace.analysis.problems_of(index)
        if problems and problems[0].fix is not None:
            self._workspace.edit(problems[0].fix.label, problems[0].fix.project)

    def _insert(self, layers: list[Layer], verb: str) -> None:
        place = self.selected_layers[-1] + 1 if self.selected_layers else None
        place = len(self._project_layers()) if place is None else place
        try:
            self.select_layers(self._edits.insert(place, layers, verb))
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

    def _project_changed(self) -> None:
        self.scheduleDelayedItemsLayout()  # a problem that comes or goes changes a card's height
        self._update_footer()
        if self._told[1] and not self.selected_layers:
            self.select_layer(min(self._told[1][0], len(self._project_layers()) - 1))
        self._tell()
        self.viewport().update()

    def _tell(self) -> None:
        now = self.current_layer, self.selected_layers
        before, self._told = self._told, now
        if now[1] != before[1]:
            self.selectedLayersChanged.emit(now[1])
        if now[0] != before[0]:
            self.currentLayerChanged.emit(now[0])

    def _update_footer(self) -> None:
        analysis = self._workspace.analysis
        text = count_text(analysis.parameters)
        fixed = sum(info.parameters - info.trainable_parameters for info in analysis.layers)
        broken = next((info for info in analysis.layers if info.output_shape is None), None)
        if broken is not None:
            text += f" before {broken.name}"
        elif fixed:
            text += f", {count_text(fixed).split()[0]} of them not trained"
        self._footer.setToolTip(text)
        room = max(self._footer.width() - self._footer.indent() - SPACE_S, 1)
        metrics = self._footer.fontMetrics()
        self._footer.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, room))

    def _theme_changed(self) -> None:
        self.viewport().update()

    def _fix_row_at(self, position: QPoint) -> int:
        """The row whose Fix button is at `position` of the viewport, or -1."""
        index = self.indexAt(position)
        if index.isValid() and self._delegate.fix_rect(index, self.visualRect(index)).contains(
            position
        ):
            return index.row()
        return -1

    def _set_hot_fix(self, row: int) -> None:
        if row != self._delegate.hot_fix_row:
            self._delegate.hot_fix_row = row
            cursor = Qt.CursorShape.PointingHandCursor if row >= 0 else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(cursor)
            self.viewport().update()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        problems = self._workspace.analysis.problems_of(self.current_layer)
        if problems and problems[0].fix is not None:
            fix = menu.addAction(self._theme.icon("mdi6.auto-fix"), problems[0].fix.label)
            fix.triggered.connect(self._fix_current)
            menu.addSeparator()
        for command in COMMANDS:
            if command.separator:
                menu.addSeparator()
            action = menu.addAction(
                self._theme.icon(command.icon), f"{command.text}\t{command.key_text}"
            )
            action.setObjectName(command.id)
            action.setEnabled(bool(self.selected_layers) or not command.needs_selection)
            action.triggered.connect(getattr(self, command.id))
        return menu

    def _fix_current(self) -> None:
        self.apply_fix(self.current_layer)

    # --- Qt ---------------------------------------------------------------------------------------

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        rows = [row + FIRST_LAYER_ROW for row in self.selected_layers]
        if not rows:
            return
        indexes = [self._stack.index(row) for row in rows]
        drag = QDrag(self)
        drag.setMimeData(self._stack.mimeData(indexes))
        under = self.indexAt(self._press_position)
        shown = under if under.row() in rows else indexes[0]
        rect = self.visualRect(shown)
        drag.setPixmap(
            self._delegate.painter.pixmap(
                shown.data(CARD_ROLE), rect.width(), self.devicePixelRatioF()
            )
        )
        drag.setHotSpot(self._press_position - rect.topLeft())
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
        self._pressed_fix = self._fix_row_at(self._press_position)
        if self._pressed_fix < 0 or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed_fix = self._pressed_fix, -1
        if pressed < 0:
            super().mouseReleaseEvent(event)
        elif pressed == self._fix_row_at(event.position().toPoint()):
            self.apply_fix(pressed - FIRST_LAYER_ROW)
            self._set_hot_fix(-1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hot_fix(self._fix_row_at(event.position().toPoint()))
        if self._pressed_fix < 0:
            super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hot_fix(-1)
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
        height = self._footer.sizeHint().height() + SPACE_S
        self.setViewportMargins(0, 0, 0, height)
        frame = self.contentsRect()
        self._footer.setGeometry(frame.left(), frame.bottom() - height + 1, frame.width(), height)
        self._update_footer()
        self.scheduleDelayedItemsLayout()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._project_layers():
            self._paint_empty()
        super().paintEvent(event)

    def _paint_empty(self) -> None:
        painter = QPainter(self.viewport())
        top = self.visualRect(self._stack.index(0)).bottom() + SPACE_S
        area = self.viewport().rect().adjusted(SIDE, top, -SIDE, -SPACE_S)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.tokens.color("border"), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(area, 6, 6)
        size = 32
        icon = self._theme.icon(INPUT_ICON, "muted")
        icon.paint(painter, area.center().x() - size // 2, area.center().y() - 48, size, size)
        painter.setPen(self._theme.tokens.color("muted"))
        text = area.adjusted(SPACE_L, area.height() // 2 - 8, -SPACE_L, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, EMPTY_TEXT)
