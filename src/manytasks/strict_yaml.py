"""YAML as people mean it: a key that stands there twice is a mistake, and 1e-3 is a number."""

from __future__ import annotations

import re
from typing import Any

import yaml


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands there twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


# YAML 1.1 wants 1.0e-3; everybody writes what Python and YAML 1.2 take.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+$"), list("-+0123456789")
)


def load(text: str, name: str) -> Any:
    r"""Read a YAML document of plain values.

    Args:
        text: the document.
        name: what to call it in an error.

    Returns:
        Mappings, lists, text and numbers; None if the document is empty.

    Raises:
        ValueError: if it cannot be read or uses a key twice; it names document and line.

    Example:
        >>> load("noise: 1e-3", "smoke.yml")
        {'noise': 0.001}
        >>> load("a: 1\na: 2", "smoke.yml")
        Traceback (most recent call last):
        ...
        ValueError: smoke.yml, line 2: the key 'a' stands there twice
    """
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        line = f", line {min(place.line, text.count(chr(10))) + 1}" if place else ""
        raise ValueError(f"{name}{line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:  # a control character; a date such as 2020-13-45
        raise ValueError(f"{name}: {' '.join(str(error).split())}") from None
