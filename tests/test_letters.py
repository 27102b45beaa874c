"""Every symbol of a page stands on the notation page; five letters have one meaning in all the book."""

import re
from functools import cache
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).parents[1]
NOTATION = ROOT / "book/notation.md"
SPAN = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.DOTALL)
NO_SYMBOLS = re.compile(r"\{glue:text\}`[^`]*`|\\(?:text|mathrm|operatorname|begin|end)\*?\s*\{[^}]*\}")
GREEK = re.compile(
    r"\\((?:var)?(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau)"
    r"|(?:var)?(?:upsilon|phi|chi|psi|omega)|ell|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega)"
    r"(?![A-Za-z])"
)
NOT_PARAMETERS = re.compile(r"(?<![A-Za-z])h\^\{?p\b|(?<![A-Za-z])[Pp]\([^()]*[<>≤≥]")
# Where each of the five is spoken of: forgetting, transfer, budget, effective penalty.
SPOKEN_OF = {
    "F": {
        "bridge/bracket-moments",
        "bridge/training-length",
        "networks/megabyte",
        "networks/networks-forget",
        "replay/budget",
        "replay/buffer",
        "replay/order",
    },
    "K": {"multitask/below-threshold", "multitask/explore", "multitask/transfer", "networks/similarity"},
    "B": {"networks/megabyte", "replay/budget", "replay/explore-replay"},
    "kappa": {"bridge/real-features", "bridge/real-tasks", "bridge/similar-noise", "multitask/audit"},
}


def symbols(text):
    """Return the letters of all formulas of a text, those of their subscripts too, Greek ones by name."""
    found = set()
    for display, inline in SPAN.findall(text):
        formula = NO_SYMBOLS.sub(" ", display or inline)
        found |= set(GREEK.findall(formula))
        found |= set(re.findall(r"[A-Za-z]", re.sub(r"\\[A-Za-z]+", " ", formula)))
    return found


@cache
def pages():
    """Return the prose of every chapter by name."""
    return {
        path.relative_to(ROOT / "notebooks").with_suffix("").as_posix(): "\n\n".join(
            cell.source for cell in jupytext.read(path).cells if cell.cell_type == "markdown"
        )
        for path in sorted((ROOT / "notebooks").rglob("*.py"))
    }


@pytest.mark.parametrize("name", sorted(pages()))
def test_every_symbol_of_a_page_stands_on_the_notation_page(name):
    assert symbols(pages()[name]) - symbols(NOTATION.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("letter", SPOKEN_OF)
def test_a_letter_with_one_meaning_stands_where_that_is_spoken_of(letter):
    assert {name for name, text in pages().items() if letter in symbols(text)} == SPOKEN_OF[letter]


@pytest.mark.parametrize("name", sorted(pages()))
def test_p_is_the_number_of_parameters(name):
    """It is no exponent that was measured and no probability."""
    for formula in (display or inline for display, inline in SPAN.findall(pages()[name])):
        assert not NOT_PARAMETERS.search(formula), formula
    assert not re.search(r"\$p\$[ -]values?", pages()[name])


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        (r"$\mathbb E\, \bar w^\top x_{12}$", {"E", "w", "x"}),
        (r"$$ \operatorname{tr} K^{-1} \le \text{all of it} $$", {"K"}),
        (r"$p$ = {glue:text}`width`, and 5 $ a", {"p"}),
        (r"$\kappa$ is `kappa`", {"kappa"}),
    ],
)
def test_symbols_are_letters_of_formulas(formula, found):
    assert symbols(formula) == found
