"""Fills the menu bar of the window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar

from desktop.views.commands.actions import ACTIONS, Actions, Menu
from desktop.views.commands.groups import Commands
from desktop.views.editor.stack.menu import CommandActions
from desktop.views.window.docks import Docks


def fill(
    bar: QMenuBar,
    actions: Actions,
    commands: Commands,
    edits: Sequence[QAction],
    stack: CommandActions,
    docks: Docks,
) -> None:
    """Make the menus: first what is not in the table of actions, then the table."""
    menus: dict[Menu, QMenu] = {menu: bar.addMenu(menu.value) for menu in Menu}
    menus[Menu.EDIT].addActions(edits)
    menus[Menu.EDIT].addSeparator()
    stack.add_to(menus[Menu.EDIT])
    for dock in docks.all:
        menus[Menu.VIEW].addAction(dock.toggleViewAction())
    menus[Menu.VIEW].addMenu(commands.view.theme_menu())
    menus[Menu.VIEW].addSeparator()
    for spec in ACTIONS:
        if spec.separator:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(actions[spec.id])
    menus[Menu.RUN].insertMenu(actions["evaluate"], commands.run.pace_menu(bar))
    for menu in commands.files.make_menus():
        menus[Menu.FILE].insertMenu(actions["save"], menu)
