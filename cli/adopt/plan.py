"""What adoption takes, what it leaves, what is in its way, and what is left to do, in one look."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from statefast.schema.annotations import LEAVES, field_manager

from ..api import Object
from ..convert.notes import Kind, Note
from ..steps import Step
from .asked import asked_about
from .hands import hand_over, hands_of
from .helm import Release, let_go
from .left import left
from .live import Live, called
from .made import Made
from .old_stack import OldStack, forget

__all__ = ["Given", "Plan", "Taken", "plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One object that becomes the stack's.

    Attributes:
        hands: Who has it now.
        uid: Of it, which stays.
        volume: Of a claim, the volume it is on.
        size: Of a claim.
    """

    kind: str
    name: str
    hands: str
    uid: str = ""
    volume: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a plan is made of.

    Attributes:
        stack: `<project>/<stack>` that takes.
        made: The files, as far as they are not written.
        consents: What its guard asks for to own what it takes.
        refused: What its guard refuses besides.
        said: What its guard notes.
        releases: By namespace and name.
        old: The stack that lets go; None where none is named.
        gone: Whether the owner said that no other state has any of it.
        to_write: Paths of files that are not as they should be.
        first: What is done before anybody lets go.
    """

    stack: str
    live: Live
    made: Made
    consents: Sequence[str] = ()
    refused: Sequence[str] = ()
    said: Sequence[str] = ()
    releases: Mapping[tuple[str, str], Release] = field(default_factory=dict)
    old: OldStack | None = None
    gone: bool = False
    to_write: Sequence[str] = ()
    first: Sequence[Step] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of it.

    Attributes:
        takes: The objects that become the stack's and stay what they are.
        has: Objects that are the stack's already, as `<kind> <name>`.
        notes: What changes, what stays in no stack, and what a person has to do.
        needs: Objects of nobody's that the pods go on needing, as `<kind> <name>`.
        in_the_way: Why nothing is done; one sentence each.
        consents: To be written into config, all of them.
        write: Files that are to be written.
        steps: Commands, in their order, before the stack's own `up`.
        done: Whether the stack has all of it.
    """

    stack: str
    namespace: str
    takes: tuple[Taken, ...]
    has: tuple[str, ...]
    notes: tuple[Note, ...]
    needs: tuple[str, ...]
    in_the_way: tuple[str, ...]
    consents: tuple[str, ...]
    write: tuple[str, ...]
    steps: tuple[Step, ...]
    done: bool


def _objects(given: Given) -> list[Object]:
    """What is taken or had, of what was read: workloads, their claims, Services and budgets."""
    live, made = given.live, given.made
    claims = {name for names in made.claims.values() for name in names}
    asked = {asked_about(it)[:2] for it in given.consents}
    return [
        *(it for it in live.workloads if called(it) in made.workloads),
        *(it for it in live.claims if it["metadata"]["name"] in claims),
        *live.more,
        *(
            it
            for it in (*live.services, *live.budgets)
            if (it["kind"], it["metadata"]["name"]) in asked or hands_of(it).stack == given.stack
        ),
    ]


def plan(given: Given) -> Plan:
    """What there is to do, and what is in the way.

    Args:
        given: What lives, and what was made of it.
    """
    found = _objects(given)
    theirs = [it for it in found if hands_of(it).stack != given.stack]
    wrong = [*given.made.in_the_way, *given.refused]
    if given.live.home is not None and "deletionTimestamp" in given.live.home["metadata"]:
        wrong.append(
            f"Namespace {given.live.namespace} is being deleted with all that is in it; nothing"
            " here takes that back"
        )
    for it in theirs:
        wrong += _in_the_way(given, it)
    steps: list[Step] = list(given.first)
    to_mark: list[Object] = []
    if theirs:
        for release in given.releases.values():
            steps += let_go(release)
            if release.busy:
                wrong.append(
                    f"Helm is at work on release {release.name}, which is {release.busy}: wait for"
                    " it, or see helm history"
                )
    if given.old is not None:
        forgets, blocked = forget(given.old, _keys(given, found), _needed(given, found))
        to_mark = [it for it in theirs if _to_mark(it, given.old)]
        steps += [*_annotate(given, to_mark, f"={given.old.name}"), *forgets]
        wrong += blocked
    for it in theirs:
        steps += hand_over(it, field_manager(given.stack))
    said = [it for it in found if LEAVES in (it["metadata"].get("annotations") or {})]
    steps += _annotate(given, [*to_mark, *(it for it in said if it not in to_mark)], "-")
    return Plan(
        stack=given.stack,
        namespace=given.live.namespace,
        takes=(*(_taken(it) for it in theirs), *_others(given, found)),
        has=tuple(called(it) for it in found if it not in theirs),
        notes=tuple(
            sorted(
                [*given.made.program.notes, *left(given, found)],
                key=lambda it: list(Kind).index(it.kind),
            )
        ),
        needs=tuple(it for it in given.made.program.stays if it not in map(called, found)),
        in_the_way=tuple(dict.fromkeys(wrong)),
        consents=tuple(given.consents),
        write=tuple(given.to_write),
        steps=tuple(steps),
        done=bool(found) and not theirs and not steps,
    )


def _to_mark(item: Object, old: OldStack) -> bool:
    """Whether the state of a stack has it: once it has forgotten that, nobody else could tell."""
    return bool(hands_of(item).state) and old.has(*_key(item)) and not _leaves(item, old)


def _annotate(given: Given, items: Sequence[Object], value: str) -> Iterator[Step]:
    names = " ".join(f"{it['kind'].lower()}/{it['metadata']['name']}" for it in items)
    ends = value == "-"
    if items:
        yield Step(
            phase="hand over" if ends else "let go",
            why="the note goes"
            if ends
            else "a note that its state has had them, until handed over",
            command=f"kubectl annotate {names} -n {given.live.namespace}"
            f" {shlex.quote(f'{LEAVES}{value}')} --overwrite",
        )


def _leaves(item: Object, old: OldStack) -> bool:
    return (item["metadata"].get("annotations") or {}).get(LEAVES) == old.name


def _key(item: Object) -> tuple[str, str, str]:
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace", ""), metadata["name"]


def _keys(given: Given, found: Sequence[Object]) -> set[tuple[str, str, str]]:
    """Kind, namespace and name of all that is taken."""
    read = {_key(it) for it in found}
    # A class is in no namespace.
    spaces = ("", given.live.namespace)
    others = {(it.kind, space, it.name) for it in _others(given, found) for space in spaces}
    return read | others


def _needed(given: Given, found: Sequence[Object]) -> set[tuple[str, str, str]]:
    """Kind, namespace and name of what no stack takes, and what is taken stands on."""
    specs = [it["spec"] for it in found if it["kind"] == "PersistentVolumeClaim"]
    space = given.live.namespace
    governing = [it["spec"].get("serviceName") for it in found if it["kind"] == "StatefulSet"]
    return {
        ("Namespace", "", space),
        *(("Service", space, str(it)) for it in governing if it),
        *(("PersistentVolumeClaim", space, it) for it in given.made.beyond),
        *(("PersistentVolume", "", str(it.get("volumeName"))) for it in specs),
        *(("StorageClass", "", str(it.get("storageClassName"))) for it in specs),
        *(
            (kind, space, name)
            for kind, _, name in (it.partition(" ") for it in given.made.program.stays)
        ),
    }


def _others(given: Given, found: Sequence[Object]) -> list[Taken]:
    """What the guard asks about and nobody read here, such as ConfigMaps."""
    read = {(it["kind"], it["metadata"]["name"]) for it in found}
    asked = [asked_about(it) for it in given.consents]
    return [
        Taken(kind=kind, name=name, hands=owner if owner == "nobody" else f"stack {owner}")
        for kind, name, owner in asked
        if kind and (kind, name) not in read
    ]


def _taken(item: Object) -> Taken:
    metadata, spec = item["metadata"], item.get("spec") or {}
    is_claim = item["kind"] == "PersistentVolumeClaim"
    return Taken(
        kind=item["kind"],
        name=metadata["name"],
        hands=hands_of(item).text,
        uid=metadata["uid"],
        volume=spec.get("volumeName", "") if is_claim else "",
        size=spec["resources"]["requests"]["storage"] if is_claim else "",
    )


def _in_the_way(given: Given, item: Object) -> Iterator[str]:
    """Who would not let go of an object, or is on his way to take it along."""
    where, hands = called(item), hands_of(item)
    metadata = item["metadata"]
    if "deletionTimestamp" in metadata:
        yield f"{where} is being deleted: wait until it is gone; nothing here takes that back"
    if hands.made_by:
        yield (
            f"{where} is made by {hands.made_by}, which would write it back and may delete it:"
            " nothing of it can be taken while that is there"
        )
    if item["kind"] == "PersistentVolumeClaim" and metadata.get("ownerReferences"):
        owners = ", ".join(f"{it['kind']} {it['name']}" for it in metadata["ownerReferences"])
        if not hands.made_by:
            yield (
                f"{where} goes with {owners}, by its ownerReferences: where that is an ephemeral"
                " stack, set statefast:ephemeral to false there and run pulumi up; else take them"
                " off"
            )
    if hands.back:
        yield (
            f"{where} is written back by {hands.back} whoever edits it: take it out of there first,"
            " without a deletion"
        )
    if hands.release[1] and hands.release not in given.releases:
        yield (
            f"{where} is of Helm release {hands.release[1]}, of which no workload is taken, and"
            " which would delete it one day or write it back: take it out of that chart first,"
            " with helm.sh/resource-policy: keep in its template"
        )
    if item["kind"] == "Deployment" and item["spec"].get("paused"):
        yield (
            f"{where} is paused, and would go on with whatever its pod template says: kubectl"
            f" rollout resume deployment/{metadata['name']} -n {given.live.namespace} first"
        )
    yield from _other_state(given, where, item)


def _other_state(given: Given, where: str, item: Object) -> Iterator[str]:
    """A state of somebody's that has the object, and would delete it one day."""
    hands = hands_of(item, field_manager(given.stack))
    name = hands.stack or hands.state
    # A stack of ours is one as long as it manages fields.
    if not hands.state or given.gone:
        return
    if given.old is None:
        if hands.state == "Terraform":
            yield (
                f"{where} is applied by Terraform: take it out of its state with `terraform state"
                " rm`, and go on with --no-other-state"
            )
        else:
            stack = hands.stack.partition("/")[2] or "NAME"
            yield (
                f"{where} is applied by {'stack ' if hands.stack else ''}{name}, whose state would"
                f" delete it one day: name that stack with --from-stack {stack}, or say that no"
                " state has it any more with --no-other-state"
            )
    elif not given.old.has(*_key(item)) and not _leaves(item, given.old):
        yield (
            f"{where} is applied by {name}, and the state of stack {given.old.name} does not have"
            " it: it is of another one, which would delete it one day. Have that forget it, with"
            " pulumi state delete, and add --no-other-state"
        )
