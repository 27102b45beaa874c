"""A page loads the icons that it shows, the search index only to search, long programs once a book."""

import nbformat
import pytest
from weight import LONG, icons, light, shared, shed, without_outputs

PROGRAM = (
    'x={sun:[5,6,[1],"f1","M0 regular"]},'
    'y={sun:[512,512,[9728],"f185","M1 1z"],"arrow-up":[384,512,[],"f0","M2z"]}'
)
SCRIPTS = (
    '<script defer src="a/_static/scripts/fontawesome.js?digest=1"></script>'
    '<script src="a/_static/searchtools.js"></script><script src="a/searchindex.js"></script>'
)
SUN = '<i class="theme-switch fa-solid fa-sun  fa-lg" data-mode="light"></i>'


@pytest.fixture
def folder(tmp_path):
    scripts = tmp_path / "_static" / "scripts"
    scripts.mkdir(parents=True)
    (scripts / "fontawesome.js").write_text(PROGRAM, encoding="utf-8")
    (scripts / "other.js.map").touch()
    return tmp_path


def test_icons_are_drawn_and_what_would_draw_them_is_not_loaded(folder):
    page = light(f'{SCRIPTS}{SUN}<i class="fas fa-arrow-up"></i>', icons(folder), False)
    assert page == (
        '<svg class="svg-inline--fa theme-switch fa-solid fa-sun fa-lg" data-mode="light" '
        'viewBox="0 0 512 512" '
        'aria-hidden="true"><path fill="currentColor" d="M1 1z"></path></svg>'
        '<svg class="svg-inline--fa fas fa-arrow-up" viewBox="0 0 384 512" '
        'aria-hidden="true"><path fill="currentColor" d="M2z"></path></svg>'
    )


def test_the_page_that_searches_keeps_its_index(folder):
    assert light(SCRIPTS, icons(folder), True).count("<script") == 2


def test_an_unknown_icon_keeps_the_program(folder):
    page = f'{SCRIPTS}{SUN}<i class="fas fa-moon"></i>'
    assert "fontawesome.js" in light(page, icons(folder), False)
    assert SUN in light(page, icons(folder), False)


def test_what_no_page_loads_is_deleted(folder):
    (folder / "index.html").write_text(SCRIPTS, encoding="utf-8")
    shed(folder)
    assert {path.name for path in folder.rglob("*.*")} == {"index.html", "fontawesome.js"}
    (folder / "index.html").write_text("", encoding="utf-8")
    shed(folder)
    assert {path.name for path in folder.rglob("*.*")} == {"index.html"}


def test_the_template_that_names_the_icons_does_not_keep_them(folder):
    template = folder / "_static" / "webpack-macros.html"
    template.write_text(SCRIPTS, encoding="utf-8")
    shed(folder)
    assert not list(folder.rglob("*.*"))


def test_mathematics_comes_in_the_parts_that_are_kept(folder):
    page = light('<script defer src="a/_static/mathjax/tex-chtml.js?v=1"></script>', {}, False)
    assert page == '<script defer src="a/_static/mathjax/startup.js?v=1"></script>'
    for name in ("startup.js", "tex-chtml.js", "output/chtml.js", "output/svg.js", "sre/mathmaps/en.js"):
        (folder / "_static/mathjax" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "_static/mathjax" / name).touch()
    shed(folder)
    assert {path.name for path in folder.rglob("mathjax/**/*.js")} == {"startup.js", "chtml.js"}
    assert not (folder / "_static/mathjax/sre").exists()  # nor an empty folder


def test_a_long_program_is_a_file_that_pages_share(tmp_path):
    program, own = f"let x = 1 < 2;{' ' * LONG}", "<script>let y;</script>"
    pages = [
        shared(f'{own}<script type="text/javascript">{program}</script>{own}', tmp_path, above)
        for above in ("", "../")
    ]
    (file,) = tmp_path.rglob("*.js")
    assert file.read_text(encoding="utf-8") == program
    assert pages == [
        f'{own}<script src="{above}_static/shared/{file.name}"></script>{own}' for above in ("", "../")
    ]


def test_a_notebook_to_take_away_has_its_cells_and_no_outputs(tmp_path):
    path = tmp_path / "a.ipynb"
    cells = [nbformat.v4.new_markdown_cell("words"), nbformat.v4.new_code_cell("1 + 1", execution_count=3)]
    cells[1].outputs = [nbformat.v4.new_output("stream", text="2")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    without_outputs(path)
    after = nbformat.read(path, as_version=4)
    nbformat.validate(after)
    assert [cell.source for cell in after.cells] == ["words", "1 + 1"]
    assert (after.cells[1].outputs, after.cells[1].execution_count) == ([], None)
