"""Rules for the ConfigMap whose end is the end of an ephemeral stack's claims."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit, named
from ..finding import Finding
from ..owners import is_claim_owner
from ..severity import Severity
from .common import Rule, fate, risk, unread, whole

__all__ = ["RULES"]


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


RULES: Sequence[Rule] = (goes, left)
