"""KeptSecret: a Secret under a name that somebody else chose, with values out of config.

It is applied and never owned (decision 0002): what was written with a password lasts longer than
the stack that knows it.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from ..errors import StatefastError
from ..safety.plan.names import WantedName, plan_names
from ..safety.preflight import PreflightArgs, Reader, owner_of_run, reader, report
from ..safety.read.live import OWNER
from ..safety.read.memory import held
from ..schema.annotations import FORCE
from ..schema.labels import MANAGED_BY, PREFIX
from ..schema.names import check_label_name, check_subdomain_name
from ..schema.read import check_args

__all__ = ["KeptSecret", "KeptSecretArgs"]

_TYPE = "kubernetes:core/v1:SecretPatch"


class KeptSecretArgs(TypedDict):
    """Inputs of KeptSecret."""

    namespace: str
    """Namespace of the Secret. Another one makes another Secret, and the first one stays."""
    data: Mapping[str, str]
    """From key to value in base64, as `data` of a Secret. A value is edited in place, and pods have
    the former one until they restart; a key that is left out stays in the Secret."""
    preflight: NotRequired[PreflightArgs]
    """Reads the cluster first, so that another's Secret is refused at preview, and one with other
    values than these. Default: reads nothing."""
    consent: NotRequired[list[str]]
    """Changes that the owner agrees to, each in the words of the refusal that asked for it."""


class KeptSecret(pulumi.ComponentResource):
    """A Secret that no edit replaces or deletes.

    Args:
        name: Name of the Secret, and of this component.
        args: See KeptSecretArgs.
        opts: Options of the component; the provider is inherited.

    Raises:
        StatefastError: an arg is wrong, or the Secret is another's.
    """

    @staticmethod
    def preflight(name: str, args: KeptSecretArgs) -> None:
        """Refuses what the live cluster speaks against, and registers nothing.

        Raises:
            StatefastError: see the class.
        """
        _asked(name, args)

    def __init__(
        self, name: str, args: KeptSecretArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        asks = _asked(name, args)
        super().__init__("statefast:index:KeptSecret", name, {}, opts)
        report(asks.notes, self)
        k8s.core.v1.SecretPatch(
            name,
            metadata=k8s.meta.v1.ObjectMetaPatchArgs(
                name=name,
                namespace=args["namespace"],
                # With another one a chart of Helm would take it for its own.
                labels={f"{PREFIX}/managed-by": MANAGED_BY},
                annotations={**FORCE, OWNER: owner_of_run()},
            ),
            data={key: pulumi.Output.secret(value) for key, value in args["data"].items()},
            opts=pulumi.ResourceOptions(
                parent=self,
                retain_on_delete=True,
                additional_secret_outputs=["data", "stringData"],
            ),
        )
        self.register_outputs({})


def _asked(name: str, args: KeptSecretArgs) -> Reader:
    resource = f"Secret {name}"
    check_args(resource, args, KeptSecretArgs)
    check_subdomain_name(resource, "name", name)
    space = check_label_name(resource, "namespace", args["namespace"])
    for key, value in args["data"].items():
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError, TypeError):
            raise StatefastError(
                resource,
                f"data.{key}",
                "(hidden)",
                "not in base64",
                f"write what kubectl get secret {name} -o jsonpath='{{.data}}' prints",
            ) from None
    asks = reader(resource, args.get("preflight"))
    wanted = WantedName(kind="Secret", name=name, namespace=space, applied=True)
    plan_names(asks, [wanted], args.get("consent") or ())
    if args["data"] and not held(_TYPE, wanted.key):
        _refuse_other_values(asks, wanted, args["data"])
    return asks


def _refuse_other_values(asks: Reader, wanted: WantedName, data: Mapping[str, str]) -> None:
    """Refuses to begin with a value that somebody has changed since it went into config."""
    live = asks.object("secrets", wanted.name, wanted.namespace, f"what is in Secret {wanted.key}")
    said = (live or {}).get("data") or {}
    other = sorted(key for key, value in data.items() if said.get(key, value) != value)
    if other:
        raise StatefastError(
            f"Secret {wanted.name}",
            f"data.{other[0]}",
            "(hidden)",
            "but it has another value by now, which this would take back",
            "write that one into config: see docs/adopt.md",
        )
