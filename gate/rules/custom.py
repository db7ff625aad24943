"""Rules for kinds that are not of Kubernetes itself: operators make volumes for them, or may."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..folders import digest
from ..kinds import holds_nothing, keeps_data
from ..severity import Severity
from ..urn import Kind
from ..values import conceals, look, plain, text
from .common import Field, Rule, change, differing, goes_on_as, risk, unread, whole

__all__ = ["DEFINITION_RULES", "RULES", "renamed"]

# Parts of a database's or queue's spec that decide what becomes of its volumes.
_ABOUT_DATA = re.compile(
    r"backup|bootstrap|broker|claim|clone|count|data|delet|disk|ephemeral|instances|member|mode"
    r"|name|node|persist|pool|pvc|recover|replica|restor|retain|retention|shard|size|snapshot"
    r"|source|storage|template|volume|wal|wipe",
    re.IGNORECASE,
)
# Objects that are a deed: an operator that sees one writes over what is there, or deletes it.
_DEED = re.compile(
    r"Restor|Recover|Delet|Destination|Rollback|Wipe|Purge|Migrat|Failover|Switchover"
)
# Annotations by which an operator is told to do such a thing, or to leave the object alone.
_ORDER = re.compile(
    r"delet|destroy|fenc|hibernat|pvc|prun|purg|reclaim|reconcil|recover|reinit|restor|rollback"
    r"|shutdown|wipe",
    re.IGNORECASE,
)
# Words in the names of fields that have another meaning there: how an image is called, and labels.
_OTHER_WORDS = re.compile(r"metadata|imageName|imageCatalogRef", re.IGNORECASE)
_PODS = re.compile(r"image|version|resources|annotations|labels|affinity|tolerations|env|logLevel")


# Between the keys of a path, which may hold dots.
_SLASH = "\x00"


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
    told = [its for field in changed for its in _leaves(edit, field)]
    yield risk(
        "custom-resource-changes",
        f"{_few(told)} changes, and no preview shows what its operator ({edit.kind.group}) does"
        " then: it may make or delete volumes",
        differing(edit, told if len(told) <= _MOST else changed),
    )


def _few(fields: Sequence[Field]) -> str:
    names = [its.name for its in fields]
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


# Of more fields than these a consent names what they are in.
_MOST = 12
_SHORT = re.compile(r"[\d.]+ ?[A-Za-z]{0,2}")


def _leaves(edit: Edit, field: Field) -> Iterator[Field]:
    """What differs in a field, part by part."""
    sides = field.sides
    if sides.shown and isinstance(sides.old, dict) and isinstance(sides.new, dict):
        for path in _differing(sides.old, sides.new, path=""):
            at = path.split(_SLASH)
            yield Field(
                ".".join((field.name, *at)), edit.sides(field.name, *at), partial(_brief, edit.uid)
            )
    else:
        yield field


def _brief(uid: str, value: object) -> object:
    """A number or a size; of any other text, which may be a password, no more than that."""
    said = text(value)
    return said if not isinstance(value, str) or _SHORT.fullmatch(said) else f"#{digest(said, uid)}"


def ordered(edit: Edit, context: Context) -> Iterator[Finding]:
    """An annotation tells its operator to do something once."""
    if edit.action is not Action.UPDATE or not edit.told:
        return
    sides = edit.sides("metadata", "annotations")
    both = [its for its in (sides.old, sides.new) if isinstance(its, dict)]
    said = (its.partition("metadata.annotations.")[2] for its in edit.word.differs or ())
    keys = {key for its in both for key in its} | set(said)
    changed = [
        Field(f"annotations.{key}", its)
        for key in sorted(keys)
        if _ORDER.search(key) and not (its := edit.sides("metadata", "annotations", key)).same
    ]
    if not sides.shown and not sides.same and not both[1:]:
        # Which ones there are is hidden.
        changed.append(Field("annotations", sides))
    if changed:
        yield risk(
            "custom-resource-ordered",
            "an annotation may tell its operator to delete, restore or let go of something; no"
            " preview shows what it does",
            differing(edit, changed),
        )


def acts(edit: Edit, context: Context) -> Iterator[Finding]:
    """It is made, and its operator does at once what its kind is called."""
    if edit.action is Action.CREATE and _DEED.search(edit.kind.name):
        yield risk(
            "custom-resource-acts",
            f"an operator that sees a {edit.kind.name} may write over data that is there, or delete"
            " it; no preview shows which",
        )


def renamed(edit: Edit, context: Context) -> Iterator[Finding]:
    """It leaves and stays in the cluster, and another one of its kind starts without its data."""
    like = context.comes_like(edit)
    if edit.action is not Action.DELETE or edit.goes or like is None or context.twin(edit):
        return
    yield goes_on_as(edit, like, "what it has stays behind")


def _only_pods(edit: Edit) -> bool:
    """Whether all that differs is known, and is of its pods alone."""
    trees = [plain(state.inputs) for state in (edit.old, edit.new)]
    paths = edit.word.differs
    if paths is None:
        if conceals(trees):
            return False
        paths = [its.replace(_SLASH, ".") for its in _differing(trees[0], trees[1], path="")]
    inside = [its for its in paths if not its.startswith(("apiVersion", "kind", "metadata"))]
    return all(
        _PODS.search(its) and not _ABOUT_DATA.search(_OTHER_WORDS.sub("", its)) for its in inside
    )


def _differing(old: object, new: object, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _differing(old.get(key), new.get(key), f"{path}{_SLASH}{key}".strip(_SLASH))
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


RULES: Sequence[Rule] = (unread, goes, changes, ordered, acts, renamed)
DEFINITION_RULES: Sequence[Rule] = (unread, definition_goes, definition_changes)
