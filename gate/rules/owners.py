"""Rules for the ConfigMap whose end is the end of an ephemeral stack's claims."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit, named
from ..finding import Finding
from ..kinds import holds_nothing
from ..owners import is_claim_owner
from ..severity import Severity
from ..urn import kind_of
from ..values import look, text
from .claims import fate_of
from .common import ORPHAN, Rule, fate, risk, unread, whole

__all__ = ["OF_ALL", "RULES"]


def goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """The owner is deleted or made again: Kubernetes deletes every claim that names it."""
    if not is_claim_owner(edit):
        return
    if edit.action is Action.DELETE and edit.old.retain_on_delete:
        yield Finding(
            rule="claim-owner-retained",
            severity=Severity.SAFE,
            said="leaves the stack and stays in the cluster, and the claims that name it with it",
        )
        return
    if not edit.goes or not edit.told:
        yield from unread(edit, context)
        return
    claims = list(context.owned_by(edit))
    whose = f"those of {named(claims)}" if claims else "an unknown number of them"
    kept = [
        context.keeps_volume(
            its, its.lives("spec", "storageClassName"), its.lives("spec", "volumeName")
        )
        for its in claims
    ]
    severity = max((fate(its)[0] for its in kept), default=Severity.LOST)
    yield Finding(
        rule="claim-owner-deleted",
        severity=severity,
        said=f"every claim that names it is deleted with it: {whose}",
        changes=whole(edit),
    )


def left(edit: Edit, context: Context) -> Iterator[Finding]:
    """A replaced owner that is retained leaves its claims to one that nobody edits any more."""
    if is_claim_owner(edit) and edit.action is Action.REPLACE and edit.old.retain_on_delete:
        yield risk(
            "claim-owner-left",
            "another owner takes its place; who deletes the old one deletes the claims",
            whole(edit),
        )


def takes_along(edit: Edit, context: Context) -> Iterator[Finding]:
    """Kubernetes deletes what names this object as its owner, whatever keeps that in the stack."""
    is_its_own = edit.kind.name == "ConfigMap" and is_claim_owner(edit)
    may_go = edit.goes or edit.action is Action.UNKNOWN
    if not may_go or is_its_own or _orphans(edit):
        return
    taken = context.taken_along(edit)
    if not taken:
        return
    fates = [fate_of(its, context)[0] for its in taken if its.kind.name == "PersistentVolumeClaim"]
    yield Finding(
        rule="owner-goes",
        severity=max(fates, default=Severity.AT_RISK),
        said=f"what names it as its owner is deleted with it (ownerReferences): {named(taken)}",
        changes=whole(edit),
    )


def changes_kind(edit: Edit, context: Context) -> Iterator[Finding]:
    """An alias makes an object that holds nothing of one that may hold data."""
    was = kind_of(edit.old.type) if edit.changes_type else None
    if was is not None and holds_nothing(edit.kind) and not holds_nothing(was):
        yield risk(
            "unreadable",
            f"an alias makes it of another kind of object ({edit.old.type[:80]}), and no preview"
            " shows what becomes of that",
            whole(edit),
        )


def _orphans(edit: Edit) -> bool:
    return text(look(edit.old.inputs, *ORPHAN)).casefold() == "orphan"


RULES: Sequence[Rule] = (goes, left)
# Of every kind of object, those that hold no data among them.
OF_ALL: Sequence[Rule] = (takes_along, changes_kind)
