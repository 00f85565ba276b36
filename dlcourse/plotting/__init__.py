"""The course's figures: one style, text for those who cannot see them, numbers for everyone.

Every function takes data (tensors on any device, arrays, lists, histories of training), needs no
display and returns a :class:`Figure`, which a notebook shows with its alternative text.  The
numbers in a figure are ``figure.table()``; ``figure.save(path)`` writes picture, numbers and text.
Drawings of ideas are made in :mod:`dlcourse.plotting.diagrams`, figures that answer their reader
by :func:`live`.
"""

from dlcourse.plotting.animation import Animation
from dlcourse.plotting.bars import bars
from dlcourse.plotting.contours import contours
from dlcourse.plotting.figure import PALETTE, Figure
from dlcourse.plotting.fits import function_fits
from dlcourse.plotting.heat_maps import heat_maps
from dlcourse.plotting.histogram import histograms
from dlcourse.plotting.images import image_grid
from dlcourse.plotting.learning import learning_curves
from dlcourse.plotting.live import eight_bits, live
from dlcourse.plotting.paths import paths
from dlcourse.plotting.points import points
from dlcourse.plotting.series import curves
from dlcourse.plotting.sliding import sliding_window

__all__ = [
    "PALETTE",
    "Animation",
    "Figure",
    "bars",
    "contours",
    "curves",
    "eight_bits",
    "function_fits",
    "heat_maps",
    "histograms",
    "image_grid",
    "learning_curves",
    "live",
    "paths",
    "points",
    "sliding_window",
]
