"""Rules for namespaces, whose end is the end of everything in them."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from .common import Rule, fate, fate_of_claims, unreadable, whole

__all__ = ["RULES"]


def goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A namespace is deleted, and every claim in it, locks and retention notwithstanding."""
    if not edit.goes or not edit.readable:
        return
    inside = [its for its in context.with_volumes_in(edit.name) if its.action is not Action.CREATE]
    if not inside:
        severity = Severity.AT_RISK
        said = "everything in it is deleted; this stack has no claims in it, others may"
    else:
        severity = max(_fate(its, context) for its in inside)
        names = ", ".join(sorted(its.resource for its in inside)[:3])
        more = f" and {len(inside) - 3} more" if len(inside) > 3 else ""
        said = f"everything in it is deleted, with the claims of {names}{more}"
    yield Finding(rule="namespace-deleted", severity=severity, said=said, changes=whole(edit))


def _fate(its: Edit, context: Context) -> Severity:
    # Whatever keeps a claim or a set from being deleted is an agreement with the engine; the
    # namespace controller knows nothing of it.
    if its.kind.name == "StatefulSet":
        return max(fate_of_claims(its, context)[0], Severity.AT_RISK)
    return fate(
        context.keeps_volume(its.lives("spec", "storageClassName"), its.lives("spec", "volumeName"))
    )[0]


def retained(edit: Edit, context: Context) -> Iterator[Finding]:
    """A namespace leaves the stack and stays."""
    if edit.action is Action.DELETE and edit.old.retain_on_delete:
        yield Finding(
            rule="namespace-retained",
            severity=Severity.SAFE,
            said="leaves the stack and stays in the cluster with all it holds",
        )


RULES: Sequence[Rule] = (unreadable, goes, retained)
