"""Images in folders, one for each class: found, read and split."""
