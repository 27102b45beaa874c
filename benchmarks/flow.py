"""What backward error analysis costs, as ratios against a named baseline in the same run."""

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import grad, jacrev
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from manytasks import flow
from manytasks.flow.parameters import Loss, P

Dense = tuple[Loss[Tensor], Loss[Tensor], Tensor]
Named = dict[str, Tensor]
REPEATS = 15


def seconds(*calls: Callable[[], object]) -> list[list[float]]:
    """Time functions in turn, so that all see the same machine; processor time, as others may use it too."""
    for call in calls:
        call()
    rows = []
    for _ in range(REPEATS):
        row = []
        for call in calls:
            start = time.process_time()
            call()
            row.append(time.process_time() - start)
        rows.append(row)
    return rows


def ratios(baseline: Callable[[], object], *others: Callable[[], object]) -> list[float]:
    rows = [[one / row[0] for one in row[1:]] for row in seconds(baseline, *others)]
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def multiplications(call: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops()


def bracket_cost(a: Loss[P], b: Loss[P], theta: P) -> tuple[float, float]:
    """Return time and multiplications of the bracket over the mean of the gradients of the two losses."""
    calls = [lambda: grad(a)(theta), lambda: grad(b)(theta), lambda: flow.lie_bracket(a, b, theta)]
    one, other, both = (multiplications(call) for call in calls)
    time_ratio = statistics.median(2 * row[2] / (row[0] + row[1]) for row in seconds(*calls))
    return time_ratio, 2 * both / (one + other)


def bracket_by_hessians(a: Loss[Tensor], b: Loss[Tensor], theta: Tensor) -> Tensor:
    g_a, g_b = grad(a)(theta), grad(b)(theta)
    return jacrev(grad(b))(theta) @ g_a - jacrev(grad(a))(theta) @ g_b


def draw(samples: int, shape: tuple[int, ...], classes: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(2, samples, *shape, generator=generator, dtype=torch.float64).to(dtype)
    return x, torch.randint(classes, (2, samples), generator=generator)


def dense(*widths: int, samples: int, dtype: torch.dtype = torch.float64) -> Dense:
    network = flow.Network(widths)
    x, labels = draw(samples, widths[:1], widths[-1], dtype)
    a, b = (network.cross_entropy(x[i], labels[i]) for i in range(2))
    return a, b, network.initial(seed=1).to(dtype)


def convolutional(channels: int, samples: int) -> tuple[Loss[Named], Loss[Named], Named]:
    x, labels = draw(samples, (1, 28, 28), 10, torch.float32)
    generator = torch.Generator().manual_seed(2)
    shapes = {
        "first": (channels, 1, 3, 3),
        "second": (2 * channels, channels, 3, 3),
        "head": (98 * channels, 10),
    }
    theta = {name: 0.1 * torch.randn(shape, generator=generator) for name, shape in shapes.items()}

    def loss(i: int) -> Loss[Named]:
        def of(t: Named) -> Tensor:
            z = x[i]
            for name in ("first", "second"):
                z = functional.avg_pool2d(torch.tanh(functional.conv2d(z, t[name], padding=1)), 2)
            return functional.cross_entropy(z.flatten(1) @ t["head"], labels[i])

        return of

    return loss(0), loss(1), theta


def report(name: str, cost: float, counted: float) -> None:
    verdict = "within 5" if cost <= 5 else "OVER 5"
    print(f"  {name}: time {cost:.1f} ({verdict}), multiplications {counted:.2f}")


def main() -> None:
    torch.set_num_threads(1)
    single = torch.float32
    problems = {
        "5-8-2, 20 samples": dense(5, 8, 2, samples=20),
        "64-64-10, 200": dense(64, 64, 10, samples=200),
        "784-256-10, 256": dense(784, 256, 10, samples=256),
        "784-256-256-10, 256": dense(784, 256, 256, 10, samples=256),
        "784-512-512-10, 256, float32": dense(784, 512, 512, 10, samples=256, dtype=single),
        "512-512-512-512-10, 256, float32": dense(512, 512, 512, 512, 10, samples=256, dtype=single),
    }
    print("baseline: mean gradient of the two losses (torch.func.grad); Lie bracket, network, samples:")
    for name, problem in problems.items():
        report(name, *bracket_cost(*problem))
    report("two convolutions 16, 32, 64, float32", *bracket_cost(*convolutional(16, samples=64)))
    print("  (multiplications: 4 for the layer that reads the data, 6 for every later one)")

    a, b, theta = problems["5-8-2, 20 samples"]
    bracket = lambda: flow.lie_bracket(a, b, theta)  # noqa: E731
    orders = [lambda k=k: flow.modified_field([a, b], 0.1, k)(theta) for k in (0, 1, 2)]
    hessians, *fields = ratios(bracket, lambda: bracket_by_hessians(a, b, theta), *orders)
    print(f"baseline: Lie bracket, network 5-8-2\n  the same from two Hessians: {hessians:.1f}")
    for k, ratio in enumerate(fields):
        print(f"  modified field of order {k}: {ratio:.1f}")

    losses = [dense(64, 64, 10, samples=24)[0] for _ in range(8)]
    at = problems["64-64-10, 200"][2]
    product = multiplications(
        lambda: torch.func.vjp(grad(losses[0]), at)[1](at)
    )  # a gradient, and one product
    tournament = multiplications(lambda: flow.order_costs(losses, at)) / (len(losses) * product)
    print("baseline: 8 gradients and 8 Hessian-vector products, network 64-64-10, multiplications")
    print(f"  tournament of 8 tasks, all 56 pairs, with the product of two matrices: {tournament:.2f}")

    print("baseline: one second")
    for n_tasks, order in [(2, 2), (2, 4), (3, 4), (2, 6)]:
        start = time.perf_counter()
        flow.modified_series(n_tasks, order)
        print(f"  modified_series({n_tasks}, {order}): {time.perf_counter() - start:.3f}")


if __name__ == "__main__":
    main()
