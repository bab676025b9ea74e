"""Training steps, many of them in one call.

`fit` on a small network spends most of its time between the steps. Here a loop inside one graph
takes them: the state of the training - weights, optimizer, metrics, random numbers - goes in as
tensors and comes out as tensors, and Keras's own layers, losses, optimizers and metrics do in
between what they do in `fit`. Nothing outside changes until the new state is put into the model's
variables. That makes a step that must not be taken easy to leave out, and lets a compiler try the
loop on the side.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.choices import Metric
from desktop.engine import backend
from desktop.engine.augmentation import Augmentation
from desktop.engine.programs import Program, configuration, read_variables, shared

MAX_STEPS = 2048  # that one call may take
_KEPT = ("__init__", "stateless_apply")
# Other metrics are means over rows.
NOT_MEANS = (Metric.PRECISION, Metric.RECALL, Metric.AUC, Metric.ROOT_MEAN_SQUARED_ERROR)


class Compiler(StrEnum):
    """What turns the steps into machine code."""

    GRAPH = "graph"  # TensorFlow's own kernels, one after another: any network
    XLA = "xla"  # one program for the whole loop, for full batches


@dataclass(frozen=True)
class StepsResult:
    """What a call came to: `steps` were taken, all that were asked for unless `refused`.

    `logs` are Keras's running values at the end. `means` has the running means of the metrics that
    are means over rows, (steps,) each, one for every step. If that was asked for and all steps were
    taken, `squares` has for each trainable weight of the model the sums Σx² of what the last step
    added to it and of what it was before, (weights, 2).
    """

    steps: int
    refused: bool  # the next step has a loss, outputs or gradients that are not finite
    logs: Mapping[str, float]
    means: Mapping[str, NDArray[np.floating[Any]]]
    squares: NDArray[np.float64] | None = None


class FusedSteps:
    """The training steps of a compiled `model`, whose optimizer has been built.

    A step does what Keras's own does. It is refused, with all that would follow, if the loss, the
    outputs or the gradients are not finite. `example` is a batch of a row or more; the metrics are
    reset.

    What `augmentation` there is has been done to the rows that come: its layers are left out.

    `checkpoint` is called every now and then while a graph is made, which takes some tenths of a
    second. What it raises comes out, and the graph will be made another time.
    """

    def __init__(
        self,
        model: Any,
        batch_size: int,
        example: tuple[Any, ...],
        augmentation: Augmentation | None = None,
    ) -> None:
        self.model, self.batch_size, self.augmentation = model, batch_size, augmentation
        _build_metrics(model, example)
        optimizer = model.optimizer
        # Nadam keeps one to itself.
        hidden = [part for part in vars(optimizer).values() if _is_variable(part)]
        variables = (*model.variables, *optimizer.variables, *hidden, *model.metrics_variables)
        self._variables = list({id(variable): variable for variable in variables}.values())
        places = {id(variable): place for place, variable in enumerate(self._variables)}
        self._trainable = [places[id(variable)] for variable in model.trainable_variables]
        self._loss_tracker = next(metric for metric in model.metrics if metric.name == "loss")
        self.checkpoint: Callable[[], None] = lambda: None
        self._configuration = configuration(model)
        self._programs: dict[Hashable, Program] = {}

    def run(
        self, compiler: Compiler, source: Any, first: int, count: int, measured: bool = False
    ) -> StepsResult:
        """Take `count` steps, or as many as there are batches for; XLA takes full ones only.

        If the last one is to be `measured`, the result has its squares.

        `source` is the tensors (inputs, targets, perhaps sample weights, and last the order of the
        rows), of which the batches from the 0-based `first` on are used; or an iterator of batches,
        which has to have as many. Augmented inputs are in order already, and only some of them are
        there: before the order comes the number of their first batch.
        """
        if _is_in_memory(source):
            rows = len(source[-1])
            full, short = divmod(rows, self.batch_size)
            there = full if compiler is Compiler.XLA else full + (short > 0)
            count = min(count, there - first)
        outcome = self._advance(compiler, source, first, count, measured)
        if outcome.refused and outcome.steps and compiler is Compiler.XLA:
            # The model is as it was before: the same again, but for the bad step.
            again = self._advance(compiler, source, first, outcome.steps, measured=False)
            return replace(again, refused=True)
        return outcome

    def _advance(
        self, compiler: Compiler, source: Any, first: int, count: int, measured: bool
    ) -> StepsResult:
        program = self._program(compiler, source)
        steps, fine, logs, trace, squares = program.loop(
            source, *self._numbers(first, count, measured, keep=True), self._handles()
        )
        taken = int(steps)
        values = trace.numpy()[:taken]
        return StepsResult(
            steps=taken,
            refused=not bool(fine),
            logs=dict(zip(program.logged, logs.numpy().tolist(), strict=True)),
            means={name: values[:, column] for column, name in enumerate(program.traced)},
            squares=squares.numpy() if measured and taken == count else None,
        )

    def compilation(self, compiler: Compiler, source: Any) -> Callable[[], None]:
        """A function that compiles the steps and leaves the model alone.

        The graph is made here. The function may be called on any thread, also while the model is
        being trained.
        """
        program = self._program(compiler, source)
        numbers, handles = self._numbers(0, 0, measured=False, keep=False), self._handles()

        def compile_steps() -> None:
            steps, *_ = program.loop(source, *numbers, handles)
            steps.numpy()

        return compile_steps

    # --- the graph --------------------------------------------------------------------------------

    def _numbers(self, first: int, count: int, measured: bool, keep: bool) -> tuple[Any, ...]:
        return tuple(map(backend.tensorflow().constant, (first, count, measured, keep)))

    def _program(self, compiler: Compiler, source: Any) -> Program:
        """What advances the state by steps; of an equal network if there was one lately."""
        tf = backend.tensorflow()
        signature = tuple(map(tf.type_spec_from_value, source)) if _is_in_memory(source) else None
        key = compiler, signature
        if key not in self._programs:
            make = partial(self._traced, compiler, source)
            self._programs[key] = (
                make()
                if signature is None  # TensorFlow has one for each iterator
                else shared(
                    (self._configuration, self.batch_size, signature),
                    compiler is Compiler.XLA,
                    make,
                )
            )
        return self._programs[key]

    def _traced(self, compiler: Compiler, source: Any) -> Program:
        tf = backend.tensorflow()
        names: dict[str, tuple[str, ...]] = {}
        gathered = _gathered(self.batch_size, compiler, self.augmentation is not None)
        batch_of = gathered if _is_in_memory(source) else _next
        loop = tf.function(
            self._loop(compiler, batch_of, names),
            jit_compile=compiler is Compiler.XLA,
            autograph=False,
        )
        numbers = self._numbers(0, 0, measured=False, keep=False)
        state = [tf.TensorSpec(each.shape, each.dtype) for each in self._variables]
        with _functional(self.model.optimizer):
            loop = loop.get_concrete_function(source, *numbers[:2], state)
        advance = tf.function(self._advancing(compiler, loop, state), autograph=False)
        advance = advance.get_concrete_function(source, *numbers, self._handles())
        self.checkpoint()
        return Program(advance, **names)

    def _handles(self) -> list[Any]:
        """What a graph reads and changes the variables by."""
        return [variable.value.handle for variable in self._variables]

    def _advancing(self, compiler: Compiler, loop: Any, state: Sequence[Any]) -> Any:
        """A function that lets `loop` loose on variables like `state`, to make a graph of.

        Its results are the steps, whether all was finite, the metrics, their traces and the
        squares, zeros unless the last step is `measured`. It does not change the variables unless
        it is to `keep` the new state.
        """
        tf = backend.tensorflow()

        def advance(
            source: Any, first: Any, count: Any, measured: Any, keep: Any, handles: Sequence[Any]
        ) -> tuple[Any, ...]:
            before = read_variables(state, handles)
            # The last step alone: to keep each step's squares would take as long as a small step.
            one = tf.constant(1)
            before_last = tf.where(measured, count - one, count)
            unmeasured = loop(source, first, before_last, before)
            steps, fine, _, trace, between = unmeasured

            def last_step() -> tuple[Any, ...]:
                last, fine, logs, of_last, after = loop(source, first + steps, one, between)
                both = tf.tensor_scatter_nd_update(trace, [[steps]], of_last[:1])
                return steps + last, fine, logs, both, after, self._squares(between, after)

            nothing = tf.zeros((len(self._trainable), 2), tf.float64)
            steps, fine, logs, trace, after, squares = tf.cond(
                measured & fine, last_step, lambda: (*unmeasured, nothing)
            )

            def adopt() -> bool:
                for handle, value in zip(handles, after, strict=True):
                    tf.raw_ops.AssignVariableOp(resource=handle, value=value)
                return True

            # The graph leaves a bad step out. In XLA that would take a third longer, so that the
            # state after a bad step is a bad one.
            wanted = keep & fine if compiler is Compiler.XLA else keep
            tf.cond(wanted, adopt, lambda: False)
            return steps, fine, logs, trace, squares

        return advance

    def _squares(self, before: Sequence[Any], after: Sequence[Any]) -> Any:
        """What StepsResult says of two states. In float64: small squares vanish in float32."""
        tf = backend.tensorflow()

        def square(values: Any) -> Any:
            return tf.reduce_sum(tf.square(tf.cast(values, tf.float64)))

        rows = [
            (square(after[place] - before[place]), square(before[place]))
            for place in self._trainable
        ]
        return tf.stack(rows) if rows else tf.zeros((0, 2), tf.float64)

    def _loop(self, compiler: Compiler, batch_of: Any, names: dict[str, tuple[str, ...]]) -> Any:
        """The loop to make a graph of; then `names` has the names of its metrics."""
        tf = backend.tensorflow()

        def loop(source: Any, first: Any, count: Any, state: list[Any]) -> tuple[Any, ...]:
            def body(step: Any, _: Any, trace: Any, *state: Any) -> tuple[Any, ...]:
                new, fine, results = self._step(state, batch_of(source, first + step))
                if compiler is Compiler.GRAPH:
                    new = tf.cond(fine, lambda: new, lambda: list(state))
                means = tf.stack([results[name] for name in names["traced"]])
                trace = tf.tensor_scatter_nd_update(trace, [[step]], [means])
                return step + tf.cast(fine, tf.int32), fine, trace, *new

            logged = names["logged"] = tuple(self._results(state))
            names["traced"] = tuple(name for name in logged if name not in NOT_MEANS)
            trace = tf.zeros((MAX_STEPS, len(names["traced"])))
            start = (tf.constant(0), tf.constant(True), trace, *state)
            steps, fine, trace, *state = tf.while_loop(
                lambda step, fine, *_: fine & (step < count), body, start
            )
            logs = tf.stack([self._results(state)[name] for name in logged])
            return steps, fine, logs, trace, state

        return loop

    def _step(
        self, state: Sequence[Any], batch: tuple[Any, ...]
    ) -> tuple[list[Any], Any, Mapping[str, Any]]:
        """The state after a step, whether all was finite, and the running metrics."""
        keras, tf = backend.keras(), backend.tensorflow()
        model, optimizer = self.model, self.model.optimizer
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        weights = [state[place] for place in self._trainable]
        mapping = zip(self._variables, state, strict=True)
        self.checkpoint()
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
            with tf.GradientTape() as tape:
                tape.watch(weights)
                outputs = self._outputs(x)
                self.checkpoint()
                loss = model.compute_loss(
                    x=x, y=y, y_pred=outputs, sample_weight=sample_weight, training=True
                )
            self.checkpoint()
            gradients = tape.gradient(loss, weights)
            self.checkpoint()
            self._loss_tracker.update_state(loss, sample_weight=tf.shape(x)[0])
            optimizer.apply(gradients, model.trainable_variables)
            self.checkpoint()
            results = model.compute_metrics(x, y, outputs, sample_weight=sample_weight)
        # A sum is finite only if all of its terms are.
        sums = [tf.reduce_sum(part) for part in (outputs, *gradients) if part is not None]
        fine = tf.math.is_finite(tf.add_n([loss, *sums]))
        return [scope.get_current_value(variable) for variable in self._variables], fine, results

    def _outputs(self, x: Any) -> Any:
        if self.augmentation is None:
            return self.model(x, training=True)
        for layer in self.model.layers[self.augmentation.count :]:
            x = layer(x, training=True)
        return x

    def _results(self, state: Sequence[Any]) -> Mapping[str, Any]:
        """The metrics' values in `state`."""
        mapping = zip(self._variables, state, strict=True)
        with backend.keras().StatelessScope(state_mapping=mapping):
            results: Mapping[str, Any] = self.model.get_metrics_result()
        return results


def _is_in_memory(source: Any) -> bool:
    return isinstance(source, tuple)


def _is_variable(part: Any) -> bool:
    return isinstance(part, backend.keras().Variable)


def _gathered(batch_size: int, compiler: Compiler, is_augmented: bool) -> Any:
    """A function that gathers a batch from tensors and the order of their rows."""
    tf = backend.tensorflow()

    def gather(source: tuple[Any, ...], step: Any) -> tuple[Any, ...]:
        *parts, order = source
        start = step * batch_size
        if compiler is Compiler.XLA:  # which has to know the shape
            rows = tf.gather(order, start + tf.range(batch_size))
        else:
            rows = order[start : start + batch_size]
        if not is_augmented:
            return tuple(tf.gather(part, rows) for part in parts)
        inputs, *parts, first = parts
        start -= first * batch_size
        if compiler is Compiler.XLA:
            x = tf.gather(inputs, start + tf.range(batch_size))
        else:
            x = inputs[start : start + tf.size(rows)]
        return x, *(tf.gather(part, rows) for part in parts)

    return gather


def _next(source: Any, _: Any) -> tuple[Any, ...]:
    batch: tuple[Any, ...] = source.get_next()
    return batch


def _build_metrics(model: Any, batch: tuple[Any, ...]) -> None:
    """Let loss and metrics make their variables, which they do when they first see a batch."""
    x, y, sample_weight = backend.keras().utils.unpack_x_y_sample_weight(batch)
    outputs = model(x, training=False)
    model.compute_loss(x=x, y=y, y_pred=outputs, sample_weight=sample_weight, training=False)
    model.compute_metrics(x, y, outputs, sample_weight=sample_weight)
    model.reset_metrics()


@contextmanager
def _functional(optimizer: Any) -> Iterator[None]:
    """Let optimizers like `optimizer` work on tensors in a stateless scope.

    Keras's optimizers can; what its TensorFlow backend lays over that, for several devices at once,
    insists on variables. Here it is lifted, which leaves the methods of every other backend.
    """
    mro = {cls.__name__: cls for cls in type(optimizer).__mro__}
    plain, tensorflow = mro["BaseOptimizer"], mro["TFOptimizer"]
    laid_over = {
        name: method
        for name, method in vars(tensorflow).items()
        if callable(method) and name in vars(plain) and name not in _KEPT
    }
    indices = optimizer._trainable_variables_indices
    for name in laid_over:
        setattr(tensorflow, name, getattr(plain, name))
    optimizer._trainable_variables_indices = {
        id(variable): place for place, variable in enumerate(optimizer._trainable_variables)
    }
    try:
        yield
    finally:
        for name, method in laid_over.items():
            setattr(tensorflow, name, method)
        optimizer._trainable_variables_indices = indices
