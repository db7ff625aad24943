"""Dangerous previews made by hand, by the reason for which they once passed.

Each has its verdict, one of the rules that say so, and what its owner would have to consent to,
without the mark of the object's identity; nothing where nobody can.
"""

from .bookkeeping import BOOKKEEPING
from .elsewhere import MOVED, PROVIDERS, believed
from .made import Case
from .others import OTHERS
from .workloads import WORKLOADS, mounts

__all__ = ["CASES", "Case"]

CASES: dict[str, Case] = {
    **PROVIDERS,
    **believed(),
    **MOVED,
    **mounts(),
    **WORKLOADS,
    **OTHERS,
    **BOOKKEEPING,
}
