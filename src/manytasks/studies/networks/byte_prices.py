"""What a stored sample costs, and what Paper A's pairs of network and buffer cost by that price."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from manytasks.deep.sweeps.replay_budget import TABLE_1, sample_bytes

STORED = ("uint8", "float32")  # the image, a byte a pixel; the numbers that the network reads
# By data set: numbers of an image as the release counts them, features of the frozen backbone, classes.
RELEASED = {
    "cifar100": (32 * 32 * 3, 512, 100),
    "cub200": (224 * 224 * 3, 768, 200),
    "imagenet-r": (224 * 224 * 3, 768, 200),
}
COUNTED_CLASSES, COUNTED_BYTES = 100, 8  # in the release: classes of every data set, bytes of a number


def sample_prices(rows: pd.DataFrame, streams: Iterable[str]) -> dict[tuple[str, str], int]:
    """Return the bytes of a stored sample.

    Args:
        rows: a table of the sweep ``replay-budget``, whose settings count.
        streams: data of the tasks, as the sweep names them.

    Returns:
        By stream and ``STORED``.

    Example:
        >>> sample_prices(pd.DataFrame({"components": [64]}), ["glyphs"])
        {('glyphs', 'uint8'): 785, ('glyphs', 'float32'): 257}
    """
    settings = rows.iloc[0].to_dict()
    return {
        (stream, stored): sample_bytes(settings | {"stream": stream, "stored": stored})
        for stream in streams
        for stored in STORED
    }


def official_pairs() -> pd.DataFrame:
    """Count the memory of the six pairs of network and buffer in Table 1 of Paper A, twice.

    Returns:
        A row per data set and ``pair``, from no buffer on: ``counted`` bytes as its released code counts them
        (a number of an image is 8 bytes, every data set has 100 classes), and ``stored`` bytes if a sample
        is what a frozen backbone says, float32, and a label.

    Example:
        >>> official_pairs().query("data_set == 'cifar100'").stored.div(1e6).round(0).tolist()
        [123.0, 100.0, 78.0, 55.0, 33.0, 11.0]
    """
    found = []
    for name, (numbers, features, labels) in RELEASED.items():
        kept, width = np.array(TABLE_1[name]).T
        network = 4 * (2 * width**2 + (features + labels + 9) * width + labels)
        counted = network + kept * COUNTED_CLASSES * numbers * COUNTED_BYTES
        stored = network + kept * labels * (4 * features + 1)
        pairs = range(1, len(kept) + 1)
        columns = {"data_set": name, "pair": pairs, "counted": counted, "stored": stored}
        found.append(pd.DataFrame(columns))
    return pd.concat(found, ignore_index=True)
