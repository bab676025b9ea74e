"""The offer of a first network, where the one there is does not fit the data."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop.document.first_network import description
from desktop.views.widgets.cards import Card
from desktop.views.widgets.labels import muted_label
from desktop.views.workspace import Workspace


class NetworkOffer(Card):
    """Shown while the project's network cannot be trained with its data, once that is known."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__("The network does not fit this data", parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._workspace = workspace
        self._text = muted_label()
        self.use = QPushButton("Use a first network")
        self.use.setObjectName("use_first_network")
        self.use.setToolTip("Layers, loss and training settings for this data, as one undo step")
        self.use.clicked.connect(workspace.use_first_network)
        self.body.addWidget(self._text)
        self.body.addWidget(self.use, 0, Qt.AlignmentFlag.AlignLeft)
        workspace.projectChanged.connect(self._update)
        self._update()

    def _update(self) -> None:
        first = self._workspace.first_project
        offered = first is not None and not self._workspace.analysis.is_trainable
        schema = self._workspace.analysis.schema
        if first is not None and schema is not None:
            self._text.setText(f"A first network for it: {description(first, schema)}")
        self.setVisible(offered)
