"""A new lock is shared out among its files, and torch for processors stays beside them."""

import hashlib
import re
from pathlib import Path

import lock
import pytest

WHEEL = "torch-2.13.0+cpu-cp312-cp312-manylinux_2_28_aarch64.whl"


def pin(name, version, *hashes, marker=""):
    return (
        " \\\n".join([f"{name}=={version}{marker}", *(f"    --hash=sha256:{each}" for each in hashes)]) + "\n"
    )


def digit(name):
    return f"{len(name):x}" * 64


@pytest.fixture
def resolved(tmp_path, monkeypatch):
    """A resolver that knows four packages, the version of torch, and what it was told to keep."""
    monkeypatch.chdir(tmp_path)
    known = {"torch": "2.13.0", "told": []}

    def resolve(extras, kept, *options):
        known["told"].append(kept)
        linux = " ; sys_platform == 'linux'"
        found = [
            pin("nvidia-cublas", "13.1", digit("cublas"), marker=linux),
            pin("numpy", "2.4", digit("numpy")),
        ]
        found += [pin("old", "1.0", digit("old"), marker=" ; python_full_version < '3.11.5'")]
        found += [pin("old", "2.0", digit("old"), marker=" ; python_full_version >= '3.11.5'")]
        found += [pin("pytest", "9.0", digit("pytest"))] if "test" in extras else []
        found += [pin("jupyterlab", "4.6", digit("lab"))] if "lab" in extras else []
        return "".join([*found, pin("torch", known["torch"], digit("torch"))])

    monkeypatch.setattr(lock, "resolve", resolve)
    (tmp_path / WHEEL).write_bytes(b"torch")
    return known


def names(path):
    return list(lock.pins(Path(path).read_text()))


def test_every_package_is_in_one_lock(resolved, capsys):
    lock.main([], upgrade=False)
    assert names("requirements.lock") == ["numpy", "old", "torch"]
    assert names("requirements-test.lock") == ["pytest"]
    assert names("requirements-lab.lock") == ["jupyterlab"]
    assert names("requirements-gpu.lock") == ["nvidia-cublas"]
    assert Path("requirements.lock").read_text().count("old==") == 2
    assert "requirements.lock: 3 packages, 3 files\n" in capsys.readouterr().out


def test_torch_for_processors_stays_until_the_version_changes(resolved):
    lock.main([Path(WHEEL)], upgrade=False)
    where = "python_version == '3.12' and sys_platform == 'linux' and platform_machine == 'aarch64'"
    held = pin("torch", "2.13.0+cpu", hashlib.sha256(b"torch").hexdigest(), marker=f" ; {where}")
    assert Path("requirements-cpu.lock").read_text() == held
    lock.main([], upgrade=True)
    assert Path("requirements-cpu.lock").read_text() == held
    resolved["torch"] = "2.13.01"
    lock.main([], upgrade=False)
    assert Path("requirements-cpu.lock").read_text() == ""


@pytest.mark.parametrize("name", ["torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl", "numpy-2.4+cpu.whl"])
def test_another_file_is_no_build_for_processors(name):
    with pytest.raises(ValueError, match=f"^{re.escape(name)} is no build of torch for processors, such as "):
        lock.of_wheel(Path(name))


def test_pins_are_kept_unless_one_asks_for_the_newest(resolved):
    lock.main([], upgrade=False)
    lock.main([], upgrade=False)
    lock.main([], upgrade=True)
    first, again, upgraded = (resolved["told"][k] for k in (0, 4, 8))
    assert first == upgraded == ""
    assert names("requirements.lock") == [
        name for name in lock.pins(again) if name in names("requirements.lock")
    ]
    assert "pytest==9.0" in again
    assert "nvidia-cublas==13.1" in again
