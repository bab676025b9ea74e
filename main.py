"""Starts Layerwise: the window, or a command such as `main.py train PROJECT`."""

import multiprocessing
import sys

from desktop.app import main

if __name__ == "__main__":
    multiprocessing.freeze_support()  # in the executable, this may be a process of another one
    sys.exit(main())
