"""Kinks: which units are active, and which steps change that."""

import numpy as np
import torch

from manytasks import flow
from manytasks.studies.dynamics.kinks import active, crossing_share
from manytasks.studies.dynamics.random_pairs import generator_of, normal, starts

NETWORK = flow.Network((2, 3, 1), "relu")
generator = generator_of(1, "kinks")
X, Y = normal(generator, 5, 2), normal(generator, 5, 1)


def test_outputs_are_linear_in_what_is_active():
    """The network's own output is the last layer of what the active units pass on."""
    theta = starts(NETWORK, 1, 1, "kinks")[0]
    weights, biases = theta[:6].reshape(2, 3), theta[6:9]
    hidden = (X @ weights + biases) * active(NETWORK, theta, X)
    expected = hidden @ theta[9:12].reshape(3, 1) + theta[12]
    torch.testing.assert_close(NETWORK(theta, X), expected)
    assert 0 < active(NETWORK, theta, X).double().mean() < 1


def test_the_share_is_counted_network_by_network():
    many = starts(NETWORK, 12, 1, "kinks", scale=1.5)
    loss = NETWORK.squared_loss(X, Y)
    found = crossing_share(NETWORK, X, Y, many, [1e-9, 0.02, 0.3])
    for rate, share in found.items():
        crossed = [
            bool((active(NETWORK, t, X) != active(NETWORK, t - rate * torch.func.grad(loss)(t), X)).any())
            for t in many
        ]
        assert share == np.mean(crossed)
    shares = list(found.values())
    assert shares[0] == 0 < shares[1] < shares[2]
