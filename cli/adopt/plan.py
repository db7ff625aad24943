"""What adoption takes, what it leaves, what is in its way, and what is left to do, in one look."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from statefast.schema.annotations import LEAVES, field_manager

from ..api import Object
from ..convert.notes import Kind, Note, Notes
from ..steps import Step
from .asked import asked_about
from .hands import hand_over, hands_of
from .helm import Release, let_go
from .live import Live
from .made import Made
from .old_stack import OldStack, forget

__all__ = ["Given", "Plan", "Taken", "objects_of", "plan"]

_HANDED_OVER = ("StatefulSet", "Deployment", "Service", "PersistentVolumeClaim")


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


def objects_of(given: Given) -> list[Object]:
    """What is taken or had, of what was read: workloads, their claims, Services and budgets."""
    live, made = given.live, given.made
    claims = {name for names in made.claims.values() for name in names}
    asked = {asked_about(it)[:2] for it in given.consents}
    return [
        *(it for it in live.workloads if _text(it) in made.workloads),
        *(it for it in live.claims if it["metadata"]["name"] in claims),
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
    found = objects_of(given)
    theirs = [it for it in found if hands_of(it).stack != given.stack]
    wrong = [*given.made.in_the_way, *given.refused]
    if given.live.home is not None and "deletionTimestamp" in given.live.home["metadata"]:
        wrong.append(
            f"Namespace {given.live.namespace} is being deleted with all that is in it; nothing"
            " here takes that back"
        )
    for it in theirs:
        wrong += _in_the_way(given, it)
    steps: list[Step] = []
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
        if it["kind"] in _HANDED_OVER:
            steps += hand_over(it, field_manager(given.stack))
    said = [it for it in found if LEAVES in (it["metadata"].get("annotations") or {})]
    steps += _annotate(given, [*to_mark, *(it for it in said if it not in to_mark)], "-")
    return Plan(
        stack=given.stack,
        namespace=given.live.namespace,
        takes=(*(_taken(it) for it in theirs), *_others(given, found)),
        has=tuple(_text(it) for it in found if it not in theirs),
        notes=tuple(
            sorted(
                [*given.made.program.notes, *_left(given, found)],
                key=lambda it: list(Kind).index(it.kind),
            )
        ),
        needs=tuple(given.made.program.stays),
        in_the_way=tuple(dict.fromkeys(wrong)),
        consents=tuple(given.consents),
        write=tuple(given.to_write),
        steps=tuple(steps),
        done=bool(found) and not theirs,
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
            why="which needs not be known any more" if ends else "whose state has had them",
            command=f"kubectl annotate {names} -n {given.live.namespace}"
            f" {shlex.quote(f'{LEAVES}{value}')} --overwrite",
        )


def _leaves(item: Object, old: OldStack) -> bool:
    return (item["metadata"].get("annotations") or {}).get(LEAVES) == old.name


def _key(item: Object) -> tuple[str, str, str]:
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace", ""), metadata["name"]


def _text(item: Object) -> str:
    return f"{item['kind']} {item['metadata']['name']}"


def _keys(given: Given, found: Sequence[Object]) -> set[tuple[str, str, str]]:
    """Kind, namespace and name of all that is taken."""
    read = {_key(it) for it in found}
    others = {(it.kind, given.live.namespace, it.name) for it in _others(given, found)}
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
    metadata, spec = item["metadata"], item["spec"]
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
    where, hands = _text(item), hands_of(item)
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


def _left(given: Given, found: Sequence[Object]) -> Iterator[Note]:
    """What holds data here and is not taken, and what else the owner should know."""
    live, notes = given.live, Notes()
    names = {_text(it) for it in found}
    for claim in live.claims:
        where = _text(claim)
        if where in names:
            continue
        name = claim["metadata"]["name"]
        by = live.mounts(name)
        if name in given.made.beyond:
            notes.stays(where, "is of an ordinal that does not run: the stack takes it with that")
        elif by:
            notes.stays(where, f"is of {', '.join(by)}, which is not taken")
        else:
            notes.todo(
                where,
                "holds data, maybe, and nothing mounts it: a workload of the stack takes it by"
                f" storage.volumes.<volume>.claimName: {_base(name)}",
            )
    going = [
        it["metadata"]["name"]
        for it in found
        if it["kind"] == "PersistentVolumeClaim"
        and "deletionTimestamp" in (_volume_of(live, it).get("metadata") or {})
    ]
    if going:
        notes.todo(
            f"volumes of {', '.join(going)}",
            "were deleted, and go with their claims: nothing here takes that back; copy the data",
        )
    fleeting = [
        it["metadata"]["name"]
        for it in found
        if it["kind"] == "PersistentVolumeClaim" and _fleeting(live, it)
    ]
    if fleeting:
        notes.todo(
            f"volumes of {', '.join(fleeting)}",
            "have the reclaim policy Delete, as until now: whoever deletes such a claim deletes its"
            " volume; statefast doctor says how to keep them",
        )
    for release in given.releases.values():
        rest = [it for it in release.objects if it not in names]
        if rest:
            notes.stays(f"Helm release {release.name}", f"made {', '.join(rest)} as well")
        if not release.records and not release.away:
            notes.todo(
                f"Helm release {release.name}",
                f"has no record in namespace {release.namespace}: if Helm keeps them elsewhere"
                " (HELM_DRIVER), take them away there, else a later helm uninstall deletes",
            )
    if live.home is not None and (whose := _home_of(given, live.home)):
        notes.todo(
            f"Namespace {live.namespace}",
            f"is {whose}, and takes every claim in it along where that deletes it: see that it"
            " stays",
        )
    for kind in live.unread:
        notes.todo(f"kind {kind}", "may not be listed, and is not looked at")
    for said in given.said:
        notes.changed("the guard", said.rstrip("."))
    yield from notes


def _home_of(given: Given, home: Object) -> str:
    """Who else may delete the namespace; empty where nobody is known to.

    No stack of this program deletes one, and what the former stack has it forgets.
    """
    hands = hands_of(home)
    if hands.stack or hands.release in given.releases:
        return ""
    if hands.release[1]:
        return f"of Helm release {hands.release[1]}"
    if hands.back:
        return f"written by {hands.back}"
    had = given.old is not None and given.old.has("Namespace", "", given.live.namespace)
    if hands.state and not given.gone and not had:
        return f"applied by {hands.state}"
    return ""


def _fleeting(live: Live, claim: Object) -> bool:
    spec = _volume_of(live, claim).get("spec") or {}
    return bool(spec.get("persistentVolumeReclaimPolicy") == "Delete")


def _volume_of(live: Live, claim: Object) -> Mapping[str, Any]:
    found: Mapping[str, Any] = live.volumes.get(claim["spec"].get("volumeName", ""), {})
    return found


def _base(claim: str) -> str:
    """What a claim template would be called, of a claim that a set made."""
    stem, _, ordinal = claim.rpartition("-")
    return f"{claim}, or {stem.partition('-')[0]} in a set" if ordinal.isdecimal() else claim
