"""What each layer of the network makes of the drawing."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.document.text import shape_text
from desktop.views.pages.draw.layer_maps import LayerMaps
from desktop.views.pages.draw.sign_colors import marks
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.workers.reports import LayerActivation, Prediction

NOTHING = "Draw something, and what each layer makes of it is shown here."


class LayerActivationsCard(Card):
    """The outputs of each layer, with the kernels of the first convolution."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Activations", parent)
        self._theme = theme
        self._kinds: tuple[tuple[str, tuple[int, ...], bool], ...] = ()
        self.about = QLabel()
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self.body.addWidget(self.about)
        self.maps: list[LayerMaps] = []
        self._rows: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        theme.changed.connect(self._explain)
        self._explain()

    def show_prediction(self, prediction: Prediction | None) -> None:
        """Show the activations of `prediction`; None, or one without any, shows nothing."""
        activations = () if prediction is None else prediction.activations
        kinds = tuple((each.layer, each.shape, each.kernels is not None) for each in activations)
        if kinds != self._kinds:
            self._make(activations)
            self._kinds = kinds
            self._explain()
        maps = iter(self.maps)
        for each in activations:
            if each.kernels is not None:
                next(maps).show_values(each.kernels)
            next(maps).show_values(each.values)

    def _explain(self) -> None:
        if not self._kinds:
            self.about.setText(NOTHING)
            return
        positive, negative = marks(self._theme)
        self.about.setText(f"{positive} positive {negative} negative, stronger where larger")

    def _make(self, activations: tuple[LayerActivation, ...]) -> None:
        """A title and a view for the outputs of each layer, and for the kernels before them."""
        for widget in self._rows:
            self.body.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._rows, self.maps = [], []
        for each in activations:
            shown, count = each.values.shape[-1], each.shape[-1]
            part = "" if shown == count else f", the first {shown}"
            if each.kernels is not None:
                self._add(f"{each.layer}: kernels{part}", "Kernel")
            what = "Feature map" if len(each.shape) == 3 else "Unit"
            self._add(f"{each.layer}: {shape_text(each.shape)}{part}", what)

    def _add(self, title: str, what: str) -> None:
        label = QLabel(title)
        label.setProperty("role", "small")
        maps = LayerMaps(self._theme, what)
        maps.setAccessibleName(label.text())
        for widget in (label, maps):
            self.body.addWidget(widget)
            self._rows.append(widget)
        self.maps.append(maps)
