"""Slow tests take turns: those marked ``third`` run in three groups, one a day, and the run says which.

``THIRD=2`` runs the second group today, ``THIRD=all`` (`make test-all`) runs all of them.
With ``--allow-no-skip`` (`.ci/run`) a test that is skipped for want of anything else fails the run.
"""

import os
from datetime import UTC, datetime
from zlib import crc32

import pytest

ALLOWED = ("1", "2", "3", "all")
RESTS = "rests: runs in third"


def pytest_addoption(parser):
    parser.addoption("--allow-no-skip", action="store_true", help="fail if a skipped test does not rest")


def pytest_configure(config):
    # Into the environment: parallel workers that start before and after midnight must agree.
    today = datetime.now(UTC).toordinal() % 3 + 1
    third = os.environ.setdefault("THIRD", str(today))
    if third not in ALLOWED:
        raise pytest.UsageError(f"THIRD must be one of {', '.join(ALLOWED)}; got {third!r}")


def pytest_report_header():
    third = os.environ["THIRD"]
    if third == "all":
        return "rotation: every third"
    return f"rotation: third {third} of 3 (THIRD={third} repeats this choice, THIRD=all runs all three)"


def pytest_collection_modifyitems(items):
    for item in items:
        if marker := item.get_closest_marker("third"):
            turn = str(turn_of(item.nodeid, *marker.args))
            if os.environ["THIRD"] not in {turn, "all"}:
                item.add_marker(pytest.mark.skip(reason=f"{RESTS} {turn} of 3"))


def turn_of(nodeid, group=None):
    """The group that a test names, or one drawn from its name: the same alone and among others."""
    if group is None:
        return crc32(nodeid.encode()) % 3 + 1
    if group not in {1, 2, 3}:
        raise pytest.UsageError(f"{nodeid}: the group of third must be 1, 2 or 3; got {group!r}")
    return group


def missing(config):
    """Reports of the tests that this run ought to have run."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not config.getoption("allow_no_skip"):
        return []
    return [report for report in reporter.stats.get("skipped", []) if RESTS not in report.longrepr[2]]


def pytest_sessionfinish(session):
    if missing(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if skipped := missing(config):
        terminalreporter.write_line(f"FAILED: {len(skipped)} skipped, and --allow-no-skip allows none")
