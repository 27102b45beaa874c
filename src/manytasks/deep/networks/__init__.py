"""Networks of one shape, trained as one stack, and the plain module they must agree with."""

from manytasks.deep.networks.architecture import Architecture, draw_weights
from manytasks.deep.networks.ensemble import members_per_stack, train_members
from manytasks.deep.networks.mlp import MLP
from manytasks.deep.networks.resnet import ResNet, ResNetShape
from manytasks.deep.networks.stack import Stack
from manytasks.deep.networks.training import Network, Pool, Recipe, batch_order, evaluate, losses, train

__all__ = [
    "MLP",
    "Architecture",
    "Network",
    "Pool",
    "Recipe",
    "ResNet",
    "ResNetShape",
    "Stack",
    "batch_order",
    "draw_weights",
    "evaluate",
    "losses",
    "members_per_stack",
    "train",
    "train_members",
]
