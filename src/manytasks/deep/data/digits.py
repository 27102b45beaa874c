"""1,797 real handwritten digits of 8 x 8 pixels, which ship inside scikit-learn."""

from __future__ import annotations

import numpy as np

from manytasks.deep.data.dataset import Dataset
from manytasks.streams import stream

# The split is part of the data set, not of a run: every seed of every sweep sees the same test images.
SPLIT_SEED = 0
TEST_SHARE = 1 / 3


def load_digits() -> Dataset:
    """Load the handwritten digits, a third of each class held out.

    Returns:
        1,201 training and 596 test images of 8 x 8 pixels in 10 classes; 16 grey levels spread over 0..255.

    Example:
        >>> digits = load_digits()
        >>> digits.train_images.shape, digits.test_images.shape
        ((1201, 8, 8, 1), (596, 8, 8, 1))
    """
    from sklearn.datasets import load_digits as load  # a second to import, and only digits needs it

    bunch = load()
    images = np.round(bunch.images * (255 / 16)).astype(np.uint8)[..., None]
    labels = bunch.target.astype(np.int64)
    order = stream(SPLIT_SEED, "digits", "split").permutation(len(labels))
    images, labels = images[order], labels[order]
    test = np.zeros(len(labels), bool)
    for label in range(10):
        members = np.flatnonzero(labels == label)
        test[members[: int(len(members) * TEST_SHARE)]] = True
    names = tuple(str(label) for label in range(10))
    return Dataset("digits", images[~test], labels[~test], images[test], labels[test], names)
