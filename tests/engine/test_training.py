"""Training runs: what is reported, what is kept, and how they end by themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from desktop.document.callbacks import EarlyStopping, ReduceLROnPlateau
from desktop.document.choices import ActivationFunction, Metric
from desktop.document.data import LogicTable
from desktop.document.layers import BatchNormalization, Dense, Dropout, Flatten, Rescaling
from desktop.document.losses import CategoricalCrossentropy, MeanSquaredError
from desktop.document.optimizers import SGD, Adam
from desktop.engine import backend, blocks, recorder
from desktop.engine.batch_values import BatchValues
from desktop.engine.builder import build
from desktop.engine.control import RunControl
from desktop.engine.encoding import encode
from desktop.engine.reports import (
    EpochEnded,
    Outcome,
    Phase,
    Progress,
    Report,
    RunEnded,
    RunStarted,
)
from desktop.engine.rows import Dataset, Rows
from desktop.engine.training import Trainer
from tests.engine.runs import HIDDEN, OUTPUT, STACK, Reports, dataset, project, train


def weights(trainer: Trainer) -> np.ndarray[Any, Any]:
    return np.concatenate([weight.ravel() for weight in trainer.model.get_weights()])


# --- reports --------------------------------------------------------------------------------------


SEEN = project(metrics=("accuracy", "auc"))


@pytest.fixture(scope="module")
def done() -> tuple[Trainer, Reports]:
    """A run of three epochs, for tests that only look."""
    trainer = Trainer(dataset())
    return trainer, train(SEEN, trainer, run="seven")


def test_a_run_is_reported_from_start_to_end(done: tuple[Trainer, Reports]) -> None:
    trainer, reports = done
    assert {report.run for report in reports.all} == {"seven"}
    started = reports.started
    assert reports.all[0] is started
    assert (started.first_epoch, started.epochs, started.steps_per_epoch) == (0, 3, 10)
    assert (started.training_rows, started.validation_rows) == (100, 20)
    assert (started.parameters, started.seed) == (64 * 8 + 8 + 8 * 10 + 10, 812)
    assert [each.epoch for each in reports.epochs] == [1, 2, 3]
    names = {"loss", "accuracy", "auc"}
    expected = names | {f"val_{name}" for name in names} | {"learning_rate"}
    assert all(set(each.logs) == expected for each in reports.epochs)
    assert all(each.logs["learning_rate"] == 0.001 for each in reports.epochs)
    ended = reports.ended
    assert (ended.outcome, ended.epoch, ended.message) == (Outcome.FINISHED, 3, "")
    assert not ended.stopped_early
    assert ended.restored_epoch is None
    assert ended.seconds >= sum(each.seconds for each in reports.epochs)
    assert trainer.epoch == 3
    assert trainer.network is not None and trainer.network.project == SEEN


def test_histograms_are_of_the_weights_at_that_time(done: tuple[Trainer, Reports]) -> None:
    reports = done[1]
    shown = [reports.started.histograms, *(each.histograms for each in reports.epochs)]
    assert [each.layer_name for each in shown[0]] == ["Dense 2", "Dense 2", "Dense 3", "Dense 3"]
    kernels = [histograms[0] for histograms in shown]
    assert len({each.mean for each in kernels}) == 4
    bias = shown[0][1]
    assert (bias.zeros, bias.maximum) == (8, 0.0)
    initial = build(project()).layers[1].kernel.numpy()
    assert kernels[0].maximum == initial.max()


def test_the_final_histogram_is_of_the_model_that_is_left(done: tuple[Trainer, Reports]) -> None:
    trainer, reports = done
    kernel = reports.epochs[-1].histograms[0]
    assert kernel.minimum == trainer.model.layers[1].kernel.numpy().min()


def test_every_batch_is_reported_once_and_in_order() -> None:
    reports = train(project(batch_size=30))  # the last batch of an epoch has 10 rows
    at = np.concatenate([each.at for each in reports.progress])
    expected = [epoch + done for epoch in range(3) for done in (0.3, 0.6, 0.9, 1.0)]
    np.testing.assert_allclose(at, expected)
    for each in reports.progress:
        assert set(each.batch_values) == ({"loss", "accuracy"} if len(each.at) else set())
        assert all(values.shape == each.at.shape for values in each.batch_values.values())
        assert 0 <= each.fraction <= 1
        assert each.steps == (4 if each.phase is Phase.TRAINING else 1)
    fractions = [each.fraction for each in reports.progress]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1.0)


def test_progress_comes_about_twenty_times_a_second() -> None:
    reports = train(project(epochs=12, batch_size=1), Trainer(dataset(50, 20)))
    count = len(reports.progress)
    assert count >= 4
    gaps = np.diff([each.seconds for each in reports.progress[:-1]])
    assert gaps.min() >= recorder.REPORT_SECONDS
    assert len(np.concatenate([each.at for each in reports.progress])) == 12 * 50
    left = [each.seconds_left for each in reports.progress if each.seconds_left is not None]
    assert len(left) > count / 2
    assert left[-1] < left[0]


def test_values_of_single_batches_are_recovered_from_running_means() -> None:
    """With a learning rate of nearly nothing each batch can be evaluated by itself."""
    trainer = Trainer(dataset())
    what = project(epochs=1, batch_size=30, optimizer=SGD(learning_rate=1e-20), shuffle=False)
    reports = train(what, trainer)
    loss = np.concatenate([each.batch_values["loss"] for each in reports.progress])
    accuracy = np.concatenate([each.batch_values["accuracy"] for each in reports.progress])
    x, y = trainer.dataset.training.x, encode(trainer.dataset.training.y, what)
    for index, start in enumerate(range(0, 100, 30)):
        part = slice(start, start + 30)
        alone = trainer.model.evaluate(x[part], y[part], verbose=0, return_dict=True)
        assert loss[index] == pytest.approx(alone["loss"], rel=1e-4)
        assert accuracy[index] == pytest.approx(alone["accuracy"], abs=1e-9)


def test_single_values_from_running_means_of_block_after_block() -> None:
    values = BatchValues()
    first = values.add(np.array([10, 40]), {"loss": np.array([2.0, 1.25], np.float32)})
    assert first["loss"].tolist() == [2.0, 1.0]
    second = values.add(np.array([50]), {"loss": np.array([1.2], np.float32)})
    assert second["loss"] == pytest.approx([1.0], rel=1e-6)


def test_counts_are_whole_rows() -> None:
    means = np.array([0.2, 0.433333333], np.float32)
    values = BatchValues().add(np.array([10, 30]), {"accuracy": means})
    assert values["accuracy"].tolist() == [0.2, 0.55]


def test_reports_cannot_be_changed(done: tuple[Trainer, Reports]) -> None:
    progress = done[1].progress[0]
    with pytest.raises(ValueError, match="read-only"):
        progress.at[0] = 1.0


def test_without_validation_rows_the_loss_judges() -> None:
    reports = train(project(), Trainer(dataset(validation=0)))
    assert reports.started.validation_rows == 0
    assert all(each.phase is Phase.TRAINING for each in reports.progress)
    assert "val_loss" not in reports.epochs[0].logs
    losses = [each.logs["loss"] for each in reports.epochs]
    assert (reports.ended.monitor, reports.ended.best_epoch) == ("loss", 1 + np.argmin(losses))


def test_the_logic_table_trains_to_four_of_four() -> None:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    table = Rows(x, np.array([0, 0, 0, 1]))
    trainer = Trainer(
        Dataset(LogicTable(), LogicTable().known_schema, table, None, table, test_is_training=True)
    )
    what = project(Dense(units=1, activation=ActivationFunction.SIGMOID)).replace(data=LogicTable())
    what = what.replace(
        training=what.training.replace(
            loss="binary_crossentropy", epochs=80, batch_size=4, optimizer=SGD(learning_rate=5.0)
        )
    )
    reports = train(what, trainer)
    assert len(reports.epochs) == 80
    assert reports.epochs[-1].logs["accuracy"] == 1.0


# --- the same as Keras, the same again ------------------------------------------------------------


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam()], ids=lambda spec: spec.tag)
def test_a_run_does_what_plain_fit_does(optimizer: Any) -> None:
    what = project(
        Flatten(),
        HIDDEN.replace(kernel_regularizer={"regularizer": "L2"}),
        BatchNormalization(),
        OUTPUT,
        optimizer=optimizer,
        shuffle=False,
    )
    trainer = Trainer(dataset())
    reports = train(what, trainer)
    plain = build(what)
    history = plain.fit(
        trainer.dataset.training.x,
        encode(trainer.dataset.training.y, what),
        batch_size=10,
        epochs=3,
        shuffle=False,
        verbose=0,
    ).history
    losses = [each.logs["loss"] for each in reports.epochs]
    np.testing.assert_allclose(losses, history["loss"], rtol=1e-6)
    for ours, theirs in zip(trainer.model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


def test_the_same_seed_gives_the_same_result() -> None:
    what = project(Flatten(), HIDDEN, Dropout(rate=0.3), OUTPUT)
    one, two, other = Trainer(dataset()), Trainer(dataset()), Trainer(dataset())
    logs = [[each.logs for each in train(what, trainer).epochs] for trainer in (one, two)]
    assert logs[0] == logs[1]
    assert np.array_equal(weights(one), weights(two))
    train(what.replace(training=what.training.replace(seed=1)), other)
    assert not np.array_equal(weights(one), weights(other))


def test_a_random_seed_is_reported_and_repeats_the_run() -> None:
    one, two = Trainer(dataset()), Trainer(dataset())
    seeds = [train(project(seed=None), trainer).started.seed for trainer in (one, two)]
    assert seeds[0] != seeds[1]
    again = Trainer(dataset())
    train(project(seed=seeds[0]), again)
    assert np.array_equal(weights(again), weights(one))


# --- resumed training ----------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [STACK, (Flatten(), HIDDEN, Dropout(rate=0.5), OUTPUT)])
def test_two_runs_give_what_one_long_one_gives(layers: Any) -> None:
    long, split = Trainer(dataset()), Trainer(dataset())
    whole = train(project(*layers, epochs=4), long)
    train(project(*layers, epochs=2), split)
    resumed = train(project(*layers, epochs=2), split, resume=True)
    assert resumed.started.first_epoch == 2
    assert [each.epoch for each in resumed.epochs] == [3, 4]
    assert [dict(each.logs) for each in resumed.epochs] == [
        dict(each.logs) for each in whole.epochs[2:]
    ]
    assert all(2 < at <= 4 for each in resumed.progress for at in each.at)
    assert resumed.progress[-1].fraction == pytest.approx(1.0)
    assert (split.epoch, resumed.ended.epoch) == (4, 4)
    assert np.array_equal(weights(long), weights(split))


def test_a_new_run_starts_from_new_weights() -> None:
    trainer = Trainer(dataset())
    first, second = train(project(), trainer), train(project(), trainer)
    assert second.started.first_epoch == 0
    assert [e.logs for e in first.epochs] == [e.logs for e in second.epochs]
    assert trainer.epoch == 3


def test_a_new_learning_rate_keeps_the_momentum() -> None:
    trainer = Trainer(dataset())
    train(project(), trainer)
    optimizer = trainer.model.optimizer
    reports = train(project(optimizer=Adam(learning_rate=0.25)), trainer, resume=True)
    assert trainer.model.optimizer is optimizer
    assert int(optimizer.iterations) == 60
    assert reports.epochs[0].logs["learning_rate"] == 0.25


def test_another_loss_keeps_the_optimizer_and_another_optimizer_is_new() -> None:
    trainer = Trainer(dataset())
    train(project(), trainer)
    optimizer = trainer.model.optimizer
    what = project(loss=MeanSquaredError(), metrics=("mean_absolute_error",))
    reports = train(what, trainer, resume=True)
    assert reports.ended.outcome is Outcome.FINISHED
    assert "val_mean_absolute_error" in reports.epochs[0].logs
    assert trainer.model.optimizer is optimizer
    reports = train(project(optimizer=SGD()), trainer, resume=True)
    assert type(trainer.model.optimizer).__name__ == "SGD"
    assert reports.ended.epoch == trainer.epoch == 9


def test_only_the_same_layers_and_data_can_continue(done: tuple[Trainer, Reports]) -> None:
    trainer, _ = done
    assert trainer.network is not None
    assert trainer.network.can_continue(project(epochs=9, batch_size=3, optimizer=SGD()))
    other = project(Flatten(), OUTPUT)
    assert not trainer.network.can_continue(other)
    before = weights(trainer)
    ended = train(other, trainer, resume=True).ended
    assert ended.outcome is Outcome.FAILED
    assert "have changed" in ended.message
    assert np.array_equal(before, weights(trainer))
    assert trainer.epoch == 3


# --- Keras's callbacks ----------------------------------------------------------------------------


def test_early_stopping_ends_the_run_and_restores_the_best() -> None:
    trainer = Trainer(dataset())
    stopping = EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True)
    what = project(
        epochs=50, optimizer=SGD(learning_rate=3.0), early_stopping=stopping, batch_size=5
    )
    reports = train(what, trainer)
    ended, losses = reports.ended, [each.logs["val_loss"] for each in reports.epochs]
    best = int(np.argmin(losses)) + 1
    assert len(losses) == best + 2 < 50
    assert ended.outcome is Outcome.FINISHED
    assert (ended.stopped_early, ended.restored_epoch) == (True, best)
    assert (ended.monitor, ended.best_epoch, ended.epoch) == ("val_loss", best, best + 2)
    assert f"since epoch {best}" in ended.message
    assert f"those of epoch {best} again" in ended.message
    kernel = trainer.model.layers[1].kernel.numpy()
    at_best = ([reports.started, *reports.epochs][best]).histograms[0]
    assert kernel.max() == at_best.maximum


def test_early_stopping_that_had_nothing_to_do() -> None:
    stopping = EarlyStopping(monitor="accuracy", patience=5, restore_best_weights=True)
    ended = train(project(epochs=2, early_stopping=stopping)).ended
    assert (ended.stopped_early, ended.monitor) == (False, "accuracy")
    assert ended.restored_epoch == (1 if ended.best_epoch == 1 else None)


def test_the_learning_rate_in_the_logs_is_the_one_that_was_used() -> None:
    plateau = ReduceLROnPlateau(
        monitor="val_accuracy", patience=1, factor=0.5, min_delta=10.0, cooldown=0
    )
    reports = train(project(epochs=4, reduce_lr_on_plateau=plateau))
    assert [each.logs["learning_rate"] for each in reports.epochs] == [
        0.001,
        0.001,
        0.0005,
        0.00025,
    ]


# --- failures -------------------------------------------------------------------------------------


def exploding(learning_rate: float = 1e6, **settings: Any) -> Any:
    return project(
        Flatten(),
        Dense(units=8),
        Dense(units=10),
        optimizer=SGD(learning_rate=learning_rate),
        loss=MeanSquaredError(),
        **settings,
    )


def test_an_overflow_stops_at_once_says_where_and_spares_the_weights() -> None:
    trainer = Trainer(dataset())
    reports = train(exploding(), trainer)
    ended = reports.ended
    assert ended.outcome is Outcome.FAILED
    assert "in epoch 1, batch " in ended.message
    assert "Dense 3" in ended.message
    assert "smaller learning rate" in ended.message
    assert "\n" not in ended.message
    assert np.isfinite(weights(trainer)).all()
    assert all(np.isfinite(each.batch_values["loss"]).all() for each in reports.progress)
    assert (ended.epoch, ended.best_epoch, ended.monitor) == (0, None, "")
    again = train(exploding(0.001), trainer)
    assert again.ended.outcome is Outcome.FINISHED


def test_what_was_trained_before_a_breakdown_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_SECONDS", 0.001)
    clean = dataset(1_000)
    x = clean.training.x.copy()
    x[777] = np.inf
    trainer = Trainer(
        Dataset(clean.source, clean.schema, Rows(x, clean.training.y), None, clean.test, False)
    )
    ended = train(project(batch_size=1, shuffle=False), trainer)
    assert ended.ended.outcome is Outcome.FAILED
    assert sum(len(each.at) for each in ended.progress) == 777
    resumed = train(project(batch_size=1, shuffle=False), trainer, resume=True)
    assert resumed.started.first_step == 777
    assert "in epoch 1, batch 778 of 1000" in resumed.ended.message


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bad_values_in_the_data_are_found_before_they_do_harm(bad: float) -> None:
    """ReLU swallows NaN: the loss alone would not show it."""
    clean = dataset()
    x = clean.training.x.copy()
    x[57, 0, 0] = bad
    trainer = Trainer(
        Dataset(
            clean.source,
            clean.schema,
            Rows(x, clean.training.y),
            clean.validation,
            clean.test,
            False,
        )
    )
    ended = train(project(shuffle=False), trainer).ended
    assert ended.outcome is Outcome.FAILED
    assert "in epoch 1, batch 6 of 10: the data has values" in ended.message
    assert np.isfinite(weights(trainer)).all()


def test_the_first_layer_with_bad_outputs_is_named_and_statistics_are_spared() -> None:
    layers = (Flatten(), Rescaling(scale=3e38), BatchNormalization(), OUTPUT)
    trainer = Trainer(dataset())
    ended = train(project(Rescaling(scale=10.0), *layers), trainer).ended
    assert "the outputs of Rescaling 3 were the first to become infinite" in ended.message
    assert np.isfinite(weights(trainer)).all()


def test_weights_that_overflow_by_the_step_itself_are_named() -> None:
    trainer = Trainer(dataset(10, 0))  # one batch an epoch: seen at the end of it
    ended = train(project(optimizer=SGD(learning_rate=3e38, momentum=0.0)), trainer).ended
    assert ended.outcome is Outcome.FAILED
    assert "epoch 1" in ended.message or "epoch 2" in ended.message
    assert "Dense" in ended.message


def test_no_room_in_memory(monkeypatch: pytest.MonkeyPatch, logged_errors: list[str]) -> None:
    error = backend.tensorflow().errors.ResourceExhaustedError(None, None, "OOM\nwhen allocating")
    _fit_raises(monkeypatch, error)
    ended = train(project()).ended
    assert ended.outcome is Outcome.FAILED
    assert ended.message.startswith("There is not enough memory")
    assert "OOM" in logged_errors.pop()


def test_any_other_error_is_one_line_for_the_user_and_logged_in_full(
    monkeypatch: pytest.MonkeyPatch, logged_errors: list[str]
) -> None:
    _fit_raises(monkeypatch, RuntimeError("\nwent wrong\nDetected at node 7"))
    ended = train(project()).ended
    assert ended.message == "The training failed: went wrong"
    assert "Traceback" in logged_errors.pop()


def _fit_raises(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fit(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(backend.keras().Sequential, "fit", fit)


@pytest.mark.parametrize("kind", [RunStarted, Progress, EpochEnded])
def test_a_sink_that_fails_ends_the_run_once(kind: type[Report], logged_errors: list[str]) -> None:
    def fail(report: Report) -> None:
        if isinstance(report, kind):
            raise OSError("no space left")

    ended = train(project(), then=fail).ended
    assert ended.outcome is Outcome.FAILED
    assert ended.message == "The training failed: no space left"
    assert "no space left" in logged_errors.pop()


def test_a_sink_that_fails_at_the_end_is_not_asked_again(logged_errors: list[str]) -> None:
    def fail(report: Report) -> None:
        if isinstance(report, RunEnded):
            raise OSError("no space left")

    assert train(project(epochs=1), then=fail).ended.outcome is Outcome.FINISHED
    assert "could not be reported" in logged_errors.pop()


def test_a_project_with_errors_is_refused_and_the_old_model_kept(
    done: tuple[Trainer, Reports],
) -> None:
    trainer, _ = done
    model = trainer.model
    reports = train(project(Flatten(), Dense(units=3)), trainer)
    assert [type(report) for report in reports.all] == [RunEnded]
    assert "10 classes" in reports.ended.message
    assert trainer.model is model


def test_rows_of_another_source_are_refused() -> None:
    what = project(
        Dense(units=1, activation=ActivationFunction.SIGMOID), loss="binary_crossentropy"
    )
    ended = train(what.replace(data=LogicTable())).ended
    assert "load the data first" in ended.message


def test_an_interrupt_is_passed_on_after_the_end_was_reported() -> None:
    def interrupt(report: Report) -> None:
        if isinstance(report, Progress):
            raise KeyboardInterrupt

    reports = Reports(interrupt)
    with pytest.raises(KeyboardInterrupt):
        Trainer(dataset()).run(project(), reports, RunControl())
    assert reports.ended.outcome is Outcome.STOPPED


def test_metrics_of_every_kind_come_along() -> None:
    reports = train(project(metrics=tuple(Metric), loss=CategoricalCrossentropy(), epochs=1))
    assert set(Metric) <= set(reports.epochs[0].logs)
