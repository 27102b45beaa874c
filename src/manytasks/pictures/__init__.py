"""Pictures that move, each written once: Python draws the still, SymPy prints the JavaScript."""

from manytasks.pictures.crossing import crossing
from manytasks.pictures.picture import Picture, load

PICTURES = ("crossing",)  # in the order of the page

__all__ = ["PICTURES", "Picture", "crossing", "load"]
