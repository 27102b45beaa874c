"""What keeps two workers busy to the end: no worker waits for another one.

Long files come first, and files that read the smoke book after others that give it time to be built.
"""

import hypothesis

hypothesis.settings.register_profile("beside others", deadline=None)  # a neighbour may take the processor
hypothesis.settings.load_profile("beside others")


def pytest_collection_modifyitems(items):
    places = {}
    for item in items:
        places[item.path] = min(place(item), places.get(item.path, place(item)))
    items.sort(key=lambda item: places[item.path])  # stable: files and their tests keep their order otherwise


def place(item):
    """Who builds the smoke book, who builds other books, who reads the smoke book, and all the rest."""
    names = getattr(item, "fixturenames", ())
    if item.path.name == "test_smoke_book.py":
        return 0
    return 2 if "smoke" in names else 1 if item.get_closest_marker("book") else 3
