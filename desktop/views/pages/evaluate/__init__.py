"""The Evaluate page: metrics, confusion matrix and mistakes."""
