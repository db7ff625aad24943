"""Components that start empty while others leave the program with their data: that may be a rename.

A program says what it has one after the other, so this is looked at when it has said everything.
A program that knows all its workloads beforehand asks `note_leftovers` instead, before anything is
registered.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import pulumi

from ..consent import Change
from ..preflight import Reader, Warns
from ..run import Begun, this_run
from ..wait.at_end import at_end
from .elsewhere import retained_claims
from .known import Known
from .live import may_go
from .memory import memory_of_run

__all__ = ["begins"]


def begins(
    reader: Reader,
    known: Known,
    consents: Sequence[str],
    namespace: str,
    claims: Mapping[str, bool],
) -> None:
    """Says what a component has for claims, for a look at all of them when the program has ended.

    Args:
        reader: Of the component.
        known: What this stack knew of it.
        consents: What the owner agreed to.
        namespace: Of the claims.
        claims: By name, whether the claim starts on a new and empty volume.
    """
    run = this_run()
    # A component that is made for another language has no program, and knows of no other one.
    if run.told or pulumi.runtime.get_root_resource() is None:
        return
    if not run.begun:
        at_end(lambda: [note for begun in list(run.begun.values()) for note in begun.notes()])
    new = bool(claims) and all(claims.values()) and not known.before.claims
    run.begun[known.resource] = Begun(
        namespace=namespace,
        claims=tuple(claims),
        notes=(lambda: _notes(reader, known, consents, claims)) if new else tuple,
    )


def _notes(
    reader: Reader, known: Known, consents: Sequence[str], claims: Collection[str]
) -> Iterator[str]:
    left = dict(_left(reader))
    if not left:
        return
    names = ", ".join(sorted(left))
    change = Change(
        resource=known.resource,
        field="claims",
        old=names,
        new="new and empty",
        uid=" ".join(uid for _, uid in sorted(left.items())),
    )
    if not change.allowed(consents):
        yield Warns(
            f"{known.resource} would start with new and empty volumes ({', '.join(claims)}), and"
            f" this program has nothing any more that mounts {names}; if that is the same"
            " application, write its name and its namespace back, or consent to this one change by"
            f" adding {change.consent!r} to consent"
        )


def _left(reader: Reader) -> Iterator[tuple[str, str]]:
    """`<namespace>/<name>` and uid of claims that no component has any more."""
    begun, memory = this_run().begun, memory_of_run()
    records = {it: record for it, record in memory.records.items() if it not in memory.guarded}
    now = {(it.namespace, claim) for it in begun.values() for claim in it.claims}
    if any(record.claims for record in records.values()):
        # Those of components that went in an earlier run are no news.
        for resource, record in records.items():
            if resource in begun:
                continue
            made = memory.within("claims", record.namespace)
            for claim, uid in record.claims.items():
                goes = claim in made and may_go(made[claim]["metadata"])
                if not goes and (record.namespace, claim) not in now:
                    yield f"{record.namespace}/{claim}", uid
        return
    if memory.records or this_run().guarded:
        # Nobody says which claims are of objects that are no components.
        return
    # The stack comes back: its claims alone say what it had.
    instances = {resource.partition(" ")[2] for resource, _ in this_run().workloads}
    for it in retained_claims(reader):
        if (it.namespace, it.name) not in now and it.instance not in instances:
            yield f"{it.namespace}/{it.name}", it.uid
