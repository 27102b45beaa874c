"""Figures with sliders that live in the static page: Bokeh draws, SymPy writes the formulas in JavaScript."""

from manytasks.interactive.controls import Choice, Slider
from manytasks.interactive.formulas import javascript
from manytasks.interactive.page import load, show
from manytasks.interactive.plots import Mark, Plot, canvas
from manytasks.interactive.replay import replay_formulas

__all__ = ["Choice", "Mark", "Plot", "Slider", "canvas", "javascript", "load", "replay_formulas", "show"]
