"""Write the locks anew from pyproject.toml: `make lock`. Every pin has the hashes of all its files.

``requirements.lock`` is what the book, the package and its sweeps need, on every platform, from the oldest
Python on. Others hold what is added by tests, by JupyterLab and by torch's public build for Linux; and
torch's builds for processors, which pip tries first. Pins stay as they are while pyproject.toml allows them;
``--upgrade`` takes the newest.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import environment

BOOK = ("book", "backbones", "imagenet", "data")
LOCKS = {
    "requirements.lock": BOOK,
    "requirements-test.lock": (*BOOK, "test"),
    "requirements-lab.lock": (*BOOK, "lab"),
}
GPU, CPU = "requirements-gpu.lock", "requirements-cpu.lock"
FOR_GPU = re.compile(r"(nvidia|cuda)-|triton==")
# Pins with a source archive only: pip runs their setup, with build tools that have no hash.
FROM_SOURCE = {"connection-pool": "Snakemake's; pure Python, one file, never published as a wheel"}
WHEEL = re.compile(r"torch-([0-9.]+\+cpu)-cp3(\d+)-cp3\d+-.*linux.*_(x86_64|aarch64)\.whl")
PIN = re.compile(r"^([a-z0-9.-]+)==.*(?:\n    --hash=.*)+", re.MULTILINE)


def uv() -> str:
    """Return the program that resolves: the one on the path, else one in an environment of its own."""
    if found := shutil.which("uv"):
        return found
    folder = Path("build/uv")
    if not (folder / "bin/uv").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", "uv"], check=True)
    return str(folder / "bin/uv")


def resolve(extras: tuple[str, ...], kept: str, *options: str) -> str:
    """Return pins and hashes for the package with some of its extras.

    Args:
        extras: their names.
        kept: pins to keep where they are allowed.
        options: further ones of uv's.
    """
    oldest = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    output = Path("build/lock.txt")
    output.parent.mkdir(exist_ok=True)
    output.write_text(kept, encoding="utf-8")
    command = [uv(), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-annotate"]
    command += ["--no-header", "--no-config", "--python-version", oldest.removeprefix(">="), *options]
    command += [word for extra in extras for word in ("--extra", extra)]
    command += ["pyproject.toml", "--output-file", str(output), "--only-binary", ":all:"]
    command += [word for name in FROM_SOURCE for word in ("--no-binary", name)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return output.read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    """Return the lines of every package, by its name; one with two pins for two Pythons has both."""
    found: dict[str, str] = {}
    for match in PIN.finditer(lock):
        found[match[1]] = found.get(match[1], "") + match[0] + "\n"
    return found


def of_wheel(wheel: Path) -> str:
    """Return the pin of a build of torch for processors, for the machines that the wheel is for.

    Raises:
        ValueError: if its name is none of such a build for Linux.
    """
    if not (found := WHEEL.fullmatch(wheel.name)):
        raise ValueError(
            f"{wheel.name} is no build of torch for processors, such as torch-2.13.0+cpu-cp311-..."
        )
    version, minor, machine = found.groups()
    where = f"python_version == '3.{minor}' and sys_platform == 'linux' and platform_machine == '{machine}'"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"torch=={version} ; {where} \\\n    --hash=sha256:{digest}\n"


def hashes(pin: str) -> set[str]:
    """Return the hashes of a pin."""
    return set(re.findall(r"sha256:([0-9a-f]{64})", pin))


def main(wheels: list[Path], upgrade: bool) -> None:
    """Resolve everything together, then share it out; what is for processors stays with its version."""
    there = [Path(name) for name in (*LOCKS, GPU) if Path(name).exists()]
    kept = "".join(path.read_text(encoding="utf-8") for path in there)
    everything = tuple(dict.fromkeys(extra for extras in LOCKS.values() for extra in extras))
    together = resolve(everything, "" if upgrade else kept)
    chosen = pins(together)
    names = {name: set(pins(resolve(extras, together))) for name, extras in LOCKS.items()}
    for name, needed in names.items():
        needed -= set() if name == "requirements.lock" else names["requirements.lock"]
        write(name, {each: chosen[each] for each in sorted(needed) if not FOR_GPU.match(chosen[each])})
    write(GPU, {each: pin for each, pin in chosen.items() if FOR_GPU.match(pin)})
    before = Path(CPU).read_text(encoding="utf-8") if Path(CPU).exists() else ""
    builds = {match[0] + "\n" for match in PIN.finditer(before)} | {of_wheel(wheel) for wheel in wheels}
    build = chosen["torch"].partition(" ")[0] + "+"
    write(CPU, {each: each for each in sorted(builds) if each.startswith(build)})


def write(name: str, found: dict[str, str]) -> None:
    """Write a lock, and say how much is in it."""
    Path(name).write_text("".join(found.values()), encoding="utf-8")
    print(f"{name}: {len(found)} packages, {sum(len(hashes(pin)) for pin in found.values())} files")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that are allowed")
    parser.add_argument(
        "wheels", nargs="*", type=Path, help="files of torch for processors, to be pinned as well"
    )
    options = parser.parse_args()
    os.chdir(environment.ROOT)
    try:
        main(options.wheels, options.upgrade)
    except ValueError as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"uv found no lock (status {error.returncode}); what it says stands above")
