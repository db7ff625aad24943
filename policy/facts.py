"""What a resource says of itself, with what is not known yet told apart from what is not there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_policy.proxy import UnknownValueError

__all__ = ["UNKNOWN", "Facts"]


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
        type: Type of the resource, e.g. `kubernetes:apps/v1:StatefulSet`.
        kind: The last word of it, e.g. `StatefulSet`.
        urn: URN of the resource.
        protect: Whether the engine refuses to delete it.
        unknown: The first unknown value that was asked for.
    """

    def __init__(
        self, resource_type: str, name: str, urn: str, props: Mapping[str, Any], *, protect: bool
    ) -> None:
        self.type = resource_type
        self.kind = resource_type.rpartition(":")[2]
        self.urn = urn
        self.protect = protect
        self.unknown: UnknownValueError | None = None
        self._logical_name = name
        self._props = props

    @property
    def is_object(self) -> bool:
        """Whether it is an object of Kubernetes."""
        return self.type.startswith("kubernetes:")

    @property
    def title(self) -> str:
        """Kind and name, as they open an error sentence."""
        return f"{self.kind} {self.name or self._logical_name}"

    @property
    def name(self) -> str | None:
        """`metadata.name`; None where it is unknown or absent."""
        return self._known("name")

    @property
    def namespace(self) -> str | None:
        """`metadata.namespace`; None where it is unknown or left to the provider."""
        return self._known("namespace")

    def _known(self, key: str) -> str | None:
        value, _ = _read(self._props, ("metadata", key))
        return value if isinstance(value, str) and value else None

    def get(self, *path: str | int) -> object:
        """The value at a path: None where there is none, `UNKNOWN` where it is not known yet."""
        value, error = _read(self._props, path)
        self.unknown = self.unknown or error
        return value

    def each(self, *path: str | int) -> Iterator[object]:
        """The items of a list, `UNKNOWN` among them where one is not known yet."""
        for index in range(self.count(*path)):
            yield self.get(*path, index)

    def count(self, *path: str | int) -> int:
        """How many items a list has; 0 where there is none."""
        value = self.get(*path)
        return len(value) if isinstance(value, Sequence) and not isinstance(value, str) else 0


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
