"""Every public function, every argument, every kind of wrong value: a number, or one line that names it."""

import datetime
import inspect
import re
import signal
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import sympy as sp
import torch

from manytasks import Tasks, flow, simulate, statistics, streams, theory

TASKS = Tasks.equiangular(2, 0.5)
ERRORS = [[0.25, 0.9], [0.5, 0.2]]
DRAWS = {"trials": 2, "seed": 1}
PROBLEM = {"tasks": TASKS, "samples": 5, "p": 20, "noise_var": 0.1}
UNITS = [[1.0, 3.0, 2.0], [1.5, 3.5, 1.0], [0.5, 4.0, 2.5]]
SMOOTH = {"x": [0.4, 0.2, 0.1], "y": [0.16, 0.04, 0.01]}
WEIGHTED = {"weights": [1.0], "ridge": 0.1}
FORMS = theory.population_forms([1.0, 0.5], [[1.0, 1.0], [1.0, 0.0]], 0.1, [0.5])
SPECTRUM = {"eigenvalues": [1.0, 0.5], "coefficients": [[1.0, 1.0]], "samples": 5, "noise_var": 0.1}
MOMENTS = {"eigenvalues": [1.0, 0.5], "N": 5, "ridge": 0.1}

CALLS = {
    Tasks: {"gram": [[1.0, 0.5], [0.5, 1.0]]},
    Tasks.from_vectors: {"W": [[3.0, 4.0], [0.0, 1.0]]},
    Tasks.equiangular: {"T": 3, "cosine": 0.5, "norm": 1.0},
    Tasks.chain: {"T": 3, "cosine": 0.5, "norm": 1.0},
    TASKS.vectors: {"p": 4},
    theory.single_task_error: PROBLEM | {"regime": None},
    theory.multitask_error: PROBLEM | {"regime": None},
    theory.multitask_terms: PROBLEM | {"regime": None},
    theory.effective_noise: PROBLEM | {"regime": None},
    theory.knowledge_transfer: PROBLEM | {"regime": None},
    theory.transfer_terms: PROBLEM | {"regime": None},
    theory.replay_error: PROBLEM | {"memory": 2, "start": "warm", "rehearsal": "sequential", "regime": None},
    theory.rehearsal_effect: PROBLEM | {"memory": 2, "regime": None},
    theory.rehearsal_rounds: PROBLEM | {"memory": 2, "rounds": [1, 2], "together": [0]},
    theory.forgetting_terms: PROBLEM | {"memory": 2, "start": "warm", "regime": None},
    theory.average_error: {"errors": ERRORS},
    theory.forgetting: {"errors": ERRORS},
    theory.bracket_moments: PROBLEM,
    theory.training_forgetting: PROBLEM | {"time": 1.0},
    theory.ridge_error: SPECTRUM | {"ridge": 0.1},
    theory.effective_ridge: {"eigenvalues": [1.0, 0.5], "N": 5, "ridge": 0.1},
    theory.best_split: {
        "tasks": TASKS,
        "samples": 5,
        "noise_var": 0.1,
        "budget": 30,
        "parameter_cost": 1,
        "sample_cost": 1,
        "objective": "error",
        "start": "warm",
    },
    theory.order_values: PROBLEM
    | {"memory": 0, "orders": [(0, 1), (1, 0)], "objective": "error", "start": "warm"},
    theory.candidate_orders: {"tasks": TASKS},
    theory.best_order: PROBLEM | {"memory": 0, "objective": "error", "start": "warm"},
    theory.order_index: {"tasks": TASKS, "samples": 5, "memory": 2, "p": 20, "known": []},
    theory.greedy_order: PROBLEM | {"memory": 0, "objective": "error", "start": "warm"},
    simulate.single_task_error: PROBLEM | DRAWS | {"method": "direct"},
    simulate.multitask_error: PROBLEM | DRAWS | {"method": "reduced"},
    simulate.multitask_terms: PROBLEM | DRAWS | {"method": "direct"},
    simulate.knowledge_transfer: PROBLEM | DRAWS | {"method": "direct"},
    simulate.transfer_terms: PROBLEM | DRAWS | {"method": "direct"},
    simulate.replay_error: PROBLEM
    | DRAWS
    | {"memory": 2, "start": "warm", "rehearsal": "sequential", "rounds": 2, "method": "direct"},
    simulate.bracket_moments: PROBLEM | DRAWS,
    simulate.training_forgetting: PROBLEM | DRAWS | {"time": [1.0]},
    theory.ridge_moments: MOMENTS,
    simulate.ridge_moments: MOMENTS | DRAWS | {"law": "gaussian"},
    theory.spread_bound: MOMENTS | {"noise_factor": 0.2},
    simulate.ridge_error: SPECTRUM | DRAWS | {"ridge": 0.1, "law": "gaussian"},
    theory.population_forms: {key: SPECTRUM[key] for key in ("eigenvalues", "coefficients", "noise_var")}
    | {"kappa": [0.5]},
    theory.pooled_error: {"samples": 5, "forms": FORMS, "shared": False},
    theory.effective_shares: {"eigenvalues": [1.0, 0.5], "samples": [5]} | WEIGHTED,
    theory.weighted_ridge_error: SPECTRUM | WEIGHTED,
    theory.best_average: PROBLEM | {"task": 0},
    simulate.weighted_ridge_error: SPECTRUM | WEIGHTED | DRAWS,
    theory.jacobi_spectrum: {"n": 3, "k": 2, "p": 9},
    theory.wishart_spectrum: {"r": 3, "q": 5},
    theory.training_factors: {"N": 5, "p": 20, "time": 1.0},
    theory.training_error: PROBLEM | {"ridge": 0.1, "anchor": [0.5, 0.5]},
    simulate.training_error: PROBLEM | DRAWS | {"rate": 0.1, "steps": 3},
    theory.training_path: PROBLEM | {"times": 1.0, "anchors": 0.5},
    theory.order_effect: PROBLEM | {"time": 1.0},
    theory.best_anchor: PROBLEM | {"times": 1.0},
    theory.best_stopping: PROBLEM | {"anchor": None},
    simulate.training_path: PROBLEM | DRAWS | {"times": 1.0, "anchors": 0.5},
    streams.stream: {"seed": 1},
    streams.stream_number: {"seed": 1},
    statistics.z_scores: {"draws": UNITS, "expected": 1.0},
    statistics.critical_z: {"comparisons": 3, "alpha": 0.01, "draws": 20},
    statistics.critical_t: {"comparisons": 3, "degrees": 9, "alpha": 0.01},
    statistics.noticed: {"draws": UNITS, "expected": 1.0, "critical": 3.0},
    statistics.mean_interval: {"draws": UNITS, "level": 0.95},
    statistics.difference_interval: {"first": UNITS, "second": UNITS, "level": 0.95},
    statistics.geometric_interval: {"draws": UNITS, "level": 0.95},
    statistics.median_interval: {"draws": [1.0, 2.0, 3.0], "level": 0.95},
    statistics.share_interval: {"successes": 2, "count": 5, "level": 0.95},
    statistics.bootstrap_interval: {"units": [1.0, 2.0, 4.0], "seed": 1, "resamples": 20, "level": 0.9}
    | {"statistic": np.mean, "method": "BCa"},
    statistics.rank_correlation: {"x": [1.0, 2.0, 3.0], "y": [1.0, 3.0, 2.0], "axis": -1},
    statistics.rms_interval: {"gaps": [0.1, 0.2], "variances": [0.01, 0.01], "level": 0.95},
    statistics.peak: {"units": UNITS},
    statistics.lowest: {"intervals": [statistics.Interval(1.0, 0.5, 2.0)]},
    statistics.highest: {"intervals": [statistics.Interval(1.0, 0.5, 2.0)]},
    statistics.log_slope: SMOOTH | {"axis": 0},
    statistics.limit_slope: SMOOTH | {"axis": 0},
    statistics.weighted_log_slope: SMOOTH | {"error": [0.01, 0.01, 0.01], "level": 0.95},
    statistics.margin_test: {"differences": [0.1, 0.2, 0.3], "margin": 0.1, "level": 0.01},
    statistics.margin_noticed: {"deviation": 0.1, "units": 5, "margin": 0.1, "level": 0.01},
    statistics.units_needed: {"deviation": 0.1, "margin": 0.1, "matters": 0.2, "level": 0.01},
    flow.best_order: {"costs": [[0.0, 1.0], [2.0, 0.0]]},
    flow.least_forgetting: {"products": [[[1.0]]]},
    flow.modified_series: {"n_tasks": 2, "order": 1, "rates": [1, 1], "schedule": [1, 2]},
}
LONGEST_WAIT = 20  # seconds, for what takes less than one on an idle machine

VALUES = {
    "None": None,
    "True": True,
    "np.False_": np.False_,
    "text": "50",
    "empty text": "",
    "bytes": b"5",
    "complex": 1 + 2j,
    "np complex": np.complex128(1j),
    "nan": float("nan"),
    "inf": float("inf"),
    "-inf": -np.inf,
    "-1": -1,
    "-0.5": -0.5,
    "0": 0,
    "0.0": 0.0,
    "1.5": 1.5,
    "2.0": 2.0,
    "1e-320": 1e-320,
    "1e300": 1e300,
    "2**53 + 1": 2**53 + 1,
    "10**19": 10**19,
    "10**400": 10**400,
    "uint8": np.uint8(200),
    "int8": np.int8(-3),
    "float16": np.float16(0.5),
    "longdouble": np.longdouble(5),
    "Fraction": Fraction(5),
    "Fraction half": Fraction(7, 2),
    "-Fraction": Fraction(-3),
    "Decimal": Decimal("5"),
    "Decimal nan": Decimal("nan"),
    "sp.Integer": sp.Integer(5),
    "sp.Rational": sp.Rational(7, 2),
    "sp.Symbol": sp.Symbol("x"),
    "sp.oo": sp.oo,
    "sp.nan": sp.nan,
    "sp.zoo": sp.zoo,
    "sp.I": sp.I,
    "sp.true": sp.true,
    "pd.NA": pd.NA,
    "pd.NaT": pd.NaT,
    "0-d array": np.array(5),
    "[]": [],
    "[[]]": [[]],
    "[True, False]": [True, False],
    "[1, None]": [1, None],
    "['a', 'b']": ["a", "b"],
    "[1, 'a']": [1, "a"],
    "[1, True]": [1, True],
    "ragged": [[1, 2], [3]],
    "[nan, 1]": [float("nan"), 1],
    "[-1, 5]": [-1, 5],
    "[5, 5]": [5, 5],
    "[5, 5, 5]": [5, 5, 5],
    "(5, 5)": (5, 5),
    "column": np.array([[5], [5]]),
    "bool array": np.array([True, False]),
    "uint8 array": np.array([[200, 0], [100, 0]], np.uint8),
    "object array": np.array([[1, 5], [5, 1]], object),
    "complex array": np.array([[1, 0.5j], [-0.5j, 1]]),
    "masked": np.ma.masked_array([5, 6], mask=[True, False]),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "date": datetime.date(2020, 1, 1),
    "structured": np.zeros(2, dtype=[("a", float)]),
    "set": {5},
    "dict": {"a": 5},
    "range": range(2),
    "generator": (i for i in (1, 2)),
    "function": len,
    "class": int,
    "object": object(),
    "Series": pd.Series([5.0, 6.0]),
    "Series with NA": pd.Series([5, pd.NA]),
    "categories": pd.Series(["a", "b"], dtype="category"),
    "frame": pd.DataFrame({"a": [5.0]}),
    "tensor": torch.tensor([5.0, 6.0]),
    "tensor with gradient": torch.tensor(5.0, requires_grad=True),
    "Tasks": TASKS,
    "huge array": np.full((3, 3, 3), 1e308),
}

NOT_READ = {"statistic", "forms", "shared"}  # functions, what a function returned, truth values

CASES = [
    pytest.param(function, argument, id=f"{function.__module__}.{function.__qualname__}-{argument}")
    for function, call in CALLS.items()
    for argument in call
    if argument not in NOT_READ
]


@pytest.fixture(autouse=True)
def alarm(monkeypatch):
    """A call that says nothing for long is as wrong as one that says something false."""

    def waited(*_):
        raise TimeoutError(f"no answer after {LONGEST_WAIT} s")

    before = signal.signal(signal.SIGALRM, waited)
    yield
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(("function", "argument"), CASES)
@pytest.mark.filterwarnings("error")
def test_a_value_is_read_or_refused_by_name(function, argument):
    wrong = []
    for name, value in VALUES.items():
        signal.setitimer(signal.ITIMER_REAL, LONGEST_WAIT)
        try:
            function(**(CALLS[function] | {argument: value}))
        except ValueError as error:
            message = str(error)
            if "\n" in message or not re.search(NAMES.get(argument, rf"\b{argument}\b"), message):
                wrong.append(f"{name}: {message[:120]}")
        except BaseException as error:
            wrong.append(f"{name}: {type(error).__name__}: {str(error)[:100]}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    assert not wrong, "\n".join(["", *wrong])


# How a message calls an argument where it does not repeat its name.
NAMES = {
    "axis": r"\b(axis|axes|x and y)\b",
    "error": r"\b(errors?)\b",
    "comparisons": r"\bcomparisons\b",
    "successes": r"\b(successes|count)\b",
    "count": r"\b(successes|count)\b",
    "variances": r"\bvariances\b",
    "weights": r"\b(weight(s|ed)?|samples)\b",
    "task": r"\btask\b",
    "tasks": r"\b(tasks?|samples|memory|budget|p)\b",  # tasks of another number meet counts and dimensions
    "seed": r"\bseed\b",
    "orders": r"\borders?\b",
    "samples": r"\b(samples|memory|N|p|budget|split)\b",
    "p": r"\bp\b",
    "memory": r"\b(memory|p)\b",
    "budget": r"\b(budget|p)\b",
    "parameter_cost": r"\b(parameter_cost|budget)\b",
    "schedule": r"\b(schedule|rates|order|steps)\b",
    "n_tasks": r"\b(n_tasks|schedule|order)\b",
    "sample_cost": r"\b(sample_cost|split)\b",
    "errors": r"\berrors?\b",
    "gram": r"\bgram\b",
    "coefficients": r"\b(coefficients|samples|weights)\b",
    "eigenvalues": r"\b(eigenvalues|coefficients)\b",
    "x": r"\b(x|numbers)\b",
    "y": r"\b(y|numbers)\b",
    "units": r"\b(units|draws)\b",
    "draws": r"\bdraws?\b",
    "expected": r"\b(expected|draws)\b",
}


@pytest.mark.parametrize("module", [theory, simulate, statistics], ids=lambda module: module.__name__)
def test_no_public_function_is_left_out(module):
    functions = {name for name in module.__all__ if inspect.isfunction(getattr(module, name))}
    assert len(functions) > 5
    assert (
        functions
        - {function.__name__ for function in CALLS if function.__module__.startswith(module.__name__)}
        == set()
    )
