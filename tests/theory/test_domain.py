"""Impossible input is refused by every function, with a message that says what is allowed."""

import numpy as np
import pytest
from messages import whole

from manytasks import Tasks, theory

FUNCTIONS = [getattr(theory, name) for name in (
    "single_task_error", "multitask_error", "multitask_terms", "effective_noise", "knowledge_transfer",
    "transfer_terms",
)]  # fmt: skip
TASKS = Tasks.chain(3, 0.5)

REFUSED = [
    ({"samples": [1, 2]}, "samples must be one number or 3, one per task; got shape (2,)"),
    ({"samples": [[1, 2, 3]]}, "samples must be one number or 3, one per task; got shape (1, 3)"),
    ({"samples": -1}, "samples must be whole numbers of at least 0; got -1"),
    ({"samples": [1, 2.5, 3]}, "samples must be whole numbers of at least 0; got [1, 2.5, 3]"),
    ({"samples": np.nan}, "samples must be whole numbers of at least 0; got nan"),
    ({"samples": np.inf}, "samples must be whole numbers of at least 0; got inf"),
    ({"p": 0}, "p must be a whole number of at least 1 parameter; got 0"),
    ({"p": [5, -1]}, "p must be a whole number of at least 1 parameter; got [5, -1]"),
    ({"p": 1.5}, "p must be a whole number of at least 1 parameter; got 1.5"),
    ({"p": np.nan}, "p must be a whole number of at least 1 parameter; got nan"),
    ({"p": np.inf}, "p must be a whole number of at least 1 parameter; got inf"),
    ({"noise_var": -0.1}, "noise_var must be a variance, finite and at least 0; got -0.1"),
    ({"noise_var": np.inf}, "noise_var must be a variance, finite and at least 0; got inf"),
    ({"noise_var": np.nan}, "noise_var must be a variance, finite and at least 0; got nan"),
    ({"noise_var": [0.1, 0.2]}, "noise_var must be one number, the variance σ²; got shape (2,)"),
    ({"regime": "above"}, "regime must be 'over' (p >= N), 'under' (p < N) or None; got 'above'"),
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("wrong", "message"), REFUSED)
def test_impossible_input_is_refused(function, wrong, message):
    arguments = {"samples": 10, "p": 50, "noise_var": 0.1} | wrong
    with pytest.raises(ValueError, match=whole(message)):
        function(TASKS, **arguments)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_edge_of_what_is_allowed_is_accepted(function):
    result = function(TASKS, samples=[0, 1.0, 2], p=np.array([1, 10**9]), noise_var=0.0)
    for values in result.values() if isinstance(result, dict) else [result]:
        assert values.shape[0] == 2
        assert np.isfinite(values).all()
