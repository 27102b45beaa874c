"""Frozen networks that turn images into features: one trained by us, two that a reader may put beside it."""

from manytasks.deep.backbones.backbone import BACKBONES, find_backbone
from manytasks.deep.backbones.cache import cached_features, compute_features

__all__ = ["BACKBONES", "cached_features", "compute_features", "find_backbone"]
