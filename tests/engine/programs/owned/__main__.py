"""An ephemeral stack as it was before decision 0010: namespace and claims are its own objects."""

import pulumi
import pulumi_kubernetes as k8s

given = pulumi.Config().require_object("owned")
stack, namespace = given["cluster"], given["namespace"]
cluster = k8s.Provider("cluster", cluster_identifier=f"{pulumi.get_project()}-{stack}")
SAID = {
    "statefast/stack": f"{pulumi.get_project()}/{stack}",
    "statefast/size": "1Gi",
    "statefast/retention": "delete",
    "pulumi.com/skipAwait": "true",
}


class Component(pulumi.ComponentResource):
    """A component of the time, as the state knows it."""

    def __init__(self, kind: str, name: str, parent: pulumi.Resource | None = None) -> None:
        opts = pulumi.ResourceOptions(parent=parent, providers=None if parent else [cluster])
        super().__init__(f"statefast:index:{kind}", name, {}, opts)


place = Component("WorkloadNamespace", namespace)
made = k8s.core.v1.Namespace(
    namespace, metadata={"name": namespace}, opts=pulumi.ResourceOptions(parent=place)
)
mysql = Component("PersistentDeployment", "mysql")
claim = Component("VolumeClaim", "mysql-vol", mysql)
k8s.core.v1.PersistentVolumeClaim(
    "mysql-vol",
    metadata={"name": "mysql-vol", "namespace": namespace, "annotations": SAID},
    spec={
        "access_modes": ["ReadWriteOnce"],
        "storage_class_name": given["class"],
        "resources": {"requests": {"storage": "1Gi"}},
    },
    opts=pulumi.ResourceOptions(parent=claim, depends_on=[made]),
)
