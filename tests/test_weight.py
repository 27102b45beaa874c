"""A page loads the icons that it shows, and the search index only where it searches."""

import pytest
from weight import icons, light, shed

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
