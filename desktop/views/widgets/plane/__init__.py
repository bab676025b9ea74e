"""Points in a plane, and behind them what the network predicts: one widget for all pages."""
