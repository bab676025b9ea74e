"""What an exception means to the user."""

from __future__ import annotations

import logging

from desktop.document.text import first_line
from desktop.engine import backend
from desktop.engine.builder import ProjectError

logger = logging.getLogger(__name__)


def explanation(error: Exception) -> str:
    """A sentence for the user. What is not meant for the user is logged in full."""
    if isinstance(error, ProjectError | backend.BackendError):
        return str(error)
    logger.error("Training failed", exc_info=error)
    if isinstance(error, MemoryError | backend.tensorflow().errors.ResourceExhaustedError):
        return (
            "There is not enough memory for this training: use smaller batches, fewer or smaller "
            "layers, or close other programs"
        )
    return f"The training failed: {first_line(error)[:300]}"
