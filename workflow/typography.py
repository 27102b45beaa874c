"""Numbers as people write them: 2 × 10⁻⁹, a true minus, one space before %; full stops stay by formulas."""

from __future__ import annotations

import re

from manytasks.page import times_ten

# Left as it is: what a machine reads or draws, code and its signatures, and every tag.
LEFT = re.compile(
    r'(<(pre|code|kbd|script|style|svg|textarea|title)\b.*?</\2>|<dt class="sig.*?</dt>|<!--.*?-->|<[^>]*>)',
    re.DOTALL,
)
FORMULA = re.compile(r"(\\\(.*?\\\)|\\\[.*?\\\])", re.DOTALL)
POWER = re.compile(r"(?<![\w.])([-−]?\d(?:\.\d+)?e[-+]?\d+)(?![\w])")
MINUS = re.compile(r"(?<![\w.)\]\-−–/])-(?=\d)")
PERCENT = re.compile(r"(?<=[\d)])[ \u00a0\u202f]?%(?!\w)")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")

# A formula in a line is a box to a browser, which may break before the full stop that follows it.
MATHS = re.compile(
    r'(?P<open>[(\["“]*)<span class="math notranslate nohighlight">\\\([^<]*?\\\)</span>'
    r"(?P<close>[.,;:!?)\]’”]*)"
)


def typeset(page: str) -> str:
    """Write the numbers in a page's words as people do.

    Args:
        page: HTML of the page.

    Returns:
        The page; code, drawings and tags are as before. In formulas only the comma of thousands changes,
        which TeX would set as the comma of a list.

    Example:
        >>> typeset('<p>1e-05 and -0.3, 95 % <code>1e-05</code></p>')
        '<p>10⁻⁵ and −0.3, 95\u202f% <code>1e-05</code></p>'
    """
    parts, end = [], 0
    for left in LEFT.finditer(page):
        parts += [_words(page[end : left.start()]), left[0]]
        end = left.end()
    return "".join([*parts, _words(page[end:])])


def joined(page: str) -> str:
    r"""Keep a bracket before a formula and the signs after it in its line.

    Example:
        >>> print(joined(r'of <span class="math notranslate nohighlight">\(h\)</span>. It'))
        of <span class="joined"><span class="math notranslate nohighlight">\(h\)</span>.</span> It
    """
    return MATHS.sub(
        lambda found: f'<span class="joined">{found[0]}</span>' if any(found.groups()) else found[0], page
    )


def _words(text: str) -> str:
    if not any(map(str.isdigit, text)):
        return text
    parts = FORMULA.split(text)
    parts[0::2] = [_prose(part) for part in parts[0::2]]
    parts[1::2] = [_thousands(part) for part in parts[1::2]]
    return "".join(parts)


def _prose(text: str) -> str:
    text = POWER.sub(lambda found: _power(found[0]), text)
    return PERCENT.sub("\u202f%", MINUS.sub("−", text))


def _power(text: str) -> str:
    digits = len(text.split("e")[0].replace(".", "").lstrip("-−"))
    written = times_ten(float(text.replace("−", "-")), digits)
    return re.sub(r"^(−?)1 × ", r"\1", written)


def _thousands(formula: str) -> str:
    # Between the numbers of a list there is a number without a comma, too, or one of no three digits.
    return THOUSANDS.sub("{,}", formula) if not re.search(r"\\\{|,\s*\\dots|;", formula) else formula
