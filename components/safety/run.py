"""What the components of one run of a program know of each other, before the cluster does.

A class, a namespace or a claim that the same program makes is not there yet at the first preview;
and two workloads of one program can be in each other's way without any cluster.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypedDict, TypeVar, cast
from weakref import WeakKeyDictionary

import pulumi

from ..errors import StatefastError, Words, from_within

__all__ = [
    "Begun",
    "Mount",
    "OwnClassArgs",
    "Run",
    "frozen_args",
    "made_of",
    "once",
    "refused_late",
    "this_run",
]

T = TypeVar("T")
U = TypeVar("U")


class OwnClassArgs(TypedDict):
    """What a class can do that the same program makes, and the cluster may not have yet."""

    provisioner: str
    """Who makes its volumes."""
    expandable: bool
    """Whether its claims may grow."""
    default: bool
    """Whether claims that name no class get it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One claim that a workload mounts for writing.

    Attributes:
        field: Where the args say it.
        claim: Name of the claim; of a StatefulSet the part before the ordinal, with its dash.
        of_set: Whether it is that part.
        modes: Access modes that the args give it.
        existing: Whether it is somebody else's.
    """

    field: str
    claim: str
    of_set: bool
    modes: tuple[str, ...]
    existing: bool = False

    def is_also(self, other: "Mount") -> bool:
        """Whether the two can be one claim."""
        if self.of_set == other.of_set:
            return self.claim == other.claim
        exact, stem = (other, self) if self.of_set else (self, other)
        return stem.names(exact.claim)

    def names(self, claim: str) -> bool:
        """Whether a claim of this name is mounted."""
        if not self.of_set:
            return claim == self.claim
        ordinal = claim.removeprefix(self.claim)
        return ordinal != claim and ordinal.isdecimal() and str(int(ordinal)) == ordinal


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What one component of this run has for claims.

    Attributes:
        notes: What its owner should know when all components are known.
    """

    namespace: str
    claims: tuple[str, ...]
    notes: Callable[[], Iterable[str]]


@dataclass(slots=True, kw_only=True)
class Run:
    """The memo of one run; each component adds to it what it makes, and may do so twice.

    Attributes:
        classes: Storage classes by name.
        attributes: Names of attributes classes.
        namespaces: Names of namespaces.
        claims: Namespace and name of claims.
        of_workloads: Those of them that a workload makes for itself.
        workloads: By kind and name (`StatefulSet zk`) and namespace of a workload, the component
            that makes it.
        mounts: By cluster, by namespace and workload: what it mounts.
        asked: By cluster and namespace, by claim: its class, the bytes that it asks for on top of
            what it has, and whether it is new.
        read: What was made of lists of the cluster, see `once`.
        made: What was made of args, see `made_of`.
        begun: By kind and name of a component (`VolumeClaim vol`), its claims.
        guarded: Whether the guard looks after objects of the program as well.
        told: Whether the program said beforehand which workloads it has.
        replaced: Namespace, kind and name of workloads that their owner has replaced.
        snapshots: Namespace and name of the claims of which this run has taken a snapshot.
        locks: What two hooks of this run may not do at once.
        said: Why snapshots are not of one moment, as far as it was said.
        words: How the args of this run are spelled where they were written.
    """

    classes: dict[str, OwnClassArgs] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    namespaces: set[str] = field(default_factory=set)
    claims: set[tuple[str, str]] = field(default_factory=set)
    of_workloads: set[tuple[str, str]] = field(default_factory=set)
    workloads: dict[tuple[str, str], str] = field(default_factory=dict)
    mounts: dict[object, dict[tuple[str, str], tuple[Mount, ...]]] = field(default_factory=dict)
    read: dict[object, tuple[object, object]] = field(default_factory=dict)
    asked: dict[tuple[object, str], dict[str, tuple[str, int, bool]]] = field(default_factory=dict)
    made: dict[tuple[str, str], tuple[object, object]] = field(default_factory=dict)
    begun: dict[str, Begun] = field(default_factory=dict)
    guarded: bool = False
    told: bool = False
    replaced: set[tuple[str, str]] = field(default_factory=set)
    snapshots: set[tuple[str, str]] = field(default_factory=set)
    locks: dict[object, asyncio.Lock] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    words: Words = field(default_factory=Words)


def once(source: T, what: str, make: Callable[[T], U]) -> U:
    """What is made of a list of the cluster, for all who ask for it in this run.

    Each workload looks at all the claims and volumes there are; to read them anew each time would
    take the square of their number.

    Args:
        source: The list, as it was read: another list is another source, be it equal.
        what: Name of what is made of it.
        make: Makes it.
    """
    kept = this_run().read
    known = kept.get((id(source), what))
    # The source is kept with it: its identity is nobody else's as long as it is there.
    if known is None or known[0] is not source:
        known = kept[id(source), what] = (source, make(source))
    return cast("U", known[1])


def made_of(
    what: str,
    name: str,
    args: Mapping[str, object],
    make: Callable[[], T],
    *,
    besides: Collection[str] = (),
    last: bool = False,
) -> T:
    """What is made of the args of a component, for all who ask for it in this run.

    Its check, its preflight and its constructor go by one reading of its args and by one plan. Args
    that are not the same any more are read anew.

    Args:
        what: What is made, e.g. `plan of StatefulSet`.
        name: Name of the component.
        args: Its args.
        make: Makes it; what it refuses is not kept.
        besides: Args that it does not depend on.
        last: Whether nobody asks again.
    """
    if not isinstance(args, Mapping):
        return make()
    kept = this_run().made
    given = {key: value for key, value in args.items() if key not in besides}
    found = kept.pop((what, name), None) if last else kept.get((what, name))
    if found is not None and found[0] == given:
        return cast("T", found[1])
    made = make()
    if not last:
        kept[what, name] = frozen_args(given), made
    return made


def frozen_args(value: Any) -> Any:  # noqa: ANN401  any args
    """A copy that no later edit of the args changes; what is known later stays what it is."""
    if isinstance(value, Mapping):
        return {key: frozen_args(item) for key, item in value.items()}
    if isinstance(value, list):
        return [frozen_args(item) for item in value]
    return tuple(frozen_args(item) for item in value) if isinstance(value, tuple) else value


# By the root of a run: with an inline program many runs share one process.
_runs: MutableMapping[pulumi.Resource, Run] = WeakKeyDictionary()


def this_run() -> Run:
    """The memo of the run; a new one each time where no program runs."""
    root = pulumi.runtime.get_root_resource()
    return Run() if root is None else _runs.setdefault(root, Run())


def refused_late(refusal: StatefastError) -> pulumi.RunError:
    """A refusal out of what a run does, when nobody is there any more who would spell it."""
    return from_within(this_run().words.error(refusal))
