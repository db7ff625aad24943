"""The Secrets of a workload: values somebody gave, and passwords made once."""

import base64
import secrets

import pulumi
import pulumi_kubernetes as k8s

from .errors import StatefastError
from .workload import Workload

__all__ = ["WorkloadSecrets"]

_PASSWORD_BYTES = 24


class WorkloadSecrets:
    """Registers the Secrets of one workload under its component.

    Attributes:
        resources: The Secrets, for `depends_on`.
        sources: Environment variable to the name of the Secret that holds it.
    """

    def __init__(self, parent: pulumi.ComponentResource, workload: Workload) -> None:
        given = workload.args.get("secret_env") or {}
        generated = list(workload.args.get("generated_secret_env") or ())
        for name in generated:
            if name in given:
                raise StatefastError(
                    workload.resource,
                    f"generated_secret_env.{name}",
                    name,
                    "but it is given in secret_env as well",
                    "leave it out of one of them",
                )
        self.resources: list[pulumi.Resource] = []
        self.sources: dict[str, str] = {}
        if given:
            self._register(
                parent, workload, "secrets", {key: _encoded(given[key]) for key in given}, []
            )
        if generated:
            # A new password each run, and only the first one is ever used: the data it opens
            # outlives the program, so the value must too.
            fresh = {key: _encoded(secrets.token_urlsafe(_PASSWORD_BYTES)) for key in generated}
            self._register(parent, workload, "generated", fresh, ["data"])

    def _register(
        self,
        parent: pulumi.ComponentResource,
        workload: Workload,
        suffix: str,
        data: dict[str, pulumi.Output[str]],
        ignored: list[str],
    ) -> None:
        name = f"{workload.name}-{suffix}"
        secret = k8s.core.v1.Secret(
            name,
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=name, namespace=workload.namespace, labels=dict(workload.labels)
            ),
            type="Opaque",
            data=dict(data),
            opts=pulumi.ResourceOptions(
                parent=parent,
                ignore_changes=ignored,
                # The volume remembers the password: whoever keeps one needs the other.
                retain_on_delete=workload.retention == "retain",
                additional_secret_outputs=["data", "stringData"],
            ),
        )
        self.resources.append(secret)
        self.sources.update(dict.fromkeys(data, name))


def _encoded(value: pulumi.Input[str]) -> pulumi.Output[str]:
    def encode(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    return pulumi.Output.secret(value).apply(encode)
