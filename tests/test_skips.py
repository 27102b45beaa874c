"""Every test that may be skipped says why in words that a gate knows, or a gate without it must be red."""

import ast
from pathlib import Path

import pytest
import skips

ROOT = Path(__file__).parents[1]
# What a gate must have: these skips make it red, beside the test that failed or in its place.
MUST_HAVE = {
    "'no book: see test_the_smoke_book_is_built'",
    "'no whole book: see test_the_smoke_book_is_built'",
    "NONE",  # no browser
    "str(error)",  # a browser's name that names none
}
NEEDED = {"NO_FIREFOX"}  # a name of what begins with an allowed word


def reasons(source: str) -> list[str]:
    """Return the reason of every skip in a module, as it is written there; "" for a skip without one."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = {node.func: node for node in nodes if isinstance(node, ast.Call)}
    found = []
    for node in nodes:
        if not isinstance(node, ast.Attribute) or node.attr not in {"skip", "skipif", "importorskip"}:
            continue
        call = calls.get(node, ast.Call(node, [], []))
        named = [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
        first = call.args[:1] if node.attr == "skip" else []
        found.append("".join(map(ast.unparse, named or first)))
    return found


def known(reason: str) -> bool:
    """Say whether a reason begins with a word that a gate allows, or is one that it must not allow."""
    words = tuple(each.removeprefix("Skipped: ") for each in skips.ALLOWED)
    return reason in MUST_HAVE | NEEDED or reason.removeprefix("f").strip("'\"").startswith(words)


def written() -> dict[str, list[str]]:
    files = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("src/**/*.py")]
    return {path.relative_to(ROOT).as_posix(): reasons(path.read_text(encoding="utf-8")) for path in files}


def test_every_skip_has_a_reason_that_the_gate_knows():
    assert {
        file: wrong for file, all_ in written().items() if (wrong := [r for r in all_ if not known(r)])
    } == {}


def test_every_reason_that_a_gate_must_not_allow_is_in_use():
    assert set().union(*written().values()) >= MUST_HAVE


@pytest.mark.parametrize(
    "skip",
    [
        "pytest.skip('no replication is committed yet')",
        "pytest.skip(f'{name} is not here')",
        "pytest.skip(reason='there is a GPU here')",
        "pytest.skip()",
        "pytest.importorskip('pooch')",
        "pytest.mark.skipif(True, reason='needless')",
        "pytest.mark.skip",
    ],
)
def test_another_reason_is_found(skip):
    assert [r for r in reasons(f"@{skip}\ndef test(): pass\n") if not known(r)]
