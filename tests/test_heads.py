"""Every page tells in its head, once, what it is about."""

import heads
from bs4 import BeautifulSoup
from finish import finish

PAGE = """<!DOCTYPE html><html lang="en"><head>
<meta name="viewport" content="width=device-width, initial-scale=1.0" /><meta name="viewport" content="x" />
<title>Why does &lt;it&gt; peak? &#8212; One model</title></head>
<body><nav><p>Not this.</p></nav><article class="bd-article"><h1>Why?</h1>
<details><summary><p class="admonition-title">Show code</p></summary></details><p></p>
<p>At <span class="math">\\(p \\approx N\\)</span> the noise, <em>variance</em> \\(\\sigma^2\\), is "divided"
by nearly nothing.</p><p>Second.</p></article></body></html>"""
SAID = 'At p ≈ N the noise, variance σ², is "divided" by nearly nothing.'  # enough for a description


def test_a_page_has_one_viewport_and_says_what_it_is_about():
    page = BeautifulSoup(heads.complete(PAGE, "One model"), "html.parser")
    assert len(page.find_all("meta", {"name": "viewport"})) == 1
    assert page.title.text == "Why does <it> peak? — One model"
    assert page.find("meta", {"name": "description"})["content"] == SAID
    assert page.find("meta", {"property": "og:title"})["content"] == "Why does <it> peak?"
    assert page.find("meta", {"property": "og:description"})["content"] == SAID
    assert page.find("article").find_all("p")[-1].text == "Second."


def test_formulas_without_script_are_explained_and_plain_pages_say_nothing():
    page = BeautifulSoup(heads.complete(PAGE, "One model"), "html.parser")
    (said,) = page.find("article").find_all("noscript")
    assert said.text.strip().startswith("Without JavaScript the formulas of this page are shown as they")
    assert page.find("article").find_next() is said
    plain = heads.complete(PAGE.replace('class="math"', ""), "One model")
    assert "noscript" not in plain


def test_the_landing_page_says_its_name_once():
    page = PAGE.replace("Why does &lt;it&gt; peak?", "One model")
    assert "<title>One model</title>" in heads.complete(page, "One model")


def test_a_long_paragraph_ends_with_a_sentence_or_a_word():
    sentence = "It rises where weights match samples, and falls again. "
    article = "<article><p>{}</p></article>"
    said = heads.description(article.format(sentence * 20))
    assert len(said) <= heads.LONGEST + 1
    assert said.endswith("falls again.")
    said = heads.description(article.format("word " * 200))
    assert said.endswith("word…")
    assert len(said) <= heads.LONGEST


def test_a_page_without_words_is_described_by_the_book():
    page = heads.complete("<head><title>Index</title></head><article></article>", "One model")
    assert '<meta name="description" content="One model">' in page


def test_the_root_is_a_whole_page(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_static").mkdir()
    for name in ("notebooks/welcome.html", "_static/other.html"):
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
    finish(tmp_path, "notebooks/welcome.html", "One model")
    root = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert root.html["lang"] == "en"
    assert root.title.text == "One model"
    assert {root.a["href"], root.find("link", rel="canonical")["href"]} == {"notebooks/welcome.html"}
    assert 'name="description"' in (tmp_path / "notebooks/welcome.html").read_text(encoding="utf-8")
    assert (tmp_path / "_static/other.html").read_text(encoding="utf-8") == PAGE


def test_formulas_of_one_line_are_said_in_plain_signs():
    assert heads.plain(r"\(L + \frac h4\|\nabla L\|^2\)") == "L + h/4‖∇ L‖²"
    assert heads.plain(r"\(\tfrac{1}{2}\sigma\)") == "1/2σ"
