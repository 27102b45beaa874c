"""The kernel that runs a chapter: of the Python that builds the book, and forked where forks are at hand."""

from __future__ import annotations

import json
import os
import select
import socket
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from forks import ADDRESS
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import default


class Fork:
    """A process that another one forked for us: what `subprocess.Popen` is to our own."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.connection, self.pid = connection, pid

    def poll(self) -> int | None:
        """Return None while it lives, else 1: nobody but its parent learns more."""
        return 1 if select.select([self.connection], [], [], 0)[0] else None

    def wait(self) -> int:
        """Wait for its end."""
        select.select([self.connection], [], [])
        self.connection.close()
        return 1

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


def fork(address: str, words: list[str], environment: dict[str, str], folder: str) -> Fork | None:
    """Ask for a fork that becomes a kernel, as the words of a command line say; None where nobody answers."""
    connection = socket.socket(socket.AF_UNIX)
    with suppress(OSError):
        connection.connect(address)
        asked = {"words": words, "environment": environment, "folder": folder}
        connection.sendall(f"{json.dumps(asked)}\n".encode())
        with connection.makefile("r", encoding="utf-8") as lines:
            if pid := lines.readline():
                return Fork(connection, int(pid))
    connection.close()
    return None


class Forked(LocalProvisioner):
    """Kernels that are forked where that is possible, and else started as always."""

    process: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel, or start one."""
        folder = str(kwargs.get("cwd") or Path.cwd())
        words = cmd[cmd.index("ipykernel_launcher") + 1 :]
        asked = os.environ.get(ADDRESS) and fork(os.environ[ADDRESS], words, kwargs["env"], folder)
        if not asked:
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid, self.cwd = asked, asked.pid, asked.pid, folder
        return self.connection_info


class OwnKernel(AsyncKernelManager):
    """A kernel of the Python that builds the book, whatever kernels the machine knows by name."""

    @default("kernel_spec_manager")
    def _no_other(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.provisioner = Forked(kernel_id=str(uuid.uuid4()), kernel_spec=self.kernel_spec, parent=self)
