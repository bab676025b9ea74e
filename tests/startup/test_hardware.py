"""What the program says of too little a processor or memory, in place of an abort."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.machine import available_memory, physical_memory
from desktop.startup import hardware
from tests.startup.programs import MAIN, PROJECT, linux_only, one_line, over, started

OLD = "processor\t: 0\nflags\t\t: fpu sse sse2 ssse3 sse4_1 sse4_2\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd aes\n"


def test_a_processor_without_avx(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(OLD)
    assert "(AVX)" in str(hardware.processor_problem(cpuinfo))


@pytest.mark.parametrize("text", [OLD.replace("ssse3", "ssse3 avx"), ARM, ""])
def test_other_processors(tmp_path: Path, text: str) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(text)
    assert hardware.processor_problem(cpuinfo) is None
    assert hardware.processor_problem(tmp_path / "nothing") is None


@linux_only
@pytest.mark.usefixtures("mounts")
def test_every_command_of_the_engine_names_the_processor(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(OLD)
    for words in (
        ["train", PROJECT],
        ["evaluate", "model.keras", PROJECT],
        ["predict", "model.keras", "image.png"],
        ["self-test"],
    ):
        message = one_line(started(*over(cpuinfo, "/proc/cpuinfo", *MAIN, *words)))
        assert message.startswith("Error: This processor lacks"), words
    done = started(*over(cpuinfo, "/proc/cpuinfo", *MAIN, "check", PROJECT))
    assert done.returncode == 0, done.stderr


# --- memory ---------------------------------------------------------------------------------------


def meminfo(folder: Path, available: int, swap: int) -> Path:
    path = folder / "meminfo"
    path.write_text(
        f"MemTotal: 8000000 kB\nMemFree: 1 kB\nMemAvailable: {available} kB\nSwapFree: {swap} kB\n"
    )
    return path


def test_little_memory(tmp_path: Path) -> None:
    message = str(hardware.memory_problem(meminfo(tmp_path, 100 * 1024, 20 * 1024)))
    assert message.startswith("Only 120 MiB of memory is free")


def test_enough_memory(tmp_path: Path) -> None:
    assert hardware.memory_problem(meminfo(tmp_path, 600 * 1024, 0)) is None
    assert hardware.memory_problem(meminfo(tmp_path, 1024, 4000 * 1024)) is None


def test_a_system_that_does_not_tell_its_memory(tmp_path: Path) -> None:
    (tmp_path / "odd").write_text("MemAvailable: many\nSwapFree:\n")
    for path in (tmp_path / "odd", tmp_path / "nothing"):
        assert available_memory(path) is None
        assert hardware.memory_problem(path) is None


def test_this_machine_has_memory() -> None:
    found = physical_memory()
    assert found is not None
    assert 10**8 < found < 10**15


@linux_only
def test_a_limit_of_addresses() -> None:
    limited = ["sh", "-c", 'ulimit -v 1500000; exec "$@"', "sh"]
    message = one_line(started(*limited, *MAIN, "train", PROJECT))
    assert message.startswith("Error: This process may use only 1,465 MiB")
    assert "ulimit -v" in message
