"""Makes the components that its config names, each after the one before it."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

# The folder by the name it has in the wheel, which is unknown to mypy.
import statefast

config = pulumi.Config()
cluster = k8s.Provider("cluster", cluster_identifier=pulumi.get_stack())
before: list[pulumi.Resource] = []
for entry in config.require_object("components"):
    make: Callable[..., pulumi.ComponentResource] = getattr(statefast, entry["type"])
    more: dict[str, Any] = entry.get("more", {})
    opts = pulumi.ResourceOptions(providers=[cluster], depends_on=before)
    before = [*before, make(entry["name"], entry["args"], opts, **more)]
