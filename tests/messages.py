"""Error messages are part of the interface: tests match all of one, not a word of it."""

import re


def whole(message):
    """A pattern for ``pytest.raises(match=...)`` that only this message fits."""
    return f"^{re.escape(message)}$"
