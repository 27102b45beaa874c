#!/usr/bin/env bash
# Checks, benchmarks and cells of the paper's size on one GPU, within a time limit, on a machine where nothing is
# installed: bash benchmarks/gpu.sh --budget 14m --out results. Rehearsal: --device cpu --scale tiny.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$(date +%s)
for data in shared/data ../shared/data; do
  [ -n "${MANYTASKS_DATA:-}" ] || { [ -d "$data" ] && export MANYTASKS_DATA="$PWD/$data"; } || true
done
export PYTHONPATH="$PWD/src:$PWD/benchmarks${PYTHONPATH:+:$PYTHONPATH}"
exec "${PYTHON:-python3}" benchmarks/gpu --started "$started" "$@"
