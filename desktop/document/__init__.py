"""The project as frozen, typed values: data source, layers, training settings, problems, storage.

Imports nothing but the standard library and pydantic, so that it opens in milliseconds.
"""
