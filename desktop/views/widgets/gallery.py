"""Rows of a data set to look at: images as tiles, everything else as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.document.schema import is_image
from desktop.views.theme import RADIUS, SIZE_SMALL, SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.column_widths import fit_columns
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.samples import Index, RowsModel, Sample
from desktop.views.widgets.tiles import Tile, Tiles

LINE = 17  # pixels from one line of a caption to the next


class _TileDelegate(QStyledItemDelegate):
    """Paints an image with hard pixel edges, and its caption below."""

    def __init__(self, view: Gallery, theme: Theme) -> None:
        super().__init__(view)
        self._view = view
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, model = self._theme.tokens, self._view.tiles
        image, sample = model.image(index.row()), model.samples[index.row()]
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if selected or focused or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(tokens.color("selection" if selected else "hover"))
            painter.setPen(QPen(tokens.color("accent"), 1) if focused else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(rect.adjusted(1, 1, -2, -2), RADIUS, RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        target = self._target(rect, image)
        enlarged = target.width() >= image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not enlarged)
        painter.drawImage(target, image)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(tokens.color("border"))
        painter.drawRect(target.adjusted(-1, -1, 0, 0))
        font = painter.font()
        height = scaled(LINE)
        line = QRect(rect.left(), target.bottom() + SPACE_XS, rect.width(), height)
        for number, text in enumerate(sample.caption):
            font.setPixelSize(scaled(SIZE_SMALL))
            painter.setFont(font)
            painter.setPen(tokens.color("muted" if number else "text"))
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, line.width() - SPACE_XS
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)
            line.translate(0, height)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._view.gridSize()

    def _target(self, rect: QRect, image: QImage) -> QRect:
        """Where the image goes: whole pixels where it is enlarged, so that all are equal."""
        side, largest = self._view.side, max(image.width(), image.height())
        scale = side // largest if largest <= side else side / largest
        width, height = round(image.width() * scale), round(image.height() * scale)
        top = rect.top() + SPACE_S + (side - height) // 2
        return QRect(rect.center().x() - width // 2, top, width, height)


class Gallery(QListView):
    """Images in as many columns as fit. `side` is their largest width and height at 100 %.

    Signals:
        capacityChanged: another number of images fits.
    """

    capacityChanged = Signal()

    def __init__(self, theme: Theme, side: int = 56, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._captions: tuple[str, ...] = ()
        self._capacity = 0
        self.tiles = Tiles(self)
        self.setModel(self.tiles)
        self.setItemDelegate(_TileDelegate(self, theme))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setDragEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(side // 2)
        self.setAccessibleName("Images")
        theme.changed.connect(self._theme_changed)

    @property
    def side(self) -> int:
        """The largest width and height of an image, in pixels."""
        return scaled(self._side)

    @property
    def columns(self) -> int:
        """Tiles in a row."""
        return max(1, self._room() // self._tile_width())

    @property
    def capacity(self) -> int:
        """How many images there is room for without scrolling, at least 1."""
        height = max(1, self.gridSize().height())
        return self.columns * max(1, self.maximumViewportSize().height() // height)

    def make_room(self, captions: Sequence[str]) -> None:
        """Let tiles be as wide as these `captions` need, shown or not: they stay in place."""
        self._captions = tuple(captions)
        self._fit()

    def show_samples(
        self, samples: Sequence[Tile], value_range: tuple[float, float] = (0.0, 1.0)
    ) -> None:
        """Show the images of `samples`, whose values lie in `value_range`."""
        self.tiles.show(tuple(samples), value_range, self.side)
        self._fit()

    def _theme_changed(self) -> None:
        self._fit()
        self.viewport().update()

    def _room(self) -> int:
        """The width for tiles: the view keeps some free for its scroll bar, shown or not."""
        bar = self.style().pixelMetric(
            QStyle.PixelMetric.PM_ScrollBarExtent, None, self.verticalScrollBar()
        )
        return max(self.maximumViewportSize().width() - bar - 1, 1)

    def _tile_width(self) -> int:
        """The least width of a tile: the image's or the widest caption's."""
        font = self.font()
        font.setPixelSize(scaled(SIZE_SMALL))
        metrics = QFontMetrics(font)
        texts = set(self._captions) or {
            line for sample in self.tiles.samples for line in sample.caption
        }
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
        return max(self.side, min(widest, 2 * self.side)) + 2 * SPACE_S

    def _fit(self) -> None:
        lines = max((len(sample.caption) for sample in self.tiles.samples), default=1)
        height = SPACE_S + self.side + SPACE_XS + lines * scaled(LINE) + SPACE_XS
        width = self._room() // self.columns
        if self.gridSize() != QSize(width, height):
            self.setGridSize(QSize(width, height))
        if self.capacity != self._capacity:
            self._capacity = self.capacity
            self.capacityChanged.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)


class SampleView(QStackedWidget):
    """Samples as images or as a table, whichever their shape asks for; or a sentence instead."""

    def __init__(self, theme: Theme, side: int = 56, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples: tuple[Sample, ...] = ()
        self.gallery = Gallery(theme, side)
        self.table = QTableView()
        self._rows = RowsModel(self.table)
        self.table.setModel(self._rows)
        self.table.setAccessibleName("Rows")
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setHighlightSections(False)
        theme.changed.connect(self._fit)
        self._message = muted_label()
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self.gallery, self.table, self._message):
            self.addWidget(widget)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """What is shown."""
        return self._samples if self.currentWidget() is not self._message else ()

    @property
    def message(self) -> str:
        """The sentence shown instead of samples, or ""."""
        return self._message.text() if self.currentWidget() is self._message else ""

    def show_samples(
        self,
        samples: Sequence[Sample],
        value_range: tuple[float, float] = (0.0, 1.0),
        otherwise: str = "",
        names: tuple[str, ...] = (),
    ) -> None:
        """Show `samples`, all of one shape; the sentence `otherwise` if there are none.

        `names` are those of the inputs, where they have any.
        """
        self._samples = tuple(samples)
        if not samples:
            self._message.setText(otherwise)
            self.setCurrentWidget(self._message)
        elif is_image(samples[0].values.shape):
            self.gallery.show_samples(samples, value_range)
            self.setCurrentWidget(self.gallery)
        else:
            self._rows.show(tuple(samples), names)
            self._fit()
            self.setCurrentWidget(self.table)

    def _fit(self) -> None:
        self.table.ensurePolished()
        fit_columns(self.table)
