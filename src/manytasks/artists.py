"""What axes draw, point by point: read from Matplotlib's artists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import (
    Collection,
    LineCollection,
    PathCollection,
    PolyCollection,
    QuadMesh,
)
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.contour import ContourSet
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, StepPatch

Point = tuple[Any, Any, Any, Any, Any]  # x, y, low, high, value; None for what it has not


class Unreadable(ValueError):
    """An artist whose numbers cannot be read."""


def points(ax: Axes) -> Iterator[tuple[str, Point]]:
    """Yield name of the series and point, in the order in which things were drawn.

    Args:
        ax: as drawn.

    Yields:
        One for every point of a series.

    Raises:
        Unreadable: if an artist's numbers cannot be read.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> figure, ax = plt.subplots()
        >>> bars = ax.bar([1, 2], [0.5, 1.5], label="errors")
        >>> [(name, float(point[0]), float(point[1])) for name, point in points(ax)]
        [('errors', 1.0, 0.5), ('errors', 2.0, 1.5)]
        >>> plt.close(figure)
    """
    seen: set[int] = set()
    count = 0

    def name(artist: Any) -> str:
        nonlocal count
        label = str(artist.get_label() or "")
        count += 1
        return f"series {count}" if not label or label.startswith("_") else label

    for container in ax.containers:
        if isinstance(container, ErrorbarContainer):
            seen |= {id(part) for part in _parts(container)}
            yield from _named(name(container), _error_bars(container))
        elif isinstance(container, BarContainer):
            seen |= {id(part) for part in container.patches}
            unnamed = str(container.get_label() or "_").startswith("_")  # of a histogram the first bar has it
            labelled = container.patches[0] if unnamed and container.patches else container
            yield from _named(name(labelled), _bars(container))
    for line in ax.lines:
        if id(line) not in seen and all(line.get_transform().contains_branch_seperately(ax.transData)):
            yield from _named(name(line), _points(line))
    for collection in ax.collections:
        if id(collection) not in seen:
            yield from _collection(ax, collection, name)
    for image in ax.images:
        yield from _named(name(image), _image(image))
    for patch in ax.patches:
        if isinstance(patch, StepPatch):
            values, edges = (_floats(part) for part in patch.get_data()[:2])
            yield from _named(name(patch), _pairs(np.stack([(edges[1:] + edges[:-1]) / 2, values], 1)))
        elif (
            isinstance(patch, Polygon)
            and id(patch) not in seen
            and patch.get_transform().contains_branch(ax.transData)
        ):
            yield from _named(name(patch), _pairs(patch.get_xy()))


def _named(name: str, points: Iterator[Point]) -> Iterator[tuple[str, Point]]:
    return ((name, point) for point in points)


def _parts(container: ErrorbarContainer) -> list[Any]:
    line, caps, bars = container.lines
    return [*([] if line is None else [line]), *caps, *bars]


def _floats(numbers: Any) -> np.ndarray:
    """Return an array of floats, nan where something is masked.

    Returns:
        Of the same shape.
    """
    return np.ma.filled(np.ma.asarray(numbers, dtype=float), np.nan)


def _pairs(points: Any) -> Iterator[Point]:
    return ((x, y, None, None, None) for x, y in _floats(points))


def _points(line: Line2D) -> Iterator[Point]:
    both = np.stack([_floats(part) for part in line.get_data(orig=False)], 1)
    return _pairs(both[~np.isnan(both[:, 1])])


def _error_bars(container: ErrorbarContainer) -> Iterator[Point]:
    """Yield the points with the ends of their bars; where there are bars both ways, those along y.

    Yields:
        x, y, low, high.
    """
    line, _, bars = container.lines
    segments = [_floats(each) for each in bars[-1].get_segments()]
    along = 1 if container.has_yerr else 0
    ends = [
        (*sorted(segment[:, along]), segment[:, 1 - along].mean()) for segment in segments if len(segment)
    ]
    if line is None:
        for low, high, at in ends:
            yield (at, None, low, high, None) if along else (None, at, low, high, None)
        return
    x, y = (_floats(part) for part in line.get_data(orig=False))
    at = {float(f"{other:.12g}"): (low, high) for low, high, other in ends}
    for k, (a, b) in enumerate(zip(x, y, strict=True)):
        if np.isnan(a) or np.isnan(b):
            continue
        if len(segments) == len(x):  # a bar for each, in order
            low, high = sorted(segments[k][:, along]) if len(segments[k]) else (None, None)
        else:
            low, high = at.get(float(f"{a if along else b:.12g}"), (None, None))
        yield a, b, low, high, None


def _bars(container: BarContainer) -> Iterator[Point]:
    for bar in container.patches:
        if container.orientation == "horizontal":
            yield bar.get_x() + bar.get_width(), bar.get_y() + bar.get_height() / 2, None, None, None
        else:
            yield bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height(), None, None, None


def _collection(ax: Axes, drawn: Collection, name: Any) -> Iterator[tuple[str, Point]]:
    """Yield what a collection draws.

    Yields:
        Series and point.

    Raises:
        Unreadable: if its kind is not known.
    """
    if isinstance(drawn, ContourSet):
        yield from _contours(drawn, name(drawn))
    elif isinstance(drawn, QuadMesh):
        corners, values = _floats(drawn.get_coordinates()), _floats(drawn.get_array()).ravel()
        middles = (corners[1:, 1:] + corners[:-1, 1:] + corners[1:, :-1] + corners[:-1, :-1]) / 4
        points = middles if values.size == middles.size // 2 else corners
        yield from _named(name(drawn), _coloured(points.reshape(-1, 2), values))
    elif isinstance(drawn, PathCollection):
        points, colours = _floats(drawn.get_offsets()), drawn.get_array()
        shown = _pairs(points) if colours is None else _coloured(points, _floats(colours))
        yield from _named(name(drawn), shown)
    elif isinstance(drawn, LineCollection):
        if all(drawn.get_transform().contains_branch_seperately(ax.transData)):
            label = name(drawn)
            for k, segment in enumerate(drawn.get_segments()):
                yield from _named(f"{label}, {k + 1}", _pairs(segment))
    elif isinstance(drawn, PolyCollection):
        label = name(drawn)
        for path in drawn.get_paths():
            yield from _named(label, _band(_floats(path.vertices), getattr(drawn, "t_direction", "x"), label))
    else:
        raise Unreadable(f"the numbers of a {type(drawn).__name__} cannot be read")


def _coloured(points: np.ndarray, values: np.ndarray) -> Iterator[Point]:
    return ((x, y, None, None, value) for (x, y), value in zip(points, values, strict=True))


def _band(corners: np.ndarray, along: str, label: str) -> Iterator[Point]:
    """Yield the edges of what ``fill_between`` has filled: out along one curve, back along the other.

    Yields:
        x, low, high.

    Raises:
        Unreadable: if it is another shape.
    """
    count = (len(corners) - 3) // 2
    out, back = corners[1 : count + 1], corners[count + 2 : 2 * count + 2][::-1]
    axis = 0 if along == "x" else 1
    if len(corners) != 2 * count + 3 or not np.allclose(out[:, axis], back[:, axis]):
        raise Unreadable(f"the numbers of the polygon {label!r} cannot be read")
    for first, second in zip(out, back, strict=True):
        low, high = sorted((first[1 - axis], second[1 - axis]))
        at = first[axis]
        yield (at, None, low, high, None) if axis == 0 else (None, at, low, high, None)


def _contours(drawn: ContourSet, label: str) -> Iterator[tuple[str, Point]]:
    """Yield the lines of every level.

    Yields:
        Series and point; the level is the value.

    Raises:
        Unreadable: if areas and not lines are drawn.
    """
    if drawn.filled:
        raise Unreadable("the numbers of filled contours cannot be read")
    for level, path in zip(_floats(drawn.levels), drawn.get_paths(), strict=True):
        for k, line in enumerate(path.to_polygons(closed_only=False)):
            points = _floats(line)
            yield from _named(f"{label}, {k + 1}", _coloured(points, np.full(len(points), level)))


def _image(image: AxesImage) -> Iterator[Point]:
    """Yield the middle and the value of every pixel.

    Yields:
        x, y, value.

    Raises:
        Unreadable: if it shows colours and no values.
    """
    values = _floats(image.get_array())
    if values.ndim != 2:
        raise Unreadable("the numbers of a picture in colours cannot be read")
    left, right, bottom, top = image.get_extent()
    height, width = values.shape
    across = left + (np.arange(width) + 0.5) * (right - left) / width
    down = np.arange(height) + 0.5
    up = bottom + (down if image.origin == "lower" else height - down) * (top - bottom) / height
    for y, line in zip(up, values, strict=True):
        yield from ((x, y, None, None, value) for x, value in zip(across, line, strict=True))
