"""What is left to do until the volumes of a workload are for the claims of its other pattern.

A volume moves by name alone: kept, its claim deleted, and reserved for the claim that the other
pattern mounts, which the next `up` makes and reattaches. How far it has come is read in the cluster
each time, so whoever was interrupted begins where he was.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from statefast.safety.read.volume_commands import patch_to_keep

from ..api import Object
from ..steps import Step
from .copying import MOVES
from .found import (
    WAIT_SECONDS,
    Found,
    Plan,
    Refused,
    delete_claim,
    give_volume,
    instance_of,
    mounted_by,
    name_of,
    named,
    ordinal_of,
    owner_of,
    pods_on,
    templates_of,
)
from .moving import said_of

__all__ = ["Pattern", "plan"]


class Pattern(StrEnum):
    """What a workload is made as."""

    STATEFUL_SET = "stateful-set"
    DEPLOYMENT = "deployment"


def plan(found: Found, workload: str, to: Pattern) -> Plan:
    """What is left to do until every volume of a workload is for a claim of a pattern.

    Args:
        found: What lives.
        workload: Its name in the cluster.
        to: The pattern that it is to have.

    Raises:
        Refused: it is not safe, or there is nothing of it.
    """
    moves = dict(_moves(found, workload, to))
    if not moves:
        raise Refused(
            f"no workload of a stack with claims is called {workload} in namespace"
            f" {found.namespace}"
        )
    claims = {it["metadata"]["name"]: it for it in found.claims}
    keep, stop, delete, give = list[Step](), list[Step](), list[Step](), list[Step]()
    done = True
    for old, new in moves.items():
        volume = _volume(found, claims, old, new)
        name = volume["metadata"]["name"]
        if said_of(volume, MOVES):
            raise Refused(
                f"volume {name} of claim {said_of(volume, MOVES)} is on its way to another storage"
                " class: finish that first, or take it back with --back"
            )
        if new in claims:
            if claims[new]["spec"].get("volumeName") != name:
                raise Refused(
                    f"claim {found.namespace}/{new} is there, on another volume than {name}, which"
                    f" has the data of {old}: choose which one the workload is to have, and delete"
                    " the other claim with its pods stopped (docs/guard.md, Coming back)"
                )
            continue
        done = False
        if "deletionTimestamp" in volume["metadata"]:
            raise Refused(
                f"volume {name} of claim {found.namespace}/{old} was deleted and goes with its"
                " claim: copy the data first"
            )
        if volume["spec"].get("persistentVolumeReclaimPolicy") != "Retain":
            why = f"volume {name} outlives its claim"
            keep.append(Step(phase="prepare", why=why, command=patch_to_keep(name)))
        if old in claims:
            stop += _stop(found, workload, old)
            why = f"claim {old} goes, and its volume stays, Released"
            delete.append(Step(phase="cut over", why=why, command=delete_claim(claims[old])))
        if (volume["spec"].get("claimRef") or {}).get("name") != new:
            command = give_volume(volume, found.namespace, new)
            give.append(Step(phase="cut over", why=f"it is for claim {new} now", command=command))
    # Of several claims of a pod the pods are stopped once.
    once = list(dict.fromkeys(stop))
    return Plan(
        moves=moves,
        steps=(*keep, *once, *delete, *give),
        done=done,
        finish=f"write pattern: {to} for workload {workload} into the config of its stack, and run:"
        " pulumi up --refresh",
    )


def _moves(found: Found, workload: str, to: Pattern) -> Iterator[tuple[str, str]]:
    """The claims of a workload and the names they are to have; also those that are moved.

    Of a claim that is gone, the pod template of a Deployment still speaks, and the templates of a
    set.

    Raises:
        Refused: the workload has more replicas than a Deployment can.
    """
    theirs = {name_of(it) for it in found.claims if instance_of(it) == workload and owner_of(it)}
    # One that another workload looks after is mounted, and not this one's to move.
    foreign = {name_of(it) for it in found.claims} - theirs
    of_set = {it: match for it in theirs if (match := ordinal_of(workload).fullmatch(it))}
    more = sorted(it for it, match in of_set.items() if match[2] != "0")
    if to is Pattern.DEPLOYMENT and more:
        raise Refused(
            f"claims {', '.join(more)} have data of their own, and a Deployment has one claim a"
            " volume: scale in, and delete those that nobody wants"
        )
    bases = (theirs - of_set.keys()) | {match[1] for match in of_set.values()}
    bases |= {name for it in named(found.deployments, workload) for name in mounted_by(it)}
    bases |= {name for it in named(found.sets, workload) for name in templates_of(it)}
    there = theirs | {
        str(of.get("name"))
        for it in found.volumes
        if (of := it["spec"].get("claimRef") or {}).get("namespace") == found.namespace
    }
    for base in sorted(bases - foreign):
        first = f"{base}-{workload}-0"
        if {base, first} & there:
            yield (base, first) if to is Pattern.STATEFUL_SET else (first, base)


def _volume(found: Found, claims: Mapping[str, Object], old: str, new: str) -> Object:
    """The volume that has the data.

    Raises:
        Refused: there is none, or more than one.
    """
    bound = {claims[it]["spec"].get("volumeName") for it in (old, new) if it in claims}
    named = [it for it in found.volumes if name_of(it) in bound]
    if old in claims and claims[old]["spec"].get("volumeName"):
        named = [it for it in named if name_of(it) == claims[old]["spec"]["volumeName"]]
    beside = [
        it
        for it in found.volumes
        if (it["spec"].get("claimRef") or {}).get("namespace") == found.namespace
        and it["spec"]["claimRef"].get("name") in (old, new)
    ]
    several = {name_of(it) for it in (*named, *beside)}
    if len(several) != 1:
        said = f"more than one volume remembers them: {', '.join(sorted(several))}"
        raise Refused(
            f"of claims {old} and {new} in namespace {found.namespace}"
            f" {said if several else 'there is no volume'}"
        )
    return (named or beside)[0]


def _stop(found: Found, workload: str, claim: str) -> Iterator[Step]:
    """What stops the pods that mount a claim.

    Raises:
        Refused: one is no pod of the workload.
    """
    mounting = pods_on(found, claim, workload)
    kinds = (("deployment", found.deployments), ("statefulset", found.sets))
    for kind, items in kinds:
        for item in named(items, workload):
            if item["spec"].get("replicas", 1):
                command = f"kubectl scale {kind}/{workload} -n {found.namespace} --replicas=0"
                why = "its pods stop, until the last step"
                yield Step(phase="cut over", why=why, command=command)
    if mounting:
        names = " ".join(f"pod/{name_of(it)}" for it in mounting)
        yield Step(
            phase="cut over",
            why="nobody writes any more",
            command=f"kubectl wait {names} -n {found.namespace} --for=delete"
            f" --timeout={WAIT_SECONDS}s",
        )
