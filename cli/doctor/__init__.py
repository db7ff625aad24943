"""`statefast doctor`: what is wrong with a cluster or a state, and what helps."""

from .wedged import Wedged, find_wedged, remedy

__all__ = ["Wedged", "find_wedged", "remedy"]
