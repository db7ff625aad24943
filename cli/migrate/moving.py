"""One claim on its way to another class, as it lives.

The data goes from the volume that the claim has (`old`) to one that is made for it (`new`). Both
are mounted by claims of another name meanwhile, so nothing of the workload can write to either, and
nothing mounts a copy before it is whole: the claim itself is away all the time. A set makes a claim
anew as soon as it is gone, so there it is held: deleted, with a finalizer, until the volume of its
name is the new one.

Where it stands is read in the cluster. The old volume says that it moves (`MOVES`) from the first
command to the last; the new one says whose whole copy it is (`COPY_OF`) in the same patch that
gives it to the claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from statefast.safety.consent import Change
from statefast.schema.annotations import HOLD

from ..api import Object
from .copying import MOVES, job_name
from .found import Found, Refused, name_of

__all__ = [
    "COPY_OF",
    "Move",
    "Target",
    "by_name",
    "finalizers_of",
    "reference_of",
    "said_of",
    "true_conditions",
]

# What a Job says first, and last (KEP-3850).
_FAILED = ("FailureTarget", "Failed")
# On the new volume: the old one, copied whole.
COPY_OF = "statefast/copy-of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the claims of a workload are to be on.

    Attributes:
        provisioner: Of the class.
        access_modes: As they are to be; empty for as they are.
        fs_type: The file system that the class gives to new volumes; empty where it does not say.
        snapshot_class: What snapshots of that driver are taken with; empty where none are.
        copies: Whether files are copied where a snapshot would do.
    """

    class_name: str
    provisioner: str
    fs_type: str = ""
    access_modes: tuple[str, ...] = ()
    snapshot_class: str = ""
    copies: bool = False

    def has(self, volume: Object) -> bool:
        """Whether a volume is of the class, of its driver, and can be mounted like that."""
        spec = volume["spec"]
        return (
            spec.get("storageClassName") == self.class_name
            and (spec.get("csi") or {}).get("driver", self.provisioner) == self.provisioner
            and set(self.access_modes) <= set(spec.get("accessModes") or ())
        )

    def by_snapshot(self, volume: Object) -> bool:
        """Whether a snapshot of a volume can become one of the class.

        One that is restored keeps its file system, whatever the class says of new ones.
        """
        csi = volume["spec"].get("csi") or {}
        return (
            bool(self.snapshot_class)
            and not self.copies
            and csi.get("driver") == self.provisioner
            and self.fs_type in ("", csi.get("fsType", self.fs_type))
        )


@dataclass(frozen=True, kw_only=True)
class Move:
    """One claim of a workload.

    Attributes:
        found: What lives.
        workload: Its name.
        claim: Name of the claim.
        of_set: Whether a set makes it anew when it is gone.
        template: Pod template of the workload; None where the workload is not there.
        phase: What its part of a plan is called.
    """

    found: Found
    workload: str
    claim: str
    of_set: bool
    template: Object | None
    phase: str

    @property
    def beside(self) -> tuple[str, str]:
        """The claims that mount the old and the new volume meanwhile."""
        return f"{self.claim}-old", f"{self.claim}-new"

    @cached_property
    def live(self) -> Object | None:
        """The claim; None while it is away."""
        item = by_name(self.found.claims, self.claim)
        return None if item is None or self._held(item) else item

    @cached_property
    def held(self) -> bool:
        """Whether the claim is deleted, and waits for its new volume."""
        item = by_name(self.found.claims, self.claim)
        return item is not None and self._held(item)

    @staticmethod
    def _held(item: Object) -> bool:
        return "deletionTimestamp" in item["metadata"] and HOLD in finalizers_of(item)

    @cached_property
    def moving(self) -> Object | None:
        """The volume that says that it moves; None where none does."""
        key = f"{self.found.namespace}/{self.claim}"
        return next((it for it in self.found.volumes if said_of(it, MOVES) == key), None)

    @cached_property
    def new(self) -> Object | None:
        """The volume with the whole copy of this move; None where there is none yet."""
        if self.moving is not None:
            was = name_of(self.moving)
            return next((it for it in self._copies if said_of(it, COPY_OF) == was), None)
        # One that has the claim is the copy of a move before.
        return next(iter(self._copies), None) if self.live is None else None

    @property
    def _copies(self) -> list[Object]:
        """The volumes that are for the claim, or of it, and are copies."""
        of = (self.found.namespace, self.claim)
        return [it for it in self.found.volumes if said_of(it, COPY_OF) and reference_of(it) == of]

    @cached_property
    def old(self) -> Object:
        """The volume with the data.

        Raises:
            Refused: nobody can tell which that is.
        """
        if self.moving is not None:
            return self.moving
        item = by_name(self.found.claims, self.claim)
        if item is not None:
            names = {item["spec"].get("volumeName")}
        elif self.new is not None:
            names = {said_of(self.new, COPY_OF)}
        else:
            ours = [(self.found.namespace, it) for it in (self.claim, self.beside[0])]
            names = {name_of(it) for it in self.found.volumes if reference_of(it) in ours}
        volumes = [it for it in self.found.volumes if name_of(it) in names]
        if len(volumes) != 1:
            said = (
                f"several remember it: {', '.join(sorted(names))}" if volumes else "there is none"
            )
            raise Refused(f"which volume claim {self.place} has is not known: {said}")
        return volumes[0]

    @property
    def place(self) -> str:
        """Namespace and name of the claim."""
        return f"{self.found.namespace}/{self.claim}"

    def is_on(self, target: Target) -> bool:
        """Whether the claim is there, on a volume as it is wanted."""
        volume = self.live["spec"].get("volumeName") if self.live is not None else None
        item = by_name(self.found.volumes, volume or "")
        return item is not None and target.has(item)

    @property
    def under_way(self) -> bool:
        """Whether there is anything to go on with, or to take back."""
        item = by_name(self.found.claims, self.claim)
        return self.moving is not None or (item is not None and HOLD in finalizers_of(item))

    @property
    def consent(self) -> str:
        """What the owner writes so that the claim goes on without its old volume; empty where the
        claim is on no copy.
        """
        was = {said_of(it, COPY_OF) for it in self._copies}
        old = next((it for it in self.found.volumes if name_of(it) in was), None)
        if old is None:
            return ""
        uid = (old["spec"].get("claimRef") or {}).get("uid") or ""
        return Change(
            resource=f"PersistentVolume {name_of(old)}",
            field="claim",
            old=self.place,
            new="none",
            uid=f"{old['metadata']['uid']} {uid}",
        ).consent

    def check(self, target: Target) -> None:
        """Refuses what is not safe to begin, or to go on with.

        Raises:
            Refused: see the sentence.
        """
        old = self.old
        if "deletionTimestamp" in old["metadata"]:
            raise Refused(
                f"volume {name_of(old)} of claim {self.place} was deleted and goes with its claim:"
                " copy the data first"
            )
        if old["spec"].get("volumeMode", "Filesystem") != "Filesystem" and not target.by_snapshot(
            old
        ):
            raise Refused(f"claim {self.place} is a raw device, of which no files can be copied")
        on = self.live["spec"].get("volumeName") if self.live is not None else name_of(old)
        if on not in (name_of(old), name_of(self.new) if self.new is not None else ""):
            raise Refused(
                f"claim {self.place} is on volume {on}, and its data moves from {name_of(old)}:"
                " choose which one the workload is to have (docs/guard.md, Coming back)"
            )
        item = by_name(self.found.claims, self.claim)
        if item is not None and "deletionTimestamp" in item["metadata"] and not self.held:
            raise Refused(f"claim {self.place} is being deleted: see docs/guard.md, Coming back")
        job = self.job
        failed = [it for it in true_conditions(job) if it["type"] in _FAILED]
        if failed:
            raise Refused(
                f"Job {self.found.namespace}/{job_name(self.claim)} failed"
                f" ({failed[0].get('message', '')}): kubectl logs job/{job_name(self.claim)} -n"
                f" {self.found.namespace} says why; then kubectl delete job {job_name(self.claim)}"
                f" -n {self.found.namespace}, and run it again, or with --back"
            )

    def check_beside(self) -> None:
        """Refuses where what is made beside the claim has the name of something else.

        It is deleted in the end, by its name.

        Raises:
            Refused: see the sentence.
        """
        found = self.found
        for kind, items, names in (
            ("claim", found.claims, self.beside),
            ("Job", found.jobs, (job_name(self.claim),)),
            ("VolumeSnapshot", found.snapshots, (self.snapshot,)),
        ):
            for item in filter(None, (by_name(items, name) for name in names)):
                if said_of(item, MOVES) != self.place:
                    raise Refused(
                        f"{kind} {found.namespace}/{name_of(item)} has the name of what this move"
                        " makes and deletes again, and somebody else made it: nothing moves while"
                        " it is there"
                    )

    @property
    def lets_go(self) -> bool:
        """Whether the claim has the finalizer, and was not deleted."""
        item = by_name(self.found.claims, self.claim)
        return item is not None and HOLD in finalizers_of(item)

    def has_claim(self, name: str) -> bool:
        """Whether there is a claim of that name."""
        return by_name(self.found.claims, name) is not None

    @property
    def job(self) -> Object | None:
        """What copies; None where nothing does."""
        return by_name(self.found.jobs, job_name(self.claim))

    @property
    def snapshot(self) -> str:
        """Name of the snapshot that the new volume is made from."""
        return f"{self.claim}-move"

    @property
    def taken(self) -> Object | None:
        """The snapshot that the new volume is made from; None where there is none."""
        return by_name(self.found.snapshots, self.snapshot)


def by_name(items: Sequence[Object], name: str) -> Object | None:
    """The one of that name; None where there is none."""
    return next((it for it in items if name_of(it) == name), None)


def reference_of(volume: Object) -> tuple[str, str]:
    """Namespace and name of the claim that a volume has, had, or is for."""
    of = volume["spec"].get("claimRef") or {}
    return str(of.get("namespace") or ""), str(of.get("name") or "")


def said_of(volume: Object, key: str) -> str:
    """An annotation; empty for none."""
    return str((volume["metadata"].get("annotations") or {}).get(key) or "")


def finalizers_of(item: Object) -> Sequence[str]:
    """Who has to let go of it before it can be gone."""
    return item["metadata"].get("finalizers") or ()


def true_conditions(job: Object | None) -> Sequence[Object]:
    """The conditions that hold; none of what is not there."""
    found = ((job or {}).get("status") or {}).get("conditions") or ()
    return [it for it in found if it.get("status") == "True"]
