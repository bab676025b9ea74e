"""What every layer is: settings, the shape it makes of its input, and the weights it holds.

Shapes are tuples of positive integers without the batch axis: (28, 28) is a gray image, (28, 28, 3)
a color image, (784,) a row of numbers. They are worked out here in plain Python, by the formulas
of the Keras layers of the same names.
"""

from enum import StrEnum
from math import prod
from typing import ClassVar, TypeAlias

from desktop.document.choices import ActivationFunction, Padding
from desktop.document.initializers import Initializer
from desktop.document.schema import Range, RowKind
from desktop.document.spec import Spec
from desktop.document.text import shape_text

Shape: TypeAlias = tuple[int, ...]


class Family(StrEnum):
    """The groups of the palette."""

    CORE = "Core"
    CONVOLUTION = "Convolution"
    POOLING = "Pooling"
    RESHAPING = "Reshaping"
    AUGMENTATION = "Augmentation"
    ACTIVATION = "Activation"
    NORMALIZATION = "Normalization"
    REGULARIZATION = "Regularization"


class ShapeError(ValueError):
    """The layer cannot take this input; the message says why and what it needs."""


class Layer(Spec):
    """The base of all layers.

    What the rest of the program has to know about a layer is an attribute here. The defaults are
    right for a layer with weights of which nothing else is known.
    """

    tag_key: ClassVar[str] = "layer"
    family: ClassVar[Family]
    # What an input must be: how many axes it has, and what is then taken for a row; None for any.
    input_rank: ClassVar[int | None] = None
    input_row: ClassVar[RowKind | None] = None
    # The fields that say how many values there are on the last axis of the output, and which
    # function is applied to them.
    units_field: ClassVar[str | None] = None
    activation_field: ClassVar[str | None] = None
    # Whether the output is a linear function of the input, if the activation is left out.
    is_linear: ClassVar[bool] = False
    # Whether only the last axis is worked on, in every place of the others alike.
    position_wise: ClassVar[bool] = False
    # Whether the output is the input in another shape.
    rearranges: ClassVar[bool] = False
    # Whether the layer acts while training only, and passes on what it gets at other times.
    training_only: ClassVar[bool] = False
    # Whether it changes images at random, to have more of them to train with.
    augments: ClassVar[bool] = False
    # Whether it can work on rows before the step that trains with them: it has no weights, and adds
    # nothing to the loss.
    works_ahead: ClassVar[bool] = False
    # Whether the output has mean 0 and variance 1, whatever the input is.
    normalizes: ClassVar[bool] = False
    # The largest batch that XLA trains as fast on processors as TensorFlow's graph, or faster.
    max_xla_batch: ClassVar[int] = 1024
    layer: str = ""

    def output_shape(self, shape: Shape) -> Shape:
        """The shape made of an input of `shape`. Raises ShapeError if it cannot be taken."""
        return shape

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """The shapes of the trainable weights for an input of `shape`.

        The keys are Keras's paths of the weights within the layer, which are their names unless it
        is made of other layers.
        """
        return {}

    def state_shapes(self, shape: Shape) -> dict[str, Shape]:
        """The weights that are kept but not trained, e.g. the running mean of a normalization."""
        return {}

    def parameter_count(self, shape: Shape) -> int:
        """How many numbers the layer holds, trained or not (Keras's count_params)."""
        return _count(self.weight_shapes(shape)) + self.state_count(shape)

    def state_count(self, shape: Shape) -> int:
        """How many of these numbers are kept but not trained."""
        return _count(self.state_shapes(shape))

    @property
    def nonlinearity(self) -> ActivationFunction | None:
        """The function the layer applies to its outputs; None if it applies none."""
        return getattr(self, self.activation_field) if self.activation_field else None

    @property
    def can_die(self) -> bool:
        """Whether units whose inputs are low give 0 and get no gradient, as those of ReLU."""
        return self.nonlinearity is ActivationFunction.RELU

    @property
    def keeps_values(self) -> bool:
        """Whether the outputs are the inputs, perhaps in another shape, except while training."""
        return self.rearranges or self.training_only

    def output_range(self, values: Range) -> Range | None:
        """The least and the largest output for inputs within `values`; None if not known."""
        return values if self.keeps_values else None

    def details(self) -> str:
        """The main settings in a few words, for a card: "128 · relu"."""
        return ""


def _count(shapes: dict[str, Shape]) -> int:
    return sum(prod(shape) for shape in shapes.values())


_INPUTS = {
    (RowKind.IMAGE, 3): "an image with channels (height × width × channels)",
    (RowKind.SEQUENCE, 1): "a sequence of whole numbers",
    (RowKind.SEQUENCE, 2): "a sequence (steps × features)",
}


def require_rank(layer: Layer, shape: Shape) -> None:
    """Raise ShapeError unless `shape` has as many axes as the `input_rank` of `layer`."""
    rank = layer.input_rank
    if rank is None or len(shape) == rank:
        return
    axes = "1 axis" if rank == 1 else f"{rank} axes"
    needed = _INPUTS.get((layer.input_row, rank)) if layer.input_row else None
    found = f"a vector of {shape_text(shape)} numbers" if len(shape) == 1 else shape_text(shape)
    raise ShapeError(f"{layer.tag} needs {needed or f'an input of {axes}'}, but gets {found}")


def check_weight_settings(layer: Layer, weight: str, rank: int) -> None:
    """Raise ValueError if the settings for `weight`, e.g. "kernel", do not suit its `rank` axes."""
    initializer: Initializer | None = getattr(layer, f"{weight}_initializer", None)
    if initializer is not None and rank < 2 and initializer.makes_matrix:
        raise ValueError(
            f"{weight}_initializer cannot be {initializer.tag}: the {weight} is a vector, "
            "not a matrix"
        )
    axes = getattr(getattr(layer, f"{weight}_constraint", None), "axis", ())
    given = ", ".join(map(str, axes))
    if any(not -rank <= axis < rank for axis in axes):
        allowed = f"0 to {rank - 1}" if rank > 1 else "0"
        raise ValueError(
            f"{weight}_constraint has axes {given}, but the {weight} of {layer.tag} has "
            f"only {allowed}"
        )
    if len({axis % rank for axis in axes}) < len(axes):
        raise ValueError(f"{weight}_constraint names an axis twice: {given}")


def normalized_axis(layer: Layer, shape: Shape, axis: int) -> int:
    """The index into `shape` of Keras's `axis`, which counts the batch as axis 0."""
    index = axis - 1 if axis > 0 else len(shape) + axis
    if axis == 0 or not 0 <= index < len(shape):
        allowed = f"{-len(shape)} to -1 or 1 to {len(shape)}"
        raise ShapeError(f"{layer.tag} has axis {axis}, but here it can only be {allowed}")
    return index


def window_output(
    layer: Layer,
    shape: Shape,
    window: tuple[int, int],
    strides: tuple[int, int],
    padding: Padding,
    dilation: tuple[int, int] = (1, 1),
) -> tuple[int, int]:
    """Height and width left by a sliding window.

    "valid": ⌊(n - d·(k - 1) - 1) / s⌋ + 1; "same": ⌈n / s⌉, for input size n, window k,
    dilation d and stride s (as in the documentation of keras.ops.conv).
    """
    sizes = []
    for size, k, s, d in zip(shape[:2], window, strides, dilation, strict=True):
        covered = d * (k - 1) + 1
        if padding is Padding.SAME:
            sizes.append(-(-size // s))
        elif size < covered:
            raise ShapeError(
                f"{layer.tag} has a window of {window[0]} × {window[1]}"
                f"{' (dilated)' if d > 1 else ''}, too large for an input of {shape_text(shape)}; "
                'use padding "same" or a smaller window'
            )
        else:
            sizes.append((size - covered) // s + 1)
    return sizes[0], sizes[1]
