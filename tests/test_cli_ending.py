"""Commands whose reader leaves, whose output has no room, and that are asked to end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop import cli
from desktop.document.project import starter_project
from desktop.document.storage import read_project, write_project

ROOT = Path(__file__).resolve().parent.parent
MAIN = ROOT / "main.py"
RESULTS = ["history.csv", "model.keras", "project.layerwise"]
FULL = Path("/dev/full")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals of POSIX")
SLOW = pytest.mark.slow  # trains, or looks at everything, in a process of its own
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a good project, a bad one, a trained model and an image."""
    from PIL import Image
    from sklearn.datasets import load_digits

    folder = tmp_path_factory.mktemp("files")
    project = starter_project()
    # In batches so large that XLA is left off, which no end of a training has to wait for then.
    training = project.training.replace(epochs=2, batch_size=1100)
    project = project.replace(training=training)
    write_project(folder / "good.layerwise", project)
    write_project(folder / "bad.layerwise", project.replace(layers=project.layers[:1]))
    assert cli.run(["train", str(folder / "good.layerwise"), "--out", str(folder)]) == 0
    pixels = (load_digits().images[3] / 16 * 255).round().astype("uint8")
    Image.fromarray(pixels).save(folder / "three.png")
    return folder


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(MAIN), *arguments]


COMMANDS = {
    "version": (["--version"], 0),
    "help": (["train", "--help"], 0),
    "check": (["check", "good.layerwise"], 0),
    "check-json": (["check", "good.layerwise", "--json"], 0),
    "check-bad": (["check", "bad.layerwise"], 1),
    "evaluate": (["evaluate", "model.keras", "good.layerwise"], 0),
    "predict": (["predict", "model.keras", "three.png"], 0),
    "self-test": (["self-test"], 0),
}
each_command = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=SLOW if name == "self-test" else ()) for name in COMMANDS]
)


@contextmanager
def pipe_without_reader() -> Iterator[int]:
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


# --- readers --------------------------------------------------------------------------------------


@each_command
def test_a_reader_who_leaves_changes_no_exit_code(name: str, files: Path) -> None:
    arguments, code = COMMANDS[name]
    with pipe_without_reader() as pipe:
        done = subprocess.run(
            command(*arguments), cwd=files, stdout=pipe, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == code, done.stderr
    assert "rror" not in done.stderr and "Traceback" not in done.stderr


@needs_full
@each_command
def test_a_result_that_cannot_be_written_is_an_error(name: str, files: Path) -> None:
    arguments, _ = COMMANDS[name]
    with FULL.open("w") as full:
        done = subprocess.run(
            command(*arguments), cwd=files, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "Error: The result could not be written to standard output: No space left on device"
    )


def trained_in_spite_of(stderr: int, files: Path, out: Path) -> None:
    done = subprocess.run(
        command("train", "good.layerwise", "--out", str(out), "--json"),
        cwd=files,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["epochs"]) == 2
    assert sorted(path.name for path in out.iterdir()) == RESULTS


@SLOW
def test_a_training_continues_without_a_reader(files: Path, tmp_path: Path) -> None:
    with pipe_without_reader() as pipe:
        trained_in_spite_of(pipe, files, tmp_path / "out")


@SLOW
@needs_full
def test_a_training_continues_where_its_log_has_no_room(files: Path, tmp_path: Path) -> None:
    with FULL.open("w") as full:
        trained_in_spite_of(full.fileno(), files, tmp_path / "out")


@SLOW
def test_a_training_continues_when_its_reader_leaves_later(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ("train", "good.layerwise", "--epochs", "20", "--out", str(out))
    with subprocess.Popen(
        command(*arguments), cwd=files, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None and process.stderr.readline()
        process.stderr.close()
    assert process.returncode == 0
    assert len((out / "history.csv").read_text().splitlines()) == 21


@SLOW
def test_a_training_needs_no_standard_error(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = command("train", "good.layerwise", "--out", str(out), "--json")
    shell = ["sh", "-c", 'exec "$@" 2>&-', "sh"]
    done = subprocess.run([*shell, *arguments], cwd=files, capture_output=True, text=True)
    assert done.returncode == 0
    assert sorted(path.name for path in out.iterdir()) == RESULTS
    assert len(json.loads(done.stdout)["epochs"]) == 2


def test_a_check_needs_no_standard_output(files: Path) -> None:
    shell = ["sh", "-c", 'exec "$@" 1>&-', "sh"]
    done = subprocess.run([*shell, *command("check", "good.layerwise")], cwd=files)
    assert done.returncode == 0


# --- signals --------------------------------------------------------------------------------------


def answers_signals() -> None:
    """In the child: as in a terminal, also where the tests run with signals ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def started(
    arguments: list[str], folder: Path, before: str, prepare: object = answers_signals
) -> Iterator[subprocess.Popen[str]]:
    """A process that has written a line to standard error that starts with `before`."""
    with subprocess.Popen(
        arguments,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(before):
                break
        else:
            pytest.fail("it ended too soon")
        try:
            yield process
        finally:
            process.kill()


@SLOW
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_training_and_keeps_it(
    number: signal.Signals, files: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    arguments = ("train", "good.layerwise", "--epochs", "100000", "--out", str(out), "--json")
    with started(command(*arguments), files, "Epoch 2/") as process:
        process.send_signal(number)
        output, errors = process.communicate()
    assert process.returncode == 128 + number, errors
    assert errors.splitlines()[-1] == "Stopped" and "Traceback" not in errors
    epochs = json.loads(output)["epochs"]
    assert len(epochs) >= 2
    assert sorted(path.name for path in out.iterdir()) == RESULTS
    assert len((out / "history.csv").read_text().splitlines()) == 1 + len(epochs)
    assert read_project(out / "project.layerwise").training.epochs == 100_000


@SLOW
def test_a_signal_in_the_first_epoch_keeps_what_there_is(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    project = read_project(files / "good.layerwise")
    slow = project.training.replace(epochs=1, batch_size=1)
    write_project(tmp_path / "slow.layerwise", project.replace(training=slow))
    arguments = ("train", "slow.layerwise", "--epochs", "100000", "--out", str(out))
    with started(command(*arguments), tmp_path, "Training ") as process:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate()
    assert process.returncode == 128 + signal.SIGTERM, errors
    assert errors.endswith("Stopped\n")


@SLOW
def test_nohup_keeps_a_training_from_being_ended(files: Path, tmp_path: Path) -> None:
    def without_hangup() -> None:
        answers_signals()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    out = tmp_path / "out"
    arguments = ("train", "good.layerwise", "--epochs", "60", "--out", str(out))
    with started(command(*arguments), files, "Epoch 1/", without_hangup) as process:
        process.send_signal(signal.SIGHUP)
        _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert len((out / "history.csv").read_text().splitlines()) == 61


@SLOW
def test_a_terminal_that_is_closed_keeps_the_training(files: Path, tmp_path: Path) -> None:
    """The system sends SIGHUP, and there is nowhere to write to any more."""
    import pty

    out = tmp_path / "out"
    arguments = command("train", "good.layerwise", "--epochs", "100000", "--out", str(out))
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover
        answers_signals()
        os.chdir(files)
        os.execv(arguments[0], arguments)
    seen = b""
    while b"Epoch 2/100000  loss" not in seen:
        seen += os.read(terminal, 4096)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGHUP
    assert sorted(path.name for path in out.iterdir()) == RESULTS


@SLOW
def test_ctrl_c_ends_the_self_test(files: Path) -> None:
    with subprocess.Popen(
        command("self-test"),
        cwd=files,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=answers_signals,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ok    window opens")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == 130
    assert errors == "Stopped\n"


# --- no room --------------------------------------------------------------------------------------


def can_mount() -> bool:
    try:
        return (
            subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "x", "/mnt"]).returncode == 0
        )
    except FileNotFoundError:
        return False


@SLOW
@pytest.mark.skipif(not can_mount(), reason="no small disk can be made here")
def test_a_full_disk_loses_no_training(files: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    out.mkdir()
    script = (
        'mount -t tmpfs -o size=16k x "$1" && echo old > "$1/model.keras" && shift || exit 99\n'
        '"$@"; code=$?; ls -A out; cat out/model.keras; exit $code'
    )
    arguments = command("train", str(files / "good.layerwise"), "--out", "out")
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", str(out), *arguments],
        cwd=tmp_path,
        env={**os.environ, "LAYERWISE_DATA": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == "model.keras\nold\n"
    (kept,) = (home / "trainings").iterdir()
    assert kept.name.startswith("good 20")
    message = done.stderr.splitlines()[-1]
    assert message.startswith("Error: out/model.keras could not be saved: the disk is full")
    assert f"The training is kept in {kept}: model.keras, history.csv and project" in message
    assert sorted(path.name for path in kept.iterdir()) == RESULTS
    project = read_project(kept / "project.layerwise")
    assert project == read_project(files / "good.layerwise")
    assert cli.run(["evaluate", str(kept / "model.keras"), str(kept / "project.layerwise")]) == 0


@SLOW
def test_what_can_be_kept_nowhere_is_reported(files: Path, tmp_path: Path) -> None:
    def no_large_files() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000))

    done = subprocess.run(
        command("train", "good.layerwise", "--out", str(tmp_path / "out")),
        cwd=files,
        env={**os.environ, "LAYERWISE_DATA": str(tmp_path / "home")},
        preexec_fn=no_large_files,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    message = done.stderr.splitlines()[-1]
    assert "could not be packed" in message and "Nor could the training be kept in" in message
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


# --- the window -----------------------------------------------------------------------------------

WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from desktop import window

app = QApplication(sys.argv)
main = window.make_window()
window.catch_errors(main)
edited, *answers = sys.argv[1:]

def painted():
    if edited == "edited":
        workspace = main.workspace
        workspace.edit("Remove a layer", workspace.project.removed(0))
        timer.start()
    print("painted", file=sys.stderr, flush=True)

def asked():
    box = app.activeModalWidget()
    if not isinstance(box, QMessageBox):
        return
    answer = answers.pop(0) if answers else timer.stop()
    if answer == "cancel":
        box.reject()
        QTimer.singleShot(0, lambda: print("canceled", file=sys.stderr, flush=True))
    elif answer == "discard":
        box.button(QMessageBox.StandardButton.Discard).click()
    else:
        print("asked", file=sys.stderr, flush=True)

timer = QTimer(interval=20)
timer.timeout.connect(asked)
window.when_painted(main, painted)
main.show()
sys.exit(window.run_window(app, main))
"""


@contextmanager
def opened(tmp_path: Path, *edited_and_answers: str) -> Iterator[subprocess.Popen[str]]:
    """The window in a process of its own; with "edited", it has unsaved changes."""
    script = tmp_path / "window.py"
    script.write_text(WINDOW)
    (tmp_path / "home").mkdir()
    arguments = [
        *("env", "QT_QPA_PLATFORM=offscreen", f"LAYERWISE_HOME={tmp_path / 'home'}"),
        *(f"PYTHONPATH={ROOT}", sys.executable, str(script), *edited_and_answers),
    ]
    with started(arguments, tmp_path, "painted") as process:
        yield process


def wait_for(line: str, process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    assert line + "\n" in iter(process.stderr.readline, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_closes_the_window(number: signal.Signals, tmp_path: Path) -> None:
    with opened(tmp_path, "unedited") as process:
        process.send_signal(number)
        output, errors = process.communicate()
    assert process.returncode == 128 + number, errors
    assert "Traceback" not in errors and output == ""


def test_ctrl_c_asks_about_unsaved_changes_and_a_second_one_does_not(tmp_path: Path) -> None:
    with opened(tmp_path, "edited") as process:
        process.send_signal(signal.SIGINT)
        wait_for("asked", process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == -signal.SIGINT
    assert "Traceback" not in errors


def test_ctrl_c_asks_again_after_cancel(tmp_path: Path) -> None:
    with opened(tmp_path, "edited", "cancel", "discard") as process:
        process.send_signal(signal.SIGINT)
        wait_for("canceled", process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors
