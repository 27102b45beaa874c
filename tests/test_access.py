"""Folds and search are called what they say; boxes do not share their ids."""

from access import accessible


def test_labels_that_hide_words_are_gone():
    page = (
        '<details><summary aria-label="Toggle hidden content"><span>Code, 7 lines</span></summary></details>'
        '<button class="btn search-button-field" aria-label="Search">Search ⌘K</button>'
        '<button class="btn btn-sm search-button" aria-label="Search"><i></i></button>'
    )
    assert accessible(page) == (
        "<details><summary><span>Code, 7 lines</span></summary></details>"
        '<button class="btn search-button-field">Search ⌘K</button>'
        '<button class="btn btn-sm search-button" aria-label="Search"><i></i></button>'
    )


def test_boxes_have_no_id_that_all_of_their_kind_share():
    boxes = '<section class="a" id="proof-content"></section><section id="solution-content"></section>'
    assert accessible(boxes) == '<section class="a"></section><section></section>'
    assert accessible('<p id="proof-content-of-mine"></p>') == '<p id="proof-content-of-mine"></p>'


def test_a_list_of_citations_has_no_role_that_its_parts_do_not_fill():
    assert accessible('<div role="list" class="citation-list">') == '<div class="citation-list">'
