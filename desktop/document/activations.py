"""What there is to know of the activation functions: formula, parameters, and words.

What can be measured of them is in the engine (`engine/activations.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from desktop.document.choices import ActivationFunction
from desktop.document.fields import FieldSpec, Kind, fields_of
from desktop.document.layers import LAYER_CLASSES, Family, Layer
from desktop.document.project import Project
from desktop.document.trace import LayerInfo, trace


@dataclass(frozen=True)
class ActivationNotes:
    """A function in words: its formula, and two sentences each on what it is good for."""

    formula: str
    strengths: str
    weaknesses: str
    use: str


# Where Keras's function begins with another value than the layer of the same kind.
_BY_NAME: Mapping[ActivationFunction, Mapping[str, float]] = {
    ActivationFunction.LEAKY_RELU: {"negative_slope": 0.2}
}


@cache
def layer_of(function: ActivationFunction) -> type[Layer] | None:
    """The layer with settings of its own that applies `function`; None if there is none."""
    for cls in LAYER_CLASSES:
        if cls.family is not Family.ACTIVATION or cls.activation_field:
            continue
        if cls().nonlinearity is function:
            return cls
    return None


@cache
def parameters_of(function: ActivationFunction) -> tuple[FieldSpec, ...]:
    """The numbers that change the form of `function`: settings of its layer."""
    layer = layer_of(function)
    fields = fields_of(layer) if layer is not None else ()
    return tuple(field for field in fields if field.kind is Kind.REAL)


def default_parameters(function: ActivationFunction) -> dict[str, float | None]:
    """What the parameters are where `function` is chosen by its name alone."""
    layer = {field.name: field.default for field in parameters_of(function)}
    return {**layer, **_BY_NAME.get(function, {})}


def parameters_in(layer: Layer) -> dict[str, float | None]:
    """What the parameters of the function that `layer` applies are there."""
    function = layer.nonlinearity
    if function is None:
        return {}
    given = default_parameters(function)
    if type(layer) is layer_of(function):
        return {name: getattr(layer, name) for name in given}
    return given


def drawable_layers(project: Project) -> tuple[LayerInfo, ...]:
    """The layers of `project` with a function of each value alone that is more than linear."""
    without = None, ActivationFunction.LINEAR, ActivationFunction.SOFTMAX
    return tuple(info for info in trace(project) if info.layer.nonlinearity not in without)


NOTES: Mapping[ActivationFunction, ActivationNotes] = {
    ActivationFunction.LINEAR: ActivationNotes(
        "f(x) = x",
        "It changes nothing, so the gradient passes as it is. The output can be any number, "
        "negative ones and large ones too.",
        "Layers with it alone, however many, can do no more than a single one. Only functions that "
        "are not linear make depth worth its cost.",
        "In the output layer where a number is predicted. Also before a loss that takes logits and "
        "applies sigmoid or softmax itself.",
    ),
    ActivationFunction.STEP: ActivationNotes(
        "f(x) = 1 for x > 0, else 0",
        "It is the simplest decision: yes or no. With it a single neuron separates the plane by a "
        "straight line, which is easy to draw and to understand.",
        "Its slope is 0 everywhere except at the jump, where there is none. So no gradient comes "
        "back through it, and the layers below it cannot be trained by gradient descent.",
        "In the perceptron of 1958, whose own learning rule needs no slope. Today it is shown for "
        "history; sigmoid, its smooth form, took its place.",
    ),
    ActivationFunction.RELU: ActivationNotes(
        "f(x) = max(0, x)",
        "It takes hardly any time to compute, and for positive inputs the slope is 1, so gradients "
        "keep their size through many layers. Many outputs are exactly 0, which makes the layer "
        "sparse.",
        "A neuron whose input is negative for every row gets no gradient and stays so: it is dead. "
        "Outputs are never negative, so their mean is above 0.",
        "The usual choice for hidden layers, dense or convolutional. HeNormal and HeUniform "
        "are the initializers made for it.",
    ),
    ActivationFunction.LEAKY_RELU: ActivationNotes(
        "f(x) = x for x > 0, else slope × x",
        "Negative inputs keep a small slope, so no neuron can die. It is almost as fast as ReLU.",
        "The slope below zero is one more setting to choose. The gain over ReLU is often small, "
        "and outputs are no longer sparse.",
        "In hidden layers, where many ReLU units have died. It is common in the discriminators of "
        "generative networks.",
    ),
    ActivationFunction.ELU: ActivationNotes(
        "f(x) = x for x > 0, else alpha × (exp(x) − 1)",
        "Outputs can be negative, so their mean is closer to 0 and training is often quicker. For "
        "alpha = 1 the slope has no jump at zero.",
        "The exponential takes longer than ReLU. Far below zero it is flat, and the gradient "
        "vanishes there.",
        "In hidden layers of dense networks without normalization. Try it where ReLU units die or "
        "training is slow.",
    ),
    ActivationFunction.SELU: ActivationNotes(
        "f(x) = 1.0507 × x for x > 0, else 1.7581 × (exp(x) − 1)",
        "Its two constants are chosen so that mean 0 and variance 1 are kept from layer to layer. "
        "Deep dense networks can be trained with it without normalization.",
        "This holds only with the initializer LecunNormal and standardized inputs. "
        "Ordinary dropout and other kinds of layers disturb it.",
        "In deep networks of dense layers alone, mostly for tables. With convolutions, batch "
        "normalization and ReLU are more usual.",
    ),
    ActivationFunction.GELU: ActivationNotes(
        "f(x) = x × Φ(x), where Φ is the normal distribution function",
        "It is smooth everywhere and lets small negative values through. Large networks often "
        "reach better results with it than with ReLU.",
        "It takes longer to compute than ReLU. It is not monotonic, and in small networks the gain "
        "is hard to measure.",
        "In transformers, such as BERT and GPT. Also in recent convolutional networks.",
    ),
    ActivationFunction.SILU: ActivationNotes(
        "f(x) = x × sigmoid(x), also called swish",
        "It is smooth, and close to ReLU for large inputs of either sign. Negative inputs still "
        "get a gradient, so units seldom die.",
        "It costs an exponential for each value. It is not monotonic: just below zero it falls "
        "before it rises.",
        "In EfficientNet and many networks for images. A good second choice after ReLU for hidden "
        "layers, and for smooth functions of few inputs.",
    ),
    ActivationFunction.SIGMOID: ActivationNotes(
        "f(x) = 1 / (1 + exp(−x))",
        "The output lies between 0 and 1 and can be read as a probability. It is smooth, and a "
        "single step of it resembles a neuron that fires or does not.",
        "The slope is at most 0.25 and nearly 0 on both sides, so that gradients vanish in deep "
        "networks. Outputs are all positive, which slows down the layer that follows.",
        "In the output layer, for two classes or for several labels at once. In hidden layers it "
        "is rarely used today, except for the gates of recurrent networks.",
    ),
    ActivationFunction.HARD_SIGMOID: ActivationNotes(
        "f(x) = x / 6 + 1/2, cut off at 0 and 1",
        "It needs no exponential, so it suits small devices. Between −3 and 3 its slope is the "
        "same everywhere.",
        "Beyond −3 and 3 the slope is exactly 0, and a unit there learns nothing. It is only a "
        "rough form of sigmoid, and as poor in deep networks.",
        "In networks for phones and small chips, such as MobileNetV3. Seldom chosen where time "
        "does not matter.",
    ),
    ActivationFunction.TANH: ActivationNotes(
        "f(x) = (exp(x) − exp(−x)) / (exp(x) + exp(−x))",
        "The output lies between −1 and 1 and is centered on zero, which helps the next layer. Its "
        "slope at zero is 1, four times that of sigmoid.",
        "It saturates on both sides like sigmoid, and then no gradient passes. In deep networks "
        "the gradient still shrinks from layer to layer.",
        "In recurrent layers, and in small networks with one or two hidden layers. In the output "
        "layer where the target lies between −1 and 1.",
    ),
    ActivationFunction.SOFTPLUS: ActivationNotes(
        "f(x) = log(1 + exp(x))",
        "It is a smooth ReLU with a slope everywhere. The output is always positive.",
        "It is slower than ReLU and seldom better. Even at zero the output is 0.69, so its mean is "
        "far above 0.",
        "In the output layer where what is predicted is positive, such as a spread or a count. "
        "Seldom in hidden layers.",
    ),
    ActivationFunction.SOFTSIGN: ActivationNotes(
        "f(x) = x / (1 + |x|)",
        "It is centered on zero like tanh, without an exponential. It flattens much more slowly, "
        "so units far from zero still learn a little.",
        "Its slope falls quickly beside zero: at 1 it is only a quarter. In deep networks "
        "gradients vanish as with tanh.",
        "In place of tanh in networks with few layers. It is seldom seen in practice.",
    ),
    ActivationFunction.SOFTMAX: ActivationNotes(
        "pᵢ = exp(zᵢ / T) / Σⱼ exp(zⱼ / T), where the temperature T is 1 in Keras",
        "It turns any numbers into probabilities that add up to 1. With crossentropy the gradient "
        "is as simple as can be: probability minus target.",
        "The classes compete: one can only gain what others lose, so it cannot say that two are "
        "true at once. Large logits make it far too certain.",
        "In the output layer, where one of several classes is right. Inside networks it weights "
        "what attention looks at.",
    ),
    ActivationFunction.EXPONENTIAL: ActivationNotes(
        "f(x) = exp(x)",
        "The output is always positive, and the network predicts its logarithm without further "
        "work. Equal steps of the input multiply the output by the same factor.",
        "It grows without limit, and so does its slope: training diverges easily. For negative "
        "inputs it is almost flat.",
        "In the output layer for counts and rates, with the Poisson loss. Not in hidden layers.",
    ),
}
