"""Images inside drawings, as small as they can be with every point of them the same."""

from __future__ import annotations

import base64
import io
import re

from PIL import Image

PNG = re.compile(r"(?<=data:image/png;base64,)[A-Za-z0-9+/=\s]+")
FEW = 256  # colours that a palette has


def lossless(page: str) -> str:
    """Write the images of a page anew where that makes them smaller.

    Args:
        page: its HTML.
    """
    return PNG.sub(lambda image: min(image[0], _smaller(image[0]), key=len), page)


def _smaller(text: str) -> str:
    image = Image.open(io.BytesIO(base64.b64decode(text))).convert("RGBA")
    if image.getchannel("A").getextrema() == (255, 255):  # nothing shines through
        image = image.convert("RGB")
        if colours := image.getcolors(FEW):
            image = image.quantize(len(colours), dither=Image.Dither.NONE)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return base64.b64encode(written.getvalue()).decode()
