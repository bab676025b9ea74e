"""The main window: its parts around the pages, and the messages over them."""
