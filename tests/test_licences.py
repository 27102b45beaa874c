"""Every part of others that a page carries has its notice and the text of its licence."""

import licences
import pytest

WORDS = {
    "MIT": "Permission is hereby granted, free",
    "BSD-2-Clause": "Redistribution and use in source and binary forms",
    "BSD-3-Clause": "Neither the name of",
    "Apache-2.0": "Apache License",
    "OFL-1.1": "SIL OPEN FONT LICENSE",
    "CC BY 4.0": "icons CC BY 4.0",
}


@pytest.mark.parametrize("part", licences.PARTS, ids=lambda part: part.name)
def test_a_part_has_a_notice_and_the_text_of_each_of_its_licences(part):
    text = " ".join(part.text().split())
    assert "opyright" in text
    for licence in part.licence.split(", "):
        assert WORDS[licence] in text or (licence == "BSD-3-Clause" and "neither the name of" in text.lower())


def test_a_file_that_nobody_owns_is_found(tmp_path):
    for name in ("_static/new.js", "_static/manytasks.css", "_static/mathjax/a.woff", "_static/image.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert licences.carried(tmp_path) == ["_static/mathjax/a.woff", "_static/new.js"]
    assert [part.name for part in licences.whose("_static/mathjax/a.woff")] == ["MathJax"]
    assert licences.whose("_static/new.js") == []


def test_a_package_without_a_text_is_named(monkeypatch):
    monkeypatch.setattr(licences, "distribution", lambda name: type("Bare", (), {"files": []}))
    with pytest.raises(ValueError, match=r"^the package bokeh carries no text of its licence$"):
        licences.all_texts()
