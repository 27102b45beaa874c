"""With ``--allow-no-skip`` (`.ci/run`) a run fails if a test was skipped for any reason but its turn."""

import pytest
from rotation import RESTS


def pytest_addoption(parser):
    parser.addoption("--allow-no-skip", action="store_true", help="fail if a skipped test does not rest")


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
