"""How the tests run: by turns, side by side, and none of them silently not."""

pytest_plugins = ["rotation", "skips", "parallel"]
