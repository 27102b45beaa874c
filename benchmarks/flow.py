"""What backward error analysis costs, as ratios against a named baseline in the same run."""

import statistics
import time
from collections.abc import Callable

import torch
from torch.func import grad, jacrev

from manytasks import flow

REPEATS = 15


def ratios(baseline: Callable[[], object], *others: Callable[[], object]) -> list[float]:
    """Time functions in turn, so that all see the same machine, and divide by the baseline in each turn."""
    for call in (baseline, *others):
        call()
    rows = []
    for _ in range(REPEATS):
        seconds = []
        for call in (baseline, *others):
            start = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - start)
        rows.append([one / seconds[0] for one in seconds[1:]])
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def bracket_by_hessians(a: Callable, b: Callable, theta: torch.Tensor) -> torch.Tensor:
    g_a, g_b = grad(a)(theta), grad(b)(theta)
    return jacrev(grad(b))(theta) @ g_a - jacrev(grad(a))(theta) @ g_b


def problem(widths: tuple[int, ...], samples: int) -> tuple[Callable, Callable, torch.Tensor]:
    network = flow.Network(widths)
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(2, samples, widths[0], generator=generator, dtype=torch.float64)
    labels = torch.randint(widths[-1], (2, samples), generator=generator)
    losses = [network.cross_entropy(x[i], labels[i]) for i in range(2)]
    return losses[0], losses[1], network.initial(seed=1)


def bracket_cost(widths: tuple[int, ...], samples: int) -> float:
    a, b, theta = problem(widths, samples)
    return ratios(lambda: grad(a)(theta), lambda: flow.lie_bracket(a, b, theta))[0]


def main() -> None:
    torch.set_num_threads(1)
    print("baseline: the gradient of one of the two losses (torch.func.grad)")
    for widths, samples in (
        ((5, 8, 2), 20),
        ((64, 64, 10), 200),
        ((784, 256, 10), 256),
        ((784, 256, 256, 10), 256),
    ):
        cost = bracket_cost(widths, samples)
        verdict = "within 5" if cost <= 5 else "OVER 5"
        print(f"  Lie bracket, network {'-'.join(map(str, widths))}: {cost:.1f} ({verdict})")

    a, b, theta = problem((5, 8, 2), 20)
    bracket = lambda: flow.lie_bracket(a, b, theta)  # noqa: E731
    orders = [lambda k=k: flow.modified_field([a, b], 0.1, k)(theta) for k in (0, 1, 2)]
    hessians, *fields = ratios(bracket, lambda: bracket_by_hessians(a, b, theta), *orders)
    print(f"baseline: Lie bracket, network 5-8-2\n  the same from two Hessians: {hessians:.1f}")
    for k, ratio in enumerate(fields):
        print(f"  modified field of order {k}: {ratio:.1f}")

    print("baseline: one second")
    for n_tasks, order in [(2, 2), (2, 4), (3, 4), (2, 6)]:
        start = time.perf_counter()
        flow.modified_series(n_tasks, order)
        print(f"  modified_series({n_tasks}, {order}): {time.perf_counter() - start:.3f}")


if __name__ == "__main__":
    main()
