"""Images inside drawings get smaller and keep every point."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from rasters import FEW, lossless

from manytasks.streams import stream


def page(points):
    written = io.BytesIO()
    Image.fromarray(points).save(written, "PNG", compress_level=1)
    return f'<image xlink:href="data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"/>'


def points_of(markup):
    data = base64.b64decode(markup.partition("base64,")[2].partition('"')[0])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


@pytest.mark.parametrize(("colours", "opaque"), [(3, True), (FEW, True), (FEW + 1, True), (3, False)])
def test_every_point_stays(colours, opaque):
    rng = stream(1, "points", colours)
    palette = np.unique(rng.integers(0, 256, size=(2 * colours, 4), dtype=np.uint8), axis=0)[:colours]
    assert len(palette) == colours
    if opaque:
        palette[:, 3] = 255
    points = palette[np.arange(60 * 90).reshape(60, 90) % colours]
    before = page(points)
    after = lossless(before)
    np.testing.assert_array_equal(points_of(after), points)
    assert len(after) < len(before)


def test_what_would_grow_and_what_is_no_image_stay_to_the_letter():
    small = lossless(page(np.zeros((2, 2, 4), dtype=np.uint8)))
    assert lossless(small) == small
    assert lossless("<p>data</p>") == "<p>data</p>"
