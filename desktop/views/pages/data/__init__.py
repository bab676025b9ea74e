"""The Data page: where the rows come from, and what they look like."""
