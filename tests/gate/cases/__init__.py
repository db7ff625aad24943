"""Previews made by hand: dangerous ones that once passed, and harmless ones that were stopped.

Each dangerous one has its verdict, one of the rules that say so, and what its owner would have to
consent to, without the mark of the object's identity; nothing where nobody can.
"""

from .bookkeeping import BOOKKEEPING
from .elsewhere import MOVED, PROVIDERS, believed
from .folders import FOLDERS
from .harmless import HARMLESS as HARMLESS_ONCE_STOPPED
from .harmless_too import HARMLESS_TOO
from .made import Case
from .operators import OPERATORS
from .others import OTHERS
from .together import TOGETHER
from .unseen import UNSEEN
from .workloads import WORKLOADS, mounts

__all__ = ["CASES", "HARMLESS", "Case"]

HARMLESS = {**HARMLESS_ONCE_STOPPED, **HARMLESS_TOO}
CASES: dict[str, Case] = {
    **PROVIDERS,
    **believed(),
    **MOVED,
    **mounts(),
    **WORKLOADS,
    **OTHERS,
    **BOOKKEEPING,
    **UNSEEN,
    **OPERATORS,
    **TOGETHER,
    **FOLDERS,
}
