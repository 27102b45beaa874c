"""What explorers carry into a page: programs and a style sheet, each in its file."""

from importlib import resources


def text(name: str) -> str:
    """Read one of the files of this folder.

    Args:
        name: its name.

    Returns:
        What it says.

    Example:
        >>> text("explore.js").startswith("// ")
        True
    """
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
