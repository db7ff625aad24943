"""The rule that says before which changes snapshots are taken, as args and a workload say it."""

import json
from dataclasses import dataclass
from typing import Self

__all__ = ["AT_DELETION", "CHANGES", "RULE", "SnapshotRule"]

CHANGES = ("image", "growth", "replacement", "destroy")
# Those before which the workload itself is deleted.
AT_DELETION = frozenset(("replacement", "destroy"))
# On a workload: the rule, for its deletion.
RULE = "statefast/snapshots"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRule:
    """What snapshots are taken before, and how many of them are kept.

    Attributes:
        before: Those of CHANGES that count.
        keep: How many of each claim stay, at least one.
        class_name: Class of the snapshots where it is of the volume's driver; empty for the one
            that the driver has.
        group_class: The same of group snapshots. Where it is given, what cannot be of one moment
            is not taken.
        context: Context of the kubeconfig; empty for the current one.
    """

    before: tuple[str, ...]
    keep: int
    class_name: str = ""
    group_class: str = ""
    context: str = ""

    @property
    def text(self) -> str:
        """What a workload says of it, for its deletion."""
        said = {"before": list(self.before), "keep": self.keep, "class": self.class_name}
        if self.group_class:
            said["group"] = self.group_class
        return json.dumps(said, separators=(",", ":"))

    @classmethod
    def of(cls, text: str, context: str) -> Self:
        """Reads what a workload says of it."""
        said = json.loads(text)
        return cls(
            before=tuple(said["before"]),
            keep=said["keep"],
            class_name=said["class"],
            group_class=said.get("group", ""),
            context=context,
        )
