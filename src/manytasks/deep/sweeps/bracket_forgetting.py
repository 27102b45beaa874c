"""Does the Lie bracket at the end of task 1 tell what task 2 will cost, and is it what shrinks with width?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks.deep.data import draw_images
from manytasks.deep.sweeps.curvature import hessian_product, hessian_trace, sharpness
from manytasks.deep.sweeps.frozen import load_once
from manytasks.deep.sweeps.settings import real, whole, word
from manytasks.deep.sweeps.shared_trunk import (
    HEADS,
    LOSSES,
    Problem,
    ProblemLoss,
    descend_members,
    permuted_pair,
    problem_error,
    problem_loss,
    stack_problems,
)
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.witness import INITIAL, passing
from manytasks.streams import seed_sequence, stream

if TYPE_CHECKING:
    from manytasks.flow import Network

INPUTS, CLASSES = {"digits": 64, "mnist": 784}, 10
TEST_IMAGES = 30  # of each class of MNIST


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Learn task 1, measure the bracket and its rivals, then learn task 2 three times from there.

    The runs on task 2 are one gradient step and ``short`` of them, of which the bracket speaks, and ``long``
    steps with momentum, by which task 2 is learned. All steps have length ``rate`` over the width, since
    curvature grows with the width, as n/p in the linear model.

    Args:
        settings: one cell.
        device: where to train, in float64: a single step changes the loss in its last digits.

    Yields:
        One row per seed, scenario, fraction and run on task 2: the measures at the end of task 1, and the
        rise of loss and error of task 1 by the run. A network that diverged has NaN in its rows.
    """
    network = network_of(settings)
    loss = problem_loss(network, settings["loss"])
    choices = list(product(settings["seeds"], settings["scenarios"], settings["fractions"]))
    first, second, test = problems_of(settings, device)
    rate, momentum = settings["rate"] / settings["width"], settings["momentum"]

    repeats = len(choices) // len(settings["seeds"])  # task 1 is learned once for every seed
    alone = {name: value[::repeats] for name, value in first.items()}
    start = torch.stack([initial_weights(network, seed) for seed in settings["seeds"]]).to(device)
    learned = descend_members(loss, start, alone, rate, settings["steps"], momentum)
    probes = torch.stack([draw_probes(network, settings["probes"], seed) for seed in settings["seeds"]])
    curvature = vmap(lambda *member: task_1_curvature(loss, *member))(learned, alone, probes.to(device))

    theta = learned.repeat_interleave(repeats, dim=0)
    measures = {name: value.repeat_interleave(repeats) for name, value in curvature.items()}
    directions = probes[:, 0].to(device).repeat_interleave(repeats, dim=0)
    measures |= vmap(lambda *member: pair_measures(loss, *member))(theta, first, second, test, directions)
    measures |= relative_measures(measures, trained_parameters(network), CLASSES * first["x"].shape[1])

    def performance(at: Tensor) -> dict[str, Tensor]:
        return {
            "train_loss": vmap(loss)(at, first),
            "train_error": vmap(lambda *member: problem_error(network, *member))(at, first),
            "test_loss": vmap(loss)(at, test),
            "test_error": vmap(lambda *member: problem_error(network, *member))(at, test),
        }

    before = performance(theta)
    measures |= {f"learned_{name}": value for name, value in before.items()}
    runs = {"one step": (1, 0.0), "short": (settings["short"], 0.0), "long": (settings["long"], momentum)}
    for run, (steps, inertia) in runs.items():
        end = descend_members(loss, theta, second, rate, steps, inertia)
        after = performance(end)
        lost = {f"forgotten_{name}": after[name] - before[name] for name in before}
        columns = measures | lost | {"second_loss": vmap(loss)(end, second)}
        for member, (seed, scenario, fraction) in enumerate(choices):
            yield {
                "seed": seed,
                "scenario": scenario,
                "fraction": fraction,
                "parameters": trained_parameters(network),
                "run": run,
                "duration": steps * rate,
            } | {name: float(values[member]) for name, values in columns.items()}


def network_of(settings: Settings) -> Network:
    """Return the network of a cell: tanh units, no normalisation layers, two heads of ten classes.

    Args:
        settings: ``dataset``, ``width``, ``depth``.

    Returns:
        The network; its losses are smooth, as the modified equation needs them.

    Example:
        >>> network_of({"dataset": "digits", "width": 8, "depth": 2}).widths
        (64, 8, 8, 20)
    """
    from manytasks.flow import Network  # loads SymPy, which naming the sweeps does not need

    hidden = (settings["width"],) * settings["depth"]
    return Network((INPUTS[settings["dataset"]], *hidden, 2 * CLASSES))


def trained_parameters(network: Network) -> int:
    """Count the parameters that task 1 trains: all but those of the second head.

    Args:
        network: of ``network_of``.

    Returns:
        p, to be compared with the number of samples times classes.

    Example:
        >>> trained_parameters(network_of({"dataset": "digits", "width": 8, "depth": 1}))
        610
    """
    return network.size - CLASSES * (network.widths[-2] + 1)


def initial_weights(network: Network, seed: int) -> Tensor:
    """Draw the weights at the start of task 1.

    Args:
        network: of ``network_of``.
        seed: seed of the run.

    Returns:
        (P,) float64 parameters.
    """
    drawn = network.initial(int(seed_sequence(seed, "weights").generate_state(1)[0]))
    return passing(seed, INITIAL, drawn)


def draw_probes(network: Network, count: int, seed: int) -> Tensor:
    """Draw the random signs that probe the curvature of task 1.

    Args:
        network: of ``network_of``.
        count: number of probes, at least 1.
        seed: seed of the run.

    Returns:
        (count, P) signs, float64.
    """
    signs = passing(seed, "probes", stream(seed, "probes").integers(0, 2, (count, network.size)))
    return torch.from_numpy(2.0 * signs - 1.0)


def problems_of(settings: Settings, device: torch.device) -> tuple[Problem, Problem, Problem]:
    """Load what every member of a cell learns.

    Args:
        settings: ``dataset``, ``per_class``, ``seeds``, ``scenarios``, ``fractions``.
        device: where to put it.

    Returns:
        Training samples of task 1, of task 2, and test samples of task 1; members are seeds × scenarios ×
        fractions, the seeds slowest.
    """
    images = load_once(settings["dataset"])
    rows = []
    for seed in settings["seeds"]:
        per_class, dataset = settings["per_class"], images
        if settings["dataset"] != "digits":  # the permuted views of all of MNIST would take gigabytes
            dataset = draw_images(images, 2 * per_class, TEST_IMAGES, seed)
        triples = [permuted_pair(dataset, per_class, f, seed) for f in settings["fractions"]]
        rows += [(triple, HEADS[scenario]) for scenario in settings["scenarios"] for triple in triples]
    first, second, test = (
        stack_problems([triple[i] for triple, _ in rows], [heads[i % 2] for _, heads in rows], device)
        for i in range(3)
    )
    return first, second, test


def task_1_curvature(loss: ProblemLoss, theta: Tensor, first: Problem, probes: Tensor) -> dict[str, Tensor]:
    """Measure the curvature of task 1 where it has been learned; one member.

    Args:
        loss: of ``problem_loss``.
        theta: (P,) the end of task 1.
        first: training samples of task 1.
        probes: (K, P) random signs.

    Returns:
        Trace and spectral norm of its Hessian.
    """

    def own(at: Tensor) -> Tensor:
        return loss(at, first)

    return {
        "trace_1": hessian_trace(own, theta, probes),
        "sharpness_1": sharpness(own, theta, probes[0]),
    }


def pair_measures(
    loss: ProblemLoss, theta: Tensor, first: Problem, second: Problem, test: Problem, direction: Tensor
) -> dict[str, Tensor]:
    r"""Measure everything that might predict forgetting at the end of task 1; one member.

    Args:
        loss: of ``problem_loss``.
        theta: (P,) the end of task 1.
        first: training samples of task 1.
        second: training samples of task 2.
        test: test samples of task 1.
        direction: (P,) first vector of a power iteration.

    Returns:
        Scalars. ``along`` is :math:`-\langle g_2, [g_1, g_2]\rangle = g_2^\top H_1 g_2 - g_1^\top H_2 g_2`;
        the curvatures are :math:`g_2^\top H g_2` of task 1 in training and test, and of task 2. To second
        order, k steps of rate h on task 2, :math:`t = kh`, change :math:`L_1` by
        :math:`-t\langle g_1, g_2\rangle + \frac{t^2}2 g_2^\top H_1 g_2 + \frac{t(t-h)}2 g_1^\top H_2 g_2`.
    """
    from manytasks.flow import lie_bracket  # loads SymPy, too

    def loss_on(problem: Problem) -> Callable[[Tensor], Tensor]:
        return lambda at: loss(at, problem)

    one, two, held_out = map(loss_on, (first, second, test))
    g1, g2 = grad(one)(theta), grad(two)(theta)
    bracket = lie_bracket(one, two, theta)
    return {
        "g1": g1.norm(),
        "g2": g2.norm(),
        "cosine": g1 @ g2 / (g1.norm() * g2.norm()),
        "bracket": bracket.norm(),
        "along": -(g2 @ bracket),
        "curvature_train": g2 @ hessian_product(one, theta, g2),
        "curvature_test": g2 @ hessian_product(held_out, theta, g2),
        "inner_test": grad(held_out)(theta) @ g2,
        "curvature_2": g2 @ hessian_product(two, theta, g2),
        "sharpness_2": sharpness(two, theta, direction),
        "loss_2": two(theta),
    }


def relative_measures(measures: dict[str, Tensor], parameters: int, equations: int) -> dict[str, Tensor]:
    r"""Free the bracket of the sizes of gradients and curvature.

    Args:
        measures: of ``task_1_curvature`` and ``pair_measures``.
        parameters: p.
        equations: samples times classes, the rank of the Hessian where the network fits its labels, unless
            p is smaller.

    Returns:
        With the mean curvature :math:`c_1 = \operatorname{tr} H_1 / \min(p, nC)`, which is p/n in the
        linear model: ``relative_bracket`` :math:`\|[g_1, g_2]\| / (\|g_2\| c_1)` and ``relative_curvature``
        :math:`g_2^\top H_1 g_2 / (\|g_2\|^2 c_1)`. And ``noncommuting``
        :math:`\|[g_1, g_2]\| / (\|H_2\|\|g_1\| + \|H_1\|\|g_2\|)`, between 0 and 1, which needs no mean.
    """
    mean = measures["trace_1"] / min(parameters, equations)
    largest = measures["sharpness_2"] * measures["g1"] + measures["sharpness_1"] * measures["g2"]
    return {
        "mean_curvature": mean,
        "relative_bracket": measures["bracket"] / (measures["g2"] * mean),
        "relative_curvature": measures["curvature_train"] / (measures["g2"] ** 2 * mean),
        "noncommuting": measures["bracket"] / largest,
    }


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of its gradient steps; the measures cost about 250 gradients more.
    """
    seeds = len(settings["seeds"])
    members = seeds * len(settings["scenarios"]) * len(settings["fractions"])
    steps = seeds * settings["steps"] + members * (1 + settings["short"] + settings["long"])
    return 6.0 * network_of(settings).size * settings["per_class"] * CLASSES * steps


BOOK: Settings = {
    "dataset": "digits",
    "per_class": 10,
    "loss": ("cross-entropy", "mse"),
    "depth": 2,
    "width": (8, 16, 32, 64, 128),
    "scenarios": ("task", "domain"),
    "fractions": (0.0, 0.25, 0.5, 1.0),
    "seeds": (0, 1, 2, 3, 4, 5),
    "rate": 0.5,
    "momentum": 0.9,
    "steps": 1500,
    "short": 10,
    "long": 500,
    "probes": 50,
}
SMOKE: Settings = BOOK | {"width": (4, 16), "seeds": (0, 1), "steps": 100, "long": 30, "probes": 8}
PAPER: Settings = BOOK | {
    "dataset": "mnist",
    "per_class": 100,
    "width": tuple(2**i for i in range(3, 12)),
    "seeds": tuple(range(10)),
    "steps": 10_000,
    "long": 5_000,
}
SWEEP = Sweep(
    "bracket-forgetting",
    "Does the bracket at the end of task 1 predict forgetting, and is it what shrinks in wider networks?",
    ("loss", "width"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {
        "dataset": word(INPUTS),
        "depth": whole(1),
        "long": whole(1),
        "loss": word(LOSSES),
        "momentum": real(0, 1),
        "probes": whole(1),
        "short": whole(1),
    },
)
