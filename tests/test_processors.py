"""One machine as several processors: the switches work, and draws come out alike on all of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What a processor makes of it, rounded so that only another draw shows, not another last digit.
PROBE = """
import hashlib, json
import numpy as np, torch
from threadpoolctl import threadpool_info
from manytasks import Tasks, simulate

grams = [Tasks.equiangular(5, 0.7).gram, Tasks.equiangular(6, -0.2).gram, np.eye(4), np.ones((3, 3)),
         np.array([[1.0, -1.0], [-1.0, 1.0]]), np.zeros((2, 2))]
vectors = np.concatenate([Tasks(gram).vectors(9).ravel() for gram in grams])
draws = simulate.multitask_error(Tasks.equiangular(5, 0.7), 10, 200, 0.1, trials=20, seed=1)
print(json.dumps({
    "torch": torch.backends.cpu.get_cpu_capability(),
    "blas": sorted({pool["architecture"] for pool in threadpool_info() if "architecture" in pool}),
    "numpy": np.show_config(mode="dicts")["SIMD Extensions"].get("found", []),
    "threads": torch.get_num_threads(),
    "vectors": hashlib.sha256((np.round(vectors, 9) + 0.0).tobytes()).hexdigest(),
    "draws": np.asarray(draws).ravel().tolist(),
}))
"""


@pytest.fixture(scope="module")
def known():
    sys.path.insert(0, str(ROOT / "workflow"))
    from processors import processors

    yield processors
    sys.path.remove(str(ROOT / "workflow"))


@pytest.fixture(scope="module")
def probes(known):
    """What every processor that this machine can stand for says."""
    found = {}
    for name, variables in known().items():
        command = [sys.executable, "-c", PROBE]
        done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=True)
        found[name] = json.loads(done.stdout)
    if len(found) == 2:
        pytest.skip("needs an x86 processor: no variable makes another act like an older one")
    return found


def test_numpys_features_are_the_ones_it_found(known):
    newest = known("x86_64", ["X86_V3", "X86_V4", "AVX512_ICL"])
    assert newest["old"]["NPY_DISABLE_CPU_FEATURES"] == "X86_V3,X86_V4,AVX512_ICL"
    assert newest["avx2"]["NPY_DISABLE_CPU_FEATURES"] == "X86_V4,AVX512_ICL"
    before = known("x86_64", ["AVX", "F16C", "FMA3", "AVX2", "AVX512F"])  # as NumPy 2.0 names them
    assert before["avx2"]["NPY_DISABLE_CPU_FEATURES"] == "AVX512F"


def test_a_machine_without_avx512_or_avx2_stands_for_what_it_can(known):
    assert "NPY_DISABLE_CPU_FEATURES" not in known("AMD64", ["X86_V3"])["avx2"]
    assert list(known("x86_64", [])) == ["native", "old", "native, 2 threads", "old, 2 threads"]


def test_other_machines_only_change_their_threads(known):
    assert known("arm64", ["NEON_FP16"]) == {
        "native": {"OMP_NUM_THREADS": "1"},
        "native, 2 threads": {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"},
    }


def test_the_switches_reach_the_libraries(probes):
    assert {probes[name]["torch"] for name in ("old", "old, 2 threads")} == {"DEFAULT"}
    assert probes["old"]["blas"] == ["Nehalem"]
    assert probes["old"]["numpy"] == []
    assert [probe["threads"] for probe in probes.values()] == [
        2 if name.endswith("2 threads") else 1 for name in probes
    ]
    if "avx2" in probes:
        assert (probes["avx2"]["torch"], probes["avx2"]["blas"]) == ("AVX2", ["Haswell"])


def test_the_switches_change_last_digits(probes):
    # Otherwise the comparisons below would compare a processor with itself.
    assert probes["old"]["draws"] != probes["native"]["draws"]


def test_task_vectors_are_the_same_on_every_processor(probes):
    assert len({probe["vectors"] for probe in probes.values()}) == 1


def test_draws_are_the_same_up_to_rounding_on_every_processor(probes):
    for probe in probes.values():
        assert probe["draws"] == pytest.approx(probes["native"]["draws"], rel=1e-9)
