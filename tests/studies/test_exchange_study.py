"""A network whose hidden units change places has the same function and other weights."""

import numpy as np
import torch

from manytasks.deep.measures.network import forward
from manytasks.deep.networks import Architecture, draw_weights
from manytasks.streams import stream
from manytasks.studies.networks.exchange import exchange_units


def test_the_function_stays_and_the_weights_do_not():
    shape = Architecture(6, 5, 3, 1, 4)
    theta = {name: torch.from_numpy(value) for name, value in draw_weights(shape, stream(1, "twin")).items()}
    for name in ("norm.0.weight", "norm.0.bias"):  # all equal at the start: an exchange would change nothing
        theta[name] = torch.from_numpy(stream(1, name).standard_normal(5))
    twin = exchange_units(theta, torch.tensor([2, 0, 1, 4, 3]))
    probe = torch.from_numpy(stream(1, "probe").standard_normal((50, 6)))
    np.testing.assert_allclose(forward(theta, probe)[1], forward(twin, probe)[1], atol=1e-12)
    changed = {name for name in theta if not torch.equal(theta[name], twin[name])}
    assert changed == {"hidden.0.weight", "norm.0.weight", "norm.0.bias", "hidden.1.weight"}
