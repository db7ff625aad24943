"""Rules for kinds that are not of Kubernetes itself: operators make volumes for them, or may."""

import re
from collections.abc import Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..kinds import holds_nothing, keeps_data
from ..severity import Severity
from ..urn import Kind
from ..values import conceals, look, text
from .common import Field, Rule, change, differing, risk, unread, whole

__all__ = ["DEFINITION_RULES", "RULES"]

# Parts of a database's or queue's spec that decide what becomes of its volumes.
_ABOUT_DATA = re.compile(
    r"backup|bootstrap|broker|claim|clone|count|data|delet|disk|ephemeral|instances|member|mode"
    r"|name|node|persist|pool|pvc|recover|replica|restor|retain|retention|shard|size|snapshot"
    r"|source|storage|template|volume|wal|wipe",
    re.IGNORECASE,
)
_PODS = re.compile(r"image|version|resources|annotations|labels|affinity|tolerations|env|logLevel")


def goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """The object goes, and its operator deletes what it made for it, claims or not."""
    if not edit.goes:
        return
    known = keeps_data(edit.kind.group)
    yield risk(
        "custom-resource-goes",
        "its operator deletes what it made for it, volumes too unless it is told to keep them;"
        " the preview shows none of them"
        if known
        else f"what objects of {edit.kind.group} take along no preview shows: their operator may"
        " delete volumes",
        whole(edit),
    )


def changes(edit: Edit, context: Context) -> Iterator[Finding]:
    """Its spec changes, and what the operator makes of that only it knows."""
    if edit.action is not Action.UPDATE or not edit.told:
        return
    keys = (edit.old.inputs.keys() | edit.new.inputs.keys()) - {"apiVersion", "kind", "metadata"}
    fields = [Field(key, edit.sides(key)) for key in sorted({*keys, "spec"})]
    place = [Field(key, edit.sides("metadata", key)) for key in ("name", "namespace")]
    changed = [its for its in (*place, *fields) if not its.same]
    if not changed:
        return
    stays = all(its.same for its in place)
    if stays and keeps_data(edit.kind.group) and _only_pods(edit):
        yield Finding(
            rule="custom-resource-rolls",
            severity=Severity.ROLLS_PODS,
            said="its operator restarts the pods on the volumes they have",
        )
        return
    yield risk(
        "custom-resource-changes",
        f"what the operator of {edit.kind.group} makes of this no preview shows: it may make or"
        " delete volumes",
        differing(edit, changed),
    )


def _only_pods(edit: Edit) -> bool:
    """Whether all that differs is known, and is of its pods alone."""
    trees = [look(state.inputs, "spec") for state in (edit.old, edit.new)]
    paths = edit.word.differs
    if paths is None:
        if conceals(trees):
            return False
        paths = list(_differing(trees[0], trees[1], path="spec"))
    inside = [its for its in paths if not its.startswith("metadata.")]
    return all(_PODS.search(its) and not _ABOUT_DATA.search(its) for its in inside)


def _differing(old: object, new: object, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            yield from _differing(old.get(key), new.get(key), f"{path}.{key}")
    elif old != new:
        yield path


def definition_goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A definition goes, and with it every object of its kind in the whole cluster."""
    if not edit.goes:
        return
    group = look(edit.old.inputs, "spec", "group")
    kind = look(edit.old.inputs, "spec", "names", "kind")
    known = isinstance(group, str) and isinstance(kind, str)
    said = "every object of its kind in the whole cluster is deleted with it"
    if known and holds_nothing(Kind(str(kind), str(group))):
        yield Finding(
            rule="definition-goes", severity=Severity.DOWNTIME, said=said, changes=whole(edit)
        )
    elif known and (keeps_data(str(group)) or "snapshot" in str(group)):
        yield Finding(
            rule="definition-goes",
            severity=Severity.LOST,
            said=f"{said}, and what they hold",
            changes=whole(edit),
        )
    else:
        yield risk("definition-goes", f"{said}; what they hold is not to be seen", whole(edit))


def definition_changes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A version, a name or the scope of a kind changes: objects of it may be out of reach."""
    if edit.action is not Action.UPDATE or not edit.told:
        return
    fields = [
        Field(key, edit.sides("spec", key)) for key in ("group", "names", "scope", "conversion")
    ]
    old, new = (_versions(look(state.inputs, "spec", "versions")) for state in (edit.old, edit.new))
    changed = [its for its in fields if not its.same]
    lost = not edit.sides("spec", "versions").same and (
        old is None or new is None or not all(its in new for its in old)
    )
    if changed or lost:
        yield risk(
            "definition-changes",
            "objects of its kind may be out of reach of their operator, or lost",
            differing(edit, changed)
            if changed
            else (change(edit, "versions", _named(old), _named(new)),),
        )


def _versions(listed: object) -> list[tuple[object, object, object]] | None:
    if not isinstance(listed, list):
        return None
    return [(look(its, "name"), look(its, "served"), look(its, "storage")) for its in listed]


def _named(versions: Sequence[tuple[object, object, object]] | None) -> object:
    return versions if versions is None else "+".join(text(its[0]) for its in versions)


RULES: Sequence[Rule] = (unread, goes, changes)
DEFINITION_RULES: Sequence[Rule] = (unread, definition_goes, definition_changes)
