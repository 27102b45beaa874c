"""With ``--allow-no-skip`` (`.ci/run`) a run fails if a test was skipped that a gate must run.

Two reasons are allowed, known by their first word: a test *rests* until its turn comes, or it *needs* what a
machine may lack: real data that nobody may give away, another processor, the whole history.
"""

import pytest

ALLOWED = ("Skipped: rests: ", "Skipped: needs ")


def pytest_addoption(parser):
    parser.addoption(
        "--allow-no-skip", action="store_true", help="fail if a test lacks what a gate must have"
    )


def missing(config):
    """Reports of the tests that this run ought to have run."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not config.getoption("allow_no_skip"):
        return []
    return [each for each in reporter.stats.get("skipped", []) if not each.longrepr[2].startswith(ALLOWED)]


def pytest_sessionfinish(session):
    if missing(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if skipped := missing(config):
        terminalreporter.write_line(f"FAILED: {len(skipped)} skipped, and --allow-no-skip allows none")
