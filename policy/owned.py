"""What holds data goes with no other object."""

from collections.abc import Iterator

from statefast.errors import StatefastError

from .claims import CLAIM, templates_of
from .facts import UNKNOWN, Facts
from .where import Where

__all__ = ["claim_without_owner"]

_REFERENCES = ("metadata", "ownerReferences")
_KINDS = (CLAIM, "PersistentVolume", "Namespace")


def claim_without_owner(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """Kubernetes deletes what has an owner once the owner is gone, and the data with it.

    The components give claims an owner in ephemeral stacks alone: the ConfigMap of ClaimOwner.
    """
    if where.ephemeral:
        return
    places: list[tuple[str | int, ...]] = [(*path, *_REFERENCES) for path in templates_of(facts)]
    if facts.kind in _KINDS:
        places.append(_REFERENCES)
    for place in places:
        for index in range(facts.count(*place)):
            kind, name = (facts.get(*place, index, key) for key in ("kind", "name"))
            owner = "an owner" if UNKNOWN in (kind, name) else f"{kind} {name}"
            yield StatefastError(
                facts.title,
                f"{'.'.join(str(key) for key in place)}[{index}]",
                owner,
                f"but {where.stack} is not ephemeral, and the data would be deleted with it",
                "leave ownerReferences out, or list the stack in this rule's setting ephemeral",
            )
