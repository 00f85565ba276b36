"""Drawings of ideas: boxes, operators, blocks of tensors, arrows that find their way.

A drawing is made of parts that are placed beside each other and never by coordinates, is written
as SVG whose colors are those of the plots and follow the page's theme, and has its texts by key.

Why ours: schemdraw routes wires but knows no tensors and fixes its colors and the widths of its
texts, drawsvg and svg.py write elements and place nothing, and Graphviz needs a program outside of
Python and does not let an author say what stands beside what.
What was missing, placing and routing, is what is here; an SVG itself is a few lines of text.
"""

from dlcourse.plotting.diagrams.beams import beam
from dlcourse.plotting.diagrams.cells import gru_cell, lstm_cell, rnn_cell, unrolled
from dlcourse.plotting.diagrams.drawing import Drawing
from dlcourse.plotting.diagrams.look import COLORS
from dlcourse.plotting.diagrams.networks import layer_chain, units
from dlcourse.plotting.diagrams.planes import plane
from dlcourse.plotting.diagrams.sequences import attention, graph, text_windows, tree

__all__ = [
    "COLORS",
    "Drawing",
    "attention",
    "beam",
    "graph",
    "gru_cell",
    "layer_chain",
    "lstm_cell",
    "plane",
    "rnn_cell",
    "text_windows",
    "tree",
    "units",
    "unrolled",
]
