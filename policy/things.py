"""The objects of a stack as the cluster will see them: each with all that is said of it.

A Patch says a part of an object, and a stack may hold several of one object beside the object
itself. A rule that looks at resources one by one misses what two of them say together.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from .facts import Facts
from .pods import Mount, mounts_in

__all__ = ["Thing", "may_be_one", "things_of"]

# What a Patch has to say to make an object that is not there.
_WHOLE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "StorageClass": (("provisioner",),),
}
_WHOLE_WORKLOAD = (("spec", "selector"), ("spec", "template"))


class Thing:
    """One object, and every resource that says something of it.

    Args:
        parts: The resources, in the order they were registered.

    Attributes:
        kind: Kind of the object.
        parts: As given.
    """

    def __init__(self, parts: Sequence[Facts]) -> None:
        self.parts = parts
        self.kind = parts[0].kind

    @property
    def first(self) -> Facts:
        """The resource to blame where no other is."""
        return self.parts[0]

    @property
    def title(self) -> str:
        """Kind and name, as they open an error sentence."""
        return self.first.title

    @property
    def name(self) -> str | None:
        """Name of the object; None where it is not known."""
        return self.first.name

    @cached_property
    def namespace(self) -> str | None:
        """Namespace of the object; None where no part says it."""
        return next((part.namespace for part in self.parts if part.namespace), None)

    @property
    def whole(self) -> bool:
        """Whether what is said here is all that there is: the object is made by this stack."""
        wanted = _WHOLE.get(self.kind, _WHOLE_WORKLOAD)
        return any(
            not part.patch or all(part.get(*path) is not None for path in wanted)
            for part in self.parts
        )

    def said(self, *path: str | int) -> list[tuple[object, Facts]]:
        """All values that a field is given, `UNKNOWN` among them, and by which resource."""
        found = [(part.get(*path), part) for part in self.parts]
        return [(value, part) for value, part in found if value is not None]

    def mounts(self) -> Iterator[tuple[Mount, Facts]]:
        """Every claim its pods mount, and which resource says so."""
        for part in self.parts:
            for mount in mounts_in(part):
                yield mount, part


def things_of(objects: Iterable[Facts]) -> list[Thing]:
    """Joins the resources that are of one object.

    A Patch that does not say its namespace may be of any object of that name, and counts for each.
    They are in the order in which the first resource of each was registered.
    """
    every = list(objects)
    order = {id(facts): number for number, facts in enumerate(every)}
    found: dict[tuple[str, str, str], list[Facts]] = {}
    things: list[Thing] = []
    kinds = Counter(facts.kind for facts in every)
    patches = Counter(facts.kind for facts in every if facts.patch)
    for facts in every:
        if facts.name is None:
            things.append(Thing([facts]))
            # The user is told where the name may be that of what a Patch is of.
            if (kinds[facts.kind] > 1) if facts.patch else patches[facts.kind]:
                facts.get("metadata", "name")
        else:
            group = "apps" if facts.group == "extensions" else facts.group
            found.setdefault((group, facts.kind, facts.name), []).append(facts)
    for same in found.values():
        for place in {it.namespace for it in same if it.namespace or not it.patch} or {None}:
            things.append(
                Thing([it for it in same if it.namespace in (place, None if it.patch else place)])
            )
    return sorted(things, key=lambda thing: order[id(thing.first)])


def may_be_one(namespace: str | None, other: str | None) -> bool:
    """Whether two namespaces may be the same: one that is not known may be any."""
    return namespace == other or None in (namespace, other)
