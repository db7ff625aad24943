"""Rules for everything that runs pods on claims: whether an application finds its data again."""

from collections.abc import Iterable, Iterator, Sequence

from ..context import Context
from ..edits import Action, Edit
from ..finding import Finding
from ..mounts import POD_SPECS, Mounts, mounts_of
from ..remounts import losses
from ..severity import Severity
from ..state import State
from ..templates import number
from ..values import Hidden, conceals, contradicts, look, settled
from . import places
from .common import Rule, change, risk, unread, whole

__all__ = ["PATCH_RULES", "REMOUNTS", "RULES"]


def _mounts(edit: Edit, state: State) -> Mounts:
    return mounts_of(edit.kind.name, state.inputs, whole=not edit.kind.is_patch)


def _has_data(edit: Edit) -> bool:
    """Whether its pods mount what outlives them, or may."""
    return _had_data(edit) or bool(_mounts(edit, edit.new))


def _had_data(edit: Edit) -> bool:
    """Whether its pods mount it now, as asked for or in the cluster."""
    live = mounts_of(edit.kind.name, {} if edit.kind.is_patch else edit.old.outputs)
    return bool(_mounts(edit, edit.old)) or bool(live.sources)


def stops(edit: Edit, context: Context) -> Iterator[Finding]:
    """Its pods stop; the claims they mount are objects of their own."""
    if edit.goes and not edit.kind.is_patch and _had_data(edit):
        yield Finding(
            rule="pods-stop",
            severity=Severity.DOWNTIME,
            said="its pods stop; the claims they mount are judged by themselves",
            changes=whole(edit),
        )


def unreadable(edit: Edit, context: Context) -> Iterator[Finding]:
    """As for every object, where its pods mount data, or nobody can tell."""
    unknown = edit.action is Action.UNKNOWN or not edit.told
    if edit.kind.name == "StatefulSet" or unknown or _has_data(edit):
        yield from unread(edit, context)


def mounts(edit: Edit, context: Context) -> Iterator[Finding]:
    """It lets go of data, or finds it elsewhere: it starts on other data, or on none."""
    if edit.action not in (Action.UPDATE, Action.REPLACE) or not edit.told:
        return
    old, new, live = _compared(edit)
    unread = (
        not edit.kind.is_patch
        and not live.is_read
        and look(edit.old.outputs, *POD_SPECS[edit.kind.name]) is not None
    )
    left_out = _left_out(edit)
    if not (old or live.sources or left_out or unread):
        return
    is_read = old.is_read and new.is_read
    if _engine_says_the_same(edit):
        # It is not believed against what is to be seen.
        if not is_read:
            return
    elif not is_read or left_out or unread or _unsaid(old, new, live):
        yield risk(
            "mounts-unknown",
            "which data its pods mount, and where, is not to be seen on both sides: they may start"
            " empty",
        )
        return
    for its in losses(old, new):
        yield risk("mounts-other-data", its.said, (change(edit, its.field, its.old, its.new),))


def _compared(edit: Edit) -> tuple[Mounts, Mounts, Mounts]:
    """What is asked for, would be asked for, and is; secrets that stay are the same in all."""
    asked, wants, has = (
        look(tree, "spec") for tree in (edit.old.inputs, edit.new.inputs, edit.old.outputs)
    )

    def differs(path: tuple[str | int, ...]) -> bool | None:
        return edit.word.on(("spec", *path))

    old, new = settled(asked, wants, differs)
    # Of a patch it is the whole object, most of which is of others.
    live = None if edit.kind.is_patch else settled(asked, has, differs)[1]
    kind, whole = edit.kind.name, not edit.kind.is_patch
    made = [mounts_of(kind, {"spec": spec}, whole=whole) for spec in (old, new, live)]
    return made[0], made[1], made[2]


def _unsaid(old: Mounts, new: Mounts, live: Mounts) -> bool:
    """Whether what the old inputs leave out is mounted all the same, by the cluster or by the next.

    Others may have set it, but then the engine says that the mounts stay.
    """
    unmounted = old.sources - old.mounted
    return (
        bool(live.sources - old.sources)
        or bool(live.everywhere - old.everywhere)
        or bool(unmounted & new.mounted)
    )


def _left_out(edit: Edit) -> bool:
    """Whether the engine says that a volume or mount differs, and neither side shows how."""
    base = ".".join((*POD_SPECS[edit.kind.name], ""))
    trees = [look(its.inputs, *POD_SPECS[edit.kind.name]) for its in (edit.old, edit.new)]
    deciding = [*_MOUNTS, *_VARIABLES] if _makes_folders(trees) else _MOUNTS
    for path in edit.word.differs or ():
        keys = path.removeprefix(base).split(".")
        is_mount = keys[0] in ("containers", "initContainers") and keys[2:3] in deciding
        if path.startswith(base) and (keys[0] == "volumes" or is_mount):
            at = [int(key) if key.isdigit() else key for key in path.split(".")]
            # Of what is added or removed as a whole it names the whole.
            if edit.sides(*at).left_out or None in (edit.was(*at[:-1]), edit.wants(*at[:-1])):
                return True
    return False


_MOUNTS = [["volumeDevices"], ["volumeMounts"]]
_VARIABLES = [["env"], ["envFrom"]]


def moves(edit: Edit, context: Context) -> Iterator[Finding]:
    """It goes on in another namespace or cluster, where claims of the same name are others."""
    if not _had_data(edit):
        return
    yield from places.moves(edit, context)
    if edit.action not in (Action.UPDATE, Action.REPLACE) or not edit.told:
        return
    place = edit.sides("metadata", "namespace")
    stays = place.same or (bool(edit.old_namespace) and edit.old_namespace == place.new)
    away = edit.action is Action.REPLACE and context.clusters.moves(edit) is not False
    if away or not stays:
        yield risk(
            "mounts-other-data",
            "goes on in another namespace or cluster, or may: claims of the same name are others"
            " there",
            whole(edit) if stays else (change(edit, "namespace", edit.old_namespace, place.new),),
        )


def _engine_says_the_same(edit: Edit) -> bool:
    """Whether volumes and mounts stay by the engine's word, hidden or not."""
    base = POD_SPECS[edit.kind.name]
    trees = [look(state.inputs, *base) for state in (edit.old, edit.new)]
    if conceals(trees, secrets=False):
        return False
    if edit.word.differs is None or edit.word.on((*base, "volumes")):
        return False
    if contradicts(look(trees[0], "volumes"), look(trees[1], "volumes")):
        # What is to be seen says something else.
        return False
    deciding = {"name", "volumeDevices", "volumeMounts"} | (
        {"env", "envFrom"} if _makes_folders(trees) else set()
    )
    for path in edit.word.differs:
        for key in ("containers", "initContainers"):
            inside = path.removeprefix(".".join((*base, key, "")))
            if inside == path:
                # Around them, or elsewhere.
                if edit.word.on((*base, key)) and ".".join((*base, key)).startswith(path):
                    return False
                continue
            number, *field = inside.split(".")[:2]
            if not field or field[0] in deciding or not _is_shown(trees, key, number):
                return False
    return True


def _is_shown(specs: Iterable[object], key: str, number: str) -> bool:
    """Whether both sides show a container that the engine speaks of, a part of which differs."""
    listed = [look(spec, key) for spec in specs]
    return all(
        isinstance(its, Hidden)
        or (isinstance(its, list) and number.isdigit() and int(number) < len(its))
        for its in listed
    )


def _makes_folders(specs: Sequence[object]) -> bool:
    """Whether folders are put together from variables, or may be."""
    return "subPathExpr" in repr(specs) or any(map(_hides_folders, specs))


def _hides_folders(spec: object) -> bool:
    """Whether what a container mounts may be a folder of which nothing is to be seen."""
    listed = [look(spec, key) for key in ("containers", "initContainers")]
    containers = [its for some in listed if isinstance(some, list) for its in some]
    mounts = [look(its, "volumeMounts") for its in containers]
    each = [its for some in mounts if isinstance(some, list) for its in some]
    return any(isinstance(its, Hidden) for its in (*listed, *containers, *mounts, *each))


def rolls(edit: Edit, context: Context) -> Iterator[Finding]:
    """Another pod template: the pods restart on the volumes they have."""
    template = edit.sides(*POD_SPECS[edit.kind.name][:-1])
    if edit.action is Action.UPDATE and not template.same and _mounts(edit, edit.old):
        yield Finding(
            rule="pods-roll",
            severity=Severity.ROLLS_PODS,
            said="its pods restart on the volumes they have",
        )


def scaled_in(edit: Edit, context: Context) -> Iterator[Finding]:
    """Fewer pods, or none; a StatefulSet has a rule of its own."""
    sides = edit.sides("spec", "replicas")
    if edit.action is not Action.UPDATE or not edit.told or sides.same or not _had_data(edit):
        return
    counts = (edit.lives("spec", "replicas"), sides.new)
    old, new = (1 if its is None else number(its) for its in counts)
    known = isinstance(old, int | float) and isinstance(new, int | float)
    if known and new >= old:  # type: ignore[operator]
        return
    yield Finding(
        rule="scaled-in",
        severity=Severity.ROLLS_PODS if known and new else Severity.DOWNTIME,
        said="some pods stop; the claims they mount stay"
        if known and new
        else "all pods stop, or may; the claims they mount stay",
    )


def patch_goes(edit: Edit, context: Context) -> Iterator[Finding]:
    """A patch lets go of the volumes it set."""
    if edit.goes and _mounts(edit, edit.old):
        yield risk(
            "mounts-other-data",
            "the workload stays, without the volumes that were set here: it may start empty",
            whole(edit),
        )


def patch_made(edit: Edit, context: Context) -> Iterator[Finding]:
    """A patch sets volumes of a workload that lives, and that the preview does not show."""
    if edit.action is Action.CREATE and (_mounts(edit, edit.new) or _has_scratch(edit)):
        yield risk(
            "mounts-other-data",
            "sets the volumes of a workload that this preview does not show: it may start on other"
            " data, or on none",
        )


def _has_scratch(edit: Edit) -> bool:
    return look(edit.new.inputs, *POD_SPECS[edit.kind.name], "volumes") is not None


# What a StatefulSet has in common with the others.
REMOUNTS: Sequence[Rule] = (unreadable, mounts)
RULES: Sequence[Rule] = (unreadable, mounts, moves, stops, scaled_in, rolls)
PATCH_RULES: Sequence[Rule] = (
    unreadable,
    mounts,
    moves,
    scaled_in,
    rolls,
    patch_goes,
    patch_made,
)
