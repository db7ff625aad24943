"""The stack: settings in, components up, exports out."""

import pulumi
import pulumi_kubernetes as k8s

from components import (
    PersistentDeployment,
    PersistentStatefulSet,
    StorageClass,
    VolumeAttributesClass,
    VolumeSnapshotClass,
    WorkloadNamespace,
)
from components.exports import exports_of
from components.snapshots import snapshot_before_deletion
from settings import Settings, WorkloadSettings, load_settings


def main(settings: Settings) -> None:
    """Registers everything the stack has, once the cluster has nothing against it."""
    settings.preflight()
    snapshot_before_deletion(settings.retention, settings.context)
    cluster = k8s.Provider(
        "cluster",
        context=settings.context or None,
        # Without it a moved context is another cluster to the provider, and every object would be
        # replaced (pulumi-kubernetes#4019).
        cluster_identifier=f"{pulumi.get_project()}-{pulumi.get_stack()}",
    )
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
    opts = pulumi.ResourceOptions(providers=[cluster], depends_on=before)
    pulumi.export("environment", settings.environment)
    pulumi.export("namespace", settings.namespace)
    pulumi.export("workloads", {w.name: deploy(w, settings, opts) for w in settings.workloads})


def deploy(
    workload: WorkloadSettings, settings: Settings, opts: pulumi.ResourceOptions
) -> dict[str, pulumi.Input[object]]:
    """Registers one workload; what users of it need to know."""
    where = settings.surroundings
    made: PersistentDeployment | PersistentStatefulSet
    if workload.pattern == "deployment":
        made = PersistentDeployment(workload.name, workload.deployment_args(where), opts)
    else:
        made = PersistentStatefulSet(workload.name, workload.stateful_set_args(where), opts)
    return {"pattern": workload.pattern, **exports_of(made)}


main(load_settings())
