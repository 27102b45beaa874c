"""What simulators refuse, with full messages, and exact special cases."""

import inspect

import numpy as np
import pytest
from messages import whole

from manytasks import Tasks, simulate, theory

TASKS = Tasks.chain(3, 0.5)
CORE = ["single_task_error", "multitask_error", "multitask_terms", "knowledge_transfer", "transfer_terms"]
PAIRED = ["knowledge_transfer", "transfer_terms"]
RANK = "tasks of rank 3 need p >= 3 parameters; got p = 2"
REFUSED = [
    ({"samples": [1, 2]}, "samples must be one number or 3, one per task; got shape (2,)"),
    ({"samples": 1.5}, "samples must be whole numbers of at least 0; got 1.5"),
    ({"p": 0}, "p must be a whole number of at least 1 parameter; got 0"),
    ({"noise_var": -1}, "noise_var must be a variance, finite and at least 0; got -1"),
    ({"trials": 0}, "trials must be a whole number of at least 1; got 0"),
    ({"trials": 2.5}, "trials must be a whole number of at least 1; got 2.5"),
    ({"seed": -1}, None),
]


@pytest.mark.parametrize("name", CORE)
@pytest.mark.parametrize(("wrong", "message"), REFUSED)
def test_impossible_input_is_refused(name, wrong, message):
    arguments = {"samples": 10, "p": 50, "noise_var": 0.1, "trials": 3, "seed": 1} | wrong
    message = message and whole(message)
    with pytest.raises(
        ValueError, match=message or "^a seed and its stream numbers must be whole and at least 0; got"
    ):
        getattr(simulate, name)(TASKS, **arguments)


@pytest.mark.parametrize("name", CORE)
def test_unknown_method_is_refused(name):
    if name in PAIRED:
        message = "paired fits share their data, so method must be 'direct'; got 'fast'"
    else:
        message = "method must be 'direct' or 'reduced'; got 'fast'"
    with pytest.raises(ValueError, match=whole(message)):
        getattr(simulate, name)(TASKS, 10, 50, 0.1, trials=3, seed=1, method="fast")


@pytest.mark.parametrize("name", PAIRED)
def test_paired_fits_have_no_reduction(name):
    message = "paired fits share their data, so method must be 'direct'; got 'reduced'"
    with pytest.raises(ValueError, match=whole(message)):
        getattr(simulate, name)(TASKS, 10, 50, 0.1, trials=3, seed=1, method="reduced")


@pytest.mark.parametrize("method", ["direct", "reduced"])
def test_space_too_small_for_the_tasks_is_refused_although_the_formula_extends(method):
    with pytest.raises(ValueError, match=whole(RANK)):
        simulate.multitask_error(TASKS, 10, [50, 2], 0.1, trials=3, seed=1, method=method)
    assert np.isfinite(theory.multitask_error(TASKS, 10, 2, 0.1)).all()


@pytest.mark.parametrize("name", CORE)
def test_theory_and_simulation_take_the_same_arguments(name):
    drawn, derived = (
        list(inspect.signature(getattr(where, name)).parameters) for where in (simulate, theory)
    )
    assert drawn[:4] == derived[:4] == ["tasks", "samples", "p", "noise_var"]
    assert drawn[4:] == ["trials", "seed", "method"]


@pytest.mark.parametrize("method", ["direct", "reduced"])
def test_errors_that_are_known_in_every_draw(method):
    options = {"trials": 20, "seed": 1, "method": method}
    no_samples = simulate.multitask_error(TASKS, 0, 7, 0.4, **options)
    np.testing.assert_allclose(no_samples, np.broadcast_to(TASKS.norms2, (20, 3)), rtol=1e-14)
    nothing_to_learn = simulate.multitask_error(Tasks(np.zeros((2, 2))), 5, 30, 0.0, **options)
    np.testing.assert_array_equal(nothing_to_learn, np.zeros((20, 2)))
    agreeing = simulate.multitask_error(
        Tasks(np.ones((2, 2))), 9, 6, 0.0, **options
    )  # p < N, clean: exact fit
    np.testing.assert_allclose(agreeing, 0, atol=1e-20)
    bias = simulate.multitask_error(Tasks(np.ones((2, 2))), 9, 60, 0.0, **options)  # a projection: at most 1
    assert np.all((bias > 0) & (bias < 1))
