"""The picture that those show who get a link to the book: its first curve, with its title, for all pages."""

from __future__ import annotations

import html
import io
from pathlib import Path

from launch import in_colab

SIZE = (1200, 630)  # points of a screen, as those who show it ask for
NAME = "_static/card.png"
SHOWN = "The error of one model for many tasks against its parameters: it peaks, and falls again."


def address(repository: str) -> str:
    """Return where GitHub publishes the pages of a repository; empty for a repository elsewhere.

    Args:
        repository: its address.

    Example:
        >>> address("https://github.com/Owner/book")
        'https://owner.github.io/book/'
    """
    if not in_colab(repository):
        return ""
    owner, name = repository.rstrip("/").removesuffix(".git").split("/")[-2:]
    return f"https://{owner.lower()}.github.io/{name}/"


def add_card(folder: Path, site: str, repository: str) -> None:
    """Draw the picture and name it in every page; it has to be named with its whole address, or not at all.

    Args:
        folder: of the rendered book.
        site: title of the book.
        repository: its address; nothing happens if its pages have none that is known.
    """
    if not (home := address(repository)):
        return
    (folder / NAME).write_bytes(drawn(site))
    tags = {
        'property="og:image"': home + NAME,
        'property="og:image:width"': str(SIZE[0]),
        'property="og:image:height"': str(SIZE[1]),
        'property="og:image:alt"': SHOWN,
    }
    head = "".join(f'<meta {key} content="{html.escape(value)}">\n' for key, value in tags.items())
    for path in folder.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        if 'property="og:title"' in page:
            page = page.replace(
                'name="twitter:card" content="summary"', 'name="twitter:card" content="summary_large_image"'
            )
            path.write_text(page.replace("</head>", f"{head}</head>", 1), encoding="utf-8")


def drawn(site: str) -> bytes:
    """Draw the picture.

    Args:
        site: title of the book.

    Returns:
        A PNG of 1200 x 630 points.
    """
    # Builds without a public address need none of these.
    import numpy as np
    from matplotlib.figure import Figure
    from PIL import Image

    from manytasks import Tasks, figures, theory

    figure = Figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100, layout="constrained")
    figure.suptitle(site, fontsize=44, x=0.03, ha="left")
    ax = figure.add_subplot()
    p = np.unique(np.geomspace(30, 20_000, 600).astype(int))
    for cosine, color in ((0.0, "red"), (0.8, "orange"), (0.98, "green")):
        tasks = Tasks.equiangular(T=10, cosine=cosine)
        error = theory.multitask_error(tasks, samples=50, p=p, noise_var=0.1).mean(axis=-1)
        error = np.where(np.isfinite(error), error, np.nan)
        ax.plot(p, error, color=figures.COLORS[color], linewidth=5)
    ax.set(xscale="log", yscale="log", ylim=(0.02, 60))
    ax.set_xlabel("parameters", fontsize=26)
    ax.set_ylabel("error", fontsize=26)
    ax.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
    buffer, written = io.BytesIO(), io.BytesIO()
    figure.savefig(buffer, format="png", facecolor="white")
    image = Image.open(buffer).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    image.save(written, "PNG", optimize=True)
    return written.getvalue()
