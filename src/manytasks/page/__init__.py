"""How a chapter speaks and draws: a recipe takes numbers and never measures any."""

from manytasks.page.changes import in_percent, percent
from manytasks.page.curves import curves, number_axis
from manytasks.page.dots import dots
from manytasks.page.landscape import landscape
from manytasks.page.mark import mark
from manytasks.page.numbers import number, share, signed, times_ten
from manytasks.page.panel import panel, rows
from manytasks.page.predictions import predictions
from manytasks.page.quartiles import quartiles
from manytasks.page.ranking import grouped_ranking, ranking, rankings
from manytasks.page.say import say
from manytasks.page.slopes import slopes
from manytasks.page.tables import table

__all__ = [
    "curves",
    "dots",
    "grouped_ranking",
    "in_percent",
    "landscape",
    "mark",
    "number",
    "number_axis",
    "panel",
    "percent",
    "predictions",
    "quartiles",
    "ranking",
    "rankings",
    "rows",
    "say",
    "share",
    "signed",
    "slopes",
    "table",
    "times_ten",
]
