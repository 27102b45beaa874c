"""One badge a claim and page: what it says, where checks lead, and that nothing recorded is lost."""

import json
from dataclasses import asdict

from badges import one_badge
from bs4 import BeautifulSoup

from manytasks.evidence import KEY, Evidence

FIRST = Evidence("A.T1", "derivation", "terms", 0, "==", 0, "all symbols", "holds", notebook="part/page")
SECOND = Evidence("A.T1", "draws <n>", "|z|", 1.2, "<", 3.5, "100", "holds when p > N", notebook="part/page")
OTHER = Evidence("A.T2", "draws", "|z|", 1.2, "<", 3.5, "100", "holds", notebook="part/page")


def executed(*rows):
    """Return a notebook whose cells recorded these rows."""
    cells = [{"cell_type": "markdown", "source": "# Title", "metadata": {}}]
    for row in rows:
        data, metadata = row._repr_mimebundle_()
        output = {"output_type": "display_data", "data": data, "metadata": metadata}
        cells.append({"cell_type": "code", "source": "record()", "metadata": {}, "outputs": [output]})
    return json.dumps({"cells": cells}).encode()


def outputs(notebook):
    return [output for cell in json.loads(notebook)["cells"] for output in cell.get("outputs", [])]


def shown(notebook):
    return [BeautifulSoup(output["data"]["text/html"], "html.parser") for output in outputs(notebook)]


def test_a_page_with_one_check_of_each_claim_stays_as_it_is():
    notebook = executed(FIRST, OTHER)
    assert one_badge(notebook) is notebook


def test_several_checks_of_a_claim_have_one_badge_with_their_common_verdict():
    pages = shown(one_badge(executed(FIRST, OTHER, SECOND)))
    badges = [badge for page in pages for badge in page.select(".evidence")]
    assert [badge["id"] for badge in badges] == [FIRST.anchor, OTHER.anchor]
    assert badges[0]["class"] == ["evidence", "conditional"]
    assert badges[0].strong.text == "holds when p > N"
    assert badges[0].summary.text == "2 checks on this page"
    assert badges[0].a["href"] == "../../book/claims.html#A.T1"


def test_one_failed_check_is_what_the_badge_says():
    fails = Evidence("A.T1", "at once", "|z|", 9, "<", 3.5, "100", "fails")
    (badge,) = shown(one_badge(executed(FIRST, SECOND, fails)))[0].select(".evidence")
    assert (badge["class"], badge.strong.text) == (["evidence", "fails"], "fails")


def test_badge_and_check_lead_to_each_other():
    first, second = shown(one_badge(executed(FIRST, SECOND)))
    links = [item.a for item in first.select("details li")]
    assert [link["href"] for link in links] == [f"#{FIRST.anchor}", f"#{SECOND.anchor}"]
    assert [link.text for link in links] == ["derivation", "draws <n>"]
    (check,) = second.select(".check")
    assert check["id"] == SECOND.anchor
    assert check.a["href"] == f"#{FIRST.anchor}"
    assert SECOND.numbers in check.text
    assert [item.span.text for item in first.select("li")] == [FIRST.numbers, SECOND.numbers]


def test_what_was_recorded_stays_in_the_notebook():
    rows = [FIRST, OTHER, SECOND]
    kept = [output["metadata"][KEY] for output in outputs(one_badge(executed(*rows)))]
    assert kept == [asdict(row) for row in rows]
    words = [output["data"]["text/plain"] for output in outputs(one_badge(executed(*rows)))]
    assert words == [str(row) for row in rows]
