"""The pod of a workload: a pure builder, no resource is registered here.

Every pod passes the restricted Pod Security Standard
(https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted).
"""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as k8s

from .args import check_keys
from .errors import MISSING, StatefastError
from .workload import ProbeArgs, Workload

__all__ = ["pod_template"]

# The controller sets it on each pod (KEP-4017, GA in 1.32, on by default since 1.28).
_POD_INDEX = "metadata.labels['apps.kubernetes.io/pod-index']"


def pod_template(
    workload: Workload,
    *,
    ordinals: bool,
    claims: Mapping[str, str],
    secrets: Mapping[str, str],
) -> k8s.core.v1.PodTemplateSpecArgs:
    """The template of the pods.

    Args:
        workload: Checked args.
        ordinals: Whether pods have an ordinal, as those of a StatefulSet do.
        claims: Volume name to the claim that backs it; empty where templates make the claims.
        secrets: Environment variable to the Secret that holds it.

    Raises:
        StatefastError: a probe or the environment contradicts itself.
    """
    args = workload.args
    return k8s.core.v1.PodTemplateSpecArgs(
        metadata=k8s.meta.v1.ObjectMetaArgs(labels=dict(workload.labels)),
        spec=k8s.core.v1.PodSpecArgs(
            automount_service_account_token=False,
            enable_service_links=False,
            termination_grace_period_seconds=workload.termination_grace_seconds,
            security_context=k8s.core.v1.PodSecurityContextArgs(
                run_as_non_root=True,
                run_as_user=workload.run_as_user,
                run_as_group=workload.run_as_user,
                fs_group=workload.run_as_user,
                # `Always` walks the whole volume at every start.
                fs_group_change_policy="OnRootMismatch",
                seccomp_profile=k8s.core.v1.SeccompProfileArgs(type="RuntimeDefault"),
            ),
            containers=[
                k8s.core.v1.ContainerArgs(
                    name=workload.name,
                    image=args["image"],
                    command=_texts(args.get("command")),
                    args=_texts(args.get("arguments")),
                    env=_environment(workload, ordinals, secrets),
                    ports=[
                        k8s.core.v1.ContainerPortArgs(name=port.name, container_port=port.port)
                        for port in workload.ports
                    ],
                    startup_probe=_probe(workload, "startup_probe", args.get("startup_probe")),
                    readiness_probe=_probe(
                        workload, "readiness_probe", args.get("readiness_probe")
                    ),
                    liveness_probe=_probe(workload, "liveness_probe", args.get("liveness_probe")),
                    resources=_resources(workload),
                    security_context=k8s.core.v1.SecurityContextArgs(
                        allow_privilege_escalation=False,
                        capabilities=k8s.core.v1.CapabilitiesArgs(drop=["ALL"]),
                    ),
                    volume_mounts=[
                        k8s.core.v1.VolumeMountArgs(name=volume.name, mount_path=volume.mount_path)
                        for volume in workload.volumes
                    ],
                )
            ],
            volumes=[
                k8s.core.v1.VolumeArgs(
                    name=volume,
                    persistent_volume_claim=k8s.core.v1.PersistentVolumeClaimVolumeSourceArgs(
                        claim_name=claim
                    ),
                )
                for volume, claim in claims.items()
            ]
            or None,
        ),
    )


def _texts(given: Sequence[str] | None) -> list[pulumi.Input[str]] | None:
    return list(given) if given else None


def _environment(
    workload: Workload, ordinals: bool, secrets: Mapping[str, str]
) -> list[pulumi.Input[k8s.core.v1.EnvVarArgs]] | None:
    args = workload.args
    plain = dict(args.get("env") or {})
    for name in secrets:
        if name in plain:
            raise StatefastError(
                workload.resource,
                f"env.{name}",
                MISSING,
                "or rather twice there: in the environment and in a Secret",
                "leave it out of one of them",
            )
    variables: list[pulumi.Input[k8s.core.v1.EnvVarArgs]] = []
    ordinal_env = args.get("ordinal_env")
    if ordinal_env and ordinals:
        variables.append(
            k8s.core.v1.EnvVarArgs(
                name=ordinal_env,
                value_from=k8s.core.v1.EnvVarSourceArgs(
                    field_ref=k8s.core.v1.ObjectFieldSelectorArgs(field_path=_POD_INDEX)
                ),
            )
        )
    elif ordinal_env:
        variables.append(k8s.core.v1.EnvVarArgs(name=ordinal_env, value="0"))
    variables += [k8s.core.v1.EnvVarArgs(name=key, value=plain[key]) for key in sorted(plain)]
    variables += [
        k8s.core.v1.EnvVarArgs(
            name=key,
            value_from=k8s.core.v1.EnvVarSourceArgs(
                secret_key_ref=k8s.core.v1.SecretKeySelectorArgs(name=secrets[key], key=key)
            ),
        )
        for key in sorted(secrets)
    ]
    return variables or None


def _resources(workload: Workload) -> k8s.core.v1.ResourceRequirementsArgs | None:
    given = workload.args.get("resources")
    if not given:
        return None
    return k8s.core.v1.ResourceRequirementsArgs(
        requests=dict(given["requests"]) if given.get("requests") else None,
        limits=dict(given["limits"]) if given.get("limits") else None,
    )


def _probe(workload: Workload, field: str, given: ProbeArgs | None) -> k8s.core.v1.ProbeArgs | None:
    if given is None:
        return None
    check_keys(workload.resource, given, ProbeArgs, f"{field}.")
    command, path, port = given.get("command"), given.get("http_path"), given.get("port")
    if bool(command) == bool(port) or (path and not port):
        raise StatefastError(
            workload.resource,
            field,
            dict(given),
            "but a probe is one of three things",
            "give a command, or a port, or a port with an http_path",
        )
    if port and port not in [known.name for known in workload.ports]:
        raise StatefastError(
            workload.resource,
            f"{field}.port",
            port,
            "but no port has that name",
            "give the name of one of the ports",
        )
    return k8s.core.v1.ProbeArgs(
        exec_=k8s.core.v1.ExecActionArgs(command=list(command)) if command else None,
        http_get=k8s.core.v1.HTTPGetActionArgs(path=path, port=port) if path and port else None,
        tcp_socket=k8s.core.v1.TCPSocketActionArgs(port=port) if port and not path else None,
        initial_delay_seconds=given.get("initial_delay_seconds"),
        period_seconds=given.get("period_seconds"),
        timeout_seconds=given.get("timeout_seconds"),
        failure_threshold=given.get("failure_threshold"),
    )
