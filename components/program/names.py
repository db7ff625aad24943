"""Objects of a program as their owner names them, to have them guarded or not."""

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["Names"]


class Names:
    """Names of objects: `name`, `namespace/name`, `kind name`, `namespace/*`, or `label=value`.

    Args:
        given: The names.
    """

    def __init__(self, given: Iterable[str]) -> None:
        self._found = dict.fromkeys(given, False)

    def __bool__(self) -> bool:
        return bool(self._found)

    @property
    def missed(self) -> list[str]:
        """Those that named nothing so far."""
        return [name for name, found in self._found.items() if not found]

    def has(
        self, kind: str, namespace: str, name: str, logical: str, metadata: Mapping[str, Any]
    ) -> bool:
        """Whether an object is named.

        Args:
            kind: E.g. `StatefulSet`.
            namespace: Where it is; empty for one of the whole cluster.
            name: In the cluster; empty where it is not known yet.
            logical: In the program.
            metadata: With its labels.
        """
        said = metadata.get("labels")
        labels = said if isinstance(said, Mapping) else {}
        ways = {
            name,
            logical,
            f"{namespace}/{name}",
            f"{namespace}/*",
            f"{kind} {name or logical}",
            *(f"{key}={value}" for key, value in labels.items()),
        }
        found = ways & self._found.keys()
        self._found |= dict.fromkeys(found, True)
        return bool(found)
