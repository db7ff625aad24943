"""Rules for resources that stand for several objects, which the preview does not show."""

from collections.abc import Iterator, Mapping, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..severity import Severity
from ..values import look
from .common import Rule, whole

__all__ = ["LIST_RULES", "RELEASE_RULES"]

_WITH_DATA = ("Namespace/", "PersistentVolume", "StatefulSet", "VolumeSnapshot")


def list_goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A list of objects is changed as a whole."""
    if edit.goes or edit.action in (Action.UPDATE, Action.UNKNOWN):
        yield Finding(
            rule="list-goes",
            severity=Severity.AT_RISK,
            said="holds several objects that cannot be judged one by one",
            changes=whole(edit),
        )


def release_goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A Helm release is removed with all its objects; what they are its outputs say."""
    if not edit.goes and edit.action is not Action.UNKNOWN:
        return
    names = look(edit.old.outputs, "resourceNames")
    harmless = isinstance(names, Mapping) and not any(
        kind.startswith(_WITH_DATA) and not kind.startswith("VolumeSnapshotClass") for kind in names
    )
    if not harmless:
        yield Finding(
            rule="release-goes",
            severity=Severity.AT_RISK,
            said="is removed with claims or StatefulSets that the preview does not show",
            changes=whole(edit),
        )


LIST_RULES: Sequence[Rule] = (list_goes,)
RELEASE_RULES: Sequence[Rule] = (release_goes,)
