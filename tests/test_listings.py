"""Listings lose the names of words that look like the text around them, and no others."""

from listings import bare, classes_of, plain

SHEET = """
html[data-theme="light"] .highlight { background: #fefefe; color: #080808 }
html[data-theme="light"] .highlight .n { color: #080808 } /* Name */
html[data-theme="light"] .highlight .k, html[data-theme="light"] .highlight .p { color: #080808; }
html[data-theme="light"] .highlight .b { color: #080808; font-weight: bold }
html[data-theme="dark"] .highlight { background: #2b2b2b; color: #F8F8F2 }
html[data-theme="dark"] .highlight .n { color: #F8F8F2 } /* Name */
html[data-theme="dark"] .highlight .k { color: #DCC6E0 } /* Keyword */
html[data-theme="dark"] .highlight .b { color: #F8F8F2 }
"""


def test_plain_is_what_looks_like_the_rest_in_every_theme():
    assert plain(SHEET) == {"n", "p"}  # not a keyword, which the dark sets apart; nor what is bold by day
    assert plain("") == plain(".highlight .n { color: red }") == frozenset()


def test_only_plain_words_of_listings_lose_their_names():
    code = '<pre><span class="k">if</span><span class="w"> </span><span class="n">x</span></pre>'
    page = f'{code}<p><span class="n">x</span></p>'
    assert bare(page, frozenset("nw")) == page.replace(code, '<pre><span class="k">if</span> x</pre>')
    assert bare(page, frozenset()) == page


def test_what_is_more_than_a_word_keeps_its_name():
    link = '<pre><span class="n"><a href="#x">x</a></span><span class="n" id="y">y</span></pre>'
    assert bare(link, frozenset("n")) == link


def test_a_book_without_code_has_no_plain_words(tmp_path):
    assert classes_of(tmp_path) == frozenset()
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "pygments.css").write_text(SHEET, encoding="utf-8")
    assert classes_of(tmp_path) == {"n", "p"}
