"""Workloads as a run would plan them, and the cluster as it would be after that run."""

from typing import Any, cast

from statefast.safety.plan.reading import WantedPod
from statefast.safety.plan.workloads import WorkloadPlan
from statefast.safety.preflight import Reader, owner_of_run
from statefast.safety.read.cluster import Object
from statefast.safety.read.pod_data import record
from statefast.schema.names import claim_name
from statefast.workload.data_plan import wanted_pod
from statefast.workload.deployment import PersistentDeploymentArgs
from statefast.workload.model import Workload
from statefast.workload.ordinals import ordinals
from statefast.workload.plans import deployment_plan, set_plan, workload_annotations
from statefast.workload.pod_template import pod_template
from statefast.workload.read import read_workload
from statefast.workload.stateful_set import PersistentStatefulSetArgs
from tests.unit.samples import deployment_args, stateful_set_args

from .fakes import FakeCluster, claim, stateful_set, storage_class

__all__ = ["KINDS", "Made", "world"]

KINDS = ("set", "deployment")
_DATA = "statefast/data"


class Made:
    """One workload, checked; nothing of it is registered.

    Args:
        kind: One of KINDS.
        args: Args of the component.
    """

    def __init__(self, kind: str, **args: Any) -> None:
        self.of_set = kind == KINDS[0]
        self.workload: Workload
        if self.of_set:
            self.workload = read_workload(
                "StatefulSet", "zk", stateful_set_args(**args), PersistentStatefulSetArgs
            )
        else:
            self.workload = read_workload(
                "Deployment", "zk", deployment_args(**args), PersistentDeploymentArgs
            )
        volumes = self.workload.volumes
        claims = {} if self.of_set else {volume.name: volume.claim for volume in volumes}
        self.template = pod_template(self.workload, ordinals=self.of_set, claims=claims, secrets={})

    @property
    def pod(self) -> WantedPod:
        """Its pods."""
        return wanted_pod(self.workload, self.template, of_set=self.of_set)

    def plan(self) -> Reader:
        """Plans it; what a reader was told is in the answer.

        Raises:
            StatefastError: the cluster speaks against it.
        """
        if self.of_set:
            return set_plan(self.workload, "Parallel", self.template).asks
        return deployment_plan(self.workload, self.template).asks

    def alive(self) -> Object:
        """It, as it lives."""
        workload = self.workload
        annotations = workload_annotations(WorkloadPlan(), workload, self.pod)
        templates = [volume.name for volume in workload.volumes] if self.of_set else []
        made = cast("dict[str, Any]", stateful_set("zk", owner=owner_of_run()))
        made["metadata"]["annotations"] = annotations
        made["spec"] |= {
            "replicas": workload.replicas,
            "template": {"spec": self.pod.spec},
            "volumeClaimTemplates": [
                {"metadata": {"name": name}, "spec": {"accessModes": ["ReadWriteOnce"]}}
                for name in templates
            ],
        }
        if not self.of_set:
            del made["spec"]["podManagementPolicy"], made["spec"]["serviceName"]
        if workload.first_ordinal:
            made["spec"]["ordinals"] = {"start": workload.first_ordinal}
        return made

    def claims(self) -> list[Object]:
        """Its own claims, as they live."""
        found: list[Object] = []
        for volume in self.workload.volumes:
            if volume.existing_claim is not None:
                continue
            names = (
                [claim_name(volume.name, "zk", ordinal) for ordinal in ordinals(self.workload)]
                if self.of_set
                else [volume.claim]
            )
            for name in names:
                retention = self.workload.retention
                made = cast(
                    "dict[str, Any]", claim(name, owner=owner_of_run(), retention=retention)
                )
                source = volume.name if self.of_set else volume.claim
                made["metadata"]["annotations"][_DATA] = record(self.pod.data(), source)
                made["metadata"]["labels"] = {"app.kubernetes.io/instance": "zk"}
                found.append(made)
        return found


def world(
    *alive: Made, gone: Made | None = None, bare: bool = False, owner: str = "", **more: Any
) -> FakeCluster:
    """The cluster.

    Args:
        alive: What lives, with its claims.
        gone: What was destroyed and left its claims.
        bare: Whether nothing says of itself how its data is read, as before anything did.
        owner: Project and stack of the objects; those of this run by default.
        more: Objects of a kind instead of those.
    """
    everybody = [*alive, *([gone] if gone is not None else [])]
    kinds: dict[str, list[Object]] = {
        "stateful_sets": [made.alive() for made in alive if made.of_set],
        "deployments": [made.alive() for made in alive if not made.of_set],
        "claims": [claim for made in everybody for claim in made.claims()],
        "classes": [storage_class(default=True)],
        "volumes": [],
        "quotas": [],
        "pods": [],
    }
    for item in [item for items in kinds.values() for item in items]:
        annotations = item["metadata"].get("annotations", {})
        if bare:
            annotations.pop(_DATA, None)
        if owner and "statefast/stack" in annotations:
            annotations["statefast/stack"] = owner
    return FakeCluster(**{**kinds, **more})
