"""Forks of one process that has imported what all chapters import: a kernel that is there at once.

`forks.py NOTEBOOK...` answers at the socket that it finds as its standard input; `answering` starts it.
Every chapter still has a process of its own, in an environment of its own; what they share is read only.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from threading import Thread

ADDRESS = "MANYTASKS_FORKS"  # where they are asked for
INLINE = "module://matplotlib_inline.backend_inline"  # what a kernel draws with
LONGEST = 70  # bytes of a folder in which a socket's path has room: the whole may have 107


def preload(sources: Iterable[str]) -> None:
    """Import what chapters import, given their text, once for all forks."""
    for module, name in imports(sources):
        with suppress(Exception):  # whatever it is, the chapter that needs it says so
            getattr(importlib.import_module(module), name, None)  # some packages load a part when it is named


def imports(sources: Iterable[str]) -> list[tuple[str, str]]:
    """Return the modules that chapters import, each with the name that is taken from it, or none."""
    from dependencies import python

    found: dict[tuple[str, str], None] = {}
    for source in sources:
        with suppress(SyntaxError, ValueError):  # a chapter that cannot be read imports nothing
            for node in ast.walk(ast.parse(python(source))):
                if isinstance(node, ast.Import):
                    found |= {(alias.name, ""): None for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found |= {(node.module, alias.name): None for alias in node.names}
    return list(found)


def private_folder() -> TemporaryDirectory[str]:
    """Return a folder for sockets, which no other user and no other kernel can reach."""
    place = None if len(os.fsencode(gettempdir())) < LONGEST else "/tmp"
    return TemporaryDirectory(dir=place, ignore_cleanup_errors=True)


@contextmanager
def answering(notebooks: Sequence[Path], environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Let forks be asked for while steps run; yield what the environment of these steps must say.

    One notebook alone would wait as long for the first process as for a kernel of its own.
    """
    if len(notebooks) < 2:
        yield {}
        return
    with private_folder() as folder:
        # Nobody else keeps the socket: once who answers is gone, who asks is refused and does not wait.
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address := f"{folder}/forks")
            listener.listen(128)
            command, own = [sys.executable, __file__, *map(str, notebooks)], dict(environment)
            # In a session of its own: Ctrl-C ends the build, which then ends this.
            process = subprocess.Popen(command, stdin=listener.fileno(), env=own, start_new_session=True)
        with process:
            try:
                yield {ADDRESS: address}
            finally:
                process.kill()


def answer(listener: socket.socket) -> None:
    """Fork for everyone who asks, until the process that started this one is gone."""
    parent = os.getppid()
    listener.settimeout(1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a fork: its socket says when it ends
    while os.getppid() == parent:
        with suppress(TimeoutError):
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    become_kernel(connection)


def become_kernel(connection: socket.socket) -> None:
    """Be the kernel that is asked for, until it is told to stop or whoever asked is gone."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        connection.settimeout(None)
        with connection.makefile("r", encoding="utf-8") as lines:
            asked = json.loads(lines.readline())
        os.environ.clear()
        os.environ.update(asked["environment"])
        os.chdir(asked["folder"])
        connection.sendall(b"%d\n" % os.getpid())
        Thread(target=end_with, args=(connection,), daemon=True).start()
        from ipykernel.kernelapp import IPKernelApp

        IPKernelApp.launch_instance([*asked["words"], f"--IPKernelApp.parent_handle={os.getppid()}"])
        status = 0
    finally:
        sys.stdout.flush()
        os._exit(status)  # the rest of this file is not the kernel's


def end_with(connection: socket.socket) -> None:
    """End this process as soon as the other side of the connection is gone."""
    with suppress(OSError):
        connection.recv(1)
    os._exit(1)


def main() -> None:
    """Import everything, then answer; who asks earlier waits."""
    os.environ["MPLBACKEND"] = INLINE
    importlib.import_module("ipykernel.kernelapp")
    preload(Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
    listener = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.path.remove(str(Path(__file__).parent))  # a chapter does not import the steps of the build
    answer(listener)


if __name__ == "__main__":
    import environment  # noqa: F401 - this tree's package

    main()
