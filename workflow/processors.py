"""Other processors and thread counts, as far as environment variables make one x86 machine act like them."""

from __future__ import annotations

import platform
from typing import Any

import numpy as np

# torch's own kernels, NumPy's and SciPy's OpenBLAS, torch's MKL and oneDNN. Each library has its own switch.
OLD = {
    "ATEN_CPU_CAPABILITY": "default",
    "OPENBLAS_CORETYPE": "Nehalem",
    "MKL_CBWR": "COMPATIBLE",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
}
AVX2 = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "OPENBLAS_CORETYPE": "Haswell",
    "MKL_CBWR": "AVX2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
}
# Two threads beside other work: one that waits for the other sleeps. It would else spin, and the other,
# which needs a core to go on, would not get it: a second of work then takes a minute of processor.
TWO = {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"}
DISABLE = "NPY_DISABLE_CPU_FEATURES"  # NumPy's own loops: a list of what it shall not use


def processors(
    machine: str = platform.machine(), features: list[str] | None = None
) -> dict[str, dict[str, str]]:
    """Return the environments of the processors that this machine can stand for, by name.

    Args:
        machine: as ``platform.machine`` names it.
        features: what NumPy found beyond its baseline; asked of NumPy if None, for names change.

    Returns:
        "native", "old" (SSE 4.2, 2008) and "avx2" (2013, where there is AVX2), each with one thread and, as
        "native, 2 threads", with two. Elsewhere than on x86 only "native": no variable ages an ARM core.
    """
    found = found_features() if features is None else features
    emulated: dict[str, dict[str, str]] = {"native": {}}
    if machine.lower() in ("x86_64", "amd64"):
        emulated["old"] = OLD | {DISABLE: ",".join(found)}
        if {"X86_V3", "AVX2"} & set(found):
            newer = [name for name in found if name.startswith("AVX512") or name == "X86_V4"]
            emulated["avx2"] = AVX2 | {DISABLE: ",".join(newer)}
    return {
        name + words: _set(variables) | threads
        for words, threads in (("", {"OMP_NUM_THREADS": "1"}), (", 2 threads", TWO))
        for name, variables in emulated.items()
    }


def found_features() -> list[str]:
    """Return the instruction sets beyond its baseline that NumPy found on this machine."""
    configuration: dict[str, Any] = np.show_config(mode="dicts")  # type: ignore[assignment]
    return list(configuration["SIMD Extensions"].get("found", []))


def _set(variables: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if value}
