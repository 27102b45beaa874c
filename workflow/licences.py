"""What the pages carry of others, under which licence, and the texts that must go with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

TEXTS = Path("LICENSES")
CARRIES = {".js", ".css", ".woff", ".woff2", ".ttf", ".otf", ".eot"}
OURS = re.compile(
    r"_static/(?:manytasks\.(?:css|js)|folds\.js)|searchindex\.js|_static/documentation_options\.js"
)


@dataclass(frozen=True)
class Part:
    """One work of others in the rendered book.

    Attributes:
        name: what it is called.
        licence: short name of its licence.
        files: pattern of its files, by their path in the book.
        package: installed package that has the text; empty where none does.
        owner: whom the copyright line names, where no package has the text.
        texts: names of files in LICENSES, then.
    """

    name: str
    licence: str
    files: str
    package: str = ""
    owner: str = ""
    texts: tuple[str, ...] = ()

    def text(self) -> str:
        """Return notice and text of the licence.

        Raises:
            ValueError: if the package that should have it has none.
        """
        if self.package:
            return "\n\n".join(_of_package(self.package))
        texts = [(TEXTS / f"{name}.txt").read_text(encoding="utf-8").strip() for name in self.texts]
        return "\n\n".join([f"Copyright (c) {self.owner}", *texts])


SCRIPTS, THEMES = r"_static/", r"_static/(?:styles|scripts)/"
SPHINX = SCRIPTS + r"(?:basic\.css|(?:doctools|searchtools|language_data|sphinx_highlight)\.js)"
PYDATA = THEMES + r"(?:theme|pydata-sphinx-theme)\.(?:css|js)"
ICONS = SCRIPTS + r"(?:vendor/fontawesome/.*|scripts/fontawesome\.js)"
FONTICONS = "2024 Fonticons, Inc. (icons CC BY 4.0, fonts OFL 1.1, code MIT)"
BOOTSTRAP = "2011-2024 The Bootstrap Authors"
PARTS = (
    Part("MathJax", "Apache-2.0", SCRIPTS + "mathjax/.*", "", "The MathJax Consortium", ("Apache-2.0",)),
    Part("BokehJS", "BSD-3-Clause", SCRIPTS + r"shared/[0-9a-f]+\.js", "bokeh"),
    Part("Sphinx", "BSD-2-Clause", SPHINX, "sphinx"),
    Part("Pygments", "BSD-2-Clause", SCRIPTS + r"pygments\.css", "pygments"),
    Part("sphinx-book-theme", "BSD-3-Clause", THEMES + r"sphinx-book-theme\.(?:css|js)", "sphinx-book-theme"),
    Part("PyData Sphinx Theme", "BSD-3-Clause", PYDATA, "pydata-sphinx-theme"),
    Part("Bootstrap", "MIT", SCRIPTS + r"scripts/bootstrap\.js", "", BOOTSTRAP, ("MIT",)),
    Part("Font Awesome Free", "OFL-1.1, MIT, CC BY 4.0", ICONS, "", FONTICONS, ("OFL-1.1", "MIT")),
    Part("MyST-NB", "BSD-3-Clause", SCRIPTS + r"mystnb\..*\.css", "myst-nb"),
    Part("sphinx-design", "MIT", SCRIPTS + r"(?:sphinx-design\.min\.css|design-tabs\.js)", "sphinx-design"),
    Part("sphinx-togglebutton", "MIT", SCRIPTS + r"togglebutton\.(?:css|js)", "sphinx-togglebutton"),
    Part("sphinx-copybutton", "MIT", SCRIPTS + r"copybutton(?:_funcs)?\.(?:css|js)", "sphinx-copybutton"),
    Part("clipboard.js", "MIT", SCRIPTS + r"clipboard\.min\.js", "", "Zeno Rocha", ("MIT",)),
    Part("sphinx-proof", "MIT", SCRIPTS + r"proof\.css", "sphinx-proof"),
    Part("sphinx-exercise", "MIT", SCRIPTS + r"exercise\.css", "sphinx-exercise"),
)


def _of_package(name: str) -> Iterator[str]:
    """Yield the texts of the licences that an installed package carries.

    Raises:
        ValueError: if it carries none.
    """
    found = distribution(name)
    paths = [path for path in found.files or () if re.search(r"licen[cs]e", path.name, re.IGNORECASE)]
    own = [path for path in paths if ".dist-info" in str(path)]
    if not own:
        raise ValueError(f"the package {name} carries no text of its licence")
    for path in own:
        yield Path(str(path.locate())).read_text(encoding="utf-8").strip()


def carried(book: Path) -> list[str]:
    """Return the scripts, styles and fonts of a rendered book that are not ours, by their path in it."""
    found = (path.relative_to(book).as_posix() for path in book.rglob("*") if path.suffix in CARRIES)
    return sorted(name for name in found if not OURS.fullmatch(name))


def whose(name: str) -> list[Part]:
    """Return the parts that a file belongs to; of a well-kept list it is one."""
    return [part for part in PARTS if re.fullmatch(part.files, name)]


def all_texts() -> str:
    """Return what ``_static/licences.txt`` says: every part with its licence."""
    rule = "=" * 100
    return "\n".join(f"{rule}\n{part.name}: {part.licence}\n{rule}\n\n{part.text()}\n" for part in PARTS)
