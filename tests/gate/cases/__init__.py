"""Previews made by hand: dangerous ones that once passed, and harmless ones that were stopped.

Each dangerous one has its verdict, one of the rules that say so, and what its owner would have to
consent to, without the mark of the object's identity; nothing where nobody can.
"""

from .bookkeeping import BOOKKEEPING
from .elsewhere import MOVED, PROVIDERS, believed
from .harmless import HARMLESS
from .made import Case
from .others import OTHERS
from .workloads import WORKLOADS, mounts

__all__ = ["CASES", "HARMLESS", "Case"]

CASES: dict[str, Case] = {
    **PROVIDERS,
    **believed(),
    **MOVED,
    **mounts(),
    **WORKLOADS,
    **OTHERS,
    **BOOKKEEPING,
}
