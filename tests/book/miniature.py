"""A book of three small notebooks, built by the real workflow: what a rebuild does shows in seconds."""

import collections
import json
from pathlib import Path

import yaml
from copies import copy_tree

CHAPTERS = ("welcome", "part/alpha", "part/beta")
HEADER = """# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

"""
# Each run adds a line to runs.log; a notebook that was told to wait goes on when the file appears.
NOTEBOOK = """# %% [markdown]
# # Does {name} hold?

# %% tags=["parameters"]
profile = "book"
seed = 1
noise = 0.5
wait = ""

# %%
import time
from pathlib import Path

{imports}
with open("runs.log", "a") as log:
    log.write("{name}\\n")
while wait and not Path(wait).exists():
    time.sleep(0.05)

# %%
evidence.record("{claim}", "count", "errors", 0, "<", 1, n=seed)
"""
CLAIM = {"statement": "It holds.", "kind": "theorem", "source": "Ours", "how": "counting", "verdict": "holds"}


def source(name: str) -> str:
    """Return a notebook that records one claim; only alpha uses ``manytasks.figures``."""
    imports = "from manytasks import evidence" + (", figures" if name == "part/alpha" else "")
    return HEADER + NOTEBOOK.format(name=name, imports=imports, claim=claim(name))


def claim(name: str) -> str:
    return f"O.{CHAPTERS.index(name)}"


def miniature(target: Path) -> Path:
    """Put the miniature's notebooks, contents, parameters and claims into a copy of the tree."""
    copy_tree(target)
    replaced = ("notebooks/**/*.py", "book/*.md", "config/*.yml", "data/replication.*")
    for path in [path for pattern in replaced for path in target.glob(pattern)]:
        path.unlink()
    for name in CHAPTERS:
        path = target / "notebooks" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source(name), encoding="utf-8")
    pages = [f"notebooks/{name}" for name in CHAPTERS[1:]] + ["book/claims", "book/cost", "book/same"]
    toc = {
        "format": "jb-book",
        "root": "notebooks/welcome",
        "chapters": [{"file": page} for page in pages],
    }
    (target / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    claims = [{"id": claim(name), "chapter": name} | CLAIM for name in CHAPTERS]
    (target / "src/manytasks/claims.yml").write_text(yaml.safe_dump(claims), encoding="utf-8")
    configure(target)
    return target


def configure(tree: Path, **sections: dict) -> None:
    """Write the parameters of the profile; ``part_alpha`` stands for the section part/alpha."""
    parameters = {name.replace("_", "/"): values for name, values in sections.items()}
    (tree / "config").mkdir(exist_ok=True)
    (tree / "config" / "smoke.yml").write_text(json.dumps(parameters), encoding="utf-8")


def runs(tree: Path) -> dict[str, int]:
    """Count how often each notebook has run."""
    return dict(collections.Counter((tree / "runs.log").read_text(encoding="utf-8").split()))
