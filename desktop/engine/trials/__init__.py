"""Trials: the trainings that make up a group, as a repeat or a search is one.

A plan says what to train next, an executor where, and the runner keeps both going.
"""
