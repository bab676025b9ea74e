"""What makes the probabilities of a network say how often it is right."""

from pydantic import Field

from desktop.document.spec import Spec


class Calibration(Spec):
    """Its logits are divided by `temperature`; it is sure of a class from `sure_from` on."""

    temperature: float = Field(
        gt=0, title="Temperature", description="What the logits are divided by"
    )
    sure_from: float = Field(
        ge=0, le=1, title="Least probability", description="Least probability at which it is sure"
    )
