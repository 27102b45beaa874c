"""Every figure of a chapter has a number, which goes with the order on the page."""

from numbering import numbered

CAPTIONS = '<figcaption class="tex2jax_process">Error.</figcaption>' * 2


def test_figures_are_numbered_by_chapter():
    page = numbered('<h1><span class="section-number">12. </span>Why?</h1>' + CAPTIONS)
    assert page.count("<strong>Figure 12.1.</strong> Error.") == 1
    assert page.count("<strong>Figure 12.2.</strong> Error.") == 1


def test_a_page_without_a_number_counts_alone_and_other_captions_stay():
    assert "<strong>Figure 2.</strong> Error." in numbered("<h1>Welcome</h1>" + CAPTIONS)
    assert numbered("<figcaption>Do: this.</figcaption>") == "<figcaption>Do: this.</figcaption>"
