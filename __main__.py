"""The stack: settings in, components up, exports out."""

import pulumi

from statefast.safety.read.memory import begin_reading

begin_reading()  # The engine looks for the state while the program loads the rest of itself.

from settings import Settings, Surroundings, WorkloadSettings, load_settings
from settings.process import short_lived
from statefast import (
    ClaimOwner,
    PersistentDeployment,
    PersistentStatefulSet,
    StorageClass,
    VolumeAttributesClass,
    VolumeSnapshotClass,
    WorkloadNamespace,
)
from statefast.cluster_provider import cluster_provider
from statefast.needed import needed
from statefast.storage.kept_secret import KeptSecret
from statefast.workload.exports import exports_of


def main(settings: Settings) -> None:
    """Registers everything the stack has, once the cluster has nothing against it."""
    settings.preflight()
    cluster = cluster_provider(settings.context)
    on_cluster = pulumi.ResourceOptions(providers=[cluster])
    before: list[pulumi.Resource] = [
        WorkloadNamespace(settings.namespace, {"retention": settings.retention}, on_cluster)
    ]
    if settings.storage_class is not None:
        made = settings.storage_class
        before.append(StorageClass(made.name, made.args, on_cluster))
        before += [VolumeSnapshotClass(*it, on_cluster) for it in made.snapshot_classes.items()]
        before += [VolumeAttributesClass(*it, on_cluster) for it in made.attributes_classes.items()]
        pulumi.export("storageClass", made.name)
    opts = pulumi.ResourceOptions(providers=[cluster], depends_on=needed(before))
    for kept, args in settings.kept_secrets.items():
        KeptSecret(kept, args, opts)
    where = settings.surroundings_with(ClaimOwner("claims", settings.claim_owner_args(), opts))
    pulumi.export("environment", settings.environment)
    pulumi.export("namespace", settings.namespace)
    pulumi.export("workloads", {w.name: deploy(w, where, opts) for w in settings.workloads})


def deploy(
    workload: WorkloadSettings, where: Surroundings, opts: pulumi.ResourceOptions
) -> dict[str, pulumi.Input[object]]:
    """Registers one workload; what users of it need to know."""
    made: PersistentDeployment | PersistentStatefulSet
    if workload.pattern == "deployment":
        made = PersistentDeployment(workload.name, workload.deployment_args(where), opts)
    else:
        made = PersistentStatefulSet(workload.name, workload.stateful_set_args(where), opts)
    return {"pattern": workload.pattern, **exports_of(made)}


with short_lived():
    main(load_settings())
