"""Rules for namespaces, whose end is the end of everything in them."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit, named
from ..finding import Finding
from ..severity import Severity
from .claims import fate_of
from .common import Field, Rule, differing, risk, unread, whole
from .sets import fate_of_claims

__all__ = ["RULES"]


def goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A namespace is deleted, and every claim in it, locks and retention notwithstanding."""
    if not edit.goes or not edit.told:
        return
    inside = [its for its in context.with_volumes_in(edit) if its.action is not Action.CREATE]
    if not inside:
        severity = Severity.AT_RISK
        said = "everything in it is deleted; this stack has no claims in it, others may"
    else:
        severity = max(_fate(its, context) for its in inside)
        said = f"everything in it is deleted, with the claims of {named(inside)}"
    yield Finding(rule="namespace-deleted", severity=severity, said=said, changes=whole(edit))


def _fate(its: Edit, context: Context) -> Severity:
    # Whatever keeps a claim or a set from being deleted is an agreement with the engine; the
    # namespace controller knows nothing of it.
    if its.kind.name == "StatefulSet":
        return max(fate_of_claims(its, context)[0], Severity.AT_RISK)
    return fate_of(its, context)[0]


def retained(edit: Edit, context: Context) -> Iterator[Finding]:
    """A namespace leaves the stack and stays."""
    if not edit.old.retain_on_delete:
        return
    if edit.action is Action.DELETE:
        yield Finding(
            rule="namespace-retained",
            severity=Severity.SAFE,
            said="leaves the stack and stays in the cluster with all it holds",
        )
    elif edit.action is Action.REPLACE:
        yield Finding(
            rule="namespace-left-behind",
            severity=Severity.DOWNTIME,
            said="stays in the cluster with all it holds; what goes on in another one is judged by"
            " itself, and one of the same name cannot be made",
        )


def believed(edit: Edit, context: Context) -> Iterator[Finding]:
    """An update that changes the name, or may: `up` would replace it."""
    if edit.action is not Action.UPDATE or not edit.told:
        return
    name = Field("name", edit.sides("metadata", "name"))
    if not name.same or edit.word.replacing:
        yield risk(
            "namespace-unknown",
            "the preview shows an update, and `up` may delete it with everything in it: what it is"
            " called is not known yet",
            differing(edit, [name]),
        )


RULES: Sequence[Rule] = (unread, goes, retained, believed)
