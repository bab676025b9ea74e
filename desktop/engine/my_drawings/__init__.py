"""The drawings that the user kept: on disk, as pixels, and as rows of a data set."""
