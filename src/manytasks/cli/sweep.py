"""`manytasks sweep`: train the networks of a sweep and write its table."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from typing import Any

from manytasks.cli.names import NAMES
from manytasks.readers import short


def add(parser: argparse.ArgumentParser) -> None:
    """Add what `sweep` takes.

    Args:
        parser: of this command.
    """
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
            raise ValueError(f"--set takes NAME=VALUE; got {short(pair)}")
        if name in changes:
            raise ValueError(f"--set names {name} twice")
        try:
            read = json.loads(value)
        except json.JSONDecodeError:
            read = value  # a word, such as the name of a data set
        changes[name] = tuple(read) if isinstance(read, list) else read
    return changes


def _sweep(options: argparse.Namespace) -> int:
    if options.name == "merge":
        return _merge(options)
    if options.folders:
        raise ValueError(f"only `sweep merge` takes folders; got {' '.join(options.folders)}")
    if options.name == "list":
        print(*NAMES, sep="\n")
        return 0
    shard = re.fullmatch("([0-9]{1,9})/([0-9]{1,9})", options.shard)
    if shard is None:
        raise ValueError(f"shard must look like 0/4; got {short(options.shard)}")
    if options.name not in NAMES and "manytasks.deep" not in sys.modules:  # said before torch is loaded
        raise ValueError(f"no sweep {short(options.name)}; the sweeps are {', '.join(NAMES)}")
    part = int(shard[1]), int(shard[2])
    if options.dry_run:
        return _dry_run(options, part)
    from manytasks import deep

    result = deep.run_sweep(
        options.name,
        options.profile,
        device=options.device,
        out=options.out,
        time_limit=options.time_limit,
        resume=options.resume,
        shard=part,
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


def _dry_run(options: argparse.Namespace, shard: tuple[int, int]) -> int:
    from manytasks import deep
    from manytasks.deep.sweeps.limits import seconds as duration
    from manytasks.deep.sweeps.run import shard_of

    index, shards = shard_of(shard)
    duration(options.time_limit)  # refused as the run would refuse it
    plan = deep.plan_sweep(
        options.name, options.profile, options.device, _changes(options.set), options.out, options.others
    )[index::shards]
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
