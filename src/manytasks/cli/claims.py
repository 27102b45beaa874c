"""`manytasks claims`: every claim and its verdict."""

from __future__ import annotations

import argparse
from pathlib import Path


def add(parser: argparse.ArgumentParser) -> None:
    """Add what `claims` takes.

    Args:
        parser: of this command.
    """
    parser.add_argument(
        "--profile", help="show the evidence of this profile's last build (smoke, book or paper)"
    )
    parser.add_argument(
        "--table",
        metavar="COMMIT",
        help="print one Markdown table instead, beside the verdicts of an earlier commit",
    )
    parser.add_argument(
        "--history", action="store_true", help="print only how committed verdicts changed, when and why"
    )
    parser.set_defaults(run=_claims)


def _claims(options: argparse.Namespace) -> None:
    from manytasks import evidence, replication

    if options.history:
        from manytasks.history import history

        for name, changes in history().items():
            print(name, *changes, sep="\n        ")
        return
    found, failures = [], []
    if options.profile:
        folder = Path("build") / options.profile / "notebooks"
        if not folder.is_dir():
            raise ValueError(f"there is no {folder}; run `make book PROFILE={options.profile}` first")
        notebooks = [path for path in folder.rglob("*.ipynb") if path.suffixes == [".ipynb"]]
        found, failures = evidence.gather(notebooks), evidence.failures(notebooks)
    verdicts = evidence.verdicts(found, failures)
    replications, origin = replication.load_replication()
    if options.table:
        from manytasks.cli.claims_table import table, verdicts_at

        now = verdicts or {claim.id: claim.verdict for claim in evidence.registry().values()}
        print(table(found, now, verdicts_at(options.table), replications))
        return
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
