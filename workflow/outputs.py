"""What the book adds to a notebook's outputs when it stages them: links that only the whole book can have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

PROVENANCE = re.compile(r'(<p class="provenance">.*?)</p>', re.DOTALL)


def with_links(notebook: bytes, page: Path) -> bytes:
    """Return an executed notebook with the links of its page.

    Args:
        notebook: as executed.
        page: its path in the book, such as ``notebooks/part/name.ipynb``.
    """
    content, root = json.loads(notebook), "../" * (len(page.parts) - 1)
    link = f'{ran(content.get("metadata", {}))} <a href="{root}book/same.html">The same elsewhere?</a></p>'
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            if markup := "".join(output.get("data", {}).get("text/html", "")):
                output["data"]["text/html"] = PROVENANCE.sub(rf"\1{link}", markup)
    return json.dumps(content).encode()


def ran(metadata: Mapping[str, Any]) -> str:
    """Say on which day a notebook ran, and by which key a build knows that it need not run again."""
    end, key = metadata.get("papermill", {}).get("end_time"), metadata.get("manytasks", {}).get("digest")
    if not end or not key:
        return ""
    day = datetime.fromisoformat(end)
    return f" Ran on {day.day} {day:%B %Y}, key {key[:10]}."
