"""What a resource says of itself, with what is not known yet told apart from what is not there."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from pulumi_policy.proxy import UnknownValueError

__all__ = ["UNKNOWN", "Facts", "objects_in"]

_PATCH, _LIST = "Patch", "List"
# API groups of Kubernetes with kinds that run pods.
_NATIVE = frozenset({"apps", "batch", "core", "extensions"})


class _Unknown:
    """Stands for a value that only the update will know."""

    def __repr__(self) -> str:
        return "not known yet"


UNKNOWN = _Unknown()


class Facts:
    """The properties of one resource.

    `get` answers at once; what it could not answer is remembered. A rule that had to ask for an
    unknown value has not said that the resource is good, and the user is told so.

    Args:
        props: The SDK's view of them, which raises where a value is unknown.

    Attributes:
        type: Type of the resource, e.g. `kubernetes:apps/v1:StatefulSetPatch`.
        kind: Kind of the object, e.g. `StatefulSet`: a Patch says the same fields of it.
        patch: Whether it is a Patch, whose fields are a part of the object's.
        urn: URN of the resource.
        protect: Whether no edit deletes it: the engine refuses to, or lets the object be.
        unknown: The first unknown value that was asked for.
    """

    def __init__(
        self, resource_type: str, name: str, urn: str, props: Mapping[str, Any], *, protect: bool
    ) -> None:
        self.type = resource_type
        self.urn = urn
        self.protect = protect
        self.unknown: UnknownValueError | None = None
        self._word = resource_type.rpartition(":")[2]
        self._logical_name = name
        self._props = props
        # A kind of its own may end with the word as well; its objects then say so.
        own = self.peek("kind") == self._word
        self.patch = self._word.endswith(_PATCH) and self._word != _PATCH and not own
        self.kind = self._word.removesuffix(_PATCH) if self.patch else self._word

    @property
    def is_object(self) -> bool:
        """Whether it is an object of Kubernetes."""
        return self.type.startswith("kubernetes:")

    @property
    def is_list(self) -> bool:
        """Whether it is a list of objects, and none itself."""
        return self.kind.endswith(_LIST) and self.peek("items") is not None

    @property
    def group(self) -> str:
        """API group of the object, e.g. `apps`; `core` has a name here."""
        return self.type.partition(":")[2].partition("/")[0]

    @property
    def title(self) -> str:
        """Kind and name, as they open an error sentence."""
        return f"{self._word} {self.name or self._logical_name}"

    @cached_property
    def name(self) -> str | None:
        """`metadata.name`; None where it is unknown or absent."""
        return self._known("name")

    @cached_property
    def namespace(self) -> str | None:
        """`metadata.namespace`; None where it is unknown or left to the provider."""
        return self._known("namespace")

    def _known(self, key: str) -> str | None:
        value = self.peek("metadata", key)
        return value if isinstance(value, str) and value else None

    @property
    def native(self) -> bool:
        """Whether the kind is one of Kubernetes itself: other makers have a Job as well."""
        return self.group in _NATIVE

    def get(self, *path: str | int) -> object:
        """The value at a path: None where there is none, `UNKNOWN` where it is not known yet."""
        value, error = _read(self._props, path)
        self.unknown = self.unknown or error
        return value

    def peek(self, *path: str | int) -> object:
        """As `get`, for a value that decides nothing by itself: nobody is told if it is unknown."""
        return _read(self._props, path)[0]

    def each(self, *path: str | int) -> Iterator[object]:
        """The items of a list, `UNKNOWN` among them where one is not known yet."""
        for index in range(self.count(*path)):
            yield self.get(*path, index)

    def count(self, *path: str | int) -> int:
        """How many items a list has; 0 where there is none."""
        value = self.get(*path)
        return len(value) if isinstance(value, Sequence) and not isinstance(value, str) else 0


def objects_in(facts: Facts) -> Iterator[Facts]:
    """The object itself, and those that a List of them holds."""
    if not facts.is_object:
        return
    yield facts
    if not facts.is_list:
        return
    for index in range(facts.count("items")):
        item = facts.get("items", index)
        if not isinstance(item, Mapping):
            continue
        version, kind = (facts.get("items", index, key) for key in ("apiVersion", "kind"))
        if not isinstance(kind, str):
            kind = facts.kind.removesuffix(_LIST)
        if not isinstance(version, str):
            version = facts.type.partition(":")[2].rpartition(":")[0]
        place = version if "/" in version else f"core/{version}"
        held = Facts(
            f"kubernetes:{place}:{kind}",
            f"{facts.title}[{index}]",
            facts.urn,
            item,
            protect=facts.protect,
        )
        yield from objects_in(held)


def _read(
    props: Mapping[str, Any], path: Sequence[str | int]
) -> tuple[object, UnknownValueError | None]:
    value: Any = props
    for key in path:
        try:
            value = value[key]
        except UnknownValueError as error:
            return UNKNOWN, error
        except (KeyError, IndexError, TypeError):
            return None, None
    return value, None
