"""What a workload mounts, for the question who else does."""

from collections.abc import Container, Iterable

import pulumi

from ..safety.plan.default_class import cluster_of_opts
from ..safety.preflight import Reader
from ..safety.read.leftovers import Wanted
from ..safety.refusals.existing_claim import refuse_unusable_claims
from ..safety.refusals.two_writers import refuse_live_writers, refuse_two_writers
from ..safety.run import Mount, this_run
from ..schema.names import claim_name
from .model import Workload
from .ordinals import ordinals

__all__ = [
    "check_mounts",
    "check_mounts_alive",
    "check_mounts_together",
    "note_claims",
    "wanted_claims",
]


def note_claims(workload: Workload, *, of_set: bool) -> None:
    """Adds a workload and the claims that it makes to the memo of the run."""
    this_run().workloads[workload.resource, workload.namespace] = workload.component
    for volume in workload.volumes:
        if volume.existing_claim is None:
            names = (
                [claim_name(volume.name, workload.name, n) for n in ordinals(workload)]
                if of_set
                else [volume.name]
            )
            places = {(workload.namespace, name) for name in names}
            this_run().claims |= places
            this_run().of_workloads |= places


def check_mounts(workload: Workload, *, of_set: bool, opts: pulumi.ResourceOptions | None) -> None:
    """Refuses a claim that another workload of this run mounts, before either is registered.

    Raises:
        StatefastError: one claim would get two writers.
    """
    mounts = tuple(_mounts(workload, of_set=of_set))
    # Two clusters in one program have claims of the same names, and they are not the same claims.
    others = this_run().mounts.setdefault(cluster_of_opts(opts), {})
    refuse_two_writers(workload.resource, workload.namespace, mounts, others)
    others[workload.namespace, workload.resource] = mounts


def check_mounts_together(workloads: Iterable[Workload], of_set: Container[str]) -> None:
    """Refuses a claim that two workloads of one stack mount, before a cluster is asked.

    Args:
        workloads: All of them.
        of_set: Names of those that are StatefulSets.

    Raises:
        StatefastError: one claim would get two writers.
    """
    seen: dict[tuple[str, str], tuple[Mount, ...]] = {}
    for workload in workloads:
        mounts = tuple(_mounts(workload, of_set=workload.name in of_set))
        refuse_two_writers(workload.resource, workload.namespace, mounts, seen)
        seen[workload.namespace, workload.resource] = mounts


def check_mounts_alive(asks: Reader, workload: Workload, *, of_set: bool) -> None:
    """Refuses a claim that is not there, or that somebody who lives writes to.

    Raises:
        StatefastError: see `refuse_unusable_claims` and `refuse_live_writers`.
    """
    mounts = _mounts(workload, of_set=of_set)
    refuse_unusable_claims(asks, workload.namespace, mounts, workload.replicas)
    wanted = [
        name
        for mount in mounts
        for name in (
            [f"{mount.claim}{n}" for n in ordinals(workload)] if mount.of_set else [mount.claim]
        )
        if workload.replicas
    ]
    refuse_live_writers(
        asks, workload.namespace, mounts, wanted, workload.args.get("consent") or ()
    )


def wanted_claims(workload: Workload, *, of_set: bool) -> Wanted:
    """The claims that a workload has for itself, now or when it has more replicas."""
    return Wanted(mounts=_mounts(workload, of_set=of_set), first_ordinal=workload.first_ordinal)


def _mounts(workload: Workload, *, of_set: bool) -> list[Mount]:
    own = [
        Mount(
            field=f"volumes.{volume.name}"
            + (".existing_claim" if volume.existing_claim is not None else ""),
            claim=f"{volume.name}-{workload.name}-" if of_set else volume.claim,
            of_set=of_set,
            modes=volume.access_modes,
            existing=volume.existing_claim is not None,
        )
        for volume in workload.volumes
    ]
    # The override may mount more; how, only the claim itself says.
    pod = workload.args.get("pod") or {}
    return own + [
        Mount(
            field=f"pod.volumes[{volume.get('name')}]",
            claim=str(claim["claimName"]),
            of_set=False,
            modes=(),
            existing=True,
        )
        for volume in pod.get("volumes") or ()
        if (claim := volume.get("persistentVolumeClaim")) and not claim.get("readOnly")
    ]
