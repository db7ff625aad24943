"""The Secrets of a workload: values somebody gave, and passwords made once."""

import base64
import secrets
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as k8s

from .claim_owner import ClaimOwner
from .errors import StatefastError
from .guard.deleted import refuse_deleted_secret
from .guard.live import OWNER
from .guard.names import Names
from .guard.owner import owned
from .guard.preflight import Reader, owner_of_run
from .workload import Workload

__all__ = ["WorkloadSecrets", "generated_name", "given_name", "secret_sources"]

_PASSWORD_BYTES = 24


class WorkloadSecrets:
    """Registers the Secrets of one workload under its component.

    Attributes:
        resources: The Secrets, for `depends_on`.
    """

    def __init__(
        self,
        parent: pulumi.ComponentResource,
        workload: Workload,
        owner: ClaimOwner | None,
        names: Names,
        asks: Reader,
    ) -> None:
        self._names = names
        self._asks = asks
        self.resources: list[pulumi.Resource] = []
        if given := workload.args.get("secret_env"):
            self.resources.append(self._given(parent, workload, given))
        if generated := workload.args.get("generated_secret_env"):
            self.resources.append(self._generated(parent, workload, generated, owner))

    def _given(
        self,
        parent: pulumi.ComponentResource,
        workload: Workload,
        values: Mapping[str, pulumi.Input[str]],
    ) -> pulumi.Resource:
        """A Secret that config can make again, and that goes with the stack."""
        name = given_name(workload)
        return k8s.core.v1.Secret(
            name,
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=name,
                namespace=workload.namespace,
                labels=dict(workload.labels),
                annotations=owned(),
            ),
            type="Opaque",
            data={
                key: pulumi.Output.secret(value).apply(_encoded) for key, value in values.items()
            },
            opts=self._names.opts(
                "Secret",
                name,
                pulumi.ResourceOptions(
                    parent=parent,
                    aliases=workload.aliases(parent),
                    additional_secret_outputs=["data", "stringData"],
                ),
            ),
        )

    def _generated(
        self,
        parent: pulumi.ComponentResource,
        workload: Workload,
        keys: Sequence[str],
        owner: ClaimOwner | None,
    ) -> pulumi.Resource:
        """A Secret made once: the volume remembers the password, so it must last as long.

        The first patch makes sure that the Secret is there, and the second writes what is missing
        in it. In between it is read, in every run: what the first patch knows of it is as old as
        the last time it was applied, and after a destroy that stopped half way it would take a
        Secret that holds a password for an empty one.
        """
        name = generated_name(workload)
        kept = k8s.core.v1.SecretPatch(
            name,
            metadata=k8s.meta.v1.ObjectMetaPatchArgs(
                name=name,
                namespace=workload.namespace,
                labels=dict(workload.labels),
                annotations={"pulumi.com/patchForce": "true", OWNER: owner_of_run()},
                # It goes when the volumes go, and not before.
                owner_references=owner.references() if owner is not None else None,
            ),
            type="Opaque",
            opts=pulumi.ResourceOptions(
                parent=parent,
                aliases=workload.aliases(parent),
                retain_on_delete=True,
                additional_secret_outputs=["data", "stringData"],
            ),
        )
        live = k8s.core.v1.Secret.get(
            f"{name}-live",
            refuse_deleted_secret(
                self._asks,
                kept,
                resource=workload.resource,
                namespace=workload.namespace,
                name=name,
            ),
            pulumi.ResourceOptions(parent=parent, additional_secret_outputs=["data", "stringData"]),
        )
        return k8s.core.v1.SecretPatch(
            f"{name}-values",
            metadata=k8s.meta.v1.ObjectMetaPatchArgs(name=name, namespace=workload.namespace),
            data={key: _live_or_fresh(live, key) for key in keys},
            opts=pulumi.ResourceOptions(
                parent=parent,
                aliases=workload.aliases(parent),
                depends_on=[kept],
                # A fresh password each run, and only the first one is ever used.
                ignore_changes=["data"],
                retain_on_delete=True,
                additional_secret_outputs=["data", "stringData"],
            ),
        )


def secret_sources(workload: Workload) -> dict[str, str]:
    """Environment variable to the Secret that holds it.

    Raises:
        StatefastError: a variable is both given and to be generated.
    """
    given = workload.args.get("secret_env") or {}
    generated = workload.args.get("generated_secret_env") or ()
    for name in generated:
        if name in given:
            raise StatefastError(
                workload.resource,
                f"generated_secret_env.{name}",
                name,
                "but it is given in secret_env as well",
                "leave it out of one of them",
            )
    return {
        **dict.fromkeys(given, given_name(workload)),
        **dict.fromkeys(generated, generated_name(workload)),
    }


def given_name(workload: Workload) -> str:
    """The Secret of `secret_env`."""
    return f"{workload.name}-secrets"


def generated_name(workload: Workload) -> str:
    """The Secret of `generated_secret_env`."""
    return f"{workload.name}-generated"


def _live_or_fresh(live: k8s.core.v1.Secret, key: str) -> pulumi.Output[str]:
    def pick(data: Mapping[str, str] | None) -> str:
        return (data or {}).get(key) or _encoded(secrets.token_urlsafe(_PASSWORD_BYTES))

    value: pulumi.Output[str] = live.data.apply(pick)
    sealed: pulumi.Output[str] = pulumi.Output.secret(value)
    return sealed


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
