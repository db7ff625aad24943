"""Who takes an object along when it is deleted: ownerReferences, and the owner of claims.

Kubernetes deletes what names an owner once all its owners are gone. An ephemeral stack of this
project has a ConfigMap that its claims name.
"""

from collections.abc import Iterator

from .edits import Edit
from .state import State
from .values import Hidden, look

__all__ = ["CLAIM_OWNER", "is_claim_owner", "owners", "references"]

# As the components write it (components/safety/read/live.py, which takes the SDK to load).
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
