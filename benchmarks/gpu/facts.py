"""Which machine this is."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from typing import Any

import numpy as np
import torch

ASKED = "name,driver_version,memory.total,clocks.sm,clocks.mem,clocks.max.sm,power.limit,pstate"


def facts(device: str) -> dict[str, Any]:
    """Describe processor, card and versions.

    Args:
        device: "cuda" or "cpu".

    Returns:
        Names and numbers; of the card where there is one.
    """
    card = device == "cuda" and torch.cuda.is_available()
    found: dict[str, Any] = {
        "device": torch.cuda.get_device_name() if card else f"cpu ({platform.machine()})",
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "float32 matmul": torch.get_float32_matmul_precision(),
    }
    if card:
        properties = torch.cuda.get_device_properties(0)
        found |= {"memory": properties.total_memory, "cuda": torch.version.cuda}
        if shutil.which("nvidia-smi"):
            command = ["nvidia-smi", f"--query-gpu={ASKED}", "--format=csv,noheader"]
            answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout
            found |= dict(zip(ASKED.split(","), map(str.strip, answer.split(",")), strict=False))
    return found
