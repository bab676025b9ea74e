"""The Train page: the live charts of a run."""
