"""Numbers as people write them, facts that `glue` finds, tables one can read."""

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from messages import whole

from manytasks import page
from manytasks.page.say import PREFIX


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    yield shell
    InteractiveShell.clear_instance()


def test_facts_are_records_that_glue_reads(shell):
    with capture_output() as captured:
        page.say(tasks=10, height=0.25, best="width 16")
    *records, line = captured.outputs
    assert [(r.metadata["scrapbook"]["name"], r.data[PREFIX + "text/plain"]) for r in records] == [
        ("tasks", "10"), ("height", "0.25"), ("best", "'width 16'"),
    ]  # fmt: skip
    assert line.data["text/plain"] == "tasks = 10, height = 0.25, best = width 16"


def test_glue_formats_what_was_said():
    """The very function that MyST-NB formats a record with."""
    from myst_nb.core.variables import format_plain_text

    assert format_plain_text(repr(0.25), ".0%") == "25%"
    assert format_plain_text(repr("width 16"), "s") == "width 16"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1.0, 2.0], None, True])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(
        ValueError, match=whole(f"fact 'height' must be a finite number or text; got {value!r}")
    ):
        page.say(height=value)


def test_numbers_keep_their_size_and_sign():
    assert [page.number(v) for v in (1, 1.0, 0.5, 999.6, 0.001, -0.00099, 99999.4, 1e5)] == [
        "1", "1", "0.5", "1,000", "0.001", "−9.9 × 10⁻⁴", "99,999", "1 × 10⁵",
    ]  # fmt: skip
    assert [page.number(v) for v in (float("inf"), -float("inf"), float("nan"))] == ["∞", "−∞", "nan"]
    assert page.share(0.5) == "50\u202f%"
    assert page.signed(0.0) == "+0.00"


def test_a_table_is_accessible_and_folds():
    frame = pd.DataFrame({"width": [4, 8], "test <error>": ["0.1", "0.2"]})
    markup = page.table(frame, name="errors", caption="Test errors.")._repr_mimebundle_()["text/html"]
    assert '<th scope="col">test &lt;error&gt;</th>' in markup
    assert '<th scope="row">4</th><td>0.1</td>' in markup
    assert "<caption>Test errors.</caption>" in markup
    assert 'tabindex="0"' in markup
    folded = page.table(frame, name="errors", caption="Test errors.", folded=True)._repr_mimebundle_()[
        "text/html"
    ]
    assert "<details><summary>Test errors.</summary><table><thead>" in folded
    with pytest.raises(ValueError, match=whole("table 'errors' needs rows and a caption")):
        page.table(frame[:0], name="errors", caption="Test errors.")
