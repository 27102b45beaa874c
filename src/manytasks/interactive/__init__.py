"""Figures with sliders that live in the static page: Bokeh draws, SymPy writes the formulas in JavaScript."""

from manytasks.interactive.controls import Choice, Slider
from manytasks.interactive.curves import curves
from manytasks.interactive.flow_plots import flow_formulas, flow_plots
from manytasks.interactive.formulas import javascript
from manytasks.interactive.multitask import (
    alone_terms,
    differing_terms,
    gain_terms,
    multitask_formulas,
    pooled_terms,
)
from manytasks.interactive.page import load, show
from manytasks.interactive.plots import Mark, Plot, canvas
from manytasks.interactive.replay import replay_formulas
from manytasks.interactive.replay_plots import budget_plots, replay_plots

__all__ = [
    "Choice",
    "Mark",
    "Plot",
    "Slider",
    "alone_terms",
    "budget_plots",
    "canvas",
    "curves",
    "differing_terms",
    "flow_formulas",
    "flow_plots",
    "gain_terms",
    "javascript",
    "load",
    "multitask_formulas",
    "pooled_terms",
    "replay_formulas",
    "replay_plots",
    "show",
]
