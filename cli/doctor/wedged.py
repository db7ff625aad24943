"""Recognises a stack that is wedged on a replaced claim, and says how to heal it.

A claim with `retain_on_delete` whose replacement failed stays marked for it in the state: the
program that made it, reverted or not, fails from then on, and neither a refresh nor an import
helps (docs/guard.md). The volume is safe meanwhile.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..state import of_resources

__all__ = ["Wedged", "find_wedged", "remedy"]

_CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
# What the API server fills in: without these an import is a replacement again.
_FILLED_IN = (
    "spec.volumeName",
    "spec.volumeMode",
    "spec.dataSource",
    "spec.dataSourceRef",
    "metadata.annotations",
    "metadata.finalizers",
    "metadata.labels",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wedged:
    """One claim that waits for a replacement which cannot come.

    Attributes:
        urn: In the state.
        id: `<namespace>/<name>` in the cluster.
    """

    urn: str
    id: str


def find_wedged(text: str) -> list[Wedged]:
    """The wedged claims of a stack, in the order of its state.

    Args:
        text: What `pulumi stack export` printed.

    Raises:
        NotAState: it is something else.
    """
    return of_resources(text, _wedged)


def _wedged(item: Mapping[str, Any]) -> Iterator[Wedged]:
    if item.get("pendingReplacement") and item["type"] == _CLAIM:
        yield Wedged(urn=str(item["urn"]), id=str(item["id"]))


def remedy(claim: Wedged) -> str:
    """What to run and to write, in this order, for one claim."""
    ignored = ", ".join(f'"{path}"' for path in _FILLED_IN)
    return "\n".join(
        (
            f"Claim {claim.id} waits for a replacement that cannot come; its volume is untouched.",
            "1. Revert the edit that asked for the replacement.",
            f"2. pulumi state delete {shlex.quote(claim.urn)}",
            "3. Give the claim these options, and keep the second:",
            f'   import_="{claim.id}",',
            f"   ignore_changes=[{ignored}]",
            "4. pulumi preview: it says import, and not replace. Then pulumi up.",
        )
    )
