"""What the rest of the preview says about an object: its class, its volume, its neighbours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .clusters import Clusters
from .edits import Action, Edit
from .likeness import Likeness
from .owners import Owned, is_claim_owner, owners
from .state import State
from .urn import Kind
from .values import Hidden, look

__all__ = ["Context"]

_RETAIN = "Retain"
_CLAIM = "PersistentVolumeClaim"
_HOLDS = frozenset(
    {
        _CLAIM,
        "Namespace",
        "PersistentVolume",
        "StatefulSet",
        "VolumeSnapshot",
        "VolumeGroupSnapshot",
    }
)


@dataclass(frozen=True)
class Context:
    """All edits of one preview.

    Attributes:
        edits: Of every Kubernetes object and of their providers.
        config: Of the stack.
    """

    edits: Sequence[Edit]
    config: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def clusters(self) -> Clusters:
        """Which provider writes to which cluster."""
        return Clusters(self.edits, self.config)

    @cached_property
    def likeness(self) -> Likeness:
        """What goes and comes as one thing under two names."""
        return Likeness(self.edits)

    @cached_property
    def _by_kind(self) -> Mapping[str, list[Edit]]:
        """Whole objects; patches are of other people's."""
        found: dict[str, list[Edit]] = {}
        for edit in self.edits:
            if not edit.kind.is_patch and not edit.kind.is_list:
                found.setdefault(edit.kind.name, []).append(edit)
        return found

    @cached_property
    def _classes(self) -> Mapping[tuple[str, str, str], Edit]:
        kinds = ("StorageClass", "PersistentVolume", "VolumeSnapshotClass", "VolumeSnapshotContent")
        return {
            (self.cluster(edit), kind, edit.name): edit
            for kind in kinds
            for edit in self._by_kind.get(kind, ())
        }

    @cached_property
    def _nameless_classes(self) -> bool:
        return any(
            not edit.old_name and not edit.new_name
            for edit in self._by_kind.get("StorageClass", ())
        )

    @cached_property
    def _created(self) -> Mapping[tuple[str, str, str, str], Edit]:
        return {
            (self.cluster(edit), edit.kind.name, edit.new_namespace, edit.new_name): edit
            for edit in self.edits
            if edit.action is Action.CREATE and edit.new_name
        }

    @cached_property
    def _with_volumes(self) -> Mapping[tuple[str, str], list[Edit]]:
        found: dict[tuple[str, str], list[Edit]] = {}
        for edit in self.edits:
            if edit.kind.name in (_CLAIM, "StatefulSet"):
                found.setdefault((self.cluster(edit), edit.namespace), []).append(edit)
        return found

    @cached_property
    def _leaving_namespaces(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (self.cluster(edit), edit.name)
            for edit in self._by_kind.get("Namespace", ())
            if edit.goes
        )

    @cached_property
    def _leaving_owners(self) -> frozenset[str]:
        """Names and uids of claim owners that are deleted."""
        found: set[str] = set()
        for edit in self._by_kind.get("ConfigMap", ()):
            if edit.goes and is_claim_owner(edit):
                found |= {edit.uid, edit.old_name} - {""}
        return frozenset(found)

    @cached_property
    def _owned(self) -> Mapping[str, Owned]:
        """By cluster, what holds data and may name an owner."""
        found: dict[str, list[Edit]] = {}
        for edit in self.edits:
            if edit.kind.name in _HOLDS:
                found.setdefault(self.cluster(edit), []).append(edit)
        return {cluster: Owned(edits) for cluster, edits in found.items()}

    @cached_property
    def _coming(self) -> Mapping[Kind, Edit]:
        return {edit.kind: edit for edit in self.edits if edit.action is Action.CREATE}

    def cluster(self, edit: Edit) -> str:
        """The cluster the object is in, or would be made in."""
        return self.clusters.of(edit.provider)

    def of_kind(self, kind: str) -> Sequence[Edit]:
        """Edits of whole objects of a kind."""
        return self._by_kind.get(kind, ())

    def twin(self, edit: Edit) -> Edit | None:
        """What this preview creates under the very name of an object that it deletes."""
        key = self.cluster(edit), edit.kind.name, edit.namespace, edit.name
        return self._created.get(key)

    def with_volumes_in(self, namespace: Edit) -> Sequence[Edit]:
        """Claims and StatefulSets of this stack in a namespace."""
        return self._with_volumes.get((self.cluster(namespace), namespace.name), ())

    def goes_with_another(self, edit: Edit) -> bool:
        """Whether an object is deleted with its namespace, or with the owner of its claim."""
        place = self.cluster(edit), edit.namespace
        return place in self._leaving_namespaces or any(
            its in self._leaving_owners for its in owners(edit.old)
        )

    def taken_along(self, owner: Edit) -> Sequence[Edit]:
        """What holds data and goes with an object that it names as its owner."""
        cluster = self.cluster(owner)
        return [
            its
            for place, owned in self._owned.items()
            # Which cluster it is in is not to be seen where no state of it is.
            if place == cluster or not owner.old.inputs
            for its in owned.by(owner)
        ]

    @cached_property
    def _patches(self) -> Mapping[tuple[str, str, str, str], list[Edit]]:
        found: dict[tuple[str, str, str, str], list[Edit]] = {}
        for edit in self.edits:
            if edit.kind.is_patch and edit.action in (Action.CREATE, Action.UPDATE):
                key = self.cluster(edit), edit.kind.name, edit.namespace, edit.name
                found.setdefault(key, []).append(edit)
        return found

    def patches_of(self, edit: Edit) -> Sequence[Edit]:
        """Patches of an object that this preview applies."""
        key = self.cluster(edit), edit.kind.name, edit.namespace, edit.name
        return self._patches.get(key, ())

    def comes_like(self, edit: Edit) -> Edit | None:
        """An object of the same kind that this preview creates."""
        return self._coming.get(edit.kind)

    def owned_by(self, owner: Edit) -> Iterator[Edit]:
        """Claims of this stack that go with a claim owner."""
        for edit in self._with_volumes.get((self.cluster(owner), owner.namespace), ()):
            named = set(owners(edit.old))
            if edit.kind.name == _CLAIM and named & ({owner.uid, owner.old_name} - {""}):
                yield edit

    def keeps_volume(self, claim: Edit, class_name: object, volume: object = None) -> bool | None:
        """Whether a volume outlives its claim; None where this stack does not say.

        A volume keeps the policy it was born with, so that only the old state of its class counts.

        Args:
            claim: What has it, or makes it.
            class_name: Its class.
            volume: Name of the PersistentVolume, where the claim knows it.
        """
        its = self._find(claim, "PersistentVolume", volume)
        if its is not None and its.action is not Action.CREATE:
            path = ("spec", "persistentVolumeReclaimPolicy")
            # An update comes before the deletion.
            found = [its.lives(*path)] + [its.becomes(*path)] * (its.action is Action.UPDATE)
            # Unlike that of a class: a volume made by hand is kept unless it says otherwise.
            kept = [True if policy is None else _policy(policy) for policy in found]
            return next((its for its in kept if not its), True)
        return self._policy_of(self._find(claim, "StorageClass", class_name), "reclaimPolicy")

    def keeps_snapshot(self, snapshot: Edit, class_name: object) -> bool | None:
        """Whether the data of a snapshot outlives the object; None where it is not known."""
        # One that was brought in by its handle goes by its content, and has no class.
        name = snapshot.lives("spec", "source", "volumeSnapshotContentName")
        content = self._find(snapshot, "VolumeSnapshotContent", name)
        if content is not None and content.action in (Action.DELETE, Action.NOTHING):
            policy = content.lives("spec", "deletionPolicy")
            return None if policy is None else _policy(policy)
        made = self._find(snapshot, "VolumeSnapshotClass", class_name)
        return self._policy_of(made, "deletionPolicy")

    def can_grow(self, claim: Edit) -> bool | Hidden | None:
        """Whether a claim's class lets it grow.

        None where the class is not of this stack, Hidden where nobody can tell.
        """
        class_name = claim.lives("spec", "storageClassName")
        if class_name == "":
            return False
        made = self._find(claim, "StorageClass", class_name)
        if made is None:
            unread = self._nameless_classes or not (
                isinstance(class_name, str) or self._all_grow(self.cluster(claim))
            )
            return Hidden(is_secret=False) if unread else None
        return self._grows(made)

    def _all_grow(self, cluster: str) -> bool:
        """Whether every class that this stack has lets its claims grow, whichever it is."""
        return all(
            self._grows(made) is True
            for made in self._by_kind.get("StorageClass", ())
            if self.cluster(made) == cluster
        )

    def _grows(self, made: Edit) -> bool | Hidden:
        if made.goes and made.action is Action.DELETE:
            return False
        state = _living(made) if made.new.inputs == {} else made.new
        allowed = _either(state, "allowVolumeExpansion")
        return allowed if isinstance(allowed, Hidden) else allowed is True

    def _find(self, near: Edit, kind: str, name: object) -> Edit | None:
        if not isinstance(name, str):
            return None
        return self._classes.get((self.cluster(near), kind, name))

    def _policy_of(self, made: Edit | None, field: str) -> bool | None:
        if made is None or made.action is Action.CREATE:
            return None
        state = _living(made)
        if not state.inputs and not state.outputs:
            return None
        return _policy(_either(state, field))


def _living(edit: Edit) -> State:
    """What there is now; an object that is read or imported was there before."""
    has_old = edit.old.inputs or edit.old.outputs or edit.action is not Action.NOTHING
    return edit.old if has_old else edit.new


def _either(state: State, field: str) -> object:
    asked = look(state.inputs, field)
    return look(state.outputs, field) if asked is None else asked


def _policy(policy: object) -> bool | None:
    # Kubernetes takes a policy that is not given for Delete.
    if isinstance(policy, Hidden):
        return None
    return policy == _RETAIN
