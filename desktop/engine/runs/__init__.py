"""The runs that are kept on disk: a folder of ordinary files for each, and an index of them all.

The folders are what counts; the index is made of them again whenever it is damaged. Nothing here
needs TensorFlow but the writing of weights.
"""
