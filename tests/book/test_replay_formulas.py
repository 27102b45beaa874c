"""The replay recursion, printed as JavaScript and run in a browser, is the package's."""

import numpy as np
import pytest

from manytasks import Tasks, interactive, theory
from manytasks.streams import stream

MOST = 6


@pytest.fixture(scope="module")
def page(browser):
    opened = browser.new_page()
    opened.add_script_tag(content=interactive.replay_formulas(MOST))
    yield opened
    opened.close()


def random_problem(rng):
    """Draw a problem; half of the widths lie at a threshold, and a third has neither noise nor spread."""
    T = int(rng.integers(2, MOST + 1))
    geometry = rng.choice(["equiangular", "chain"])
    cosine = float(rng.choice([1.0, rng.uniform(0 if geometry == "equiangular" else -1, 1)]))
    n = rng.integers(1, 40, size=T)
    m = (n * rng.choice([0, 1, rng.uniform()], size=T)).astype(int)
    if rng.random() < 0.3:
        m[:] = 0
    N = int(m[: rng.integers(T)].sum() + n[rng.integers(T)])
    p = max(2, int(rng.choice([N + rng.integers(-3, 4), rng.integers(2, 300)])))
    noise_var = float(rng.choice([0.0, rng.uniform(0, 1)]))
    return geometry, cosine, n, m, p, noise_var, str(rng.choice(["warm", "scratch"]))


def in_browser(page, geometry, cosine, n, m, p, noise_var, start):
    problem = {
        "T": len(n),
        "n": [*n.tolist(), *[0] * (MOST - len(n))],
        "m": [*m.tolist(), *[0] * (MOST - len(n))],
        "p": p,
        "sigma2": noise_var,
        "start": start,
    }
    flat = page.evaluate(
        """([geometry, cosine, problem]) => {
          const {distances} = {equiangular, chain}[geometry](cosine);
          const matrix = replay({...problem, distances}).flat();
          const read = {2: readings_2, 3: readings_3, 4: readings_4, 5: readings_5, 6: readings_6}[problem.T];
          const {error, forgetting} = read(matrix);
          return [...matrix, error, forgetting]; }""",
        [geometry, cosine, problem],
    )
    return np.array(flat, dtype=float)


def test_the_browser_computes_the_error_matrix_at_every_width(page):
    rng = stream(1, "replay problems")
    seen = {"infinite": 0, "least squares, then interpolation": 0, "nothing feeds the peak": 0}
    for _ in range(1500):
        geometry, cosine, n, m, p, noise_var, start = problem = random_problem(rng)
        tasks = getattr(Tasks, geometry)(len(n), cosine)
        exact = theory.replay_error(tasks, n, m, p, noise_var, start)
        expected = [*exact.ravel(), theory.average_error(exact), theory.forgetting(exact)]
        np.testing.assert_allclose(
            in_browser(page, *problem), expected, rtol=1e-9, atol=1e-12, err_msg=str(problem)
        )
        N = np.concatenate([[0], np.cumsum(m)[:-1]]) + n
        seen["infinite"] += bool(np.isinf(exact).any())
        seen["least squares, then interpolation"] += bool(
            start == "warm" and np.any((N[:-1] > p) & (p > N[1:]) & (np.cumsum(m)[:-1] > 0))
        )
        seen["nothing feeds the peak"] += bool(np.any(np.abs(p - N) <= 1) and np.isfinite(exact).all())
    assert min(seen.values()) > 20, seen


def test_one_task_has_nothing_to_replay():
    with pytest.raises(
        ValueError, match=r"^most_tasks must be at least 2, for one task has nothing to replay; got 1$"
    ):
        interactive.replay_formulas(1)
