"""Objects out of a file, registered one after the other with the SDK of the provider."""

import json
import re
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")

if pulumi.Config("raw").get_bool("guard"):
    import statefast

    statefast.guard()
file = Path(pulumi.Config("raw").require("objects"))
cluster = k8s.Provider("cluster", cluster_identifier=pulumi.get_stack())
made: dict[str, pulumi.Resource] = {}
for given in json.loads(file.read_text()):
    group, version = given["type"].split(":")[1].split("/")
    module: Any = getattr(getattr(k8s, group.partition(".")[0]), version)
    inputs = {_CAPITAL.sub("_", key).lower(): value for key, value in given["inputs"].items()}
    made[given["urn"]] = getattr(module, given["type"].split(":")[2])(
        given["name"],
        **inputs,
        opts=pulumi.ResourceOptions(
            provider=cluster,
            depends_on=[made[urn] for urn in given["dependencies"] if urn in made],
            ignore_changes=given["ignore_changes"],
            retain_on_delete=given["retain_on_delete"],
        ),
    )
pulumi.export("objects", len(made))
