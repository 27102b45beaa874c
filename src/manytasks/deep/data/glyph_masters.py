"""Draw the master glyphs from Matplotlib's fonts; ``python -m`` this file to write them anew.

The masters are committed (``glyphs.npz``), so that a machine without Matplotlib trains on the same images.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

CHARACTERS = (
    "0123456789ABCDEGHJKLMNOPRTUVWXYZabcdefkmnoqrtuzΓΘΞΠΣΦΨΩαβδεζηλμξπςτωБДЖИЦЧШЪЫЭЮЯвдзийлнцъя&%@#§¶£€?!"
)
FACES = (
    *(f"DejaVuSans{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSansMono{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSerif{style}" for style in ("", "-Bold", "-Italic", "-BoldItalic")),
    *(f"STIXGeneral{style}" for style in ("", "Bol", "Italic", "BolIta")),
)
SIDE = 28
EM = 21  # the widest bold glyph is 1.2 em, which then still fits
BASELINE = 20
OVERSAMPLING = 8
MASTERS = Path(__file__).with_name("glyphs.npz")


def draw_masters(characters: str = CHARACTERS) -> np.ndarray:
    """Draw every character in every face, at one size and on one baseline.

    Size carries meaning (``o`` against ``O``), so a glyph is centred sideways but never scaled to fit.

    Args:
        characters: which; every face must have them, otherwise an empty box is drawn.

    Returns:
        (characters, 16, 28, 28) uint8: character, face, row, column; white on black.

    Example:
        >>> draw_masters().shape
        (100, 16, 28, 28)
    """
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    masters = np.zeros((len(characters), len(FACES), SIDE, SIDE), np.uint8)
    side = SIDE * OVERSAMPLING
    for column, face in enumerate(FACES):
        font = ImageFont.truetype(str(fonts / f"{face}.ttf"), EM * OVERSAMPLING)
        for row, character in enumerate(characters):
            left, _, right, _ = font.getbbox(character, anchor="ls")
            canvas = Image.new("L", (side, side), 0)
            start = ((side - left - right) / 2, BASELINE * OVERSAMPLING)
            ImageDraw.Draw(canvas).text(start, character, fill=255, font=font, anchor="ls")
            masters[row, column] = np.asarray(canvas.resize((SIDE, SIDE), Image.Resampling.BOX))
    return masters


def load_masters() -> np.ndarray:
    """Read the committed master glyphs.

    Returns:
        (100, 16, 28, 28) uint8, equal to ``draw_masters()`` on the machine that wrote them.

    Example:
        >>> load_masters().shape
        (100, 16, 28, 28)
    """
    with np.load(MASTERS, allow_pickle=False) as archive:
        return np.asarray(archive["masters"])


if __name__ == "__main__":
    np.savez_compressed(MASTERS, masters=draw_masters())
