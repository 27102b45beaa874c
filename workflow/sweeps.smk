"""Shards of sweeps as jobs: `make sweep NAME=depth PROFILE=paper`, on a cluster with EXECUTOR=slurm.

Every shard keeps its finished cells under OUT/.cells and merges them into the table when it ends, so a job that is
killed loses one cell and a retry goes on.
"""

import shlex
import sys

NAMES = config["names"].split()
PROFILE = config.get("profile", "book")
OUT = config.get("out", "data")
DEVICE = config.get("device", "auto")
SHARDS = int(config.get("shards", 1))
CELLS = f"{OUT}/.cells/{{name}}/{PROFILE}"
COMMAND = (
    f"{shlex.quote(sys.executable)} -m manytasks sweep {{wildcards.name}} "
    f"--profile {PROFILE} --device {DEVICE} --out {shlex.quote(OUT)}"
)


wildcard_constraints:
    name="[a-z-]+",


localrules:
    all,
    table,


# The marks are removed at the end: the cells know what is finished, so every call looks at all of them.
rule all:
    input:
        expand(f"{CELLS}/table.done", name=NAMES),
    shell:
        "rm {input:q}"


rule table:  # every cell is there by now; this merges what a job that was killed at its end did not
    input:
        [f"{CELLS}/{shard}-of-{SHARDS}.done" for shard in range(SHARDS)],
    output:
        touch(f"{CELLS}/table.done"),
    shell:
        COMMAND


rule shard:
    output:
        temp(touch(f"{CELLS}/{{shard}}-of-{SHARDS}.done")),
    resources:
        gpu=int(DEVICE == "cuda"),
    retries: 2
    shell:
        f"{COMMAND} --shard {{wildcards.shard}}/{SHARDS}"
