"""Takes the steps of each object together: what the engine splits, one edit says."""

from collections.abc import Iterable, Sequence

from .edits import Action, Edit
from .reading import Step
from .state import EMPTY, State, Word
from .urn import Kind, kind_of
from .values import look

__all__ = ["PROVIDER", "edits_of"]

# The engine's own objects that say which cluster the others are in.
PROVIDER = Kind("Provider", "pulumi")
_PROVIDER = "pulumi:providers:kubernetes"

_DELETES_REPLACED = "delete-replaced"
# Without --show-replacement-steps there is only `replace`, which stands for all three.
_REPLACING = frozenset({"create-replacement", _DELETES_REPLACED, "import-replacement", "replace"})
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
    # An earlier run deleted it; this one forgets it.
    "remove-pending-replace": Action.NOTHING,
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


def edits_of(steps: Iterable[Step]) -> Sequence[Edit]:
    """The edits of all Kubernetes objects and their providers, in the order of their steps."""
    groups: dict[str, list[Step]] = {}
    for step in steps:
        groups.setdefault(step.urn.text, []).append(step)
    found: list[Edit] = []
    for group in groups.values():
        kind = PROVIDER if group[0].urn.type == _PROVIDER else kind_of(group[0].urn.type)
        if kind is None:
            continue
        left, rest = _leftovers(group)
        found += [_leftover(kind, step) for step in left]
        known = [step for step in rest if step.op in _ACTIONS]
        unknown = [step for step in rest if step.op not in _ACTIONS]
        # What nobody knows hides nothing of the rest, and is hidden by none of it.
        found += [_edit(kind, some) for some in (known, unknown) if some]
    return found


def _leftovers(group: Sequence[Step]) -> tuple[Sequence[Step], Sequence[Step]]:
    """Deletions of objects that an earlier run replaced, and the steps of the one that lives.

    One URN can stand for both; a replacement has one deletion of its own.
    """
    deletions = [step for step in group if step.op == _DELETES_REPLACED]
    if not deletions:
        return (), group
    others = [step for step in group if step.op != _DELETES_REPLACED]
    replacing = [step for step in others if step.op in _REPLACING]
    replaced = next((step.old for step in (*replacing, *others) if step.old), None)
    replaces = bool(replacing)
    own = [step for step in deletions if replaces and _is_of(step, replaced)][:1]
    left = [step for step in deletions if step not in own]
    return left, [step for step in group if step not in left]


def _is_of(step: Step, replaced: State | None) -> bool:
    """Whether a step is about an object in this state; one that cannot be told is another one."""
    if step.old is None or replaced is None:
        return step.old is not None
    if not step.urn.type.startswith("kubernetes:") or ":helm.sh/" in step.urn.type:
        return step.old.id == replaced.id
    uids = [look(its.outputs, "metadata", "uid") for its in (step.old, replaced)]
    return isinstance(uids[0], str) and uids[0] == uids[1]


def _leftover(kind: Kind, step: Step) -> Edit:
    return Edit(
        urn=step.urn,
        kind=kind,
        action=Action.DELETE,
        told=_is_told(step.old),
        old=step.old or EMPTY,
        new=EMPTY,
    )


def _edit(kind: Kind, steps: Sequence[Step]) -> Edit:
    actions = [_ACTIONS.get(step.op, Action.UNKNOWN) for step in steps]
    action = max(actions, key=_BY_WEIGHT.index)
    telling = [step for step, its in zip(steps, actions, strict=True) if its is action]
    # What a run compares `same` tells: a refresh before it has the former state on both sides.
    telling.sort(key=lambda step: step.op != "same")
    old = next((step.old for step in telling if step.old is not None), None)
    new = next((step.new for step in telling if step.new is not None), None)
    if action is Action.REPLACE and _is_gone(steps, old):
        action = Action.CREATE
    needs_old = action in (Action.UPDATE, Action.REPLACE, Action.DELETE)
    needs_new = action in (Action.CREATE, Action.UPDATE, Action.REPLACE)
    unchanged = telling[0].op == "same"
    return Edit(
        urn=steps[0].urn,
        kind=kind,
        action=action,
        told=(not needs_old or _is_told(old))
        and (not needs_new or _is_told(new))
        and not (unchanged and (old is None or new is None)),
        old=old or EMPTY,
        new=new or EMPTY,
        word=_word(telling),
        is_missed=action is Action.CREATE
        and any(step.op == "refresh" and step.new is None for step in steps),
    )


def _word(steps: Sequence[Step]) -> Word:
    words = [step.word for step in steps]
    return next((its for its in words if its != Word()), words[0])


def _is_gone(steps: Sequence[Step], old: State | None) -> bool:
    """Whether an earlier run deleted what is to be replaced, so that this one only makes it."""
    ops = {step.op for step in steps}
    return (
        old is not None
        and old.pending_replacement
        and "create-replacement" in ops
        and _DELETES_REPLACED not in ops
    )


def _is_told(state: State | None) -> bool:
    # No Kubernetes object is without inputs: those that are missing were not written down.
    return state is not None and bool(state.inputs)
