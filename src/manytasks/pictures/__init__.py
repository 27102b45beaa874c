"""Pictures that move, each written once: Python draws the still, SymPy prints the JavaScript."""

from manytasks.pictures.crossing import crossing
from manytasks.pictures.disagreement import disagreement
from manytasks.pictures.fits import fits
from manytasks.pictures.forgetting import forgetting
from manytasks.pictures.orders import orders
from manytasks.pictures.picture import Picture, load
from manytasks.pictures.pooled import pooled
from manytasks.pictures.rounds import rounds
from manytasks.pictures.training import training

# Those of the ten minutes in their order, then those of chapters and that of the first page.
PICTURES = ("crossing", "fits", "disagreement", "forgetting", "orders", "training", "rounds", "pooled")

__all__ = [
    "PICTURES",
    "Picture",
    "crossing",
    "disagreement",
    "fits",
    "forgetting",
    "load",
    "orders",
    "pooled",
    "rounds",
    "training",
]
