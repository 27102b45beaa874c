"""`manytasks audit`: which tasks of a table should train together."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from manytasks.cli.parser import whole

FORMAT = """\
FILE is a table (.csv, .tsv, also .gz, or .parquet) with a row per sample, in one of two forms:
  long   a column of task names, a column of targets, the rest features
  wide   several columns of targets, each a task on the same rows (--targets a,b,c)
or arrays: an .npz file, or a folder of .npy files, with X (N, p) and y, task (N,), or with Y (N, T).
Text features with up to 20 values become columns of 0 and 1. A task needs 8 rows, an audit two tasks.

an example to copy (442 patients in six groups of sex and age, written into a table and audited):
  python -c "from manytasks import audit; audit.example('patients.csv')"
  manytasks audit patients.csv --task group --target progress --html report.html
with your own tables:
  manytasks audit pupils.csv --task school --target score --drop id
  manytasks audit blood.csv --targets iron,ferritin,glucose --html blood.html
  manytasks audit pupils.csv --task school --target score --weights "St Mary" --check-cv
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add what `audit` takes.

    Args:
        parser: of this command.
    """
    parser.description = (
        "Say which tasks should share one linear model, how sure that is, and what it rests on."
    )
    parser.epilog, parser.formatter_class = FORMAT, argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", metavar="FILE", help="table or arrays of samples, see below")
    parser.add_argument("--task", help="column of the task, name or number (default task)")
    parser.add_argument("--target", help="column of the target (default y or target)")
    parser.add_argument("--targets", help="columns of a wide table, with commas")
    parser.add_argument("--features", help="columns to use, with commas (default all others)")
    parser.add_argument("--drop", help="columns to leave out, with commas")
    parser.add_argument(
        "--positive",
        metavar="WORD",
        help="where the target holds text: the word that is 1, all others are 0 (default of two words: the "
        "last by alphabet)",
    )
    parser.add_argument("--groups", type=whole, help="number of models, instead of choosing it")
    parser.add_argument(
        "--missing",
        choices=("drop", "error"),
        default="drop",
        help="what to do with rows that have missing values: leave them out, or stop (default drop)",
    )
    parser.add_argument("--decimal", choices=(".", ","), default=".", help="sign before decimals (default .)")
    parser.add_argument(
        "--unscaled",
        action="store_true",
        help="features share a unit, such as pixels: do not divide by their spread",
    )
    parser.add_argument(
        "--weights",
        metavar="TASK",
        nargs="?",
        const="",
        help="also say how much a row of each task should count for TASK (up to 200 tasks); without a name, "
        "for every task in turn (up to 20)",
    )
    parser.add_argument(
        "--check-cv",
        action="store_true",
        help="also let cross-validation decide, and compare: agreement, errors on rows kept from both, time "
        "(up to 100 tasks)",
    )
    parser.add_argument("--html", metavar="PAGE", help="write the report, with a picture, as one page")
    parser.add_argument("--json", metavar="FILE", help="write the numbers, those of all pairs included")
    parser.add_argument("--quiet", action="store_true", help="print the verdict only")
    parser.add_argument("--seed", type=whole, default=0, help="of the held-out rows (default 0)")
    parser.set_defaults(run=_audit)


def _audit(options: argparse.Namespace) -> None:
    from manytasks import audit
    from manytasks.readers import count

    def words(text: str | None) -> list[str]:
        return [word.strip() for word in (text or "").split(",") if word.strip()]

    seed = count(options.seed, "seed")
    for page in filter(None, (options.html, options.json)):
        if not Path(page).parent.is_dir() or Path(page).is_dir():  # said before anything is computed
            raise ValueError(f"{page} cannot be written: it needs a folder that is there, and a name in it")
    samples = audit.read(
        options.file,
        task=options.task,
        target=options.target,
        targets=words(options.targets),
        features=words(options.features),
        drop=words(options.drop),
        missing=options.missing,
        decimal=options.decimal,
        positive=options.positive,
    )
    for note in samples.notes:
        print(f"manytasks: {note}", file=sys.stderr)
    asked = [] if options.weights is None else audit.served(samples, options.weights)
    if options.check_cv:
        audit.check_comparable(samples)
    how: dict[str, Any] = {"seed": seed, "scale": not options.unscaled, "progress": True}
    found = audit.audit(samples, groups=options.groups, **how)
    weights = audit.weigh(samples, asked, groups=found.labels, **how) if asked else []
    compared = audit.compare(samples, **how) if options.check_cv else None
    further = [audit.weights_section(samples, weights, found.scaled)] if weights else []
    if compared is not None:
        further.append(audit.compared_section(samples, compared))
    print(audit.verdict(found) if options.quiet else audit.text(found, further))
    if options.html:
        Path(options.html).write_text(
            audit.page(found, audit.called(Path(options.file)), further), encoding="utf-8"
        )
    if options.json:
        everything = audit.summary(found) | audit.further_numbers(samples, weights, compared)
        numbers = json.dumps(everything, indent=1, ensure_ascii=False)
        Path(options.json).write_text(numbers + "\n", encoding="utf-8")
