"""Another stack lets go of what it made: its state forgets the objects, and nothing is deleted."""

import json
import shlex
import subprocess
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..state import NotAState, of_resources
from ..steps import Failed, Step

__all__ = ["OldStack", "forget", "read_old_stack"]

_CLAIM_OWNER = "statefast:index:ClaimOwner"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldStack:
    """The resources of a stack, in the order of its state: what depends on another comes later.

    Attributes:
        where: The options by which the CLI finds it.
        pending: What it was interrupted at, each with its `type` and `resource`.
    """

    name: str
    where: str
    resources: Sequence[dict[str, Any]]
    pending: Sequence[dict[str, Any]] = ()

    def has(self, kind: str, namespace: str, name: str) -> bool:
        """Whether its state has an object."""
        return any(_object(it) == (kind, namespace, name) for it in self.resources)


def read_old_stack(name: str, folder: Path | None) -> OldStack:
    """Reads the state of a stack.

    Args:
        name: Of the stack.
        folder: Of its program; None for this one.

    Raises:
        Failed: the CLI is not there, or does not answer.
    """
    where = f"-s {shlex.quote(name)}" + (f" -C {shlex.quote(str(folder))}" if folder else "")
    command = f"pulumi stack export {where}"
    try:
        done = subprocess.run(  # noqa: S603  our own words
            shlex.split(command), capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise Failed(f"{command}: {error.strerror}: install the Pulumi CLI.") from None
    if done.returncode:
        raise Failed(f"{command} failed: {' '.join(done.stderr.split())}")
    try:
        found = of_resources(done.stdout, lambda it: [it])
    except NotAState as error:
        raise Failed(str(error)) from None
    return OldStack(name=name, where=where, resources=found, pending=_pending(done.stdout))


def _pending(text: str) -> list[dict[str, Any]]:
    return json.loads(text)["deployment"].get("pending_operations") or []


def forget(
    old: OldStack,
    taken: Collection[tuple[str, str, str]],
    needed: Collection[tuple[str, str, str]] = (),
) -> tuple[list[Step], list[str]]:
    """The commands after which a stack deletes nothing of what is taken, nor what that stands on;
    and what is in the way.

    Args:
        old: The stack.
        taken: Kind, namespace and name of each object.
        needed: The same, of what no stack takes and what is taken does not outlive, or cannot run
            without: its namespace, its volumes, its Secrets.
    """
    stands = {it["urn"] for it in old.resources if _object(it) in needed and _goes(it)}
    mine = [it for it in old.resources if _object(it) in taken or it["urn"] in stands]
    urns = {it["urn"] for it in mine}
    urns |= _empty(old.resources, urns)
    mine = [it for it in old.resources if it["urn"] in urns]
    wrong = [
        (
            f"{_said(urn)} of stack {old.name} goes with that stack, and what is taken with it, and"
            f" {_said(it['urn'])} depends on it: give {_said(urn)} retain_on_delete=True in its"
            " program, and run pulumi up there"
            if urn in stands
            else f"{_said(it['urn'])} of stack {old.name} depends on {_said(urn)}, which is taken:"
            " take that out of its program, and run pulumi up there"
        )
        for it in old.resources
        if it["urn"] not in urns
        for urn in sorted(urns & set(_needs(it)))
    ]
    wrong += _interrupted(old, mine, {*taken, *needed})
    steps = [
        Step(
            phase="let go",
            why=(
                f"stack {old.name} forgets {' '.join(_object(it)[::2])}, which stays"
                if it.get("custom", True)
                else f"stack {old.name} forgets {_said(it['urn'])}, which is empty then"
            ),
            command=(
                f"pulumi state delete {shlex.quote(it['urn'])} {old.where} --yes"
                + (" --force" if it.get("protect") else "")
            ),
        )
        for it in reversed(mine)
    ]
    return steps, wrong


def _empty(resources: Sequence[dict[str, Any]], gone: Collection[str]) -> set[str]:
    """The components that have no child left, and depend on what is forgotten: they are no
    objects, and the next `up` of their program makes them again. So does the ConfigMap that claims
    of an ephemeral stack go with.
    """
    # Of claims that go with it, which is in the way before, it is the owner; else of nothing.
    owners = {
        it["urn"]
        for it in resources
        if it.get("type") == _CLAIM_OWNER and not set(_needs(it)).isdisjoint(gone)
    }
    found = {it["urn"] for it in resources if it.get("parent") in owners}
    # A child comes after its parent.
    for it in reversed(resources):
        away = {*gone, *found}
        parents = {other.get("parent") for other in resources if other["urn"] not in away}
        if not it.get("custom", True) and it["urn"] not in parents and away & set(_needs(it)):
            found.add(it["urn"])
    return found


def _interrupted(
    old: OldStack, mine: Sequence[dict[str, Any]], wanted: Collection[tuple[str, str, str]]
) -> Iterator[str]:
    """What its state has not finished, and would do to what is taken."""
    for it in old.pending:
        kind, _, name = _object(it.get("resource") or {})
        if kind and _object(it["resource"]) in wanted:
            yield (
                f"stack {old.name} was interrupted while {it.get('type')} {kind} {name}: run"
                f" pulumi refresh {old.where}, and this again"
            )
    urns = [it["urn"] for it in mine]
    for urn in dict.fromkeys(it for it in urns if urns.count(it) > 1):
        yield (
            f"stack {old.name} has {_said(urn)} twice, and deletes one of them with its next up,"
            f" which may be what is taken: run pulumi state delete {shlex.quote(urn)}"
            f" {old.where} in a terminal, which asks for the one, and this again"
        )


def _said(urn: str) -> str:
    return urn.rpartition("::")[2]


def _goes(resource: dict[str, Any]) -> bool:
    """Whether its stack deletes the object, or fields of it, when it has no more use for it."""
    only_labels = str(resource.get("type")).endswith(":NamespacePatch")
    return not (resource.get("retainOnDelete") or only_labels)


def _object(resource: dict[str, Any]) -> tuple[str, str, str]:
    """Kind, namespace and name of what a resource stands for."""
    type_ = str(resource.get("type") or "")
    if not type_.startswith("kubernetes:"):
        return ("", "", "")
    namespace, _, name = str(resource.get("id") or "").rpartition("/")
    return type_.rpartition(":")[2].removesuffix("Patch"), namespace, name


def _needs(resource: dict[str, Any]) -> Iterator[str]:
    """The URNs without which a resource cannot be in a state."""
    yield from resource.get("dependencies") or ()
    for urns in (resource.get("propertyDependencies") or {}).values():
        yield from urns or ()
    yield from (str(it) for it in (resource.get("parent"), resource.get("deletedWith")) if it)
