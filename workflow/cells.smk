"""Jobs of a plan (workflow/cells.py): parallel, on a cluster with --executor; the cells know what is finished."""

import json
import sys
from pathlib import Path

sys.path.insert(0, "workflow")

PLAN = config["plan"]
JOBS = json.loads(Path(PLAN).read_text())["jobs"]
DONE = f"{PLAN}.done/{{job}}"


localrules:
    all,


rule all:
    input:
        expand(DONE, job=[job["name"] for job in JOBS]),


for urgency in sorted({job["priority"] for job in JOBS}):

    rule:
        name:
            f"job_{urgency}"
        wildcard_constraints:
            job="|".join(job["name"].replace(".", r"\.") for job in JOBS if job["priority"] == urgency),
        output:
            temp(touch(DONE)),
        priority: urgency
        retries: 1
        shell:
            f"{sys.executable} workflow/cells.py {PLAN} {{wildcards.job}}"
