"""The three descriptions of the environment agree, and nothing in the tree is orphaned."""

import re
import subprocess
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import jupytext
import lock
import pytest
import versions
import yaml
from jupytext.config import load_jupytext_configuration_file
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
BOOK, CPU, GPU, LAB, TESTS = (
    "requirements.lock",
    "requirements-cpu.lock",
    "requirements-gpu.lock",
    "requirements-lab.lock",
    "requirements-test.lock",
)
OLDEST = {"python_version": "3.11", "python_full_version": "3.11.0"}
NOTEBOOKS = sorted(ROOT.glob("notebooks/**/*.py"))
CHAPTERS = [path.relative_to(ROOT / "notebooks").with_suffix("").as_posix() for path in NOTEBOOKS]
LISTED = re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))


def lines(*names):
    """The pins of some locks, without their hashes."""
    blocks = [lock.pins((ROOT / name).read_text(encoding="utf-8")).values() for name in names]
    return [
        Requirement(line.removesuffix(" \\"))
        for block in blocks
        for pin in block
        for line in pin.splitlines()
        if not line.startswith(" ")
    ]


def pins(*names, **machine):
    """Version by name, of what a machine installs: this one, or one that differs from it."""
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in lines(*names)
        if pin.marker is None or pin.marker.evaluate(default_environment() | machine)
    }


def requirements():
    extras = PROJECT["optional-dependencies"]
    where = {"test": (BOOK, TESTS), "lab": (BOOK, LAB)}
    yield from ((line, (BOOK,)) for line in PROJECT["dependencies"])
    yield from ((line, where.get(name, (BOOK,))) for name, group in extras.items() for line in group)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_exact_pins_with_hashes_and_nothing_else(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "".join(lock.pins(text).values()) == text
    assert [str(pin) for pin in lines(name) if [each.operator for each in pin.specifier] != ["=="]] == []
    assert all(lock.hashes(pin) for pin in lock.pins(text).values())


def test_a_package_is_pinned_once_and_is_in_the_book_s_lock_or_beside_it():
    assert LOCKS == sorted([BOOK, CPU, GPU, LAB, TESTS])
    assert set(pins(BOOK)).isdisjoint(pins(GPU, LAB, TESTS, sys_platform="linux", platform_machine="x86_64"))
    assert pins(LAB) | pins(TESTS) == pins(TESTS) | pins(LAB)


def test_torch_for_processors_is_the_same_version():
    linux = {"sys_platform": "linux", "platform_machine": "x86_64"}
    assert pins(CPU, **linux, **OLDEST) == {"torch": pins(BOOK)["torch"] + "+cpu"}
    assert pins(CPU, **linux | {"sys_platform": "darwin"}) == pins(CPU, **linux, python_version="3.12") == {}


@pytest.mark.parametrize(("requirement", "names"), list(requirements()), ids=str)
def test_the_lock_pins_each_requirement_within_its_range(requirement, names):
    requirement = Requirement(requirement)
    pin = pins(*names).get(canonicalize_name(requirement.name))
    assert pin is not None, f"{requirement.name} is not in {' or '.join(names)}"
    assert requirement.specifier.contains(pin, prereleases=True)


def test_the_lock_forces_no_gpu_packages_and_has_no_copyleft_and_no_server():
    assert pins(BOOK)["torch"] == "2.13.0"
    gpu = pins(GPU, sys_platform="linux", platform_machine="x86_64")
    assert [name for name in gpu if not re.search(r"nvidia|cuda|triton", name)] == []
    assert len(gpu) == 19
    assert pins(GPU, sys_platform="darwin") == {}
    beside = re.compile(r"nvidia|cuda|triton|cudnn|nccl|quadprog|qpsolvers|jupyter-?server|jupyterlab")
    assert [name for name in pins(BOOK) if beside.search(name)] == []


def test_what_is_installed_is_what_the_locks_say():
    locked = pins(BOOK, GPU, LAB, TESTS)
    ours = {"pip", canonicalize_name(PROJECT["name"])}
    installed = {canonicalize_name(each.name): each.version for each in distributions() if each.name}
    installed["torch"] = installed["torch"].partition("+")[0]  # the build, such as +cpu, is pip's choice
    assert {name: found for name, found in installed.items() if name not in ours} == {
        name: pin for name, pin in locked.items() if name in installed
    }
    assert set(pins(BOOK, TESTS)) <= set(installed)


def test_the_oldest_python_can_install_it():
    """Where the installed version is too new for it, the lock has an older one."""
    too_new = [
        canonicalize_name(each.name)
        for each in distributions()
        if not SpecifierSet(each.metadata.get("Requires-Python") or "").contains(
            OLDEST["python_full_version"]
        )
    ]
    here, oldest = (pins(BOOK, GPU, LAB, TESTS, **python) for python in ({}, OLDEST))
    assert [name for name in too_new if oldest[name] == here[name]] == []
    assert set(oldest) >= set(too_new)


def test_conda_and_binder_install_the_same_locks():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == PROJECT["name"]
    python, *others = environment["dependencies"]
    assert others == ["pip", "make"]
    name, pin = python.split("=")
    assert name == "python"
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(pin)


def test_every_place_names_the_same_oldest_python():
    oldest = PROJECT["requires-python"].removeprefix(">=")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"sys.version_info >= ({oldest.replace('.', ', ')})" in makefile
    workflow = (ROOT / ".github/workflows/book.yml").read_text(encoding="utf-8")
    steps = [job["steps"] for job in yaml.safe_load(workflow)["jobs"].values()]
    pythons = [
        [step["with"]["python-version"] for step in job if "setup-python" in step.get("uses", "")]
        for job in steps
    ]
    assert pythons == [[versions.supported()[-1], oldest], [oldest], [], [versions.supported()[-1]]]
    assert versions.supported()[0] == oldest
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"python:(\d\.\d+)", dockerfile)) == {oldest}
    for page in ("README.md", "CONTRIBUTING.md", "book/reading.md"):
        named = re.findall(r"Python (\d\.\d+) or newer", (ROOT / page).read_text(encoding="utf-8"))
        assert set(named) == {oldest}, page


def test_the_container_installs_what_make_installs_and_builds_without_a_network():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    stages = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    arguments, environment, book, served = (stage.splitlines() for stage in stages)
    assert [stage[0] for stage in (environment, book, served)] == [
        "${PYTHON} AS environment",
        "environment AS book",
        "${PYTHON}",
    ]
    assert "ARG PYTHON=python:3.11-slim-bookworm" in arguments
    copied = [word for line in environment if line.startswith("COPY") for word in line.split()[1:-1]]
    assert [name for name in copied if not list(ROOT.glob(name))] == []
    # All that the environment is made of is there before it; what comes later would make it anew.
    needed = re.search(r"^\$\(READY\): (requirements.*)$", makefile, re.MULTILINE)[1].split()
    assert set(needed) <= {path.name for name in copied for path in ROOT.glob(name)}
    assert environment[-2:] == ["RUN make .venv/.ready", ""]
    assert 'RUN --network=none touch .venv/.ready && make book PROFILE="$PROFILE"' in book
    assert [line for line in book + served if "--network" not in line and line.startswith("RUN")] == []
    assert "ARG PROFILE=book" in book
    assert ".venv" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_continuous_integration_runs_the_gate():
    workflow = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text(encoding="utf-8"))
    jobs = workflow["jobs"]
    assert "bash .ci/run" in [step.get("run") for step in jobs["test"]["steps"]]
    assert jobs["publish"]["needs"] == ["test", "build"]
    assert "make book" in [step.get("run") for step in jobs["build"]["steps"]]
    for name in ("test", "build", "newest"):
        uploads = [step for step in jobs[name]["steps"] if "upload-artifact" in step.get("uses", "")]
        assert uploads[0]["if"] == "failure()"
    weekly = "\n".join(step.get("run", "") for step in jobs["newest"]["steps"])
    assert "requirements.lock" not in weekly
    assert weekly.index("make book") < weekly.index("make --no-print-directory compare")
    gate = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert gate[-2:] == [
        "make --jobs 2 --output-sync lint versions",
        "make test OPTIONS=--allow-no-skip",
    ]
    subprocess.run(["bash", "-n", ROOT / ".ci/run"], check=True)


def test_actions_are_pinned_and_only_the_job_that_runs_no_code_of_the_book_may_write():
    text = (ROOT / ".github/workflows/book.yml").read_text(encoding="utf-8")
    uses = re.findall(r"uses: (.*)", text)
    assert [
        each for each in uses if not re.fullmatch(r"actions/\S+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", each)
    ] == []
    pins = {re.sub(r"(?<=cache)/\w+", "", each) for each in uses}
    assert len(pins) == len({each.partition("@")[0] for each in pins})  # one version of each
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    writing = {name for name, job in workflow["jobs"].items() if "permissions" in job}
    assert writing == {"publish"}
    commands = "\n".join(step.get("run", "") for step in workflow["jobs"]["publish"]["steps"])
    assert not re.search(r"\b(make|python|pip)\b", commands)


def test_the_cache_of_continuous_integration_is_restored_by_lock_and_never_weekly():
    workflow = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text(encoding="utf-8"))
    steps = {step.get("uses", "").partition("@")[0]: step for step in workflow["jobs"]["build"]["steps"]}
    restore, save = steps["actions/cache/restore"], steps["actions/cache/save"]
    assert restore["with"]["key"] == save["with"]["key"]
    assert restore["with"]["key"].startswith(restore["with"]["restore-keys"])
    assert "hashFiles('requirements.lock')" in restore["with"]["restore-keys"]
    assert restore["with"]["path"] == save["with"]["path"] == "build/book/notebooks"
    assert restore["if"] == "github.event_name != 'schedule'"


def test_the_table_of_contents_lists_every_notebook_once():
    listed = [name.removeprefix("notebooks/") for name in LISTED if name.startswith("notebooks/")]
    assert sorted(listed) == CHAPTERS


def test_every_page_and_file_of_the_book_is_used():
    written = sorted([*ROOT.glob("book/**/*.md"), *ROOT.glob("book/**/*.md.jinja")])
    pages = [path.relative_to(ROOT).as_posix().partition(".")[0] for path in written]
    assert sorted(pages) == sorted(name for name in LISTED if name.startswith("book/"))
    texts = [ROOT / "_config.yml", *written, *NOTEBOOKS]
    words = "\n".join(path.read_text(encoding="utf-8") for path in texts)
    files = [path for path in ROOT.glob("book/**/*") if path.is_file() and path not in written]
    assert [path.name for path in files if path.name not in words] == []


def test_every_committed_table_is_drawn_or_described():
    texts = [*NOTEBOOKS, *ROOT.glob("data/*.json"), *ROOT.glob("book/*.md")]
    words = "\n".join(path.read_text(encoding="utf-8") for path in texts)
    assert [path.name for path in ROOT.glob("data/*.csv") if path.name not in words] == []


@pytest.mark.parametrize("profile", ["smoke", "book", "paper"])
def test_a_profile_overrides_parameters_that_notebooks_have_with_values_of_their_type(profile, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "workflow")
    from check import parameter_faults

    sections = yaml.safe_load((ROOT / "config" / f"{profile}.yml").read_text(encoding="utf-8")) or {}
    assert set(sections) <= set(CHAPTERS)
    for chapter, overrides in sections.items():
        path = ROOT / "notebooks" / f"{chapter}.py"
        assert parameter_faults(path, overrides) == []


def parameters(notebook):
    cells = [cell for cell in jupytext.read(notebook).cells if "parameters" in cell.metadata.get("tags", [])]
    values = {}
    exec(cells[0].source, {}, values)
    return values


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=CHAPTERS)
def test_every_notebook_has_a_profile_and_a_seed_of_its_own(notebook):
    values = parameters(notebook)
    assert values["profile"] == "book"
    assert isinstance(values["seed"], int)


def test_the_citation_names_the_package_and_both_papers():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == PROJECT["version"]
    assert {"message", "title", "authors"} <= set(citation)
    assert {"2408.16939", "2311.00235"} <= set(re.findall(r"\d{4}\.\d{5}", str(citation["references"])))


def as_saved(notebook, options):
    """What JupyterLab writes of a notebook that it opened, with the language that a kernel told it."""
    opened = jupytext.read(notebook)
    opened.metadata["language_info"] = {"name": "python", "version": "3.13.1"}
    return jupytext.writes(opened, fmt={"extension": ".py", "format_name": "percent"} | options)


def test_opened_and_saved_a_notebook_is_the_same():
    options = {}
    load_jupytext_configuration_file(str(ROOT / "pyproject.toml")).set_default_format_options(options)
    for notebook in NOTEBOOKS:
        assert as_saved(notebook, options) == notebook.read_text(encoding="utf-8"), notebook
    assert "jupytext_version" in as_saved(NOTEBOOKS[0], {})  # what it would add otherwise
