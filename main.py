"""Starts Layerwise: the window, or a command such as `main.py train PROJECT`."""

import sys

from desktop.app import main

if __name__ == "__main__":
    sys.exit(main())
