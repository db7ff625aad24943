"""A claim and a StatefulSet in plain Pulumi, as config says: what we measure ourselves by."""

import pulumi
import pulumi_kubernetes as k8s

given = pulumi.Config("unguarded").require_object("objects")
cluster = k8s.Provider("cluster", cluster_identifier=given["cluster"])
options = pulumi.ResourceOptions(provider=cluster)
namespace = k8s.core.v1.Namespace(
    given["namespace"],
    metadata={"name": given["namespace"], "annotations": {"pulumi.com/skipAwait": "true"}},
    opts=options,
)
inside = pulumi.ResourceOptions(provider=cluster, depends_on=[namespace])

claim = given.get("claim")
if claim:
    k8s.core.v1.PersistentVolumeClaim(
        "vol",
        metadata={"name": claim["name"], "namespace": given["namespace"]},
        spec={
            "access_modes": [claim["mode"]],
            "storage_class_name": claim["class"],
            "resources": {"requests": {"storage": claim["size"]}},
        },
        opts=pulumi.ResourceOptions(
            provider=cluster,
            depends_on=[namespace],
            retain_on_delete=claim.get("retain", False),
            import_=claim.get("import"),
            ignore_changes=claim.get("ignore", []),
        ),
    )

wanted = given.get("set")
if wanted:
    k8s.apps.v1.StatefulSet(
        "app",
        metadata={"name": "app", "namespace": given["namespace"]},
        spec={
            "replicas": wanted["replicas"],
            "service_name": "app",
            "pod_management_policy": wanted["management"],
            "selector": {"match_labels": {"app": "app"}},
            "persistent_volume_claim_retention_policy": {
                "when_deleted": "Delete",
                "when_scaled": "Delete",
            },
            "template": {
                "metadata": {"labels": {"app": "app"}},
                "spec": {
                    "containers": [
                        {
                            "name": "app",
                            "image": "app:1",
                            "volume_mounts": [{"name": "vol", "mount_path": "/data"}],
                        }
                    ]
                },
            },
            "volume_claim_templates": [
                {
                    "api_version": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": {"name": "vol"},
                    "spec": {
                        "access_modes": ["ReadWriteOnce"],
                        "storage_class_name": wanted["class"],
                        "resources": {"requests": {"storage": wanted["size"]}},
                    },
                }
            ],
        },
        opts=inside,
    )
