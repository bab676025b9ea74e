"""The editor of the network: palette, stack, properties and training settings."""
