"""Whoever gets a link to the published book sees a picture of it; a book without an address has none."""

import io

import heads
import numpy as np
import pytest
from bs4 import BeautifulSoup
from card import NAME, SIZE, add_card, address, drawn
from PIL import Image


@pytest.fixture
def book(tmp_path):
    (tmp_path / "_static").mkdir()
    page = heads.complete("<head><title>A</title></head><article><p>Words.</p></article>", "One model")
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "index.html").write_text("<head></head>", encoding="utf-8")
    return tmp_path


def test_every_page_names_the_picture_with_its_whole_address(book):
    add_card(book, "One model", "https://github.com/Owner/book")
    page = BeautifulSoup((book / "a.html").read_text(encoding="utf-8"), "html.parser")
    said = {tag.get("property") or tag["name"]: tag["content"] for tag in page.find_all("meta")}
    assert said["og:image"] == f"https://owner.github.io/book/{NAME}"
    assert (said["og:image:width"], said["og:image:height"]) == tuple(map(str, SIZE))
    assert said["twitter:card"] == "summary_large_image"
    assert len(said["og:image:alt"].split()) > 5
    assert (book / NAME).is_file()
    assert (book / "index.html").read_text(encoding="utf-8") == "<head></head>"


@pytest.mark.parametrize("repository", ["", "https://example.org/owner/book"])
def test_a_book_without_a_known_address_has_no_picture(book, repository):
    before = (book / "a.html").read_text(encoding="utf-8")
    add_card(book, "One model", repository)
    assert (book / "a.html").read_text(encoding="utf-8") == before
    assert not (book / NAME).exists()
    assert address(repository) == ""


def test_the_picture_is_light_and_shows_three_curves():
    written = drawn("One model, many tasks")
    assert written == drawn("One model, many tasks")  # the same bytes
    assert len(written) < 30_000
    image = Image.open(io.BytesIO(written))
    assert image.size == SIZE
    points = np.asarray(image.convert("RGB")).astype(int)
    for color in ((213, 96, 42), (206, 131, 0), (26, 158, 119)):
        assert (np.abs(points - color).max(axis=-1) < 16).sum() > 500
