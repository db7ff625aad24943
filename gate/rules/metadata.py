"""Rules for what decides over an object's end from outside of the stack: owners and finalizers."""

from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..owners import is_claim_owner
from ..severity import Severity
from ..values import Hidden, look
from .common import Rule, change, risk, whole

__all__ = ["RULES", "SET_RULES"]

_OWNERS = ("metadata", "ownerReferences")
_FINALIZERS = ("metadata", "finalizers")


def owned(edit: Edit, context: Context) -> Iterator[Finding]:
    """It gets an owner: Kubernetes deletes it once the owner is gone, whatever the stack says."""
    if edit.action not in (Action.CREATE, Action.UPDATE, Action.REPLACE):
        return
    sides = edit.sides(*_OWNERS)
    if sides.left_out:
        yield risk("owned", "its owners change (ownerReferences), and how is not to be seen")
        return
    if sides.same or sides.new in (None, []):
        return
    had = edit.lives(*_OWNERS)
    if edit.action is not Action.CREATE and _names(sides.new) <= _names(had) - {""}:
        return
    is_ours = _is_ours(sides.new, edit, context)
    who = "the claim owner of this stack" if is_ours else "its owner"
    said = f"from now on it is deleted with {who} (ownerReferences)"
    if is_ours and edit.action is Action.CREATE:
        yield Finding(
            rule="owned",
            severity=Severity.SAFE,
            said=f"{said}, as in every ephemeral stack: data that it finds goes as well",
        )
    else:
        its = change(edit, "owner_references", had, sides.new)
        yield risk("owned", said, (its,))


def templates_owned(edit: Edit, context: Context) -> Iterator[Finding]:
    """The claims that a set makes get an owner, and go with it."""
    if edit.action not in (Action.CREATE, Action.REPLACE):
        return
    listed = edit.wants("spec", "volumeClaimTemplates")
    found = [look(its, *_OWNERS) for its in listed] if isinstance(listed, list) else []
    sides = edit.sides("spec", "volumeClaimTemplates")
    hidden = sides.left_out or (isinstance(listed, Hidden) and not sides.same)
    if hidden or any(its not in (None, []) for its in found):
        yield risk(
            "owned",
            "the claims it makes from now on are deleted with their owner (ownerReferences in"
            " volumeClaimTemplates)",
            whole(edit),
        )


def _names(references: object) -> set[str]:
    """Identities of the owners; an empty one for each that cannot be read."""
    if not isinstance(references, list):
        return {""} if references is not None else set()
    found = (look(item, "uid") for item in references)
    return {uid if isinstance(uid, str) else "" for uid in found}


def _is_ours(references: object, edit: Edit, context: Context) -> bool:
    """Whether every owner is a claim owner of this stack, in the same place.

    One that is only now made has no identity yet; the engine says what the reference is made of.
    """
    near = [
        its
        for its in context.of_kind("ConfigMap")
        if is_claim_owner(its)
        and its.action is not Action.DELETE
        and its.namespace == edit.namespace
        and context.cluster(its) == context.cluster(edit)
    ]
    names = {name for its in near for name in (its.old_name, its.new_name) if name}
    unmade = bool(edit.new.sources) and edit.new.sources <= {its.urn.text for its in near}
    items = references if isinstance(references, list) else [references]
    return all(
        unmade
        if isinstance(item, Hidden)
        else look(item, "kind") == "ConfigMap" and look(item, "name") in names
        for item in items
    )


def finalizers_dropped(edit: Edit, context: Context) -> Iterator[Finding]:
    """A finalizer goes, which held up the object's end while something used it."""
    if edit.action not in (Action.CREATE, Action.UPDATE):
        return
    sides = edit.sides(*_FINALIZERS)
    wanted = sides.new
    had = edit.lives(*_FINALIZERS)
    if sides.same or (wanted is None and not sides.old and not sides.left_out):
        return
    if wanted is None:
        wanted = []
    kept = isinstance(wanted, list) and all(
        isinstance(some, list) and all(its in wanted for its in some)
        for some in (had, sides.old)
        if some is not None
    )
    if sides.left_out or (had is not None and not kept) or isinstance(wanted, Hidden):
        yield risk(
            "finalizer-dropped",
            "a finalizer goes, which kept it from being deleted while it is in use",
            (change(edit, "finalizers", had, wanted),),
        )


RULES: Sequence[Rule] = (owned, finalizers_dropped)
SET_RULES: Sequence[Rule] = (*RULES, templates_owned)
