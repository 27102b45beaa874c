"""What the book adds to a notebook's outputs when it stages them: links that only the whole book can have."""

from __future__ import annotations

import json
import re
from pathlib import Path

PROVENANCE = re.compile(r'(<p class="provenance">.*?)</p>', re.DOTALL)


def with_links(notebook: bytes, page: Path) -> bytes:
    """Return an executed notebook with the links of its page.

    Args:
        notebook: as executed.
        page: its path in the book, such as ``notebooks/part/name.ipynb``.
    """
    content, root = json.loads(notebook), "../" * (len(page.parts) - 1)
    link = f' <a href="{root}book/same.html">The same elsewhere?</a></p>'
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            if markup := "".join(output.get("data", {}).get("text/html", "")):
                output["data"]["text/html"] = PROVENANCE.sub(rf"\1{link}", markup)
    return json.dumps(content).encode()
