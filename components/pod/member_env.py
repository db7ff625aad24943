"""Variables that say who the members of a quorum are: each way of saying it, for any members."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from ..schema.shape import alternatives

__all__ = ["MemberEnvArgs", "member_value"]


class MemberEnvArgs(TypedDict):
    """The value of one variable, which depends on the members. Editing it rolls pods."""

    per_replica: NotRequired[str]
    """What is repeated for each member, with `{host}`, `{ordinal}` and `{number}` (one more) filled
    in."""
    separator: NotRequired[str]
    """What stands between the repetitions. Default `,`."""
    single: NotRequired[str]
    """The value with one member or none."""
    several: NotRequired[str]
    """The value with more than one."""


alternatives(MemberEnvArgs, ("per_replica",), ("single", "several"))


def member_value(
    given: MemberEnvArgs, hosts: Sequence[str], *, first: int = 0, count: int | None = None
) -> str:
    """The value for the members at `hosts`.

    Args:
        given: How it depends on them.
        hosts: Where they are reached.
        first: Ordinal of the first.
        count: How many there are, where several share a host. Default: as many as hosts.
    """
    if "per_replica" not in given:
        several = (len(hosts) if count is None else count) > 1
        return given["several"] if several else given["single"]
    return given.get("separator", ",").join(
        given["per_replica"].format(host=host, ordinal=ordinal, number=ordinal + 1)
        for ordinal, host in enumerate(hosts, first)
    )
