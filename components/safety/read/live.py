"""What the cluster has of a workload, in the few fields that decide about data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ...schema.annotations import DISPOSABLE, FIELD_MANAGER, HOLD, INSTANCE, OWNER, RETENTION, SIZE
from ...schema.numerals import whole_bytes
from ..run import once
from .cluster import Object

__all__ = [
    "CLAIM_OWNER",
    "DATA",
    "INSTANCE",
    "MEMBERS",
    "ONE_AT_A_TIME",
    "OWNER",
    "QUORUM",
    "RESTORED",
    "RETENTION",
    "SIZE",
    "SKIP_AWAIT",
    "VOLUME",
    "WAS_OF",
    "LiveClaim",
    "LiveClass",
    "LiveWorkload",
    "Template",
    "claims_of_pod",
    "class_by_default",
    "live_claims",
    "may_go",
    "owner_of",
]

# Written on what a stack makes, and read by the next run of any stack; so are OWNER, RETENTION and
# SIZE.
VOLUME = "statefast/volume"
# The uid of the claim that had it before.
WAS_OF = "statefast/volume-was-of"
# On a claim that its owner had start from a VolumeSnapshot: which one.
RESTORED = "statefast/restored"
# On a StatefulSet whose members decide by majority; and, on their claims too, which there were
# when last there were any.
QUORUM = "statefast/quorum"
MEMBERS = "statefast/members"
# What QUORUM says where the run takes the steps from some members to others by itself.
ONE_AT_A_TIME = "one at a time"
# On a workload and its claims: how the pods read the data (pod_data.py).
DATA = "statefast/data"
# On the ConfigMap whose deletion deletes the claims that name it as their owner.
CLAIM_OWNER = "statefast/claim-owner"
# The provider's; on a StatefulSet it skips the wait for its deletion as well.
SKIP_AWAIT = "pulumi.com/skipAwait"

# KEP-1790; the first that says something is shown.
_TROUBLES = ("ControllerResizeError", "NodeResizeError")
_AT_WORK = "NodeResizeInProgress"
_INFEASIBLE = ("ControllerResizeInfeasible", "NodeResizeInfeasible")


def _requested(spec: Mapping[str, Any]) -> int:
    return whole_bytes(((spec.get("resources") or {}).get("requests") or {}).get("storage"))


def _snapshot(spec: Mapping[str, Any]) -> str:
    """The VolumeSnapshot that a claim names as its source."""
    source: Mapping[str, Any] = spec.get("dataSource") or spec.get("dataSourceRef") or {}
    return str(source["name"]) if source.get("kind") == "VolumeSnapshot" else ""


def _annotations(item: Object) -> Mapping[str, str]:
    return item["metadata"].get("annotations") or {}


def owner_of(metadata: Mapping[str, Any]) -> str:
    """Project and stack that look after an object; empty where none does."""
    return str((metadata.get("annotations") or {}).get(OWNER) or "")


def may_go(metadata: Mapping[str, Any]) -> bool:
    """Whether its stack said that its data may go with it."""
    return (metadata.get("annotations") or {}).get(RETENTION) in DISPOSABLE


def claims_of_pod(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """The claims that a pod names and may write to, in their order."""
    found = (volume.get("persistentVolumeClaim") for volume in spec.get("volumes") or ())
    return tuple(claim["claimName"] for claim in found if claim and not claim.get("readOnly"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveClaim:
    """One claim.

    Attributes:
        owner: Project and stack that look after it; empty where none does.
        retention: What its stack said becomes of it; empty where it said nothing.
        claim_owner: Name of the ConfigMap whose deletion deletes it; empty where none does.
        owned_by: Kind and name of what it is deleted with; empty where it is with nothing.
        asked: Size that its stack asked for last, in bytes; 0 where none did.
        requested: Size that it asks for now, whoever asked, in bytes.
        capacity: Size that its volume has, in bytes; 0 before it is bound.
        members: The members of the quorum it was of at last, e.g. `0-2`; empty where of none.
        taken_up: The volume of an earlier claim of that name, which it took up again; empty where
            its volume was made for it.
        was_of: Uid of that earlier claim; empty where it is not known.
        volume: Name of its volume; empty before it is bound.
        source: The VolumeSnapshot that its volume was made from; empty where from none.
        restored: The one that its owner had it start from, by `restore`; empty where from none.
        created: When it was made, in ISO 8601.
        lost: Whether Kubernetes holds it for lost: its volume does not know it any more.
        leaving: Whether its deletion has begun.
        moving: Whether `statefast migrate` holds it until its new volume is there.
        needs_restart: Whether its file system grows at the next start of a pod, or when the
            node gets to it.
        node_tries: Whether a node works on its file system, or has tried to.
        node_failed: Whether a node tried last and could not.
        infeasible: Whether its driver said that it can never have the size asked for.
        trouble: What is said of a growth that fails; empty where nothing is.
        instance: The workload it is of, as its label says; empty where none does.
        data: How the pods read it when last an `up` had it mounted; empty where nobody said.
    """

    name: str
    uid: str
    owner: str
    retention: str
    claim_owner: str
    owned_by: str
    asked: int
    requested: int
    capacity: int
    storage_class_name: str
    access_modes: tuple[str, ...]
    volume_mode: str
    members: str
    taken_up: str
    was_of: str
    volume: str
    leaving: bool
    needs_restart: bool
    infeasible: bool
    trouble: str
    node_tries: bool = False
    node_failed: bool = False
    instance: str = ""
    data: str = ""
    lost: bool = False
    source: str = ""
    restored: str = ""
    created: str = ""
    moving: bool = False

    @classmethod
    def of(cls, item: Object) -> Self:
        """Reads a PersistentVolumeClaim."""
        metadata, spec, status = item["metadata"], item["spec"], item.get("status") or {}
        annotations = _annotations(item)
        conditions = {
            condition.get("type"): str(condition.get("message") or "")
            for condition in status.get("conditions") or ()
            if condition.get("status") == "True"
        }
        owners = [(owner["kind"], owner["name"]) for owner in metadata.get("ownerReferences") or ()]
        requested = _requested(spec)
        resizing = (status.get("allocatedResourceStatuses") or {}).get("storage", "")
        # What the status is about: after a new wish it is the old one for a while.
        tried = whole_bytes((status.get("allocatedResources") or {}).get("storage")) or requested
        return cls(
            name=metadata["name"],
            uid=metadata["uid"],
            owner=annotations.get(OWNER, ""),
            retention=annotations.get(RETENTION, ""),
            claim_owner=next((name for kind, name in owners if kind == "ConfigMap"), ""),
            owned_by=", ".join(f"{kind} {name}" for kind, name in owners),
            asked=whole_bytes(annotations.get(SIZE)),
            requested=requested,
            capacity=whole_bytes((status.get("capacity") or {}).get("storage")),
            storage_class_name=spec.get("storageClassName") or "",
            access_modes=tuple(spec.get("accessModes") or ()),
            volume_mode=spec.get("volumeMode") or "Filesystem",
            members=annotations.get(MEMBERS, ""),
            taken_up=annotations.get(VOLUME, ""),
            was_of=annotations.get(WAS_OF, ""),
            volume=spec.get("volumeName") or "",
            leaving="deletionTimestamp" in metadata,
            moving=HOLD in (metadata.get("finalizers") or ()),
            needs_restart="FileSystemResizePending" in conditions,
            infeasible=tried == requested and resizing in _INFEASIBLE,
            trouble=next((conditions[kind] for kind in _TROUBLES if conditions.get(kind)), ""),
            node_tries=resizing == _AT_WORK,
            node_failed="NodeResizeError" in conditions,
            instance=(metadata.get("labels") or {}).get(INSTANCE, ""),
            data=annotations.get(DATA, ""),
            lost=status.get("phase") == "Lost",
            source=_snapshot(spec),
            restored=annotations.get(RESTORED, ""),
            created=str(metadata.get("creationTimestamp") or ""),
        )

    @property
    def pending_at_node(self) -> str:
        """What there is to say of a file system that is smaller than its volume, or nothing."""
        if self.node_failed:
            said = f"has not grown ({self.trouble}), and its node goes on trying"
        elif self.needs_restart and not self.node_tries:
            said = "grows when its pod restarts: kubectl rollout restart"
        else:
            return ""
        return f"the file system of claim {self.name} {said}"


def live_claims(found: Mapping[str, Object]) -> Mapping[str, LiveClaim]:
    """The claims of a list of the cluster, by name."""
    return once(
        found, "live claims", lambda items: {name: LiveClaim.of(it) for name, it in items.items()}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The part of a claim template that never changes."""

    storage_class_name: str
    access_modes: tuple[str, ...]
    volume_mode: str

    @classmethod
    def of(cls, item: Object) -> Self:
        """Reads one of `volumeClaimTemplates`."""
        spec = item["spec"]
        return cls(
            storage_class_name=spec.get("storageClassName") or "",
            access_modes=tuple(spec.get("accessModes") or ()),
            volume_mode=spec.get("volumeMode") or "Filesystem",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWorkload:
    """One StatefulSet or Deployment.

    Attributes:
        owner: Project and stack that made it; empty where none says so.
        retention: What its stack said becomes of its claims.
        leaving: Whether its deletion has begun.
        unwatched: Whether the provider does not wait for it, not for its deletion either.
        members: The members of the quorum that it is, when last it had any, e.g. `0-2`.
        first_ordinal: Where the ordinals start; 0 for a Deployment.
        templates: By name; empty for a Deployment.
        pod_management_policy, service_name, when_deleted: Empty for a Deployment.
        pod: The pod spec of its template.
        sizes: By claim template, the size that is frozen in it, in bytes.
        data: How its pods read the data, as its last `up` said; empty where that said nothing.
        manager: Under which name its stack applies it; empty where that is the provider's choice.
    """

    name: str
    namespace: str
    uid: str
    owner: str
    retention: str
    leaving: bool
    unwatched: bool
    members: str
    replicas: int
    first_ordinal: int
    selector: Mapping[str, str]
    templates: Mapping[str, Template]
    pod_management_policy: str
    service_name: str
    when_deleted: str
    pod: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    data: str = ""
    manager: str = ""

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims that its pods mount by name, for writing."""
        return claims_of_pod(self.pod)

    @property
    def takes_claims(self) -> bool:
        """Whether its claims are deleted when it is (KEP-1847)."""
        return self.when_deleted == "Delete"

    @classmethod
    def of(cls, item: Object) -> Self:
        """Reads a StatefulSet or a Deployment."""
        metadata, spec = item["metadata"], item["spec"]
        policy: Mapping[str, Any] = spec.get("persistentVolumeClaimRetentionPolicy") or {}
        return cls(
            name=metadata["name"],
            namespace=metadata["namespace"],
            uid=metadata["uid"],
            owner=_annotations(item).get(OWNER, ""),
            # Earlier versions said it by the policy alone.
            retention=_annotations(item).get(RETENTION)
            or ("retain" if policy.get("whenDeleted") == "Retain" else ""),
            leaving="deletionTimestamp" in metadata,
            unwatched=_annotations(item).get(SKIP_AWAIT) == "true",
            members=_annotations(item).get(MEMBERS, ""),
            replicas=spec.get("replicas", 1),
            first_ordinal=(spec.get("ordinals") or {}).get("start", 0),
            selector=(spec.get("selector") or {}).get("matchLabels") or {},
            templates={
                template["metadata"]["name"]: Template.of(template)
                for template in spec.get("volumeClaimTemplates") or ()
            },
            pod_management_policy=spec.get("podManagementPolicy", ""),
            service_name=spec.get("serviceName", ""),
            when_deleted=policy.get("whenDeleted", ""),
            pod=(spec.get("template") or {}).get("spec") or {},
            sizes={
                template["metadata"]["name"]: _requested(template["spec"])
                for template in spec.get("volumeClaimTemplates") or ()
            },
            data=_annotations(item).get(DATA, ""),
            manager=_annotations(item).get(FIELD_MANAGER, ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveClass:
    """One storage class.

    Attributes:
        default: Whether it is marked as a default one.
        created: When it was made, as the API writes it; empty for one that is yet to be.
    """

    name: str
    provisioner: str
    expandable: bool
    default: bool
    created: str = ""

    @classmethod
    def of(cls, item: Object, *, default: bool) -> Self:
        """Reads a StorageClass; whether it is the default one, its annotations say."""
        return cls(
            name=item["metadata"]["name"],
            provisioner=item["provisioner"],
            expandable=bool(item.get("allowVolumeExpansion")),
            default=default,
            created=str(item["metadata"].get("creationTimestamp") or ""),
        )


def class_by_default(classes: Mapping[str, LiveClass]) -> str:
    """The class of a claim that names none: the newest of the default ones (KEP-3333).

    Returns:
        Its name; empty where no class is default.
    """
    marked = sorted((found for found in classes.values() if found.default), key=lambda it: it.name)
    newest = max(marked, key=lambda it: (not it.created, it.created), default=None)
    return newest.name if newest is not None else ""
