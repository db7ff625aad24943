"""What can be wrong with what holds the data of a stack, a rule a function."""

from collections.abc import Callable, Iterator, Sequence

from statefast.schema.annotations import RETENTION, SIZE
from statefast.schema.kubernetes import DEFAULT_ANNOTATIONS, IS_DEFAULT, OLDEST, is_ready
from statefast.schema.numerals import whole_bytes

from ..api import Object
from ..waits import Events, claim_waits
from .finding import Facts, Finding

__all__ = ["RULES"]

_KEEP = """-p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'"""
_RIGHTS = "bind the ClusterRole of .github/cluster/guard-reads.yaml to whoever previews and deploys"


def too_old(facts: Facts) -> Iterator[Finding]:
    """A cluster from before what this is made for."""
    if facts.minor is not None and facts.minor < OLDEST:
        yield Finding(
            about="the cluster",
            problem=f"runs Kubernetes 1.{facts.minor}, and this is made for 1.{OLDEST} and later",
            remedies=("upgrade the cluster",),
        )


def rights(facts: Facts) -> Iterator[Finding]:
    """Rights whose lack costs checks."""
    if facts.denied:
        yield Finding(
            about="you",
            problem=f"may not {', '.join(facts.denied)}: what that would show goes unchecked"
            " at preview",
            remedies=(_RIGHTS,),
        )


def default_classes(facts: Facts) -> Iterator[Finding]:
    """No default class, or more than one, where a claim names none."""
    names = [it["metadata"]["name"] for it in facts.classes if _is_default(it)]
    if len(names) > 1:
        off = f"""-p '{{"metadata":{{"annotations":{{"{IS_DEFAULT}":"false"}}}}}}'"""
        yield Finding(
            about=f"StorageClasses {', '.join(names)}",
            problem="are default at once: a claim that names no class gets the newest of them",
            remedies=tuple(
                f"kubectl patch storageclass {name} {off}   # unless it is to be the one"
                for name in names
            ),
        )


def drivers(facts: Facts) -> Iterator[Finding]:
    """Classes in use whose driver the cluster does not have."""
    if facts.drivers is None:
        return
    used = {it["spec"].get("storageClassName") for it in facts.claims}
    for name, item in sorted(facts.classes_by_name.items()):
        if name in used and item["provisioner"] not in facts.drivers:
            yield Finding(
                about=f"StorageClass {name}",
                problem=f"goes by {item['provisioner']}, and there is no CSIDriver of that name: no"
                " volume is made or grown",
                remedies=("kubectl get csidrivers",),
            )


def snapshots(facts: Facts) -> Iterator[Finding]:
    """Claims that are to go by snapshot, where none can be taken."""
    wanted = [it for it in facts.claims if _annotation(it, RETENTION) == "snapshot"]
    for driver, names in sorted(_by_driver(facts, wanted).items()):
        if facts.snapshot_drivers is None:
            problem = "snapshots are unknown to the cluster"
            remedy = "install the CRDs and the controller of kubernetes-csi/external-snapshotter"
        elif driver and driver not in facts.snapshot_drivers:
            problem = f"no VolumeSnapshotClass has the driver {driver}"
            remedy = "give the stack a snapshotClass, or kubectl get volumesnapshotclasses"
        else:
            continue
        yield Finding(
            about=f"PersistentVolumeClaims {', '.join(names)}",
            problem=f"are to be snapshotted before they go, and {problem}: a destroy would stop",
            remedies=(remedy,),
        )


def reclaimed(facts: Facts) -> Iterator[Finding]:
    """Retained claims on volumes that go with them."""
    volumes = {it["metadata"]["name"]: it for it in facts.volumes}
    for claim in facts.claims:
        volume = volumes.get(claim["spec"].get("volumeName", ""))
        if volume is None or _annotation(claim, RETENTION) not in ("retain", "snapshot"):
            continue
        if volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete":
            name = volume["metadata"]["name"]
            yield Finding(
                about=_of("PersistentVolumeClaim", claim),
                problem=f"is kept by its stack, but whoever deletes it deletes volume {name} with"
                " its data: the reclaim policy is Delete",
                remedies=(f"kubectl patch pv {name} {_KEEP}",),
            )


def left(facts: Facts) -> Iterator[Finding]:
    """Volumes with data that no claim has any more."""
    for volume in facts.volumes:
        of = volume["spec"].get("claimRef") or {}
        phase = (volume.get("status") or {}).get("phase")
        if phase not in ("Released", "Failed") or of.get("namespace") not in facts.spaces:
            continue
        name, place = volume["metadata"]["name"], f"{of['namespace']}/{of['name']}"
        yield Finding(
            about=f"PersistentVolume {name}",
            problem=f"is {phase}, with what claim {place} had on it",
            remedies=(
                f"pulumi up --refresh   # reattaches it, if a workload has claim {place}",
                f"kubectl delete pv {name}   # if nobody wants it; the volume at the driver stays",
            ),
        )


def going(facts: Facts) -> Iterator[Finding]:
    """Claims and volumes that are deleted as soon as nobody uses them."""
    volumes = {it["metadata"]["name"]: it for it in facts.volumes}
    for claim in facts.claims:
        if "deletionTimestamp" not in claim["metadata"]:
            continue
        name = claim["spec"].get("volumeName", "")
        volume = volumes.get(name)
        keeps = volume is None or volume["spec"].get("persistentVolumeReclaimPolicy") == "Retain"
        after = "its volume is kept" if keeps else f"and with it volume {name}"
        yield Finding(
            about=_of("PersistentVolumeClaim", claim),
            problem=f"is being deleted: it goes when its last pod does, {after}",
            remedies=(
                *(() if keeps else (f"kubectl patch pv {name} {_KEEP}   # keeps it",)),
                "pulumi up --refresh   # when it is gone: reattaches the volume",
            ),
        )
    held = {it["spec"].get("volumeName") for it in facts.claims}
    for name, volume in sorted(volumes.items()):
        if name in held and "deletionTimestamp" in volume["metadata"]:
            yield Finding(
                about=f"PersistentVolume {name}",
                problem="was deleted and goes with its claim, whatever its reclaim policy; nothing"
                " takes that back",
                remedies=("copy the data to another claim while this one is there",),
            )


def grown(facts: Facts) -> Iterator[Finding]:
    """Claims that somebody grew past what their stack asks for."""
    for claim in facts.claims:
        said = _annotation(claim, SIZE)
        asks = (claim["spec"].get("resources") or {}).get("requests", {}).get("storage")
        if said and whole_bytes(asks) > whole_bytes(said):
            yield Finding(
                about=_of("PersistentVolumeClaim", claim),
                problem=f"asks for {asks}, and its stack for {said}: somebody grew it, and it"
                " cannot shrink",
                remedies=(f"write size {asks} into the config of the stack",),
            )


def armed(facts: Facts) -> Iterator[Finding]:
    """StatefulSets whose controller deletes their claims."""
    for item in facts.sets:
        policy = item["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
        when = [key for key in ("whenDeleted", "whenScaled") if policy.get(key) == "Delete"]
        if when:
            path = ".spec.persistentVolumeClaimRetentionPolicy"
            yield Finding(
                about=_of("StatefulSet", item),
                problem=f"deletes its claims by itself ({', '.join(when)}: Delete in {path})",
                remedies=("write Retain there, in the program or chart that makes the set",),
            )


def stuck(facts: Facts) -> Iterator[Finding]:
    """Rollouts in order that wait for a broken pod of the former template (kubernetes#67250)."""
    for item in facts.sets:
        spec, status = item["spec"], item.get("status") or {}
        metadata, newest = item["metadata"], status.get("updateRevision")
        if spec.get("podManagementPolicy", "OrderedReady") != "OrderedReady" or not newest:
            continue
        if status.get("currentRevision") == newest:
            continue
        for pod in facts.pods:
            of = pod["metadata"].get("ownerReferences") or ()
            ours = any(it.get("uid") == metadata["uid"] for it in of)
            revision = (pod["metadata"].get("labels") or {}).get("controller-revision-hash")
            if ours and revision != newest and not is_ready(pod):
                name, namespace = pod["metadata"]["name"], metadata["namespace"]
                yield Finding(
                    about=_of("StatefulSet", item),
                    problem=f"waits for pod {name}, which has the former template and is not ready:"
                    " in order, the controller never replaces it",
                    remedies=(f"kubectl delete pod {name} -n {namespace}   # its claims stay",),
                )


def waiting(facts: Facts) -> Iterator[Finding]:
    """Claims that are not what they ask for, in the words of the driver."""
    events = Events(facts.events)
    for claim in facts.claims:
        if "deletionTimestamp" in claim["metadata"]:
            continue
        for wait in claim_waits(claim, events):
            yield Finding(
                about=_of("PersistentVolumeClaim", claim),
                problem=wait.message,
                remedies=(wait.command,),
            )


RULES: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    too_old,
    rights,
    default_classes,
    drivers,
    snapshots,
    going,
    waiting,
    reclaimed,
    armed,
    left,
    grown,
    stuck,
)


def _is_default(item: Object) -> bool:
    return any(_annotation(item, key) == "true" for key in DEFAULT_ANNOTATIONS)


def _annotation(item: Object, key: str) -> str:
    return str((item["metadata"].get("annotations") or {}).get(key) or "")


def _of(kind: str, item: Object) -> str:
    return f"{kind} {item['metadata']['namespace']}/{item['metadata']['name']}"


def _by_driver(facts: Facts, claims: Sequence[Object]) -> dict[str, list[str]]:
    classes, found = facts.classes_by_name, dict[str, list[str]]()
    for claim in claims:
        item = classes.get(claim["spec"].get("storageClassName", ""), {})
        name = f"{claim['metadata']['namespace']}/{claim['metadata']['name']}"
        found.setdefault(item.get("provisioner", ""), []).append(name)
    return found
