"""What computes here: the processor, threads, and which instruction sets libraries were told to use."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from manytasks import cores

# Of torch's kernels, OpenBLAS, MKL, oneDNN, NumPy's loops. Set, they stand for another processor.
SWITCHES = (
    "ATEN_CPU_CAPABILITY",
    "OPENBLAS_CORETYPE",
    "MKL_CBWR",
    "ONEDNN_MAX_CPU_ISA",
    "NPY_DISABLE_CPU_FEATURES",
)


def computing() -> dict[str, str]:
    """Return what a notebook keeps of the machine it ran on; none of it is in its key."""
    threads = os.environ.get("OMP_NUM_THREADS") or str(cores.allowed())
    return {"processor": processor(), "instructions": instructions(), "threads": threads}


def processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def instructions() -> str:
    """Return what the libraries were told to use in place of what the processor has."""
    told = [f"{name}={os.environ[name]}" for name in SWITCHES if os.environ.get(name)]
    return ", ".join(told) or "all the processor has"
