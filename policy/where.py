"""Where a rule is asked: which stack, and what the pack's config says."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from .environments import Class, class_of

__all__ = ["EPHEMERAL", "NOT_PRODUCTION", "PRODUCTION", "Where", "texts"]

# Tags that say what environment a stack is.
_TAGS = ("environment", "env", "stage", "tier")


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
        """Whether a name fits one of the patterns of a setting, in any case."""
        return any(
            fnmatchcase(name.lower(), pattern.lower()) for pattern in self.settings.get(setting, ())
        )

    def _written_out(self, setting: str) -> bool:
        """Whether a setting names this very stack, and not by a pattern."""
        return self.stack in self.settings.get(setting, ())

    @property
    def ephemeral(self) -> bool:
        """Whether the data may go with the stack.

        Neither a tag nor a pattern says so of a stack of production; its name written out does.
        """
        if self._written_out("ephemeral"):
            return True
        said = self._tags.get("ephemeral", "").lower() == "true"
        return (said or self.listed("ephemeral", self.stack)) and self._class is not (
            Class.PRODUCTION
        )

    @property
    def production(self) -> str:
        """Why it is, or may be, a stack of production; empty where it is known to be none.

        A name that says neither is taken for production: what is unknown is never safe.
        """
        found = self._class
        if self._written_out("notProduction") and not self.listed("production", self.stack):
            return ""
        if found is Class.PRODUCTION:
            return f"{self.stack} is production"
        if found is Class.OTHER or self.listed("notProduction", self.stack):
            return ""
        return (
            f"{self.stack} may be production (a name or this rule's setting notProduction can say"
            " that it is not)"
        )

    @property
    def _class(self) -> Class:
        names = [value for key, value in self._tags.items() if key in _TAGS]
        if any(self.listed("production", name) for name in (self.stack, *names)):
            return Class.PRODUCTION
        if not names:
            return class_of([self.stack])
        # A tag is written on purpose, so it says more than a name, but for production.
        if class_of([self.stack]) is Class.PRODUCTION:
            return Class.PRODUCTION
        return class_of(names)

    @property
    def _tags(self) -> Mapping[str, str]:
        return {key.lower(): value for key, value in self.tags.items()}


def texts(description: str, *default: str) -> Mapping[str, Any]:
    """The schema of a setting that is a list of texts."""
    return {
        "type": "array",
        "items": {"type": "string"},
        "default": list(default),
        "description": description,
    }


EPHEMERAL = texts("Stacks whose data may go with them; patterns like pr-*.", "pr-*")
PRODUCTION = texts("Stacks of production whose name does not say so; patterns like eu-*.")
NOT_PRODUCTION = texts("Stacks that are not production, whose name does not say so.")
