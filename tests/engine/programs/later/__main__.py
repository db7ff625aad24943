"""A workload whose data folder is an Output, and one that a preview may not know."""

from typing import cast

import pulumi
import pulumi_kubernetes as k8s
from pulumi.output import UNKNOWN

# The folder by the name it has in the wheel, which is unknown to mypy.
from statefast import (
    PersistentDeployment,
    WorkloadNamespace,
)

config = pulumi.Config("later")
namespace, folder = config.require("namespace"), config.require("folder")
hidden = config.get_bool("hidden") and pulumi.runtime.is_dry_run()
on_cluster = pulumi.ResourceOptions(providers=[k8s.Provider("cluster", cluster_identifier="x")])
made = WorkloadNamespace(namespace, {}, on_cluster)
PersistentDeployment(
    "app",
    {
        "namespace": namespace,
        "image": "app:1.0",
        "env": {"DIR": pulumi.Output.from_input(cast("str", UNKNOWN) if hidden else folder)},
        "volumes": [
            {
                "name": "app-vol",
                "mount_path": "/data",
                "size": "1Gi",
                "storage_class_name": config.require("class"),
            }
        ],
        "preflight": {"own_namespaces": [namespace]},
        "consent": config.get_object("consent") or [],
    },
    pulumi.ResourceOptions.merge(on_cluster, pulumi.ResourceOptions(depends_on=[made])),
)
