"""What an exception means to the user."""

from __future__ import annotations

import logging

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
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[0] if lines else type(error).__name__
    return f"The training failed: {reason[:300]}"
