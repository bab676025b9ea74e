"""Opening, saving and watching files, and the menus of files."""
