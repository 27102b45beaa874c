"""What rotates runs once in three days, says so, and rests under the same name for everybody."""

import pytest
from rotation import todays

pytest_plugins = "pytester"
TESTS = """
import pytest

def test_always(): pass

@pytest.mark.third(2)
def test_second(): pass

@pytest.mark.third
@pytest.mark.parametrize("n", range(30))
def test_drawn(n): pass
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run the toy tests, and nothing else, with ``THIRD`` set."""
    pytester.makeconftest("pytest_plugins = ['rotation', 'skips']")
    pytester.makeini("[pytest]\nmarkers = third")
    pytester.makepyfile(TESTS)

    def run(third, *options):
        if third is None:
            monkeypatch.delenv("THIRD", raising=False)
        else:
            monkeypatch.setenv("THIRD", third)
        return pytester.runpytest_inprocess("-rs", "-v", "-p", "no:hypothesispytest", *options)

    return run


def passed(result):
    return {line.split()[0] for line in result.outlines if " PASSED" in line}


def test_this_run_goes_by_turns(pytestconfig):
    assert all(map(pytestconfig.pluginmanager.has_plugin, ("rotation", "skips", "parallel")))


def test_three_days_run_everything_and_each_rotating_test_once(run):
    days = [passed(run(third)) for third in "123"]
    everything = passed(run("all"))
    assert len(everything) == 32
    assert set.union(*days) == everything
    assert {name.partition("::")[2] for name in set.intersection(*days)} == {"test_always"}
    assert sum(map(len, days)) == 32 + 2
    assert [any("test_second" in name for name in day) for day in days] == [False, True, False]
    assert all(len(day) > 5 for day in days)  # names are spread over the three


@pytest.mark.parametrize("things", [[], [1], list(range(10))])
def test_three_days_take_everything_in_a_list_once(monkeypatch, things):
    found = {}
    for third in ("1", "2", "3", "all"):
        monkeypatch.setenv("THIRD", third)
        found[third] = todays(things)
    assert sorted(found["1"] + found["2"] + found["3"]) == found["all"] == things
    assert max(map(len, map(found.get, "123"))) <= len(things) // 3 + 1


def test_a_run_says_which_third_it_is_and_how_many_tests_rest(run):
    result = run(None)
    result.stdout.re_match_lines_random(
        [r"rotation: third [123] of 3 \(THIRD=[123] repeats .*", r"SKIPPED .* rests: runs in third \d of 3"]
    )
    run("all").stdout.fnmatch_lines(["rotation: every third"])


def test_a_test_alone_rests_when_it_rests_among_others(run):
    among = passed(run("1"))
    name = "test_a_test_alone_rests_when_it_rests_among_others.py::test_drawn"
    some = {f"{name}[{n}]" for n in range(6)}
    assert passed(run("1", *some)) == some & among != some


def test_parallel_workers_agree_with_one_process(run):
    one, two = run("3").parseoutcomes(), run("3", "-n", "2").parseoutcomes()
    assert one == two


@pytest.mark.parametrize("third", ["0", "4", "every", ""])
def test_another_third_is_refused_in_one_line(run, third):
    result = run(third)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"THIRD must be one of 1, 2, 3, all; got {third!r}" in result.stderr.str()


@pytest.mark.parametrize(
    "workers", [[], pytest.param(["-n", "2"], marks=pytest.mark.third)], ids=["one process", "two workers"]
)
def test_a_gate_that_allows_no_skip_fails_on_any_but_a_resting_test(run, pytester, workers):
    pytester.makepyfile(test_data="import shared_data\n\ndef test(): shared_data.folder('nothing')\n")
    assert run("1", "--allow-no-skip", *workers).ret == pytest.ExitCode.OK
    pytester.makepyfile(test_more="import pytest\n\ndef test_skipped(): pytest.skip('no browser')\n")
    assert run("1", *workers).ret == pytest.ExitCode.OK
    result = run("1", "--allow-no-skip", *workers)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines_random(["SKIPPED * no browser", "FAILED: 1 skipped, *"])
