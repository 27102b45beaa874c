"""Jobs of a plan (workflow/cells.py): parallel, on a cluster with --executor; the cells know what is finished."""

import json
import sys
from pathlib import Path

PLAN = config["plan"]
JOBS = [job["name"] for job in json.loads(Path(PLAN).read_text())["jobs"]]
DONE = f"{PLAN}.done/{{job}}"


localrules:
    all,


rule all:
    input:
        expand(DONE, job=JOBS),


rule job:
    output:
        temp(touch(DONE)),
    retries: 1
    shell:
        f"{sys.executable} workflow/cells.py {PLAN} {{wildcards.job}}"
