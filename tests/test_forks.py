"""A kernel forked from a process that has imported everything lives and dies like any other."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = "import statistics\n"
LIMIT = 60  # seconds; other work may keep the machine busy


@pytest.fixture
def answering(tmp_path, monkeypatch):
    """What answers, for two chapters that import next to nothing."""
    monkeypatch.syspath_prepend(str(ROOT / "workflow"))
    from environment import environment
    from forks import answering

    notebooks = [tmp_path / "one.py", tmp_path / "two.py"]
    for notebook in notebooks:
        notebook.write_text(CHAPTER)
    with answering(notebooks, environment()) as more:
        yield more


def ask(more, folder, code):
    """Ask for a kernel that runs a line first."""
    from forks import ADDRESS
    from kernels import fork

    words = ["-f", str(folder / "kernel.json"), "--transport=ipc", f"--IPKernelApp.exec_lines={code}"]
    return fork(more[ADDRESS], words, {"HOME": str(folder), "IPYTHONDIR": str(folder)}, str(folder))


def told(path):
    """What a kernel wrote, as soon as all of it is there."""
    end = time.monotonic() + LIMIT
    while not path.exists() or not path.read_text().endswith("\n"):
        assert time.monotonic() < end, f"waited {LIMIT} s for {path.name}"
        time.sleep(0.02)
    return path.read_text()


def ended(kernel):
    """Whether it ends, sooner or later."""
    end = time.monotonic() + LIMIT
    while kernel.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    return kernel.poll() == 1 and kernel.wait() == 1


SAYS = """
import os, sys
loaded = [name for name in ("statistics", "torch", "forks") if name in sys.modules]
own = not any(path.endswith("workflow") for path in sys.path)
print(os.getpid(), os.getcwd(), sorted(os.environ), loaded, own, file=open("said", "w"))
"""


def test_a_fork_has_what_was_imported_and_the_environment_it_is_given(answering, tmp_path):
    (tmp_path / "says.py").write_text(SAYS)
    kernel = ask(answering, tmp_path, "exec(open('says.py').read())")
    assert kernel.poll() is None
    said = told(tmp_path / "said")
    assert said.startswith(f"{kernel.pid} {tmp_path} [")
    assert "'HOME', 'IPYTHONDIR'" in said
    assert "PYTHONPATH" not in said  # which the others have
    assert said.endswith("['statistics'] True\n")
    kernel.send_signal(signal.SIGKILL)
    assert ended(kernel)


def test_it_dies_alone_when_it_ends_itself_or_who_asked_is_gone(answering, tmp_path):
    (tmp_path / "here").mkdir(), (tmp_path / "there").mkdir()
    first = ask(answering, tmp_path / "here", "__import__('os')._exit(9)")
    second = ask(answering, tmp_path / "there", "print('up', file=open('said', 'w'), flush=True)")
    assert ended(first)
    told(tmp_path / "there/said")
    assert second.poll() is None
    process = psutil.Process(second.pid)
    second.connection.close()
    psutil.wait_procs([process], timeout=LIMIT)
    assert not process.is_running()


def test_where_nobody_answers_there_is_no_fork(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(ROOT / "workflow"))
    from kernels import fork

    assert fork(str(tmp_path / "nobody"), [], {}, str(tmp_path)) is None


def test_when_what_answers_has_died_who_asks_is_refused_and_does_not_wait(answering, tmp_path):
    from forks import ADDRESS
    from kernels import fork

    (process,) = (each for each in psutil.Process().children() if "forks.py" in " ".join(each.cmdline()))
    assert os.getsid(process.pid) == process.pid  # what a terminal sends to a build is not for it
    process.kill()
    process.wait(LIMIT)
    with socket.socket(socket.AF_UNIX) as asked, pytest.raises(ConnectionRefusedError):
        asked.connect(answering[ADDRESS])
    assert fork(answering[ADDRESS], [], {}, str(tmp_path)) is None


def test_one_chapter_alone_asks_for_no_fork(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "workflow"))
    from forks import answering

    with answering([Path(sys.executable)], {}) as more:
        assert more == {}
