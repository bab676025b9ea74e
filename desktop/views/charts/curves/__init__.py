"""Loss and metrics by epoch, as curves."""
