"""Figures: vector graphics that follow the page's colours, scale, repeat exactly and can be heard."""

import re
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
from messages import whole

from manytasks import figures

SAID = {
    "name": "error-against-width",
    "caption": "Error for $p < N$, n = 3 & more.",
    "alt": 'A "peak" at p = N.',
}
DARK_PAGE = "#14181e"  # background of the book's theme


@pytest.fixture
def shown(monkeypatch):
    """What reaches the page."""
    panels = []
    monkeypatch.setattr("IPython.display.display", panels.append)
    return panels


def draw():
    fig, ax = plt.subplots()
    ax.plot([1, 2, 3], [1, 4, 2])
    ax.set(xlabel="parameters $p$", ylabel="error")
    return fig


def svg_of(panels):
    return panels.svgs[0]


def test_figure_is_one_scalable_svg_in_the_colours_of_the_page(shown):
    figures.show(draw(), **SAID)
    root = ElementTree.fromstring(svg_of(shown[0]))
    assert root.get("viewBox") == "0 0 360 259.2"
    assert root.get("width") is None
    assert root.get("height") is None
    assert figures.INK not in svg_of(shown[0])
    assert "currentColor" in svg_of(shown[0])
    assert "#ffffff" not in svg_of(shown[0])  # no white box on a dark page
    assert "<metadata>" not in svg_of(shown[0])
    assert figures.COLORS["blue"] in svg_of(shown[0])


def test_page_gets_name_caption_and_alternative_text(shown):
    figures.show(draw(), **SAID)
    bundle, _ = shown[0]._repr_mimebundle_()
    markup = bundle["text/html"]
    assert markup.startswith('<figure class="panels" id="figure-error-against-width">')
    assert 'role="img" aria-label="A &quot;peak&quot; at p = N."' in markup
    assert r">Error for \(p &lt; N\), n = 3 &amp; more.</figcaption>" in markup
    assert bundle["text/plain"] == f"[figure error-against-width] {SAID['caption']}"


def test_figures_that_belong_together_are_panels_and_share_no_id(shown):
    figures.show([draw(), draw()], **SAID)
    assert shown[0]._repr_mimebundle_()[0]["text/html"].count('class="panel"') == 2
    first, second = (re.findall(r'\bid="([^"]+)"', svg) for svg in shown[0].svgs)
    assert len({*first, *second}) == len(first) + len(second) > 20


def test_a_drawing_finds_its_own_parts(shown):
    figures.show([draw(), draw()], **SAID)
    for svg in shown[0].svgs:
        used = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)
        assert used
        assert {name for pair in used for name in pair if name} <= set(re.findall(r'\bid="([^"]+)"', svg))


def test_same_figure_same_bytes(shown):
    for _ in range(2):
        figures.show(draw(), **SAID)
    assert shown[0] == shown[1]


def test_shown_figures_are_closed(shown):
    before = plt.get_fignums()
    figures.show([draw(), draw()], **SAID)
    assert plt.get_fignums() == before


@pytest.mark.parametrize(
    "name", ["Error", "error_against_width", "error--width", "-error", "", "error width"]
)
def test_names_are_kebab_case(name):
    message = f"name must be kebab-case, such as 'error-against-width'; got {name!r}"
    with pytest.raises(ValueError, match=whole(message)):
        figures.show([], name=name, caption="c", alt="a")


@pytest.mark.parametrize("nothing", [[], (), None, ["a figure"], "figure"])
def test_a_page_shows_no_figure_that_there_is_not(nothing):
    message = f"figure 'error-against-width' needs a Matplotlib figure or several; got {nothing!r}"
    with pytest.raises(ValueError, match=whole(message)):
        figures.show(nothing, **SAID)


@pytest.mark.parametrize(
    ("caption", "html"),
    [
        ("at $p = N$, $n_1$.", r"at \(p = N\), \(n_1\)."),
        ("$5 and $6", "$5 and $6"),
        ("costs 5$ or 6$", "costs 5$ or 6$"),
        ("$p$-values below $5", r"\(p\)-values below $5"),
        ("$\\frac{1}{2}$ of $10", r"\(\frac{1}{2}\) of $10"),
    ],
)
def test_money_is_no_mathematics(caption, html):
    panels = figures.Panels(("<svg/>",), "money", caption, "a")
    assert f">{html}</figcaption>" in panels._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize("missing", ["caption", "alt"])
def test_no_figure_without_words(missing):
    message = "figure 'error-against-width' needs a caption and an alt text"
    with pytest.raises(ValueError, match=whole(message)):
        figures.show([], **SAID | {missing: "  "})


def test_band_is_the_mean_with_its_95_percent_interval():
    _, ax = plt.subplots()
    draws = np.array([[1.0, 10.0], [2.0, 10.0], [6.0, 13.0]])
    figures.band(ax, [5, 7], draws, color=figures.COLORS["red"], label="draws")
    container = ax.containers[0]
    np.testing.assert_allclose(container[0].get_xydata(), [[5, 3], [7, 11]])
    ends = np.array(container[2][0].get_segments())[:, :, 1]
    half = 4.302653 * np.array([np.sqrt(7), np.sqrt(3)]) / np.sqrt(3)  # Student's t, two degrees of freedom
    np.testing.assert_allclose(ends, np.array([[3, 3], [11, 11]]) + half[:, None] * [-1, 1], rtol=1e-6)
    assert container.get_label() == "draws"
    ticks = np.array([line.get_xydata() for line in ax.lines[-len(draws) :]])
    np.testing.assert_allclose(ticks[:, :, 1], draws)  # so few that one wants to see each
    plt.close()


def test_a_band_may_have_a_line_and_markers_of_its_own():
    _, ax = plt.subplots()
    draws = np.arange(12.0).reshape(6, 2) ** 2
    drawn = figures.band(ax, [5, 7], draws, color="red", line="--", fmt="s", markersize=7)
    through, points = ax.lines[0], ax.containers[0][0]
    assert (through.get_linestyle(), points.get_marker(), points.get_markersize()) == ("--", "s", 7)
    for curve in (through, points):
        np.testing.assert_allclose(curve.get_ydata(), drawn.value)
    figures.band(ax, [5, 7], draws, color="red")
    assert sum(line.get_linestyle() not in ("None", "") for line in ax.lines) == 1
    plt.close()


def test_the_threshold_stands_where_it_belongs():
    _, ax = plt.subplots()
    figures.threshold(ax, at=20)
    assert list(ax.lines[0].get_xdata()) == [20, 20]
    assert [(text.get_text(), text.xy) for text in ax.texts] == [("$p = N$", (20, 1))]
    plt.close()


def luminance(color):
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("name", figures.COLORS)
def test_labels_in_the_colour_of_their_line_read_on_a_dark_page(name):
    """Web content accessibility guidelines 1.4.3: text needs a contrast of 4.5 to 1."""
    assert (luminance(figures.COLORS[name]) + 0.05) / (luminance(DARK_PAGE) + 0.05) >= 4.5


def test_a_figure_carries_its_numbers(shown):
    figures.show(draw(), **SAID)
    _, metadata = shown[0]._repr_mimebundle_()
    name, csv = SAID["name"], "# panel a: x: parameters $p$; y: error\npanel,series,x,y,low,high\n"
    assert metadata == {
        figures.KEY: {"name": name, "csv": f"{csv}a,series 1,1,1,,\na,series 1,2,4,,\na,series 1,3,2,,"}
    }


def test_numbers_are_given_or_there_is_a_reason_why_not(shown):
    empty = plt.figure()
    figures.show(empty, **SAID, data={"p": [1, 2]})
    figures.show(plt.figure(), **SAID, data=None, why="it is a sketch")
    kept = [panels._repr_mimebundle_()[1][figures.KEY] for panels in shown]
    name = SAID["name"]
    assert kept == [{"name": name, "csv": "p\n1\n2"}, {"name": name, "why": "it is a sketch"}]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "draws no numbers; give data=, or data=None and why="),
        ({"data": None}, "has no numbers: say why"),
        ({"data": None, "why": " "}, "has no numbers: say why"),
        ({"data": {"p": [1]}, "why": "none"}, "has numbers: why is for data=None"),
    ],
)
def test_a_figure_without_numbers_and_reason_fails(more, message, shown):
    figure = plt.figure()
    with pytest.raises(ValueError, match=whole(f"figure 'error-against-width' {message}")):
        figures.show(figure, **SAID, **more)
    plt.close(figure)
    assert shown == []


def test_what_cannot_be_read_says_what_to_give(shown):
    figure, ax = plt.subplots()
    ax.imshow(np.zeros((2, 2, 3)))
    message = "the numbers of a picture in colours cannot be read; give data=, or data=None and why="
    with pytest.raises(ValueError, match=whole(f"figure 'error-against-width': {message}")):
        figures.show(figure, **SAID)
    plt.close(figure)


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "_static/figures"
    folder.mkdir(parents=True)
    for name in ("no-peak", "one-task-benign"):
        (folder / f"{name}.csv").write_text(
            "# panel a: x: p\npanel,series,x,y,low,high\na,mean,1,2,,\na,law,1,3,,\n"
        )
    return tmp_path


def test_one_s_own_run_is_drawn_over_the_book_s(book):
    rows = figures.load("no-peak", book)
    assert rows.y.tolist() == [2, 3]
    figure, ax = plt.subplots()
    figures.draw_over(ax, rows[rows.panel == "a"])
    assert [line.get_label() for line in ax.lines] == ["mean, the book's", "law, the book's"]
    assert [line.get_ydata().tolist() for line in ax.lines] == [[2], [3]]
    plt.close(figure)


def test_an_unknown_figure_lists_the_near_ones(book, tmp_path):
    message = f"{book} has no numbers of a figure 'no-peek'; the nearest are no-peak"
    with pytest.raises(ValueError, match=whole(message)):
        figures.load("no-peek", book)
    with pytest.raises(ValueError, match=r"there are 0 figures in "):
        figures.load("no-peak", tmp_path / "nowhere")
