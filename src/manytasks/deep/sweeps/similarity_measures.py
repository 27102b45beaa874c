"""Which measure of similarity predicts what two tasks gain from one network? Open question 2 of Paper A."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F

from manytasks.deep import measures
from manytasks.deep.measures.network import Statistics, forward
from manytasks.deep.networks import Architecture, Pool, Recipe, Stack, draw_weights, train_members
from manytasks.deep.sweeps.settings import whole, word
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.sweeps.task_pairs import CLASSES, DIALS, OTHER, SIDE, task_pair
from manytasks.deep.tasks import Samples, Scenario, TaskStream
from manytasks.streams import stream

Theta = dict[str, torch.Tensor]


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network of one head: weights and BatchNorm statistics."""

    theta: Theta
    statistics: Statistics

    def __call__(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return last hidden features and outputs."""
        return forward(self.theta, x, self.statistics)[:2]

    def head(self, number: int) -> Trained:
        """Return the network that answers with one of several heads."""
        part = slice(number * CLASSES, (number + 1) * CLASSES)
        head = {name: value[part] for name, value in self.theta.items() if name.startswith("head")}
        return Trained(self.theta | head, self.statistics)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two tasks as tensors."""

    x: tuple[torch.Tensor, ...]
    y: tuple[torch.Tensor, ...]
    test_x: tuple[torch.Tensor, ...]
    test_y: tuple[torch.Tensor, ...]

    @classmethod
    def of(cls, tasks: TaskStream, table: torch.Tensor) -> Pair:
        """Return the tensors of a stream of two tasks; ``table`` holds its features."""
        parts = [
            (table[s.rows], torch.from_numpy(s.labels).to(table.device)) for s in tasks.train + tasks.test
        ]
        return cls(*(tuple(part[i] for part in group) for group in (parts[:2], parts[2:]) for i in (0, 1)))

    def loss(self, task: int) -> Callable[[Theta], torch.Tensor]:
        """Return the training loss of a task, with the BatchNorm statistics of its own samples."""
        return lambda theta: F.cross_entropy(forward(theta, self.x[task])[1], self.y[task])

    def risk(self, network: Trained, task: int) -> tuple[float, float]:
        """Return test loss and share of wrong answers of a network on one task."""
        outputs = network(self.test_x[task])[1]
        loss = F.cross_entropy(outputs, self.test_y[task])
        return float(loss), float((outputs.argmax(-1) != self.test_y[task]).double().mean())


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Train two tasks alone and together, and measure how similar they are.

    Every network starts at the same weights of its seed, except the one that says what another start
    changes: there, the second task is trained from weights of its own.

    Args:
        settings: one cell.
        device: where to train.

    Yields:
        One row per seed and strength: mean test loss and error of the two tasks when each has its own
        network ("alone"), when they share one with one head ("together"), or one with two heads ("heads"),
        and every candidate measure.
    """
    conditions = list(product(settings["seeds"], settings["strengths"]))
    streams = [
        task_pair(settings["dataset"], settings["dial"], strength, settings["per_class"], seed)
        for seed, strength in conditions
    ]
    table = torch.from_numpy(np.concatenate([tasks.features for tasks in streams])).to(device)
    offsets = np.cumsum([0, *(len(tasks.features) for tasks in streams)])
    recipe = Recipe(settings["steps"], settings["batch"], settings["rate"])
    one, two = (
        Architecture(SIDE**2, settings["width"], settings["depth"], heads, CLASSES) for heads in (1, 2)
    )
    start = {seed: draw_weights(one, stream(seed, "weights")) for seed in settings["seeds"]}
    other = {seed: draw_weights(one, stream(seed, "weights", "other")) for seed in settings["seeds"]}

    def pools(tasks_of: tuple[int, ...], scenario: Scenario) -> list[Pool]:
        return [
            Pool.join([_pool(tasks, tasks.train[t], scenario, offset) for t in tasks_of])
            for tasks, offset in zip(streams, offsets, strict=False)
        ]

    def trained(
        shape: Architecture, weights: list[dict[str, np.ndarray]], samples: list[Pool]
    ) -> list[Trained]:
        generators = [stream(seed, "batches") for seed, _ in conditions]
        return _members(train_members(shape, weights, table, samples, recipe, generators))

    common = [start[seed] for seed, _ in conditions]
    first = trained(one, common, pools((0,), "domain"))
    second = trained(one, common, pools((1,), "domain"))
    elsewhere = trained(one, [other[seed] for seed, _ in conditions], pools((1,), "domain"))
    together = trained(one, common, pools((0, 1), "domain"))
    heads = trained(
        two,
        [draw_weights(two, stream(seed, "weights", "heads")) for seed, _ in conditions],
        pools((0, 1), "task"),
    )
    for i, (seed, strength) in enumerate(conditions):
        pair = Pair.of(streams[i], table[offsets[i] : offsets[i + 1]])
        origin = {name: torch.from_numpy(value).to(table) for name, value in start[seed].items()}
        methods = {
            "alone": (first[i], second[i]),
            "together": (together[i], together[i]),
            "heads": (heads[i].head(0), heads[i].head(1)),
        }
        row: Row = {"seed": seed, "strength": strength}
        for method, networks in methods.items():
            risks = np.mean([pair.risk(networks[task], task) for task in (0, 1)], axis=0)
            row |= {f"{method}_loss": float(risks[0]), f"{method}_error": float(risks[1])}
        yield row | similarities(pair, origin, first[i], second[i], elsewhere[i])


def similarities(pair: Pair, start: Theta, first: Trained, second: Trained, elsewhere: Trained) -> Row:
    """Compute every candidate measure for one pair of tasks.

    Args:
        pair: the tasks; functions and features are compared on the test inputs of both.
        start: weights at which ``first`` and ``second`` began.
        first: network trained on the first task.
        second: network trained on the second task.
        elsewhere: network trained on the second task from other weights.

    Returns:
        Name to value. Answers are class probabilities minus the uniform ones, so that 0 knows nothing.
    """
    inputs = torch.cat(pair.test_x)
    (f_a, p_a), (f_b, p_b), (f_c, p_c) = (
        (features, outputs.softmax(-1) - 1 / CLASSES)
        for features, outputs in (network(inputs) for network in (first, second, elsewhere))
    )
    loss_a, loss_b = pair.loss(0), pair.loss(1)
    risks = torch.tensor([[pair.risk(network, task)[0] for task in (0, 1)] for network in (first, second)])
    optima = (first.theta, second.theta)
    values = {
        "weight_distance": measures.weight_distance(*optima),
        "weight_distance_other_start": measures.weight_distance(first.theta, elsewhere.theta),
        "weight_cosine": measures.weight_cosine(*optima),
        "movement_cosine": measures.weight_cosine(*optima, start),
        "function_distance": measures.function_distance(p_a, p_b),
        "function_distance_other_start": measures.function_distance(p_a, p_c),
        "function_cosine": measures.function_cosine(p_a, p_b),
        "function_norm": (p_a.square().sum(-1).mean() + p_b.square().sum(-1).mean()) / 2,
        "cross_risk": measures.cross_risk(risks),
        "feature_cka": measures.linear_cka(f_a, f_b),
        "feature_cka_other_start": measures.linear_cka(f_a, f_c),
        "gradient_cosine_start": measures.gradient_cosine(loss_a, loss_b, start),
        "gradient_cosine_optimum": _mean([measures.gradient_cosine(loss_a, loss_b, at) for at in optima]),
        "bracket_start": measures.bracket_norm(loss_a, loss_b, start),
        "bracket_optimum": _mean([measures.bracket_norm(loss_a, loss_b, at) for at in optima]),
    }
    return {name: float(value) for name, value in values.items()}


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of the training steps of its five networks per pair.
    """
    steps = sum(
        networks
        * Architecture(SIDE**2, settings["width"], settings["depth"], heads, CLASSES).flops(settings["batch"])
        for networks, heads in ((4, 1), (1, 2))
    )
    return float(steps * settings["steps"] * len(settings["seeds"]) * len(settings["strengths"]))


def _mean(values: list[torch.Tensor]) -> torch.Tensor:
    return torch.stack(values).mean()


def _pool(tasks: TaskStream, samples: Samples, scenario: Scenario, offset: int) -> Pool:
    labels, heads = tasks.targets(samples, scenario)
    return Pool(samples.rows + offset, labels, heads)


def _members(stacks: list[Stack]) -> list[Trained]:
    """Take stacks apart.

    Returns:
        Their networks, in order.
    """
    return [
        Trained(
            {name: value[m].detach() for name, value in stack.parameters.items()},
            [
                (mean.view(stack.members, -1)[m], variance.view(stack.members, -1)[m])
                for mean, variance in zip(stack.means, stack.variances, strict=True)
            ],
        )
        for stack in stacks
        for m in range(stack.members)
    ]


BOOK: Settings = {
    "dataset": ("digits", "glyphs"),
    "dial": DIALS,
    "strengths": (0.0, 0.4, 0.6, 0.8, 1.0),
    "per_class": 10,
    "depth": 3,
    "width": (16, 64),
    "seeds": tuple(range(8)),
    "steps": 300,
    "batch": 50,
    "rate": 0.02,
}
SMOKE: Settings = BOOK | {"width": (8,), "strengths": (0.0, 1.0), "seeds": (0, 1), "steps": 20}
PAPER: Settings = BOOK | {
    "per_class": 20,
    "width": tuple(2**i for i in range(2, 11)),
    "seeds": tuple(range(20)),
    "steps": 2000,
}
SWEEP = Sweep(
    "similarity-measures",
    "Which measure of task similarity predicts what two tasks gain from sharing a network?",
    ("dataset", "dial", "width"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {"dataset": word(OTHER), "depth": whole(1), "dial": word(DIALS)},
)
