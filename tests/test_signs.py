"""Fonts of icons keep the signs that are called for, as they were, and no others."""

import shutil
from pathlib import Path

import matplotlib
from fontTools.ttLib import TTFont
from signs import OWN, few

FONT = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"


def test_a_font_has_the_signs_that_sheets_and_pages_call_for(tmp_path):
    whole = TTFont(FONT)
    own = sorted(code for code in whole.getBestCmap() if OWN.match(chr(code)))
    assert len(own) > 10
    first, second, third = own[:3]
    fonts = tmp_path / "_static/vendor/fontawesome"
    fonts.mkdir(parents=True)
    shutil.copy(FONT, fonts / "solid.ttf")
    (fonts / "solid.woff2").touch()
    source = 'url(fontawesome/solid.woff2) format("woff2"),url(fontawesome/solid.ttf) format("truetype")'
    sheet = tmp_path / "_static/a.css"
    sheet.write_text(f'@font-face{{src:{source}}} a{{content:"\\{first:x}"}} b{{content:"{chr(second)}"}}')
    (tmp_path / "a.html").write_text(f"<i>{chr(third)}</i> words")
    few(tmp_path)
    assert [path.name for path in fonts.iterdir()] == ["solid.woff"]
    assert '@font-face{src:url(fontawesome/solid.woff) format("woff")}' in sheet.read_text()
    kept = TTFont(fonts / "solid.woff")
    assert set(kept.getBestCmap()) == {first, second, third}
    for code in kept.getBestCmap():
        one, other = (font["glyf"][font.getBestCmap()[code]] for font in (whole, kept))
        assert list(one.getCoordinates(whole["glyf"])[0]) == list(other.getCoordinates(kept["glyf"])[0])
