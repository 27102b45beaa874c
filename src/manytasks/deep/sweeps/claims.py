"""Several processes may work on one sweep: each cell is computed by the one that claims it."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from manytasks.deep.sweeps.cells import read_cell

POLL = 0.2  # seconds between two looks at the cells of others
PATIENCE = 5.0  # seconds to wait without a word


@contextmanager
def claimed(path: Path, wait: bool = False) -> Iterator[bool]:
    """Claim a file among the processes that share its folder.

    The claim is a lock of the operating system: it ends with the process, however that ends.

    Args:
        path: the file; the lock is beside it.
        wait: whether to wait until nobody else holds it.

    Yields:
        Whether it is ours; if not, another process holds it.
    """
    lock = FileLock(path.with_suffix(".lock"))
    try:
        yield _acquire(lock, wait)
    finally:
        if lock.is_locked:
            lock.release()


def _acquire(lock: BaseFileLock, wait: bool) -> bool:
    try:
        lock.acquire(timeout=PATIENCE if wait else 0)
    except Timeout:
        if not wait:
            return False
        print(f"waiting for {lock.lock_file}, which another process holds", file=sys.stderr)
        lock.acquire()
    except (NotImplementedError, OSError):
        pass  # a file system without locks: better twice than never
    return True


def take_turns(files: Sequence[Path], todo: Iterable[int], deadline: float | None) -> Iterator[int]:
    """Go through cells that other processes may be computing, too.

    Args:
        files: of all cells.
        todo: positions of those to be computed.
        deadline: when to stop waiting for others, in seconds of ``time.monotonic``.

    Yields:
        Positions, each while its cell is claimed. Those that others hold come last, when they are free; they
        are left out if the other process has finished them.
    """
    queue = deque(todo)
    known = {i: _written(files[i]) for i in queue}
    busy = 0  # cells at the end of the queue that others hold
    silent = True
    while queue:
        if busy == len(queue):
            if deadline is not None and time.monotonic() > deadline:
                return
            if silent:
                print(f"waiting for {busy} cells that other processes compute", file=sys.stderr)
                silent = False
            time.sleep(POLL)
            busy = 0
        i = queue.popleft()
        with claimed(files[i]) as ours:
            if not ours:
                queue.append(i)
                busy += 1
            elif _written(files[i]) in (None, known[i]):
                busy = 0
                yield i


def _written(path: Path) -> int | None:
    """Say when a cell file was written.

    Returns:
        A time stamp; None if there is no whole one.
    """
    try:
        read_cell(path)
        return path.stat().st_mtime_ns
    except (OSError, ValueError):
        return None
