"""The args that say when a job of the cluster takes snapshots of the volumes of a workload."""

from typing import NotRequired, TypedDict

from ..pod.container import IMAGE
from ..schema.shape import Between, Form, limit
from ..storage.snapshot_rule import MOST, SnapshotsArgs

__all__ = ["ScheduleArgs", "TimedSnapshotsArgs", "before_changes"]

# Five fields, or a word for them: what a CronJob takes.
_CRON = r"@(yearly|annually|monthly|weekly|daily|midnight|hourly)|(\S+ ){4}\S+"


class ScheduleArgs(TypedDict):
    """When a job of the cluster takes a snapshot of each volume."""

    cron: str
    """Minute, hour, day of month, month and day of week, in UTC, e.g. `0 3 * * *`, or a word
    such as `@daily`. Edited in place."""
    image: str
    """An image with `sh` and `kubectl`. Edited in place."""
    keep: NotRequired[int]
    """How many of these snapshots stay of each claim, the newest ones that are ready. Default 7.
    Edited in place."""


class TimedSnapshotsArgs(SnapshotsArgs):
    """When snapshots of each volume of a workload are taken: before a change, and by the clock."""

    schedule: NotRequired[ScheduleArgs]
    """A CronJob that takes them, with rights of its own to no more than that. Default: none.
    Edited in place."""


def before_changes(given: TimedSnapshotsArgs | None) -> SnapshotsArgs:
    """What a claim by itself is told, for the clock is the workload's; empty where there is nothing
    to tell.
    """
    left = SnapshotsArgs()
    if not given or "before" not in given:
        return left
    left["before"] = given["before"]
    if "keep" in given:
        left["keep"] = given["keep"]
    if "volume_group_snapshot_class_name" in given:
        left["volume_group_snapshot_class_name"] = given["volume_group_snapshot_class_name"]
    return left


limit(ScheduleArgs, cron=Form(_CRON, "0 3 * * *"), image=IMAGE, keep=Between(1, MOST))
