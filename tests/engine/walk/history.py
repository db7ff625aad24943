"""What a walk goes by: the volumes with data, what was done, and what did not hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .said import Run
from .seen import Place

__all__ = ["Act", "Finding", "Marker"]


@dataclass(slots=True, kw_only=True)
class Marker:
    """A volume that a workload has written to.

    Attributes:
        workload: As its owner thinks of it, whatever it is called now.
        left: Why it may go unmounted; empty where it may not.
        spent: Whether a run left it unmounted since it was given up.
        gone: Why it may cease to be; empty where it may not.
        moved: The consent by which its data may be read elsewhere, while it stands.
        untied: Whether its stack was destroyed, and named anew without saying so.
        parted: Whether a hand said that its claim goes with its StatefulSet.
        over: Nothing more is said of it: it is lost, by whomever.
        told: Kinds of findings about it that were reported, so that each is reported once.
    """

    volume: str
    uid: str
    namespace: str
    claim: str
    workload: str
    ordinal: int
    role: str
    stack: str
    place: Place
    handle: str = ""
    left: str = ""
    spent: bool = False
    gone: str = ""
    moved: str = ""
    untied: bool = False
    parted: bool = False
    over: bool = False
    told: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        """The volume in a sentence."""
        return f"volume {self.volume} of claim {self.namespace}/{self.claim} ({self.workload})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that does not hold.

    Attributes:
        kind: Which part of the promise, one word or two.
        text: What happened, for a person.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done between two looks at the cluster.

    Attributes:
        runs: Of the engine, in their order; none where a hand or an edit did it.
        stack: Whose runs they are.
        disposed: Stacks whose data may go in these runs: ephemeral ones that are destroyed.
        exchanged: Stacks whose data may go for snapshots of it: those with that retention that
            are destroyed.
        read: Whether the program read the cluster (`preflight: off` does not, and promises less).
        wanted: Workloads that the config of the stack has, as their owners think of them.
        consents: What stands in the config of any stack.
        namespace: Of the stack, where its config does not say what it was called before.
    """

    runs: Sequence[Run] = ()
    stack: str = ""
    disposed: frozenset[str] = frozenset()
    exchanged: frozenset[str] = frozenset()
    read: bool = True
    wanted: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
    namespace: str = ""

    @property
    def spoke(self) -> bool:
        """Whether the program said something, to the end or not."""
        return any(run.program and run.verb in ("up", "preview") for run in self.runs)

    @property
    def programs(self) -> bool:
        """Whether a program ran at all, be it in a `destroy`."""
        return any(run.program for run in self.runs)

    @property
    def said(self) -> Run | None:
        """The last run in which the program said what it had to say, and nothing failed."""
        for run in reversed(self.runs):
            if run.verb in ("up", "preview"):
                return run if run.program and run.code == 0 else None
        return None
