"""The Secrets of a workload: values somebody gave, and passwords made once."""

import base64
import secrets
from collections.abc import Callable, Mapping, Sequence

import pulumi
import pulumi_kubernetes as k8s

from ..errors import StatefastError
from ..marks import Word, framed
from ..needed import needed
from ..safety.plan.names import Names
from ..safety.plan.passwords import PasswordPlan, plan_passwords
from ..safety.preflight import Reader, owner_of_run
from ..safety.read.deleted import refuse_deleted_secret
from ..safety.read.last_run import AGAIN, PASSWORDS, LastRun, key_of
from ..safety.read.live import OWNER
from ..schema.annotations import FORCE
from ..storage.claim_owner import ClaimOwner
from .model import Workload

__all__ = [
    "WorkloadSecrets",
    "generated_name",
    "given_name",
    "password_plan",
    "secret_sources",
]

_PASSWORD_BYTES = 24


class WorkloadSecrets:
    """Registers the Secrets of one workload under its component.

    Attributes:
        resources: The Secrets, for `depends_on`.
        passwords: By Secret, the value of each key, for the memory of the next run.
    """

    def __init__(
        self,
        parent: pulumi.ComponentResource,
        workload: Workload,
        owner: ClaimOwner | None,
        names: Names,
        asks: Reader,
        plan: PasswordPlan,
    ) -> None:
        self._names = names
        self._asks = asks
        self.resources: list[pulumi.Resource] = []
        self.passwords: pulumi.Output[Mapping[str, Mapping[str, str]]] | None = None
        if given := workload.args.get("secret_env"):
            self.resources.append(self._given(parent, workload, given))
        if generated := workload.args.get("generated_secret_env"):
            self._generated(parent, workload, generated, owner, plan)

    def outputs(self) -> dict[str, pulumi.Output[Mapping[str, Mapping[str, str]]]]:
        """What the component registers among its outputs, for the next run."""
        return {} if self.passwords is None else {PASSWORDS: self.passwords}

    def _given(
        self,
        parent: pulumi.ComponentResource,
        workload: Workload,
        values: Mapping[str, pulumi.Input[str]],
    ) -> pulumi.Resource:
        """A Secret that config can make again, and that goes with the stack."""
        name = given_name(workload)
        return k8s.core.v1.Secret(
            workload.child(name),
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=name,
                namespace=workload.namespace,
                labels=dict(workload.labels),
                annotations=self._names.owned("Secret", name),
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
        plan: PasswordPlan,
    ) -> None:
        """A Secret made once: the volume remembers the password, so it must last as long.

        The first patch makes sure that the Secret is there, and the second writes what is missing
        in it. In between it is read, in every run: what the first patch knows of it is as old as
        the last time it was applied, and after a destroy that stopped half way it would take a
        Secret that holds a password for an empty one.
        """
        name = generated_name(workload)
        child = workload.child(name)
        kept = k8s.core.v1.SecretPatch(
            child,
            metadata=_kept_metadata(workload, owner),
            type="Opaque",
            opts=pulumi.ResourceOptions(
                parent=parent,
                aliases=workload.aliases(parent),
                retain_on_delete=True,
                additional_secret_outputs=["data", "stringData"],
            ),
        )
        live: pulumi.Output[Mapping[str, str]] = pulumi.Output.from_input({})
        # The engine fails where it is to read what is not there.
        if not (plan.gone and plan.patched):

            def read(known: str) -> pulumi.Output[Mapping[str, str]]:
                found: pulumi.Output[Mapping[str, str]] = k8s.core.v1.Secret.get(
                    f"{child}-live",
                    known,
                    pulumi.ResourceOptions(
                        parent=parent, additional_secret_outputs=["data", "stringData"]
                    ),
                ).data
                return found

            # Once the engine has the patch: it reads what `--target` leaves out as well, and a read
            # below a parent that is in no state breaks the state (docs/engine.md 75).
            live = refuse_deleted_secret(
                self._asks,
                kept,
                resource=workload.resource,
                namespace=workload.namespace,
                name=name,
            ).apply(read)
            live.apply(lambda data: _note_changed(parent, workload, plan, data))
        passwords = {key: _Password(live, key, plan) for key in keys}
        written = pulumi.ResourceOptions(
            parent=parent,
            depends_on=needed([kept]),
            # A fresh password each run, and only the first one is ever used.
            ignore_changes=["data"],
            retain_on_delete=True,
            additional_secret_outputs=["data", "stringData"],
        )
        self.resources.append(
            k8s.core.v1.SecretPatch(
                f"{child}-values",
                metadata=k8s.meta.v1.ObjectMetaPatchArgs(name=name, namespace=workload.namespace),
                data={key: password.value for key, password in passwords.items()},
                opts=pulumi.ResourceOptions.merge(
                    written, pulumi.ResourceOptions(aliases=workload.aliases(parent))
                ),
            )
        )
        if plan.again:
            # What the engine takes for written, and is gone: under a new name it is made. The next
            # run leaves it out, which changes nothing in the cluster.
            self.resources.append(
                k8s.core.v1.SecretPatch(
                    f"{child}-again-{plan.attempt}",
                    metadata=_kept_metadata(workload, owner, {AGAIN: str(plan.attempt)}),
                    type="Opaque",
                    data={key: passwords[key].value for key in sorted(plan.again)},
                    opts=written,
                )
            )
        self.passwords = pulumi.Output.secret(
            pulumi.Output.all(**{key: it.recorded for key, it in passwords.items()}).apply(
                lambda found: {
                    key_of(workload.namespace, name): {k: v for k, v in found.items() if v}
                }
            )
        )


class _Password:
    """One value, in base64: that of the cluster, else that of the last run, else a fresh one.

    Attributes:
        value: To be written.
        recorded: For the memory of the next run; empty where it may not be what is in the cluster.
    """

    def __init__(
        self, live: pulumi.Output[Mapping[str, str]], key: str, plan: PasswordPlan
    ) -> None:
        fresh = _encoded(secrets.token_urlsafe(_PASSWORD_BYTES))
        # What `--target` leaves out is read as it was once.
        trusted = not plan.read or key in plan.missing

        def pick(data: Mapping[str, str] | None) -> str:
            return (data or {}).get(key) or plan.known.get(key) or fresh

        value = live.apply(pick)
        self.value: pulumi.Output[str] = pulumi.Output.secret(value)
        self.recorded: pulumi.Output[str] = pulumi.Output.secret(
            value.apply(lambda found: found if trusted or found != fresh else "")
        )


def password_plan(
    asks: Reader, workload: Workload, is_its_claim: Callable[[str], bool], last: LastRun
) -> PasswordPlan:
    """What becomes of the generated passwords of a workload.

    Raises:
        StatefastError: see `plan_passwords`.
    """
    return plan_passwords(
        asks,
        namespace=workload.namespace,
        workload=workload.name,
        secret=generated_name(workload),
        keys=workload.args.get("generated_secret_env") or (),
        is_its_claim=is_its_claim,
        last=last,
        consents=workload.args.get("consent") or (),
        disposable=workload.retention == "delete",
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


def _kept_metadata(
    workload: Workload, owner: ClaimOwner | None, said: Mapping[str, str] | None = None
) -> k8s.meta.v1.ObjectMetaPatchArgs:
    return k8s.meta.v1.ObjectMetaPatchArgs(
        name=generated_name(workload),
        namespace=workload.namespace,
        labels=dict(workload.labels),
        annotations={**FORCE, OWNER: owner_of_run(), **(said or {})},
        # It goes when the volumes go, and not before.
        owner_references=owner.references() if owner is not None else None,
    )


def _note_changed(
    parent: pulumi.Resource,
    workload: Workload,
    plan: PasswordPlan,
    data: Mapping[str, str] | None,
) -> None:
    """Says once which passwords somebody changed: those of the cluster are the ones that count."""
    name = generated_name(workload)
    for key, value in sorted((data or {}).items()):
        if plan.known.get(key, value) != value:
            note = (
                f"{key} of Secret {workload.namespace}/{name} was changed by somebody since this"
                " stack ran last, and stays as it is; pods that run keep the old one until they"
                " restart"
            )
            pulumi.log.warn(framed(Word.NOTES, note), parent)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
