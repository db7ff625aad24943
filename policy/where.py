"""Where a rule is asked: which stack, and what the pack's config says."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

__all__ = ["EPHEMERAL", "PRODUCTION", "Where", "texts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """One stack, as one rule sees it.

    Attributes:
        stack: Name of the stack.
        tags: Its tags; a backend of files has none.
        settings: The rule's own settings, defaults filled in.
    """

    stack: str
    tags: Mapping[str, str]
    settings: Mapping[str, Any]

    def listed(self, setting: str, name: str) -> bool:
        """Whether a name fits one of the patterns of a setting."""
        return any(fnmatchcase(name, pattern) for pattern in self.settings[setting])

    @property
    def ephemeral(self) -> bool:
        """Whether the data may go with the stack."""
        return self.tags.get("ephemeral") == "true" or self.listed("ephemeral", self.stack)

    @property
    def production(self) -> bool:
        """Whether it is a stack of production."""
        environment = self.tags.get("environment") or self.tags.get("env") or ""
        return any(self.listed("production", name) for name in (self.stack, environment))


def texts(description: str, *default: str) -> Mapping[str, Any]:
    """The schema of a setting that is a list of texts."""
    return {
        "type": "array",
        "items": {"type": "string"},
        "default": list(default),
        "description": description,
    }


EPHEMERAL = texts("Stacks whose data may go with them; patterns like pr-*.", "pr-*")
PRODUCTION = texts("Stacks of production; patterns like prod-*.", "prod", "prod-*", "production")
