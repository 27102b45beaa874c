"""What a reader needs to get the same numbers again."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass
from typing import Any

from manytasks.checkout import commit
from manytasks.evidence.display import show

_started = time.perf_counter()


def provenance(profile: str, seed: int) -> None:
    """Show what a reader needs to get the same numbers: profile, seed, commit, versions, seconds.

    Args:
        profile: name of the profile that drew the page.
        seed: the seed of the run.
    """
    from importlib.metadata import version

    packages = ", ".join(
        f"{name} {version(name)}" for name in ("manytasks", "numpy", "scipy", "sympy", "torch")
    )
    seconds = time.perf_counter() - _started
    python = platform.python_version()
    here = commit()
    line = (
        f"Profile {profile}, seed {seed}, {seconds:.0f} seconds; commit {here[:10] + here[40:]}{named(here)};"
        f" Python {python}, {packages}."
    )
    show(_Html(f'<p class="provenance">{line}</p>', line))


def named(commit: str) -> str:
    """Return the name of a commit in the archive of Software Heritage, which needs no registration.

    Args:
        commit: its hash, with "+" if the checkout differs from it; "unknown" without git.

    Returns:
        The identifier in brackets; empty if what ran is no commit.

    Example:
        >>> named("84bbd093dd5f3c1a7c2f0b9e6d4a8c7b5e3f1a20")
        ' (swh:1:rev:84bbd093dd5f3c1a7c2f0b9e6d4a8c7b5e3f1a20)'
        >>> named("84bbd093dd5f3c1a7c2f0b9e6d4a8c7b5e3f1a20+")
        ''
    """
    return f" (swh:1:rev:{commit})" if len(commit) == 40 else ""


@dataclass(frozen=True)
class _Html:
    markup: str
    plain: str

    def __str__(self) -> str:
        return self.plain

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.markup, "text/plain": self.plain}
