"""notebooks/*.py -> executed notebooks -> verdicts -> book. `make book` calls this through workflow/build.py."""

import json
import sys
from pathlib import Path

import yaml

sys.path.insert(0, "workflow")
from build import html_folder
from dependencies import remembered_sources, chapters, data_files

PROFILE = config.get("profile", "book")
PARAMETERS = yaml.safe_load(Path(f"config/{PROFILE}.yml").read_text()) or {}
CHAPTERS = chapters()
SOURCES = remembered_sources([Path(f"notebooks/{name}.py") for name in CHAPTERS], Path("build/sources.json"))
LEVELS = yaml.safe_load(Path("src/manytasks/levels.yml").read_text())  # a new share runs its chapter again
BUILD = f"build/{PROFILE}"
HTML = html_folder(PROFILE)
EXECUTED = expand(f"{BUILD}/notebooks/{{chapter}}.ipynb", chapter=CHAPTERS)

if unknown := sorted(set(PARAMETERS) - set(CHAPTERS)):
    sys.exit(f"config/{PROFILE}.yml has sections without a notebook: {', '.join(unknown)}")


rule all:
    input:
        f"{HTML}/index.html",


rule notebook:
    input:
        "notebooks/{chapter}.py",
        lambda wildcards: SOURCES[f"notebooks/{wildcards.chapter}.py"],
        lambda wildcards: data_files(Path(f"notebooks/{wildcards.chapter}.py")),
        runner="workflow/execute.py",
    output:
        f"{BUILD}/notebooks/{{chapter}}.ipynb",
    params:
        parameters=lambda wildcards: json.dumps({"profile": PROFILE} | (PARAMETERS.get(wildcards.chapter) or {})),
        levels=lambda wildcards: json.dumps(LEVELS.get(wildcards.chapter)),
    shell:
        "{sys.executable} {input.runner} notebooks/{wildcards.chapter}.py {output} {params.parameters:q}"


rule verdicts:
    input:
        EXECUTED,
        "src/manytasks/claims.yml",
        "src/manytasks/evidence.py",
        judge="workflow/judge.py",
    output:
        f"{BUILD}/evidence.json",
    shell:
        "{sys.executable} {input.judge} {BUILD}/notebooks {output}"


rule book:
    input:
        EXECUTED,
        rules.verdicts.output,
        "_config.yml",
        "_toc.yml",
        [str(path) for path in Path("book").rglob("*") if path.is_file()],
        [str(path) for path in Path("src").rglob("*.py")],
        [str(path) for path in Path("data").glob("replication.*")],
        renderer="workflow/render.py",
    output:
        f"{HTML}/index.html",
    shell:
        "{sys.executable} {input.renderer} {PROFILE}"
