"""What the rest of the preview says about an object: its class, its volume, its neighbours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from .edits import Action, Edit
from .likeness import likeness
from .values import Hidden, look

__all__ = ["Context"]

_RETAIN = "Retain"
# The engine's own provider of a type; its name holds its version.
_DEFAULT_PROVIDER = "::default"


@dataclass(frozen=True)
class Context:
    """All edits of one preview.

    Attributes:
        edits: Of every Kubernetes object.
        moved_providers: URNs of providers that are themselves replaced.
    """

    edits: Sequence[Edit]
    moved_providers: frozenset[str] = frozenset()

    @cached_property
    def _classes(self) -> dict[str, Edit]:
        return {edit.name: edit for edit in self.of_kind("StorageClass")}

    @cached_property
    def _volumes(self) -> dict[str, Edit]:
        return {edit.name: edit for edit in self.of_kind("PersistentVolume")}

    @cached_property
    def _snapshot_classes(self) -> dict[str, Edit]:
        return {edit.name: edit for edit in self.of_kind("VolumeSnapshotClass")}

    @cached_property
    def _created(self) -> Sequence[Edit]:
        return [edit for edit in self.edits if edit.action is Action.CREATE]

    @cached_property
    def _created_by_name(self) -> dict[tuple[str, str, str], Edit]:
        return {
            (edit.kind.name, edit.new_namespace, edit.new_name): edit
            for edit in self._created
            if edit.new_name
        }

    @cached_property
    def _created_by_likeness(self) -> dict[tuple[str, str, str], Edit]:
        found: dict[tuple[str, str, str], Edit] = {}
        for edit in self._created:
            like = likeness(edit, edit.new)
            if like:
                found.setdefault((edit.kind.name, edit.new_namespace, like), edit)
        return found

    @cached_property
    def _by_namespace(self) -> dict[str, list[Edit]]:
        found: dict[str, list[Edit]] = {}
        for edit in self.edits:
            if edit.kind.name in ("PersistentVolumeClaim", "StatefulSet"):
                found.setdefault(edit.namespace, []).append(edit)
        return found

    @cached_property
    def _staying_sets(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (edit.namespace, edit.name)
            for edit in self.of_kind("StatefulSet")
            if edit.action is not Action.DELETE
        )

    @cached_property
    def _leaving_namespaces(self) -> frozenset[str]:
        return frozenset(edit.name for edit in self.of_kind("Namespace") if edit.goes)

    def of_kind(self, kind: str) -> Iterable[Edit]:
        """Edits of whole objects of a kind; patches are of other people's objects."""
        return (
            edit
            for edit in self.edits
            if edit.kind.name == kind and not edit.kind.is_patch and not edit.kind.is_list
        )

    def twin(self, edit: Edit) -> Edit | None:
        """What this preview creates under the very name of an object that it deletes."""
        return self._created_by_name.get((edit.kind.name, edit.namespace, edit.name))

    def created_like(self, edit: Edit) -> Edit | None:
        """What this preview creates that could be the object it deletes, under another name."""
        key = edit.kind.name, edit.namespace, likeness(edit, edit.old)
        return self._created_by_likeness.get(key)

    def with_volumes_in(self, namespace: str) -> Sequence[Edit]:
        """Claims and StatefulSets of this stack in a namespace."""
        return self._by_namespace.get(namespace, ())

    def namespace_goes(self, namespace: str) -> bool:
        """Whether the namespace is deleted, with everything in it."""
        return namespace in self._leaving_namespaces

    def is_of_staying_set(self, namespace: str, claim: str) -> bool:
        """Whether a claim is one that a StatefulSet of this stack, which stays, makes."""
        stem, _, ordinal = claim.rpartition("-")
        return ordinal.isdecimal() and any(
            place == namespace and stem.endswith(f"-{name}") for place, name in self._staying_sets
        )

    def keeps_volume(self, class_name: object, volume: object = None) -> bool | None:
        """Whether a volume outlives its claim; None where this stack does not say.

        A volume keeps the policy it was born with, so that only the old state of its class counts.

        Args:
            class_name: Its class.
            volume: Name of the PersistentVolume, where the claim knows it.
        """
        its = self._volumes.get(volume) if isinstance(volume, str) else None
        if its is not None and its.action is not Action.CREATE:
            policy = its.lives("spec", "persistentVolumeReclaimPolicy")
            # Unlike that of a class: a volume made by hand is kept unless it says otherwise.
            return True if policy is None else _policy(policy)
        made = self._classes.get(class_name) if isinstance(class_name, str) else None
        if made is None or made.action is Action.CREATE or not made.readable:
            return None
        return _policy(made.was("reclaimPolicy"))

    def keeps_snapshot(self, class_name: object) -> bool | None:
        """Whether the data of a snapshot outlives the object; None where it is not known."""
        made = self._snapshot_classes.get(class_name) if isinstance(class_name, str) else None
        if made is None or made.action is Action.CREATE:
            return None
        return _policy(made.was("deletionPolicy"))

    def can_grow(self, class_name: object) -> bool | None:
        """Whether the claims of a class may grow; None where this stack does not say."""
        made = self._classes.get(class_name) if isinstance(class_name, str) else None
        if made is None:
            return None
        state = made.old if made.action is Action.NOTHING else made.new
        allowed = look(state.inputs, "allowVolumeExpansion")
        return None if isinstance(allowed, Hidden) else allowed is True

    def moves(self, edit: Edit) -> bool:
        """Whether an object that is replaced would be made by another provider: elsewhere."""
        before, after = edit.old.provider, edit.new.provider
        if before in self.moved_providers:
            return True
        if _DEFAULT_PROVIDER in before and _DEFAULT_PROVIDER in after:
            return False
        return bool(before and after) and before != after


def _policy(policy: object) -> bool | None:
    # Kubernetes takes a policy that is not given for Delete.
    if isinstance(policy, Hidden):
        return None
    return policy == _RETAIN
