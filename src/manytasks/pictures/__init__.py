"""Pictures that move, each written once: Python draws the still, SymPy prints the JavaScript."""

from manytasks.pictures.crossing import crossing
from manytasks.pictures.disagreement import disagreement
from manytasks.pictures.fits import fits
from manytasks.pictures.forgetting import forgetting
from manytasks.pictures.orders import orders
from manytasks.pictures.picture import Picture, load

PICTURES = ("crossing", "fits", "disagreement", "forgetting", "orders")  # in the order of the page

__all__ = ["PICTURES", "Picture", "crossing", "disagreement", "fits", "forgetting", "load", "orders"]
