"""Where the rows come from: the data source and its settings, on a card."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.document.data import DataSource, sources_by_origin
from desktop.document.fields import fields_of
from desktop.document.project import Project
from desktop.views.forms import Form
from desktop.views.pages.data.loading import LoadingBar
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.labels import muted_label
from desktop.views.workspace import Workspace


class SourceCard(Card):
    """Choose the data source and its settings; and see how far it is loaded."""

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Source", parent)
        self._workspace = workspace
        self.loading = LoadingBar(theme)
        self.heading.addWidget(self.loading)
        self.sources = ComboBox()
        self.sources.setAccessibleName("Data source")
        self.sources.setMaxVisibleItems(30)  # all of them, where the screen has the room
        for origin, kinds in sources_by_origin().items():
            self.sources.add_heading(origin)
            for kind in kinds:
                self.sources.addItem(kind.kind_title(), kind)
        self.sources.activated.connect(self._on_source)
        self._about = muted_label()
        self.form = Form(theme)
        self.form.edited.connect(self._on_edited)
        self.body.addWidget(self.sources)
        self.body.addWidget(self._about)
        self.body.addWidget(self.form)
        self.body.addStretch(1)
        workspace.projectChanged.connect(self._on_project)
        self._show(workspace.project.data)

    def use(self, source: DataSource, text: str, merge_key: str | None = None) -> None:
        """Make `source` the project's, as one undo step called `text`."""
        project = self._workspace.project.replace(data=source)
        self._workspace.edit(text, project, merge_key=merge_key)

    def _show(self, source: DataSource) -> None:
        self.sources.setCurrentIndex(self.sources.findData(type(source)))
        self._about.setText(source.summary())
        self.form.set_spec(source)

    def _on_project(self, before: Project, after: Project) -> None:
        if before.data != after.data:
            self._show(after.data)

    def _on_source(self, index: int) -> None:
        kind: type[DataSource] = self.sources.itemData(index)
        if not isinstance(self._workspace.project.data, kind):
            self.use(self._workspace.last_used(kind), f"Use {self.sources.itemText(index)}")

    def _on_edited(self, source: DataSource, name: str) -> None:
        titles = {field.name: field.title for field in fields_of(type(source))}
        self.use(source, f"Change {titles.get(name, name).lower()}", f"data.{name}")
