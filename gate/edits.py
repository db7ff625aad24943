"""What a preview would do to one object: its steps taken together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from .required import missing
from .sides import Sides
from .state import State, Word
from .urn import Kind, Urn, kind_of
from .values import Hidden, look, plain

__all__ = ["Action", "Edit", "named"]


class Action(Enum):
    """What happens to the object."""

    NOTHING = "unchanged"
    CREATE = "created"
    UPDATE = "updated"
    REPLACE = "replaced"
    DELETE = "deleted"
    UNKNOWN = "changed in an unknown way"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """All steps of one object.

    Attributes:
        kind: Kind of Kubernetes object.
        told: Whether the preview holds the states that the action needs.
        old, new: Empty states where there is none.
        word: What the engine says of the difference between the two.
        is_missed: Whether the cluster has lost the object since the last `up`.
    """

    urn: Urn
    kind: Kind
    action: Action
    told: bool
    old: State
    new: State
    word: Word = field(default_factory=Word)
    is_missed: bool = False

    @property
    def name(self) -> str:
        """Name in the cluster, as far as it is known; else that of the resource."""
        return self.old_name or self.new_name or self.urn.name

    @cached_property
    def old_name(self) -> str:
        """Name of the object that lives now."""
        return _metadata(self.old, "name")

    @cached_property
    def new_name(self) -> str:
        """Name of the object there would be; empty where it is not known, or not chosen yet."""
        return _asked(self.new, "name")

    @property
    def namespace(self) -> str:
        """Its namespace; empty where none is named."""
        return self.old_namespace or self.new_namespace

    @cached_property
    def old_namespace(self) -> str:
        """The namespace it is in."""
        return _metadata(self.old, "namespace")

    @cached_property
    def new_namespace(self) -> str:
        """The namespace it would be in."""
        return _asked(self.new, "namespace")

    @property
    def resource(self) -> str:
        """Kind and name, as the components write them."""
        return f"{self.kind.name} {self.name}"

    @property
    def provider(self) -> str:
        """URN of the provider that has the object now, or would make it."""
        return self.old.provider or self.new.provider

    @property
    def uid(self) -> str:
        """Identity of the object that lives now; empty where it is not known."""
        if self.kind.group == "pulumi":
            return self.old.id
        found = look(self.old.outputs, "metadata", "uid")
        return found if isinstance(found, str) else ""

    @property
    def keeps_place(self) -> bool:
        """Whether name and namespace are known to stay; an object without a name gets a new one."""
        name, place = self.sides("metadata", "name"), self.sides("metadata", "namespace")
        return (name.new is not None and (name.same or self.old_name == name.new)) and (
            place.same or (bool(self.old_namespace) and self.old_namespace == place.new)
        )

    def sides(self, *path: str | int) -> Sides:
        """What was asked for at a path, and what is."""
        old, new = look(self.old.inputs, *path), look(self.new.inputs, *path)
        if self.action is Action.NOTHING:
            return Sides(old, new, word=False)
        within = self.word.within(".".join(map(str, path)) + ".")
        return Sides(old, new, self.word.on(path), within)

    def was(self, *path: str | int) -> object:
        """A field of the object that lives: what was asked for, else what the cluster has."""
        asked = look(self.old.inputs, *path)
        return look(self.old.outputs, *path) if asked is None else asked

    def lives(self, *path: str | int) -> object:
        """A field of the object that lives: what the cluster has, else what was asked for."""
        has = look(self.old.outputs, *path)
        return look(self.old.inputs, *path) if has is None else has

    def wants(self, *path: str | int) -> object:
        """A field of the object there would be."""
        return look(self.new.inputs, *path)

    def becomes(self, *path: str | int) -> object:
        """A field of the object there would be: what is asked for, else what it has and keeps.

        Hidden where it was asked for and is no more: whose value it then gets no preview shows.
        """
        sides = self.sides(*path)
        if sides.same and sides.new is None:
            return look(self.old.outputs, *path)
        return Hidden(is_secret=False) if sides.new is None else sides.new

    @property
    def is_explained(self) -> bool:
        """Whether the preview shows what an update changes, or why there is one."""
        if self.word.differs is not None or self.old.failed:
            return True
        # Another provider is one, and is judged by itself.
        return self.old.provider != self.new.provider or (
            plain(self.old.inputs) != plain(self.new.inputs)
        )

    @property
    def lacks(self) -> str:
        """A field that every object of the kind has, and that a state it needs does not show."""
        states = {
            Action.CREATE: (self.new,),
            Action.DELETE: (self.old,),
            Action.REPLACE: (self.old, self.new),
            Action.UPDATE: (self.old, self.new),
        }.get(self.action, ())
        found = (missing(self.kind, state.inputs) for state in states)
        return next(filter(None, found), "")

    @property
    def goes(self) -> bool:
        """Whether the object that lives now would be deleted in the cluster."""
        return self.action in (Action.DELETE, Action.REPLACE) and not self.old.retain_on_delete

    @property
    def changes_type(self) -> bool:
        """Whether an alias makes it of an object of another kind."""
        was = kind_of(self.old.type) if self.old.type else self.kind
        return was is None or (was.name, was.group) != (self.kind.name, self.kind.group)


def _metadata(state: State, key: str) -> str:
    for tree in (state.outputs, state.inputs):
        found = look(tree, "metadata", key)
        if isinstance(found, str):
            return found
    return ""


def _asked(state: State, key: str) -> str:
    found = look(state.inputs, "metadata", key)
    return found if isinstance(found, str) else ""


def named(edits: Sequence[Edit]) -> str:
    """Some of many, as people list them."""
    names = ", ".join(sorted(its.resource for its in edits)[:3])
    return f"{names} and {len(edits) - 3} more" if len(edits) > 3 else names
