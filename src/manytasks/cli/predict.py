"""`manytasks predict`: a closed form at your own numbers."""

from __future__ import annotations

import argparse
from typing import Any

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
    parser.add_argument("--tasks", type=int, default=10, help="number of tasks T (default 10)")
    parser.add_argument("--cosine", type=float, default=0.5, help="cosine between tasks (default 0.5)")
    parser.add_argument(
        "--geometry",
        choices=("equiangular", "chain"),
        default="equiangular",
        help="all pairs share the cosine, or neighbours of a chain do (default equiangular)",
    )
    parser.add_argument(
        "--norm", type=float, default=1.0, help="length of the optimal parameters (default 1)"
    )
    parser.add_argument("--samples", type=int, default=50, help="samples per task n (default 50)")
    parser.add_argument("--noise-var", type=float, default=0.0, help="label-noise variance σ² (default 0)")
    if quantity == "split":
        parser.add_argument("--budget", type=float, required=True, help="what can be spent")
        parser.add_argument(
            "--parameter-cost", type=float, default=1.0, help="price of a parameter (default 1)"
        )
        parser.add_argument(
            "--sample-cost", type=float, default=1.0, help="price of a stored sample (default 1)"
        )
        parser.add_argument("--objective", choices=("error", "forgetting"), default="error")
    else:
        parser.add_argument("--p", type=int, required=True, help="number of parameters")
    if quantity == "replay":
        parser.add_argument("--memory", type=int, default=0, help="samples kept per past task m (default 0)")
    if quantity in ("replay", "split"):
        parser.add_argument(
            "--start", choices=("warm", "scratch"), default="warm", help="where each fit starts"
        )
    parser.set_defaults(run=run)


def _tasks(options: argparse.Namespace) -> Tasks:
    return getattr(Tasks, options.geometry)(options.tasks, options.cosine, options.norm)


def _print_table(rows: dict[str, float]) -> None:
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:<{width}}  {value:.6f}")


def _multitask(options: argparse.Namespace) -> None:
    from manytasks import theory

    setting = (_tasks(options), options.samples, options.p, options.noise_var)
    terms = theory.multitask_terms(*setting)
    _print_table(
        {
            "excess risk": theory.multitask_error(*setting).mean(),
            "G1 dissimilarity": terms["G1"],
            "G2 norm": terms["G2"],
            "G3 label noise": terms["G3"],
            "effective noise": theory.effective_noise(*setting),
        }
    )


def _transfer(options: argparse.Namespace) -> None:
    from manytasks import theory

    setting = (_tasks(options), options.samples, options.p, options.noise_var)
    terms = theory.transfer_terms(*setting)
    _print_table(
        {
            "knowledge transfer": theory.knowledge_transfer(*setting).mean(),
            "K1 inner products": terms["K1"],
            "K2 norms": terms["K2"],
            "K3 label noise": terms["K3"],
        }
    )


def _replay(options: argparse.Namespace) -> None:
    from manytasks import theory

    errors = theory.replay_error(
        _tasks(options), options.samples, options.memory, options.p, options.noise_var, start=options.start
    )
    print("excess risk: a row after each task, a column on each task")
    for row in errors:
        print("  ".join(f"{error:9.4f}" for error in row))
    _print_table({"average error": theory.average_error(errors), "forgetting": theory.forgetting(errors)})


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
    print(f"{options.objective} {split.value:.6f}")
