"""`manytasks predict`: a closed form at your own numbers."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from manytasks.cli.parser import real, shown, whole
from manytasks.tasks import Tasks

QUANTITIES = {
    "multitask": "error of one fit to the data of all tasks, and its terms",
    "transfer": "what a task gains from learning with the others, and its terms",
    "replay": "error after every task of a sequence with a replay buffer, and forgetting",
    "split": "best split of a budget between parameters and stored samples",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add what `predict` takes.

    Args:
        parser: of this command.
    """
    quantities = parser.add_subparsers(required=True, metavar="QUANTITY")
    runs = (_multitask, _transfer, _replay, _split)
    for (name, help_text), run in zip(QUANTITIES.items(), runs, strict=True):
        _add_setting(quantities.add_parser(name, help=help_text, description=help_text), name, run)


def _add_setting(parser: argparse.ArgumentParser, quantity: str, run: Any) -> None:
    parser.add_argument("--tasks", type=whole, default=10, help="number of tasks T (default 10)")
    parser.add_argument("--cosine", type=real, default=0.5, help="cosine between tasks (default 0.5)")
    parser.add_argument(
        "--geometry",
        choices=("equiangular", "chain"),
        default="equiangular",
        help="all pairs share the cosine, or neighbours of a chain do (default equiangular)",
    )
    parser.add_argument("--norm", type=real, default=1.0, help="length of the optimal parameters (default 1)")
    parser.add_argument("--samples", type=whole, default=50, help="samples per task n (default 50)")
    parser.add_argument("--noise-var", type=real, default=0.0, help="label-noise variance σ² (default 0)")
    if quantity == "split":
        parser.add_argument("--budget", type=real, required=True, help="what can be spent")
        parser.add_argument(
            "--parameter-cost", type=real, default=1.0, help="price of a parameter (default 1)"
        )
        parser.add_argument(
            "--sample-cost", type=real, default=1.0, help="price of a stored sample (default 1)"
        )
        parser.add_argument("--objective", choices=("error", "forgetting"), default="error")
    else:
        parser.add_argument("--p", type=whole, required=True, help="number of parameters")
    if quantity == "replay":
        parser.add_argument("--memory", type=whole, default=0, help="samples kept per past task (default 0)")
    if quantity in ("replay", "split"):
        parser.add_argument(
            "--start", choices=("warm", "scratch"), default="warm", help="where each fit starts"
        )
    parser.set_defaults(run=run)


def _tasks(options: argparse.Namespace) -> Tasks:
    return getattr(Tasks, options.geometry)(options.tasks, options.cosine, options.norm)


def _check_room(tasks: Tasks, p: int) -> None:
    """Refuse tasks that R^p has no room for: the formulas go on there, for tasks that are none."""
    if p < tasks.T:
        tasks.vectors(p)


def _print_table(rows: dict[str, float]) -> None:
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:<{width}}  {shown(value)}")


def _multitask(options: argparse.Namespace) -> None:
    from manytasks import theory

    setting = (_tasks(options), options.samples, options.p, options.noise_var)
    terms = theory.multitask_terms(*setting)
    table = {
        "excess risk": theory.multitask_error(*setting).mean(),
        "G1 dissimilarity": terms["G1"],
        "G2 norm": terms["G2"],
        "G3 label noise": terms["G3"],
        "effective noise": theory.effective_noise(*setting),
    }
    _check_room(setting[0], options.p)
    _print_table(table)


def _transfer(options: argparse.Namespace) -> None:
    from manytasks import theory

    setting = (_tasks(options), options.samples, options.p, options.noise_var)
    transfer, terms = theory.knowledge_transfer(*setting).mean(), theory.transfer_terms(*setting)
    print(f"knowledge transfer  {shown(transfer)}")
    _check_room(setting[0], options.p)
    note = ""
    if np.isinf(terms["K1"]) and np.isinf(terms["K2"]):
        N = options.tasks * options.samples  # only the sum of the two has a limit there
        note = f"  (undefined at the threshold, N = {N})"
    print(f"K1 inner products   {shown(terms['K1'])}{note}")
    print(f"K2 norms            {shown(terms['K2'])}{note}")
    print(f"K3 label noise      {shown(terms['K3'])}")


def _replay(options: argparse.Namespace) -> None:
    from manytasks import theory

    tasks = _tasks(options)
    errors = theory.replay_error(
        tasks, options.samples, options.memory, options.p, options.noise_var, start=options.start
    )
    summary = {"average error": theory.average_error(errors), "forgetting": theory.forgetting(errors)}
    _check_room(tasks, options.p)
    print("excess risk: a row after each task, a column on each task")
    cells = [[shown(error, 4) for error in row] for row in errors]
    width = max(9, *(len(cell) for row in cells for cell in row))
    for row in cells:
        print("  ".join(f"{cell:>{width}}" for cell in row))
    _print_table(summary)


def _split(options: argparse.Namespace) -> None:
    from manytasks import theory

    split = theory.best_split(
        _tasks(options),
        options.samples,
        options.noise_var,
        options.budget,
        options.parameter_cost,
        options.sample_cost,
        objective=options.objective,
        start=options.start,
    )
    print(f"parameters {split.p}, samples kept per past task {split.memory} ({split.kind})")
    print(f"{options.objective} {shown(split.value)}")
