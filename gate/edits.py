"""What a preview would do to one object: its steps taken together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from .reading import State, Step
from .urn import Kind, Urn
from .values import look

__all__ = ["Action", "Edit", "edits_of"]


class Action(Enum):
    """What happens to the object."""

    NOTHING = "unchanged"
    CREATE = "created"
    UPDATE = "updated"
    REPLACE = "replaced"
    DELETE = "deleted"
    UNKNOWN = "changed in an unknown way"


_DELETES_REPLACED = "delete-replaced"
# Without --show-replacement-steps there is only `replace`, which stands for all three.
_REPLACING = frozenset(
    {
        "create-replacement",
        _DELETES_REPLACED,
        "import-replacement",
        "remove-pending-replace",
        "replace",
    }
)
_ACTIONS = {
    **dict.fromkeys(_REPLACING, Action.REPLACE),
    "create": Action.CREATE,
    "delete": Action.DELETE,
    "discard": Action.NOTHING,
    "discard-replaced": Action.NOTHING,
    "import": Action.NOTHING,
    "read": Action.NOTHING,
    "read-discard": Action.NOTHING,
    "read-replacement": Action.NOTHING,
    "refresh": Action.NOTHING,
    "same": Action.NOTHING,
    "update": Action.UPDATE,
}
# Of several steps of one object, the one that says most about it.
_BY_WEIGHT = (
    Action.NOTHING,
    Action.CREATE,
    Action.UPDATE,
    Action.UNKNOWN,
    Action.REPLACE,
    Action.DELETE,
)
_EMPTY = State(
    inputs={},
    outputs={},
    protect=False,
    retain_on_delete=False,
    import_id="",
    provider="",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """All steps of one object.

    Attributes:
        kind: Kind of Kubernetes object.
        readable: Whether the states that the action needs are there.
        old, new: Empty states where there is none.
    """

    urn: Urn
    kind: Kind
    action: Action
    readable: bool
    old: State
    new: State

    @property
    def name(self) -> str:
        """Name in the cluster, as far as it is known; else that of the resource."""
        return self.old_name or self.new_name or self.urn.name

    @property
    def old_name(self) -> str:
        """Name of the object that lives now."""
        return _metadata(self.old, "name")

    @property
    def new_name(self) -> str:
        """Name of the object there would be."""
        return _metadata(self.new, "name")

    @property
    def namespace(self) -> str:
        """Its namespace; empty where none is named."""
        return _metadata(self.old, "namespace") or self.new_namespace

    @property
    def new_namespace(self) -> str:
        """The namespace it would be in."""
        return _metadata(self.new, "namespace")

    @property
    def resource(self) -> str:
        """Kind and name, as the components write them."""
        return f"{self.kind.name} {self.name}"

    @property
    def uid(self) -> str:
        """Identity of the object that lives now; empty where it is not known."""
        found = look(self.old.outputs, "metadata", "uid")
        return found if isinstance(found, str) else ""

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

    @property
    def goes(self) -> bool:
        """Whether the object that lives now would be deleted in the cluster."""
        return self.action in (Action.DELETE, Action.REPLACE) and not self.old.retain_on_delete


def _metadata(state: State, key: str) -> str:
    for tree in (state.outputs, state.inputs):
        found = look(tree, "metadata", key)
        if isinstance(found, str):
            return found
    return ""


def edits_of(steps: Iterable[Step]) -> Sequence[Edit]:
    """The edits of all Kubernetes objects, in the order of their first steps."""
    groups: dict[str, list[Step]] = {}
    for step in steps:
        groups.setdefault(step.urn.text, []).append(step)
    found = []
    for group in groups.values():
        kind = group[0].urn.kind
        if kind is None:
            continue
        # One URN can stand for two objects: the one there is, and one that an earlier run
        # replaced and did not come to delete.
        left = [step for step in group if step.op == _DELETES_REPLACED]
        rest = [step for step in group if step.op != _DELETES_REPLACED]
        if any(step.op in _REPLACING for step in rest):
            found.append(_edit(kind, group))
            continue
        found += [_leftover(kind, step) for step in left]
        if rest:
            found.append(_edit(kind, rest))
    return found


def _leftover(kind: Kind, step: Step) -> Edit:
    return Edit(
        urn=step.urn,
        kind=kind,
        action=Action.DELETE,
        readable=_is_told(step.old, True),
        old=step.old or _EMPTY,
        new=_EMPTY,
    )


def _edit(kind: Kind, steps: Sequence[Step]) -> Edit:
    actions = [_ACTIONS.get(step.op, Action.UNKNOWN) for step in steps]
    action = max(actions, key=_BY_WEIGHT.index)
    telling = [step for step, its in zip(steps, actions, strict=True) if its is action]
    old = next((step.old for step in telling if step.old is not None), None)
    new = next((step.new for step in telling if step.new is not None), None)
    needs_old = action in (Action.UPDATE, Action.REPLACE, Action.DELETE)
    needs_new = action in (Action.CREATE, Action.UPDATE, Action.REPLACE)
    return Edit(
        urn=steps[0].urn,
        kind=kind,
        action=action,
        readable=_is_told(old, needs_old) and _is_told(new, needs_new),
        old=old or _EMPTY,
        new=new or _EMPTY,
    )


def _is_told(state: State | None, needed: bool) -> bool:
    # No Kubernetes object is without inputs: those that are missing were not written down.
    return not needed or (state is not None and bool(state.inputs))
