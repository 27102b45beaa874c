"""Where the time goes: at the end of a run, the files of tests that took most seconds of a processor.

Not seconds on the wall: those depend on what else a machine does. Processes that a test starts and waits for
count as the test's; a fixture counts as the first test's that asks for it.
"""

import os
from itertools import chain

import pytest

SHOWN = 20
BEGUN = pytest.StashKey[float]()


def spent():
    """Seconds of processor of this process and of all that it has waited for."""
    return sum(os.times()[:4])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    item.stash[BEGUN] = spent()
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call):
    if call.when == "teardown":  # the last of three reports; workers send it to the process that sums up
        item.user_properties.append(("seconds", spent() - item.stash[BEGUN]))


def pytest_terminal_summary(terminalreporter):
    files = {}
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if getattr(report, "when", None) == "teardown":
            file = report.nodeid.partition("::")[0]
            files[file] = files.get(file, 0) + dict(report.user_properties)["seconds"]
    terminalreporter.section(f"{spent():.0f} seconds of processor in all, most of them in")
    for file in sorted(files, key=files.get, reverse=True)[:SHOWN]:
        terminalreporter.write_line(f"{files[file]:6.0f} s  {file}")
