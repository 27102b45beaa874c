"""A chapter is read in another order than it runs in: answer and figure first, bookkeeping folded."""

import re

import jupytext
import pytest
from messages import whole
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from reading import COMPUTED_BELOW, DRAWN_LATER, FOLDED, LEAD, answer_first, first_section, fold, lead
from test_page_law import CHAPTERS

DRAWING = '<figure class="panels" id="figure-peak"><svg/></figure>'
IN_PARTS = [path for path in CHAPTERS if path.parent.name != "notebooks"]
DRAWS = r"\b(figures|interactive)\.show\("
SOURCE = """# %% [markdown]
# # Why?

# %% tags=["parameters"]
n = 3

# %%
print("Because.")

# %% [markdown]
# ## Check

# %%
evidence.record("A.T1", "count", "errors", 0, "<", 1, n=3)

# %% tags=["hide-input", "lead"]
figures.show(figure)
"""


@pytest.fixture
def chapter():
    notebook = jupytext.reads(SOURCE, fmt="py:percent")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    notebook.cells[-1].outputs = [
        output("<p>before</p>"),
        output(DRAWING),
        output(DRAWING.replace("peak", "valley")),
    ]
    return notebook


def output(markup):
    return new_output("display_data", {"text/html": markup})


def shown(cell):
    return [each["data"]["text/html"] for each in cell.get("outputs", [])]


def test_the_figure_that_answers_stands_below_the_opening(chapter):
    lead(chapter)
    assert [cell.source.partition("\n")[0] for cell in chapter.cells][2:5] == [
        'print("Because.")',
        DRAWN_LATER,
        "## Check",
    ]
    assert shown(chapter.cells[3]) == [DRAWING]


def test_its_cell_says_where_it_went_and_keeps_the_rest(chapter):
    lead(chapter)
    before, moved, rest = shown(chapter.cells[-1])
    assert before == "<p>before</p>"
    assert 'href="#figure-peak"' in moved
    assert "figure-valley" in rest


def test_a_script_that_the_figure_needs_goes_with_it(chapter):
    chapter.cells[-1].outputs.insert(0, output("<script>runtime</script>"))
    lead(chapter)
    assert shown(chapter.cells[3]) == ["<script>runtime</script>", DRAWING]
    assert len(shown(chapter.cells[-1])) == 3


def test_the_answer_stands_above_the_code_that_computes_it(chapter):
    chapter.cells[2].outputs = [output("<p>Because.</p>")]
    lead(chapter)
    answer_first(chapter)
    firsts = [cell.source.partition("\n")[0] for cell in chapter.cells]
    assert firsts[1:6] == [COMPUTED_BELOW, DRAWN_LATER, "n = 3", 'print("Because.")', "## Check"]
    assert [shown(cell) for cell in chapter.cells[1:5]] == [["<p>Because.</p>"], [DRAWING], [], []]


def test_a_page_without_sections_stays_as_it_is(chapter):
    del chapter.cells[3:]
    chapter.cells[2].outputs = [output("<p>Because.</p>")]
    before = [dict(cell) for cell in chapter.cells]
    answer_first(chapter)
    assert [dict(cell) for cell in chapter.cells] == before


def test_a_chapter_without_the_tag_stays_as_it_is(chapter):
    chapter.cells[-1].metadata["tags"] = ["hide-input"]
    before = [dict(cell) for cell in chapter.cells]
    lead(chapter)
    assert [dict(cell) for cell in chapter.cells] == before


def test_a_tag_that_finds_no_figure_is_refused(chapter):
    chapter.cells[-1].outputs = []
    with pytest.raises(ValueError, match=whole("the cell tagged 'lead' draws no figure")):
        lead(chapter)
    chapter.cells[-2].metadata["tags"] = ["lead"]
    with pytest.raises(ValueError, match=whole("2 cells are tagged 'lead'; one figure comes first")):
        lead(chapter)


def test_parameters_and_bookkeeping_are_folded_and_every_fold_says_what_is_in_it(chapter):
    fold(chapter)
    prompts = [cell.metadata.get("mystnb", {}).get("code_prompt_show") for cell in chapter.cells]
    assert prompts == [None, "The numbers of this page, 1 line", None, None, "Code, 1 line", "Code, 1 line"]
    assert not FOLDED & set(chapter.cells[2].metadata.get("tags", []))


def test_what_a_last_line_returned_is_not_shown_below_a_fold(chapter):
    opening, record = chapter.cells[2], chapter.cells[4]
    for cell in (opening, record):
        cell.outputs = [
            new_output("execute_result", {"text/plain": "Interval(1, 2)"}, execution_count=1),
            new_output("execute_result", {"text/plain": "x", "text/latex": "$x$"}, execution_count=1),
        ]
    fold(chapter)
    assert [len(cell.outputs) for cell in (opening, record)] == [2, 1]
    assert "text/latex" in record.outputs[0].data


def test_a_figure_of_the_opening_goes_before_its_code_which_says_where_it_stands():
    figure = new_output("display_data", {"text/html": '<figure class="panels" id="figure-first"></figure>'})
    code = new_code_cell("draw()", metadata={"tags": ["lead"]}, outputs=[figure])
    chapter = new_notebook(cells=[new_markdown_cell("# Title"), code, new_markdown_cell("## Section")])
    lead(chapter)
    answer_first(chapter)
    assert [cell.source for cell in chapter.cells] == ["# Title", COMPUTED_BELOW, "draw()", "## Section"]
    assert chapter.cells[1].outputs == [figure]
    (said,) = chapter.cells[2].outputs
    assert said.data["text/html"].startswith('<p class="moved" hidden><a href="#figure-first">')


@pytest.mark.parametrize("path", IN_PARTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_chapter_leads_with_one_figure_or_draws_one_before_its_first_section(path):
    cells = jupytext.read(path).cells
    leading = [cell for cell in cells if LEAD in cell.metadata.get("tags", [])]
    drawn = [cell for cell in cells[: first_section(cells)] if re.search(DRAWS, cell.source)]
    assert len(leading) + bool(drawn) == 1
