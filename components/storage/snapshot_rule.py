"""The args that say when snapshots are taken, and how many are kept."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from ..errors import MISSING, StatefastError
from ..safety.wait.rule import CHANGES, SnapshotRule
from ..schema.named import name_of
from ..schema.names import check_subdomain_name
from ..schema.shape import Between, OneOf, limit

__all__ = ["MOST", "SnapshotsArgs", "changes_of", "check_snapshots", "snapshot_rule"]

_KEEP = 3
# Of snapshots of one claim.
MOST = 1000


class SnapshotsArgs(TypedDict):
    """Before which changes a snapshot of each volume is taken, and is ready before they go on."""

    before: NotRequired[Sequence[str]]
    """`image`: another image of a workload that is there. `growth`: a larger size. `replacement`:
    one that the owner consented to. `destroy`: the workload leaves the stack, or the stack goes.
    With either of the last two `pulumi destroy` takes `--run-program`. Default: before none.
    Edited in place."""
    keep: NotRequired[int]
    """How many of these snapshots stay of each claim, the newest ones. Default 3. Edited in
    place."""
    volume_group_snapshot_class_name: NotRequired[str]
    """Class of the VolumeGroupSnapshots of pods with several volumes, where it is of their driver:
    what cannot be taken at one moment stops the change. Default: the one that the driver has; where
    there is none one snapshot after the other is taken, and this is said. Edited in place."""


limit(SnapshotsArgs, before=OneOf(CHANGES), keep=Between(1, MOST))


def check_snapshots(resource: str, given: Mapping[str, Any] | None) -> None:
    """Refuses a rule that says nothing.

    Args:
        resource: Whose rule it is, for the error sentence.
        given: The rule, its keys checked; None where there is none.

    Raises:
        StatefastError: nothing says when snapshots are taken, or a class has no name that there
            can be.
    """
    if given is not None and not given.keys() & {"before", "schedule"}:
        raise StatefastError(
            resource,
            "snapshots.before",
            MISSING,
            "but nothing else says when snapshots are taken",
            f"name changes ({', '.join(CHANGES)}), or leave snapshots out",
        )
    if (group := (given or {}).get("volume_group_snapshot_class_name")) is not None:
        check_subdomain_name(resource, "snapshots.volume_group_snapshot_class_name", group)


def snapshot_rule(args: Mapping[str, Any]) -> SnapshotRule | None:
    """The rule of a component; None where its args have none.

    Args:
        args: Of the component, checked.
    """
    given: SnapshotsArgs | None = args.get("snapshots")
    before = (given or {}).get("before")
    if not given or not before:
        return None
    return SnapshotRule(
        before=tuple(change for change in CHANGES if change in before),
        keep=given.get("keep", _KEEP),
        class_name=name_of(args.get("snapshot_class_name") or ""),
        group_class=given.get("volume_group_snapshot_class_name", ""),
        context=(args.get("preflight") or {}).get("context", ""),
    )


def changes_of(args: Mapping[str, Any]) -> tuple[str, ...]:
    """The changes that snapshots are taken before, by the args of a component, checked."""
    rule = snapshot_rule(args)
    return rule.before if rule is not None else ()
