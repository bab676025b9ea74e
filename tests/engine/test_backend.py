"""Loading TensorFlow: once, quietly, from any thread, with a clear message if it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from desktop.engine import backend

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [*paths, ROOT]))}
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_versions_and_the_device_are_known() -> None:
    info = backend.info()
    assert info.keras == backend.keras().__version__
    assert info.tensorflow == backend.tensorflow().__version__
    assert info.device in ("CPU", "GPU")
    assert backend.keras().backend.backend() == "tensorflow"


def test_threads_that_load_at_once_get_the_same_modules() -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(backend.keras())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


def test_a_first_training_writes_nothing_even_without_standard_streams(tmp_path: Path) -> None:
    """A windowed executable has no standard streams: Python's are None."""
    done = run(
        f"""
        import sys
        sys.stdout = sys.stderr = None
        from desktop.engine import backend
        assert "tensorflow" not in sys.modules
        backend.load()
        from desktop.document.project import starter_project
        from desktop.engine.control import RunControl
        from desktop.engine.datasets import load
        from desktop.engine.training import Trainer
        project = starter_project()
        project = project.replace(training=project.training.replace(epochs=1))
        reports = []
        Trainer(load(project.data)).run(project, reports.append, RunControl())
        open({str(tmp_path / "outcome")!r}, "w").write(str(reports[-1].outcome))
        """
    )
    assert (tmp_path / "outcome").read_text() == "finished", done
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_failing_import_says_why_and_can_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text(
        "import os\nos.write(2, b'libfoo.so: no such file\\n')\n"
        "raise ImportError('DLL load failed\\nand more')\n"
    )
    done = run(
        """
        import sys, threading
        from desktop.engine import backend
        for _ in range(2):
            try:
                backend.load()
            except backend.BackendError as error:
                print(error)
                print(error.details.strip())
        print("standard error is back", file=sys.stderr)
        """,
        tmp_path,
    )
    message = "TensorFlow could not be loaded: DLL load failed (libfoo.so: no such file)"
    assert done.stdout.splitlines() == [message, "libfoo.so: no such file"] * 2
    assert done.stderr == "standard error is back\n"


def test_what_others_write_meanwhile_is_not_lost(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text(
        "import os\nos.write(2, b'I0000 00:00:17.5  12 port.cc:153] hello\\nfrom a thread\\n')\n"
        "class config:\n    list_physical_devices = staticmethod(lambda kind: [])\n"
        "class logger:\n    setLevel = staticmethod(lambda level: None)\n"
        "get_logger = lambda: logger\n"
    )
    (tmp_path / "keras.py").write_text(
        "class backend:\n    backend = staticmethod(lambda: 'tensorflow')\n"
        "class config:\n    set_floatx = set_image_data_format = staticmethod(lambda name: None)\n"
    )
    done = run("from desktop.engine import backend; backend.load()", tmp_path)
    assert (done.returncode, done.stderr) == (0, "from a thread\n")


def test_another_backend_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend.keras().backend, "backend", lambda: "jax")
    with pytest.raises(backend.BackendError, match="runs on jax"):
        backend._import()


def test_xla_calls_what_makes_random_numbers_instead_of_inlining_it() -> None:
    tf = backend.tensorflow()
    draw = tf.function(lambda seed: tf.random.stateless_uniform((64, 32), seed), jit_compile=True)
    compiled = draw.experimental_get_compiler_ir(tf.constant([1, 2]))(stage="optimized_hlo")
    assert " call(" in compiled


def test_flags_of_the_user_for_xla_are_kept() -> None:
    done = run(
        """
        import os
        os.environ["XLA_FLAGS"] = "--xla_cpu_enable_fast_math=false"
        from desktop.engine import backend
        backend.load()
        print(os.environ["XLA_FLAGS"])
        """
    )
    assert done.stdout.split() == [
        "--xla_cpu_enable_fast_math=false",
        "--xla_disable_hlo_passes=call-inliner",
    ]
