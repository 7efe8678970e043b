"""The composition root: the only place that builds the parts of a node and wires them, by hand."""

from fittrack.app.identity import AUDIENCE
from fittrack.app.node import Node
from fittrack.app.slices import SLICES

__all__ = ["AUDIENCE", "SLICES", "Node"]
