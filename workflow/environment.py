"""Every step runs this tree's package in an environment of its own. Import it before ``manytasks``.

What a user has set for other work (another checkout on ``PYTHONPATH``, ``PYTHONOPTIMIZE``, start-up files of
IPython, kernels, a ``matplotlibrc``, a Snakemake profile for the cluster) must not change a page.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
FAULT = "MANYTASKS_FAULT"  # set by build.py: what a step's faults begin with, so that it can repeat them
ASKED = "MANYTASKS_ENVIRONMENT"  # names of further variables to let through, with commas
# What steps may know of the machine: where things are, who reaches the network, which processors count, and
# what a cluster says to its jobs. Everything else steers tools that make pages.
KEPT: tuple[str, ...] = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "LANG", "LANGUAGE", "CI")
KEPT += ("TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "HF_HOME", "HF_HUB_CACHE", "CHROMIUM")
KEPT += ("LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "NO_COLOR")
FAMILIES: tuple[str, ...] = ("LC_", "SSL_", "REQUESTS_", "CURL_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_", "OMP_")
FAMILIES += ("OPENBLAS_", "ATEN_CPU_", "ONEDNN_MAX_", "NPY_DISABLE_", "MALLOC_", "MANYTASKS_", "KMP_", "MKL_")
FAMILIES += ("SLURM", "SBATCH", "SGE_", "PBS_", "LSB_", "LSF_", "CONDOR_")
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")

# What no step needs, and each would wait for: a grammar of web addresses that jsonschema compiles for two
# seconds, and the web server with which Jupytext serves notebooks to Jupyter.
for unneeded in ("rfc3987_syntax", "jupytext.sync_contentsmanager", "jupytext.async_contentsmanager"):
    sys.modules[unneeded] = None  # type: ignore[assignment]
if sys.path[1:2] != [str(SOURCE)]:  # after the folder of the step itself
    sys.path.insert(1, str(SOURCE))


def environment(settings: Path = ROOT / "build/.settings") -> dict[str, str]:
    """Return the environment of a step: what it may know of the machine, and settings of its own.

    Args:
        settings: folder that stands for the user's folders of settings and caches.
    """
    asked = [name.strip() for name in os.environ.get(ASKED, "").split(",")]
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in (*KEPT, *asked) or name.startswith(FAMILIES) or name.lower() in PROXIES
    }
    return kept | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": str(SOURCE),
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",  # no order of a set, and with it no page, differs between two runs
        "IPYTHONDIR": str(settings / "ipython"),
        "JUPYTER_PATH": str(settings / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(settings / "jupyter"),
        "JUPYTER_DATA_DIR": str(settings / "jupyter"),
        "MPLCONFIGDIR": str(settings / "matplotlib"),
    }


def step(main: Callable[..., None]) -> NoReturn:
    """Call a step with the arguments of the command line; whatever stops it ends in one line and status 1."""
    try:
        main(*sys.argv[1:])
        sys.exit(0)
    except OSError as error:
        fault = f"cannot write {error.filename or 'the output'}: {error.strerror or error}"
    except (ValueError, RuntimeError) as error:
        fault = str(error)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__}: {error} ({last.filename}, line {last.lineno})"
    sys.exit(os.environ.get(FAULT, "") + fault)


def foreign() -> str:
    """Say that the package would come from elsewhere; empty if it is this tree's."""
    spec = find_spec("manytasks")
    where = Path(spec.origin).resolve() if spec and spec.origin else None
    if where is not None and where.is_relative_to(SOURCE):
        return ""
    return f"manytasks must be the package in {SOURCE}; Python finds {where or 'none'}"
