"""Pods on a volume that one node at a time can mount: one at a time, whatever runs them."""

from collections.abc import Iterator
from dataclasses import dataclass

from statefast.errors import StatefastError

from .claims import Claim, claims_in, keys_of
from .facts import Facts
from .pods import Mount
from .rule import Stack
from .scalers import autoscaled
from .things import Thing, may_be_one
from .turns import in_turn
from .where import Where, texts

__all__ = ["SHARED", "one_writer", "one_writer_elsewhere"]

SHARED = texts(
    "Claims that several pods mount on purpose, as namespace/name; patterns like data/*."
)
# It runs nothing by itself.
_TEMPLATE = "PodTemplate"

Refusal = tuple[StatefastError, Facts]


@dataclass(frozen=True, eq=False)
class _Use:
    """One object whose pods mount a claim, and what says so."""

    thing: Thing
    mount: Mount
    part: Facts


def one_writer(stack: Stack, where: Where) -> Iterator[Refusal]:
    """A claim of this stack that one node can mount has one pod at a time."""
    every = _Uses(stack)
    told: set[tuple[str, str]] = set()
    for claim in claims_in(stack.things):
        if not claim.one_writer or _on_purpose(where, claim.thing.namespace, claim.name):
            continue
        uses = [
            use
            for use in every.that_may_mean(claim)
            if not (use.mount.reads and claim.many_readers)
            and (
                claim.is_named(use.mount.claim, use.thing.namespace)
                if use.mount.claim is not None
                # Which it is nobody knows yet: it may be any that the object depends on.
                else stack.needs(use.part, claim.thing)
            )
        ]
        modes = ", ".join(str(mode) for mode in claim.modes)
        owner = claim.thing if claim.of_set else None
        problem = f"claim {claim.name or claim.thing.title} is {modes}"
        for error, part in _judge(stack, uses, owner, problem):
            # A claim of a template and a Patch of that claim are one.
            if (error.sentence, part.urn) not in told:
                told.add((error.sentence, part.urn))
                yield error, part


def one_writer_elsewhere(stack: Stack, where: Where) -> Iterator[Refusal]:
    """The same of claims whose modes this stack does not say: they may be such claims."""
    said: dict[tuple[str, bool], list[Claim]] = {}
    for claim in claims_in(stack.things):
        if claim.modes and claim.key:
            said.setdefault(claim.key, []).append(claim)
    foreign: dict[str, list[_Use]] = {}
    for use in _uses(stack):
        name, place = use.mount.claim, use.thing.namespace
        if name is not None and not any(
            claim.is_named(name, place) for key in keys_of(name) for claim in said.get(key, ())
        ):
            foreign.setdefault(name, []).append(use)
    told: set[tuple[str, str]] = set()
    for name, of_name in foreign.items():
        problem = f"claim {name} may be ReadWriteOnce, which this stack does not say"
        known = {use.thing.namespace for use in of_name if use.thing.namespace}
        for namespace in list[str | None](sorted(known)) or [None]:
            if _on_purpose(where, namespace, name):
                continue
            uses = [use for use in of_name if may_be_one(use.thing.namespace, namespace)]
            for error, part in _judge(stack, uses, None, problem):
                if (error.sentence, part.urn) not in told:
                    told.add((error.sentence, part.urn))
                    yield error, part


def _uses(stack: Stack) -> list[_Use]:
    return [
        _Use(thing, mount, part)
        for thing in stack.things
        if thing.kind != _TEMPLATE
        for mount, part in thing.mounts()
    ]


class _Uses:
    """All uses of a stack, found by what they mount: a stack may have thousands."""

    def __init__(self, stack: Stack) -> None:
        self._unknown: list[tuple[int, _Use]] = []
        self._by_key: dict[tuple[str, bool], list[tuple[int, _Use]]] = {}
        for number, use in enumerate(_uses(stack)):
            if use.mount.claim is None:
                self._unknown.append((number, use))
                continue
            for key in keys_of(use.mount.claim):
                self._by_key.setdefault(key, []).append((number, use))

    def that_may_mean(self, claim: Claim) -> Iterator[_Use]:
        """In the order of the stack."""
        known = self._by_key.get(claim.key, []) if claim.key else []
        for _, use in sorted([*known, *self._unknown], key=lambda its: its[0]):
            yield use


def _on_purpose(where: Where, namespace: str | None, name: str | None) -> bool:
    return where.listed("shared", f"{namespace or '*'}/{name}")


def _judge(stack: Stack, uses: list[_Use], owner: Thing | None, problem: str) -> Iterator[Refusal]:
    """What is wrong with all that mounts one claim; `owner` is the set that makes it."""
    mounting = [owner] if owner else []
    judged: list[Thing] = mounting[:]
    for use in uses:
        if use.thing not in judged:
            judged.append(use.thing)
            yield from in_turn(use.thing, problem)
            yield from autoscaled(stack, use.thing, problem)
        if use.mount.claim is None or use.thing in mounting:
            continue
        if mounting:
            error = StatefastError(
                use.thing.title,
                use.mount.field,
                use.mount.claim,
                f"but {mounting[0].title} mounts it as well, and {problem}",
                "mount it in one of them; where they run on one node on purpose, list it in this"
                " rule's setting shared",
            )
            yield error, use.part
        mounting.append(use.thing)
