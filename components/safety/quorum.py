"""Majorities of a quorum: when a change of members keeps every write that was answered.

A member that starts with nothing, or with what it had long ago, elects like any other. So a
majority of the new members must never do without all of those that have the last write: every
majority of the new has to meet every majority of the old. That is arithmetic, and holds for every
application that decides by majority (ZooKeeper, etcd, Consul, Kafka's controllers).

This module knows nothing of Kubernetes or Pulumi.
"""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["MemberPlan", "Members", "majorities_meet", "majority", "one_at_a_time"]


@dataclass(frozen=True, slots=True)
class Members:
    """The members of a quorum, by ordinal: from `first`, `count` of them."""

    first: int
    count: int

    @property
    def stop(self) -> int:
        """The ordinal after the last one."""
        return self.first + self.count

    def __str__(self) -> str:
        """Like `0 to 2`, or `0`."""
        return f"{self.first} to {self.stop - 1}" if self.count > 1 else f"{self.first}"

    @property
    def text(self) -> str:
        """As an object carries them to the next run, e.g. `0-2`; empty without members."""
        return f"{self.first}-{self.stop - 1}" if self.count else ""

    @staticmethod
    def read(text: str) -> "Members | None":
        """The members that `text` says; None where it says none."""
        first, _, last = text.partition("-")
        if not (first.isdecimal() and last.isdecimal()) or int(last) < int(first):
            return None
        return Members(int(first), int(last) - int(first) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPlan:
    """What a run makes of the members of a quorum.

    Attributes:
        last: Who is a member afterwards, or was when last there were any: what the next run goes
            by. None where there is no quorum, or nobody knows its members.
        now: Who is a member before it.
        running: Whether any of those runs.
        way: What comes after `now`, ending with what is wanted; empty where nothing changes, all
            are to stop, or the owner wants it at once.
    """

    last: Members | None = None
    now: Members = Members(0, 0)
    running: bool = False
    way: tuple[Members, ...] = ()

    @property
    def text(self) -> str:
        """As objects carry `last` to the next run."""
        return self.last.text if self.last is not None else ""


def majority(members: int) -> int:
    """How many of the members decide."""
    return members // 2 + 1


def majorities_meet(old: Members, new: Members) -> bool:
    """Whether every majority of the new members has one of every majority of the old.

    True where either side has no members: nobody decides, so nobody can decide without the others.
    """
    if not old.count or not new.count:
        return True
    both = max(0, min(old.stop, new.stop) - max(old.first, new.first))
    everybody = old.count + new.count - both
    return majority(old.count) + majority(new.count) > everybody


def one_at_a_time(old: Members, new: Members) -> Sequence[Members]:
    """The way from one to the other by one member a step, which always keeps every write.

    Members come before others go, so that none of the steps has fewer than the smaller side.

    Args:
        old: At least one member.
        new: At least one member.

    Returns:
        What comes after `old`, ending with `new`.
    """
    way, now = [], old
    while now != new:
        if now.stop < new.stop and (now.first >= new.first or now.count <= old.count):
            now = Members(now.first, now.count + 1)
        elif now.first < new.first:
            now = Members(now.first + 1, now.count - 1)
        elif now.first > new.first and (now.stop <= new.stop or now.count <= old.count):
            now = Members(now.first - 1, now.count + 1)
        else:
            now = Members(now.first, now.count - 1)
        way.append(now)
    return way
