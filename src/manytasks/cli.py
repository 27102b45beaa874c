"""The command line: `manytasks predict | audit | sweep | data | claims`.

It uses nothing beyond the standard library, and every command imports only what it needs: a sweep must run on
a cluster node that has Python, torch, NumPy, pandas and scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from manytasks.tasks import Tasks


class Parser(argparse.ArgumentParser):
    """A parser that answers a mistake with one line."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where help is, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: words of the command line; those of the process if None.

    Returns:
        Exit code: 0 if all is well, 1 if the command could not finish, 2 for a wrong argument.

    Example:
        >>> main("predict multitask --tasks 10 --cosine .9 --samples 50 --p 1000 --noise-var .1".split())
        excess risk       0.735291
        G1 dissimilarity  0.135090
        G2 norm           0.500000
        G3 label noise    0.100200
        effective noise   0.189910
        0
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except ValueError as error:
        print(f"manytasks: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        print(f"manytasks: {what}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("manytasks: interrupted; what was finished is kept", file=sys.stderr)
        return 130


def _parser() -> Parser:
    parser = Parser(prog="manytasks", description="What happens when one model learns many tasks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    predict = commands.add_parser("predict", help="evaluate a closed form at your own numbers")
    quantities = predict.add_subparsers(required=True, metavar="QUANTITY")
    for name, run, help_text in (
        ("multitask", _predict_multitask, "error of one fit to the data of all tasks, and its terms"),
        ("transfer", _predict_transfer, "what a task gains from learning with the others, and its terms"),
        (
            "replay",
            _predict_replay,
            "error after every task of a sequence with a replay buffer, and forgetting",
        ),
        ("split", _predict_split, "best split of a budget between parameters and stored samples"),
    ):
        _add_setting(quantities.add_parser(name, help=help_text, description=help_text), name, run)

    _add_audit(commands.add_parser("audit", help="say which tasks of a table should train together"))
    _add_sweep(commands.add_parser("sweep", help="train the networks of a sweep and write its table"))
    _add_data(commands.add_parser("data", help="list, fetch, check or show the data sets and backbones"))
    claims = commands.add_parser("claims", help="print every claim and its verdict")
    claims.add_argument(
        "--profile", help="show the evidence of this profile's last build (smoke, book or paper)"
    )
    claims.set_defaults(run=_claims)
    return parser


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


def _predict_multitask(options: argparse.Namespace) -> None:
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


def _predict_transfer(options: argparse.Namespace) -> None:
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


def _predict_replay(options: argparse.Namespace) -> None:
    from manytasks import theory

    errors = theory.replay_error(
        _tasks(options), options.samples, options.memory, options.p, options.noise_var, start=options.start
    )
    print("excess risk: a row after each task, a column on each task")
    for row in errors:
        print("  ".join(f"{error:9.4f}" for error in row))
    _print_table({"average error": theory.average_error(errors), "forgetting": theory.forgetting(errors)})


def _predict_split(options: argparse.Namespace) -> None:
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


AUDIT_FORMAT = """\
FILE is a table (.csv, .tsv, also .gz, or .parquet) with a row per sample, in one of two forms:
  long   a column of task names, a column of targets, the rest features
  wide   several columns of targets, each a task on the same rows (--targets a,b,c)
or arrays: an .npz file, or a folder of .npy files, with X (N, p) and y, task (N,), or with Y (N, T).
Text features with up to 20 values become columns of 0 and 1. A task needs 8 rows, an audit two tasks.

examples:
  manytasks audit pupils.csv --task school --target score --drop id
  manytasks audit blood.csv --targets iron,ferritin,glucose --html blood.html
"""


def _add_audit(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Say which tasks should share one linear model, how sure that is, and what it rests on."
    )
    parser.epilog, parser.formatter_class = AUDIT_FORMAT, argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", metavar="FILE", help="table or arrays of samples, see below")
    parser.add_argument("--task", help="column of the task, name or number (default task)")
    parser.add_argument("--target", help="column of the target (default y or target)")
    parser.add_argument("--targets", help="columns of a wide table, with commas")
    parser.add_argument("--features", help="columns to use, with commas (default all others)")
    parser.add_argument("--drop", help="columns to leave out, with commas")
    parser.add_argument("--groups", type=int, help="number of models, instead of choosing it")
    parser.add_argument(
        "--missing", choices=("drop", "error"), default="drop", help="rows with missing values (default drop)"
    )
    parser.add_argument("--decimal", choices=(".", ","), default=".", help="sign before decimals (default .)")
    parser.add_argument(
        "--unscaled",
        action="store_true",
        help="features share a unit, such as pixels: do not divide by their spread",
    )
    parser.add_argument("--html", metavar="PAGE", help="write the report as one page")
    parser.add_argument("--json", metavar="FILE", help="write the numbers")
    parser.add_argument("--quiet", action="store_true", help="print the verdict only")
    parser.add_argument("--seed", type=int, default=0, help="of the held-out rows (default 0)")
    parser.set_defaults(run=_audit)


def _audit(options: argparse.Namespace) -> None:
    from manytasks import audit

    def words(text: str | None) -> list[str]:
        return [word.strip() for word in (text or "").split(",") if word.strip()]

    if options.seed < 0:
        raise ValueError(f"seed must be a whole number of at least 0; got {options.seed}")
    samples = audit.read(
        options.file,
        task=options.task,
        target=options.target,
        targets=words(options.targets),
        features=words(options.features),
        drop=words(options.drop),
        missing=options.missing,
        decimal=options.decimal,
    )
    for note in samples.notes:
        print(f"manytasks: {note}", file=sys.stderr)
    found = audit.audit(samples, seed=options.seed, groups=options.groups, scale=not options.unscaled)
    print(audit.verdict(found) if options.quiet else audit.text(found))
    if options.html:
        Path(options.html).write_text(audit.page(found, Path(options.file).name), encoding="utf-8")
    if options.json:
        numbers = json.dumps(audit.summary(found), indent=1, ensure_ascii=False)
        Path(options.json).write_text(numbers + "\n", encoding="utf-8")


def _add_sweep(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name",
        help="name of the sweep; `list` names them all, `merge` adds what other folders hold to --out",
    )
    parser.add_argument("folders", nargs="*", help="folders whose tables and finished cells `merge` adds")
    parser.add_argument("--profile", choices=("smoke", "book", "paper"), default="book")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default auto)")
    parser.add_argument("--out", default="data", help="folder of the table (default data)")
    parser.add_argument("--time-limit", help="stop cleanly between cells after this long: 90s, 9m, 1h30m")
    parser.add_argument(
        "--resume", action=argparse.BooleanOptionalAction, default=True, help="keep finished cells"
    )
    parser.add_argument(
        "--others",
        choices=("anew", "keep"),
        default="anew",
        help="finished cells of another device, version of torch or code are computed anew, or kept as they "
        "are (default anew)",
    )
    parser.add_argument("--retry", action="store_true", help="compute cells that are not finite again")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a cell is not finite")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="let the cells of this call replace all rows of the same constants and axes; with `merge`, let "
        "rows of the folders replace others",
    )
    parser.add_argument("--shard", default="0/1", help="i/n: every n-th cell from the i-th on (default 0/1)")
    parser.add_argument(
        "--dry-run", action="store_true", help="print cells, FLOPs, estimated seconds and what is there"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="use this instead of the profile's setting: dataset=cifar100, width=[8,16]; may be repeated",
    )
    parser.set_defaults(run=_sweep)


def _changes(pairs: Sequence[str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise ValueError(f"--set takes NAME=VALUE; got {pair!r}")
        if name in changes:
            raise ValueError(f"--set names {name} twice")
        try:
            read = json.loads(value)
        except json.JSONDecodeError:
            read = value  # a word, such as the name of a data set
        changes[name] = tuple(read) if isinstance(read, list) else read
    return changes


def _sweep(options: argparse.Namespace) -> int:
    from manytasks import deep

    if options.name == "merge":
        return _merge(options)
    if options.folders:
        raise ValueError(f"only `sweep merge` takes folders; got {' '.join(options.folders)}")
    if options.name == "list":
        print(*deep.sweep_names(), sep="\n")
        return 0
    if options.dry_run:
        return _dry_run(options)
    shard = re.fullmatch("([0-9]+)/([0-9]+)", options.shard)
    if shard is None:
        raise ValueError(f"shard must look like 0/4; got {options.shard!r}")
    result = deep.run_sweep(
        options.name,
        options.profile,
        device=options.device,
        out=options.out,
        time_limit=options.time_limit,
        resume=options.resume,
        shard=(int(shard[1]), int(shard[2])),
        changes=_changes(options.set),
        others=options.others,
        retry=options.retry,
        replace=options.replace,
    )
    place = f"in {result.table}" if result.table else "there"
    before, after = result.rows
    print(
        f"{result.finished} of {result.total} cells are {place}, rows {before} -> {after} "
        f"({result.seconds:.0f} s)"
    )
    if result.not_finite:
        print(
            f"{len(result.not_finite)} cells are not finite: {'; '.join(result.not_finite)}", file=sys.stderr
        )
    return int(options.strict and bool(result.not_finite))


def _dry_run(options: argparse.Namespace) -> int:
    from manytasks import deep

    plan = deep.plan_sweep(options.name, options.profile, options.device, _changes(options.set), options.out)
    for cell in plan:
        there = cell.pop("there")
        values = [
            f"{key}={value:.3g}" if isinstance(value, float) else f"{key}={value}"
            for key, value in cell.items()
        ]
        print(", ".join([*values, *["there"] * there]))
        cell["seconds"] *= not there
    finished = sum(not cell["seconds"] for cell in plan)
    seconds = sum(cell["seconds"] for cell in plan)
    print(
        f"{finished} of {len(plan)} cells are there already; the others take about {seconds:.0f} s of matrix "
        "products"
    )
    return 0


def _merge(options: argparse.Namespace) -> int:
    from manytasks import deep

    if not options.folders:
        raise ValueError("sweep merge needs folders, as in `manytasks sweep merge results/a results/b`")
    for one in deep.merge_folders(options.folders, options.out, options.replace):
        before, after = one.rows
        for note in one.notes:
            print(f"{note}; left out", file=sys.stderr)
        print(f"{one.table}: {one.finished} of {one.total} cells, rows {before} -> {after}")
    return 0


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=("list", "fetch", "prepare", "show"),
        help="list all, download one, check one, or draw one",
    )
    parser.add_argument("name", nargs="?", help="data set (for all but list)")
    parser.add_argument("--yes", action="store_true", help="fetch without asking")
    parser.add_argument("--root", help="folder to search before those of MANYTASKS_DATA")
    parser.add_argument("--out", help="PNG that `show` writes (default NAME.png)")
    parser.set_defaults(run=_data)


def _data(options: argparse.Namespace) -> None:
    from manytasks import deep
    from manytasks.deep import backbones

    if options.action == "list":
        for row in deep.describe_datasets(options.root):
            print(f"{row['name']:<17} {row['state']:<14} {row['where']}{row['needs']}".rstrip())
        for name in backbones.BACKBONES:  # frozen networks: a data set's features are named cifar100+resnet50
            try:
                backbones.find_backbone(name)
                print(f"+{name:<16} ready")
            except (FileNotFoundError, ModuleNotFoundError) as error:
                print(f"+{name:<16} {'files missing':<14} {error}")
        return
    if options.name is None:
        raise ValueError(
            f"`manytasks data {options.action}` needs the name of a data set; `data list` shows them"
        )
    if options.action == "fetch":
        from manytasks.deep.data.fetch import fetch

        paths = fetch(options.name, options.root, lambda what: options.yes or _agreed(what))
        print("\n".join(f"{path} is there, checked" for path in paths) or "nothing was downloaded")
        return
    dataset = deep.load_dataset(options.name, options.root)
    if options.action == "prepare":
        train, test = len(dataset.train_images), len(dataset.test_images)
        print(f"{options.name}: {dataset.classes} classes, {train:,} training and {test:,} test images")
        return
    import matplotlib.image

    target = Path(options.out or f"{options.name}.png")
    sheet = np.broadcast_to(sheet := deep.contact_sheet(dataset), (*sheet.shape[:2], 3))
    matplotlib.image.imsave(target, np.ascontiguousarray(sheet))
    print(f"wrote {target}")


def _agreed(what: str) -> bool:
    """Ask before anything is downloaded.

    Returns:
        Whether the answer was yes; without anybody to answer it is no.
    """
    try:
        return input(f"{what}. Download? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


def _claims(options: argparse.Namespace) -> None:
    from manytasks import evidence, replication

    found, failures = [], []
    if options.profile:
        folder = Path("build") / options.profile / "notebooks"
        if not folder.is_dir():
            raise ValueError(f"there is no {folder}; run `make book PROFILE={options.profile}` first")
        notebooks = [path for path in folder.rglob("*.ipynb") if path.suffixes == [".ipynb"]]
        found, failures = evidence.gather(notebooks), evidence.failures(notebooks)
    verdicts = evidence.verdicts(found, failures)
    replications, origin = replication.load_replication()
    for claim in evidence.registry().values():
        verdict = verdicts.get(claim.id, evidence.UNTESTED) if options.profile else claim.verdict
        print(f"{claim.id:<7} {verdict}: {claim.statement}")
        for row in (row for row in found if row.claim == claim.id):
            print(f"          {row.notebook}: {row}")
        if claim.id in replications:
            print(f"          drawn again: {replications[claim.id]}")
    if replications:
        print(
            f"{replication.summary(replications)} {origin['profile']} profile, commit {origin['commit'][0]}"
        )
