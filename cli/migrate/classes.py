"""What is left to do until the claims of a workload are on volumes of another class.

Of a set one ordinal after the other, and the others run. A claim template never changes, so the set
is made anew around its pods first, with a template that the claims to come fit.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from ..api import Object
from ..steps import Step
from .copying import MOVES
from .found import (
    WAIT_SECONDS,
    Found,
    Plan,
    Refused,
    instance_of,
    mounted_by,
    name_of,
    named,
    ordinal_of,
    owner_of,
    pods_on,
)
from .move_steps import Steps
from .moving import COPY_OF, Move, Target, reference_of, said_of

__all__ = ["plan_back", "plan_class", "target_of"]

_READY_SECONDS = 600
_FS_TYPE = "csi.storage.k8s.io/fstype"


def target_of(
    found: Found,
    class_name: str,
    modes: Sequence[str],
    snapshot_class: str | None,
    *,
    copies: bool,
) -> Target:
    """What a class is, as far as volumes that move to it go.

    Args:
        found: What lives.
        class_name: The class.
        modes: Access modes that are asked for; none for those the claims have.
        snapshot_class: The class of snapshots to take; None for the one that there is.
        copies: Whether files are copied where a snapshot would do.

    Raises:
        Refused: it is not there, or its driver cannot do that.
    """
    # Imported here: the catalogue brings the SDK with it.
    from statefast.drivers.catalogue import driver_of
    from statefast.schema.kubernetes import snapshot_classes

    item = next((it for it in found.classes if name_of(it) == class_name), None)
    if item is None:
        there = ", ".join(sorted(map(name_of, found.classes))) or "none"
        raise Refused(f"there is no StorageClass {class_name}; there are: {there}")
    provisioner = str(item["provisioner"])
    driver = driver_of(provisioner)
    for mode in modes:
        if not driver.serves(mode):
            raise Refused(
                f"driver {driver.name} of class {class_name} cannot mount a file system {mode}"
            )
    theirs = snapshot_classes(provisioner, found.snapshot_classes)
    if snapshot_class is not None:
        theirs = [name_of(it) for it in found.snapshot_classes if it["driver"] == provisioner]
        if snapshot_class not in theirs:
            raise Refused(
                f"driver {provisioner} of class {class_name} has no VolumeSnapshotClass"
                f" {snapshot_class}; it has: {', '.join(theirs) or 'none'}"
            )
        theirs = [snapshot_class]
    parameters = item.get("parameters") or {}
    return Target(
        class_name=class_name,
        provisioner=provisioner,
        fs_type=parameters.get(_FS_TYPE) or parameters.get("fsType") or "",
        access_modes=tuple(modes),
        # Of several nobody knows which is meant: files are copied then.
        snapshot_class=theirs[0] if len(theirs) == 1 else "",
        copies=copies,
    )


def plan_class(found: Found, workload: str, target: Target) -> Plan:
    """What is left to do until every claim of a workload is on a volume of a class.

    Args:
        found: What lives.
        workload: Its name in the cluster.
        target: Where they move.

    Raises:
        Refused: it is not safe, or there is nothing of it.
    """
    moves = _moves(found, workload)
    left = [it for it in moves if it.under_way or not _arrived(it, target)]
    for move in left:
        move.check(target)
        move.check_beside()
        pods_on(found, move.claim, workload)
        _check_modes(move, target)
    steps = [step for it in left if not it.is_on(target) for step in Steps(it).begin()]
    it = next(iter(named(found.sets, workload)), None)
    if moves[0].of_set:
        away = any(move.live is None for move in left)
        if it is None and left and not away:
            raise Refused(
                f"StatefulSet {found.namespace}/{workload} is not there: write the class"
                f" {target.class_name} into its config, run pulumi up --refresh, and run this again"
            )
        if it is not None:
            steps += _template(found, it, target)
            if not away:
                phase = left[0].phase if left else "finish"
                steps += _ready(found, it, now=True, phase=phase)
        for phase, group in groupby(left, key=lambda move: move.phase):
            of_pod = [Steps(move) for move in group]
            steps += [step for each in of_pod for step in each.stop()]
            steps += [step for each in of_pod for step in each.copy(target)]
            if it is not None:
                steps += _ready(found, it, now=False, phase=phase)
    else:
        steps += _scale(found, workload, left)
        for move in left:
            steps += [*Steps(move).leave(), *Steps(move).copy(target)]
    return Plan(
        moves={move.claim: f"class {target.class_name}" for move in left},
        # Of several claims of a pod it is stopped once.
        steps=tuple(dict.fromkeys(steps)),
        done=not left and all(_is_applied(move.live) for move in moves),
        finish=_finish(workload, target, _consents(moves)),
    )


def plan_back(found: Found, workload: str) -> Plan:
    """What is left to do until each claim that is on its way is on the volume that it had.

    Args:
        found: What lives.
        workload: Its name in the cluster.

    Raises:
        Refused: there is nothing of it.
    """
    steps: list[Step] = []
    moves = [it for it in _moves(found, workload) if it.under_way or it.live is None]
    for move in moves:
        move.check_beside()
        if move.live is not None and move.new is not None:
            raise Refused(
                f"claim {move.place} is on its new volume: finish, and move it to its former class"
            )
        item = next(iter(named(found.sets, workload)), None)
        if item is not None:
            spec = move.old["spec"]
            former = Target(
                class_name=spec.get("storageClassName") or "",
                provisioner="",
                access_modes=tuple(spec["accessModes"]),
            )
            steps += _template(found, item, former)
        steps += Steps(move).back()
        if item is not None:
            steps += _ready(found, item, now=False, phase=move.phase)
    return Plan(
        moves={move.claim: f"volume {name_of(move.old)}" for move in moves},
        steps=tuple(dict.fromkeys(steps)),
        done=not moves,
        finish="leave the class in the config of its stack as it was"
        + _and_run(_consents(_moves(found, workload))),
    )


def _arrived(move: Move, target: Target) -> bool:
    """Whether nothing but the `up` is left to do for a claim."""
    return move.is_on(target) or (move.live is None and move.new is not None)


def _moves(found: Found, workload: str) -> list[Move]:
    """The claims of a workload, the highest ordinal first.

    Raises:
        Refused: there are none.
    """
    stateful = next(iter(named(found.sets, workload)), None)
    single = next(iter(named(found.deployments, workload)), None)
    names = {name_of(it) for it in found.claims if instance_of(it) == workload and owner_of(it)}
    # Also those that are away, or that their set has not made yet.
    for it in found.volumes:
        marked = said_of(it, MOVES).partition("/")
        places = {(marked[0], marked[2]), reference_of(it) if said_of(it, COPY_OF) else ("", "")}
        names |= {name for space, name in places if space == found.namespace}
    if single is not None:
        foreign = {name_of(it) for it in found.claims} - names
        names = (names | set(mounted_by(single))) - foreign
        names &= set(mounted_by(single))
        made = [_move(found, workload, it, single) for it in sorted(names)]
    else:
        made = [
            _move(found, workload, it, stateful, int(match[2]))
            for it in names
            if (match := ordinal_of(workload).fullmatch(it)) and _runs(stateful, int(match[2]))
        ]
        made.sort(key=lambda it: (-int(it.claim.rpartition("-")[2]), it.claim))
    if not made:
        raise Refused(
            f"no workload of a stack with claims is called {workload} in namespace"
            f" {found.namespace}"
        )
    return made


def _move(
    found: Found, workload: str, claim: str, item: Object | None, ordinal: int | None = None
) -> Move:
    of_set = ordinal is not None
    return Move(
        found=found,
        workload=workload,
        claim=claim,
        of_set=of_set,
        template=item["spec"]["template"] if item is not None else None,
        phase=f"cut over {workload}-{ordinal}" if of_set else "cut over",
    )


def _runs(item: Object | None, ordinal: int) -> bool:
    """Whether a set has the ordinal; those it was scaled away from keep what they have."""
    if item is None:
        return True
    first = (item["spec"].get("ordinals") or {}).get("start", 0)
    return bool(first <= ordinal < first + item["spec"].get("replicas", 1))


def _check_modes(move: Move, target: Target) -> None:
    """Refuses access modes of a claim that the new class cannot have."""
    from statefast.drivers.catalogue import driver_of

    for mode in target.access_modes or move.old["spec"]["accessModes"]:
        if not driver_of(target.provisioner).serves(mode):
            raise Refused(
                f"claim {move.place} is mounted {mode}, which class {target.class_name} cannot: ask"
                " for another --access-mode"
            )


def _template(found: Found, item: Object, target: Target) -> Iterator[Step]:
    """Makes a set anew around its pods, with the class in the templates of its claims."""
    patch = []
    for index, template in enumerate(item["spec"].get("volumeClaimTemplates") or ()):
        at, spec = f"/spec/volumeClaimTemplates/{index}/spec", template["spec"]
        if spec.get("storageClassName") != target.class_name:
            value: object = target.class_name
            patch.append({"op": "add", "path": f"{at}/storageClassName", "value": value})
        if target.access_modes and spec.get("accessModes") != list(target.access_modes):
            value = list(target.access_modes)
            patch.append({"op": "add", "path": f"{at}/accessModes", "value": value})
    if patch:
        name, space = name_of(item), found.namespace
        yield Step(
            phase="prepare",
            why=f"new claims of {name} are of class {target.class_name}; its pods run on",
            command=f"kubectl get statefulset {name} -n {space} -o json"
            f" | kubectl patch --local -f - --type=json -p"
            f" '{json.dumps(patch, separators=(',', ':'))}' -o json"
            " | kubectl replace --force --cascade=orphan -f -",
        )


def _ready(found: Found, item: Object, *, now: bool, phase: str) -> Iterator[Step]:
    """Waits until every pod of a set is ready, as one that stops takes for granted of the others.

    Args:
        found: What lives.
        item: The set.
        now: Whether nothing is to be waited for where they are ready already.
        phase: Of the step.
    """
    wanted = item["spec"].get("replicas", 1)
    if not wanted or (now and (item.get("status") or {}).get("readyReplicas", 0) == wanted):
        return
    yield Step(
        phase=phase,
        why="all pods are ready before another one stops",
        command=f"kubectl wait statefulset/{name_of(item)} -n {found.namespace}"
        f" --for=jsonpath='{{.status.readyReplicas}}'={wanted} --timeout={_READY_SECONDS}s",
    )


def _scale(found: Found, workload: str, left: Sequence[Move]) -> Iterator[Step]:
    """Stops the pods of a Deployment."""
    if not any(move.live is not None and move.new is None for move in left):
        return
    for item in named(found.deployments, workload):
        if item["spec"].get("replicas", 1):
            yield Step(
                phase="cut over",
                why="its pods stop, until the last step",
                command=f"kubectl scale deployment/{workload} -n {found.namespace} --replicas=0",
            )
    pods = {name_of(pod) for move in left for pod in pods_on(found, move.claim, workload)}
    if pods:
        names = " ".join(f"pod/{name}" for name in sorted(pods))
        yield Step(
            phase="cut over",
            why="nobody writes any more",
            command=f"kubectl wait {names} -n {found.namespace} --for=delete"
            f" --timeout={WAIT_SECONDS}s",
        )


def _is_applied(claim: Object | None) -> bool:
    """Whether an `up` has written a claim since it was made anew, and not its set alone."""
    if claim is None:
        return False
    fields = claim["metadata"].get("managedFields") or ()
    return any(it.get("operation") == "Apply" for it in fields)


def _consents(moves: Sequence[Move]) -> list[str]:
    """What the owner writes so that claims go on without their former volumes."""
    return [move.consent for move in moves if move.consent]


def _and_run(consents: Sequence[str]) -> str:
    given = "".join(f'\n    - "{it}"' for it in consents)
    to = f", and to statefast:consent:{given}\n  and run:" if consents else ", and run:"
    return f"{to} pulumi up --refresh"


def _finish(workload: str, target: Target, consents: Sequence[str]) -> str:
    modes = f", accessModes: [{', '.join(target.access_modes)}]" if target.access_modes else ""
    return (
        f"write storage: {{storageClassName: {target.class_name}{modes}}} for workload {workload}"
        f" into the config of its stack{_and_run(consents)}"
    )
