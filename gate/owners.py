"""Who takes an object along when it is deleted: ownerReferences, and the owner of claims.

Kubernetes deletes what names an owner once all its owners are gone. An ephemeral stack of this
project has a ConfigMap that its claims name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from .edits import Action, Edit
from .state import State
from .values import Hidden, look

__all__ = ["CLAIM_OWNER", "Owned", "is_claim_owner", "owners", "references"]

# As the components write it (statefast/safety/read/live.py, which takes the SDK to load).
CLAIM_OWNER = "statefast/claim-owner"
_COMPONENT = "statefast:index:ClaimOwner"


def is_claim_owner(edit: Edit) -> bool:
    """Whether claims may go with this ConfigMap; one that cannot be read may be one."""
    if edit.urn.parents.rpartition("$")[2] == _COMPONENT:
        return True
    trees = (edit.old.inputs, edit.old.outputs, edit.new.inputs)
    found = [look(tree, "metadata", "annotations", CLAIM_OWNER) for tree in trees]
    return any(its == "true" or isinstance(its, Hidden) for its in found)


def references(state: State) -> object:
    """What an object says of its owners: a list, a Hidden, or None."""
    asked = look(state.inputs, "metadata", "ownerReferences")
    return look(state.outputs, "metadata", "ownerReferences") if asked is None else asked


def owners(state: State) -> Iterator[str]:
    """Names and uids of the owners, as far as they are known."""
    listed = references(state)
    for item in listed if isinstance(listed, list) else ():
        for key in ("name", "uid"):
            found = look(item, key)
            if isinstance(found, str):
                yield found


@dataclass(frozen=True)
class Owned:
    """Objects that name others as their owners, and go with them.

    Attributes:
        edits: Those that hold data.
    """

    edits: Iterable[Edit]

    @cached_property
    def _named(self) -> list[tuple[Edit, list[object]]]:
        found = []
        for edit in self.edits:
            # What an update is to name comes later, and is judged by itself.
            states = [edit.old] + [edit.new] * (edit.action is Action.NOTHING)
            trees = [tree for its in states for tree in (its.inputs, its.outputs)]
            items = [its for tree in trees for its in _items(tree)]
            if items and edit.action is not Action.CREATE:
                found.append((edit, items))
        return found

    @cached_property
    def _by_uid(self) -> Mapping[str, list[Edit]]:
        found: dict[str, list[Edit]] = {}
        for edit, items in self._named:
            for uid in {uid for its in items if isinstance(uid := look(its, "uid"), str)}:
                found.setdefault(uid, []).append(edit)
        return found

    @cached_property
    def _without_uid(self) -> list[tuple[Edit, list[object]]]:
        pairs = (
            (edit, [its for its in items if not isinstance(look(its, "uid"), str)])
            for edit, items in self._named
        )
        return [(edit, items) for edit, items in pairs if items]

    def by(self, owner: Edit) -> list[Edit]:
        """What goes with an object, or may: an identity that is not to be seen may be its own."""
        if owner.uid:
            found = list(self._by_uid.get(owner.uid, ()))
            rest = self._without_uid
        else:
            found, rest = [], self._named
        found += [edit for edit, items in rest if any(_may_be(its, owner) for its in items)]
        return list({id(edit): edit for edit in found if edit is not owner}.values())


def _items(tree: object) -> list[object]:
    listed = look(tree, "metadata", "ownerReferences")
    if isinstance(listed, Hidden):
        return [listed]
    return listed if isinstance(listed, list) else []


def _may_be(reference: object, owner: Edit) -> bool:
    kind, name = look(reference, "kind"), look(reference, "name")
    return (not isinstance(kind, str) or kind == owner.kind.name) and (
        not isinstance(name, str) or not owner.old_name or name == owner.old_name
    )
