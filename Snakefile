"""notebooks/*.py -> executed notebooks -> verdicts -> book. `make book` calls this through workflow/build.py.

What is there is finished: workflow/plan.py has deleted the rest. A notebook that fails is an output too.
"""

import json
from pathlib import Path

PROFILE = config.get("profile", "book")
BUILD = f"build/{PROFILE}"
PLAN = json.loads(Path(f"{BUILD}/plan.json").read_text(encoding="utf-8"))
CHAPTERS = PLAN["chapters"]
EXECUTED = expand(f"{BUILD}/notebooks/{{chapter}}.ipynb", chapter=CHAPTERS)


rule all:
    input:
        f"{BUILD}/rendered.json",


rule notebook:
    output:
        f"{BUILD}/notebooks/{{chapter}}.ipynb",
    params:
        parameters=lambda wildcards: json.dumps(CHAPTERS[wildcards.chapter]["parameters"]),
        digest=lambda wildcards: CHAPTERS[wildcards.chapter]["digest"],
    shell:
        "{sys.executable:q} workflow/execute.py notebooks/{wildcards.chapter}.py {output:q}"
        " {params.parameters:q} {params.digest} || test -f {output:q}"


rule verdicts:
    input:
        EXECUTED,
    output:
        evidence=f"{BUILD}/evidence.json",
        faults=f"{BUILD}/faults.json",
    params:
        digest=PLAN["verdicts"],
    shell:
        "{sys.executable:q} workflow/judge.py {output.evidence:q} {output.faults:q} {params.digest} {input:q}"


rule book:
    input:
        EXECUTED,
        rules.verdicts.output,
    output:
        f"{BUILD}/rendered.json",
    params:
        digest=PLAN["book"],
    shell:
        "{sys.executable:q} workflow/render.py {PROFILE} {params.digest}"
