"""Numbers in words are written as people write them; code, drawings and lists in formulas stay."""

import pytest
from typography import joined, typeset


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2.2e-09 and 1e-05", "2.2 × 10⁻⁹ and 10⁻⁵"),
        ("3.89e+77", "3.89 × 10⁷⁷"),
        ("-1e-4", "−10⁻⁴"),
        ("0e+00, 0.0e+00", "0, 0"),
        ("from -0.095 to (-3)", "from −0.095 to (−3)"),
        ("2026-11-28, ResNet-18, 3-5, p-1", "2026-11-28, ResNet-18, 3-5, p-1"),
        ("−4 (−5 to −3) %", "−4 (−5 to −3)\u202f%"),
        ("95 % or 1%", "95\u202f% or 1\u202f%"),
        ("0xe5, 1e5f, version1e5", "0xe5, 1e5f, version1e5"),
        ("<code>1e-05 -3 5 %</code>", "<code>1e-05 -3 5 %</code>"),
        ('<svg viewBox="0 -3"><text>-3</text></svg>', '<svg viewBox="0 -3"><text>-3</text></svg>'),
        ('<a title="-3">-3</a>', '<a title="-3">−3</a>'),
        (r"\(p = 2,000 - 1e-5\)", r"\(p = 2{,}000 - 1e-5\)"),
        (r"\(p \in \{10,100,200\}\)", r"\(p \in \{10,100,200\}\)"),
        ('<dt class="sig">f(x=1e-08)</dt>', '<dt class="sig">f(x=1e-08)</dt>'),
    ],
)
def test_numbers_are_written_as_people_write_them(written, read):
    assert typeset(f"<p>{written}</p>") == f"<p>{read}</p>"


@pytest.mark.parametrize(("before", "after"), [("", "."), ("(", ""), ("(", "),"), ("", ";")])
def test_a_formula_keeps_its_brackets_and_full_stops(before, after):
    maths = r'<span class="math notranslate nohighlight">\(a &lt; b\)</span>'
    page = f"<p>if {before}{maths}{after} then</p>"
    assert joined(page) == f'<p>if <span class="joined">{before}{maths}{after}</span> then</p>'
    alone = f"<p>if {maths} then, so {maths}<em>.</em></p>"
    assert joined(alone) == alone
