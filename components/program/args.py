"""What a guard can be told, by a program in Python and by one in any other language."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

from ..errors import StatefastError
from ..safety.preflight import LONGEST_GROWTH_SECONDS, PreflightArgs, reader
from ..schema.read import check_args
from ..schema.shape import Between, OneOf, limit

__all__ = ["RESOURCE", "GuardArgs", "checked", "said_to_policies"]

# Opens the sentences about the guard itself.
RESOURCE = "guard"


class GuardArgs(TypedDict):
    """What a guard is told. Editing it touches no object by itself."""

    preflight: NotRequired[PreflightArgs]
    """How the cluster is read. Default: read, with warnings."""
    consent: NotRequired[Sequence[str]]
    """Changes that the owner agrees to, each in the words of the refusal that asked for it.
    Default none."""
    retention: NotRequired[str]
    """What becomes of claims and namespaces that leave the program, or with it. `retain`
    (default): they stay. `delete`: the engine deletes them, and `whenDeleted` and `whenScaled`
    may be `Delete`. In place; what was promised to be retained is refused to be deleted."""
    only: NotRequired[Sequence[str]]
    """StatefulSets, Deployments and claims that are guarded, and no others: `name`,
    `namespace/name`, `kind name`, `namespace/*`, or a label as `key=value`. Default all."""
    except_: NotRequired[Sequence[str]]
    """Objects that are not guarded, named in the same ways; each is named in a note. Default
    none."""
    leaving: NotRequired[bool]
    """Whether the guard is taken out next: an `up` with it prepares each StatefulSet, whose pods
    then run on where the one without the guard makes it again. Default false."""
    growth_seconds: NotRequired[int]
    """Seconds that `up` waits for each volume to have its larger size, 0 to 86400. Default: that
    of `preflight`, which is 600."""


limit(
    GuardArgs,
    retention=OneOf(("retain", "delete")),
    growth_seconds=Between(0, LONGEST_GROWTH_SECONDS),
)


def checked(args: GuardArgs) -> PreflightArgs:
    """How the cluster is read, of args that are what they should be.

    Raises:
        StatefastError: an arg is unknown, of another kind or beyond its limits, or contradicts
            another one.
    """
    check_args(RESOURCE, args, GuardArgs)
    preflight: PreflightArgs = {**(args.get("preflight") or {})}
    seconds = args.get("growth_seconds")
    if seconds is not None:
        said = preflight.setdefault("growth_seconds", seconds)
        if said != seconds:
            raise StatefastError(
                RESOURCE,
                "growth_seconds",
                seconds,
                f"but preflight.growth_seconds is {said}",
                "write one of them",
            )
    reader(RESOURCE, preflight)
    return preflight


def said_to_policies(args: GuardArgs) -> dict[str, Any]:
    """What the guard says of itself as a resource: a policy has to know whom it left out."""
    return {
        key: list(names)
        for key, names in (("only", args.get("only")), ("except", args.get("except_")))
        if names
    }
