"""The processor and the memory that TensorFlow needs."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from desktop.machine import available_memory
from desktop.startup.sizes import MEBIBYTE, mebibytes

# Below these nothing can be trained: measured on the smallest network.
NEEDED_MEMORY = 350 * MEBIBYTE
NEEDED_ADDRESSES = 2400 * MEBIBYTE  # what TensorFlow reserves, most of it never used
NEEDED_INSTRUCTIONS = ("sse4_1", "sse4_2", "avx")


def processor_problem(cpuinfo: Path = Path("/proc/cpuinfo")) -> str | None:
    """TensorFlow for x86 is compiled for processors with AVX; elsewhere it ends the process."""
    if sys.platform == "win32":
        avx_available = 39  # PF_AVX_INSTRUCTIONS_AVAILABLE
        kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
        missing = [] if kernel.IsProcessorFeaturePresent(avx_available) else ["avx"]
    else:
        flags = _processor_flags(cpuinfo)
        missing = [each for each in NEEDED_INSTRUCTIONS if flags and each not in flags]
    if not missing:
        return None
    names = ", ".join(each.upper().replace("_", ".") for each in missing)
    return (
        f"This processor lacks instructions that TensorFlow needs ({names}): "
        "use a computer whose processor was made after 2011, or in a virtual machine, "
        "let it see the host's processor"
    )


def memory_problem(meminfo: Path = Path("/proc/meminfo")) -> str | None:
    """Too little memory to load TensorFlow and train."""
    limit = _address_limit()
    if limit is not None and limit < NEEDED_ADDRESSES:
        return (
            f"This process may use only {mebibytes(limit)} of addresses, and TensorFlow needs "
            f"{mebibytes(NEEDED_ADDRESSES)}: raise the limit (ulimit -v)"
        )
    available = available_memory(meminfo)
    if available is None or available >= NEEDED_MEMORY:
        return None
    return (
        f"Only {mebibytes(available)} of memory is free, and Layerwise needs "
        f"{mebibytes(NEEDED_MEMORY)}: close other programs and start it again"
    )


def _processor_flags(cpuinfo: Path) -> set[str]:
    """The instruction sets of the first x86 processor; empty where the system does not tell."""
    try:
        with cpuinfo.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith("flags"):
                    return set(line.partition(":")[2].split())
    except OSError:
        pass
    return set()


def _address_limit() -> int | None:
    if sys.platform in ("win32", "darwin"):
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft
