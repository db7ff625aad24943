"""How bad it is, from nothing to the worst."""

from enum import IntEnum
from typing import Self

__all__ = ["Severity"]


class Severity(IntEnum):
    """What an edit does to the data, in order."""

    SAFE = 0
    """No volume and no pod is touched, or a volume grows."""
    ROLLS_PODS = 1
    """Pods restart one after the other; the data stays where it is."""
    DOWNTIME = 2
    """All pods stop, or `up` ends half way; the data stays where it is."""
    AT_RISK = 3
    """A volume loses its claim, its lock or its workload, or nobody can know."""
    LOST = 4
    """A volume is destroyed."""

    @property
    def label(self) -> str:
        """As people write and read it, e.g. `data at risk`."""
        return _LABELS[self]

    @classmethod
    def named(cls, label: str) -> Self:
        """The severity of a label; dashes and underscores count as spaces.

        Raises:
            ValueError: there is no such label.
        """
        wanted = " ".join(label.casefold().replace("-", " ").replace("_", " ").split())
        for severity in cls:
            if severity.label == wanted:
                return severity
        raise ValueError(wanted)


_LABELS = {
    Severity.SAFE: "safe",
    Severity.ROLLS_PODS: "rolls pods",
    Severity.DOWNTIME: "downtime",
    Severity.AT_RISK: "data at risk",
    Severity.LOST: "data lost",
}
