"""What makes a pod pass the restricted Pod Security Standard, and the check that it does.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import StatefastError

__all__ = ["RESTRICTED", "check_restricted", "container_security", "containers_of", "pod_security"]

RESTRICTED = "the restricted Pod Security Standard"
_HOST = ("hostNetwork", "hostPID", "hostIPC")
_VOLUMES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
_PROFILES = ("RuntimeDefault", "Localhost")
_SYSCTLS = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
)
_SELINUX_TYPES = (None, "", "container_t", "container_init_t", "container_kvm_t")
_APPARMOR = (None, "RuntimeDefault", "Localhost")
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")

Spec = Mapping[str, Any]


def pod_security(user: int) -> dict[str, object]:
    """The security context of the pod; `user` also is the group that owns the volumes."""
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        # `Always` walks the whole volume at every start.
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security(read_only_root_filesystem: bool) -> dict[str, object]:
    """The security context of each container."""
    context: dict[str, object] = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    if read_only_root_filesystem:
        context["readOnlyRootFilesystem"] = True
    return context


def containers_of(pod: Spec) -> Iterator[tuple[str, Spec]]:
    """Every container of a pod, with the path that leads to it."""
    for kind in _CONTAINERS:
        for container in pod.get(kind) or ():
            yield f"{kind}[{container.get('name')}]", container


def check_restricted(resource: str, pod: Spec) -> None:
    """Asks of a finished pod what the admission of a restricted namespace will ask.

    Raises:
        StatefastError: it would be turned away.
    """
    for field, value in _violations(pod):
        raise StatefastError(
            resource,
            f"pod.{field}",
            value,
            f"but {RESTRICTED} does not allow it",
            "leave it out, or say restricted: false and run in a namespace that allows it",
        )


def _violations(pod: Spec) -> Iterator[tuple[str, object]]:
    for key in _HOST:
        if pod.get(key):
            yield key, pod[key]
    for volume in pod.get("volumes") or ():
        for kind in volume:
            if kind != "name" and kind not in _VOLUMES:
                yield f"volumes[{volume.get('name')}].{kind}", volume[kind]
    shared = pod.get("securityContext") or {}
    yield from _of_context("securityContext", shared)
    for sysctl in shared.get("sysctls") or ():
        if sysctl.get("name") not in _SYSCTLS:
            yield "securityContext.sysctls", sysctl.get("name")
    for path, container in containers_of(pod):
        yield from _of_container(path, container, shared)


def _of_container(path: str, container: Spec, shared: Spec) -> Iterator[tuple[str, object]]:
    own = container.get("securityContext") or {}
    where = f"{path}.securityContext"
    yield from _of_context(where, own)
    if own.get("privileged"):
        yield f"{where}.privileged", own["privileged"]
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{where}.allowPrivilegeEscalation", own.get("allowPrivilegeEscalation")
    capabilities = own.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or ()):
        yield f"{where}.capabilities.drop", capabilities.get("drop")
    if set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"}:
        yield f"{where}.capabilities.add", capabilities["add"]
    if own.get("procMount") not in (None, "Default"):
        yield f"{where}.procMount", own["procMount"]
    if not own.get("runAsNonRoot", shared.get("runAsNonRoot")):
        yield f"{where}.runAsNonRoot", own.get("runAsNonRoot")
    profile = own.get("seccompProfile") or shared.get("seccompProfile") or {}
    if profile.get("type") not in _PROFILES:
        yield f"{where}.seccompProfile", profile.get("type")
    for port in container.get("ports") or ():
        if port.get("hostPort"):
            yield f"{path}.ports.hostPort", port["hostPort"]
    # Since 1.34 a probe must not be aimed at another host.
    hooks = container.get("lifecycle") or {}
    handlers = [container.get(f"{kind}Probe") for kind in ("startup", "readiness", "liveness")]
    for handler in (*handlers, hooks.get("postStart"), hooks.get("preStop")):
        for kind in ("httpGet", "tcpSocket"):
            if ((handler or {}).get(kind) or {}).get("host"):
                yield f"{path}.{kind}.host", (handler or {})[kind]["host"]


def _of_context(where: str, context: Spec) -> Iterator[tuple[str, object]]:
    """What is asked of the context of a pod and of a container alike."""
    if context.get("runAsNonRoot") is False:
        yield f"{where}.runAsNonRoot", False
    if context.get("runAsUser") == 0:
        yield f"{where}.runAsUser", 0
    profile = context.get("seccompProfile")
    if profile and profile.get("type") not in _PROFILES:
        yield f"{where}.seccompProfile.type", profile.get("type")
    if (context.get("windowsOptions") or {}).get("hostProcess"):
        yield f"{where}.windowsOptions.hostProcess", True
    if (context.get("appArmorProfile") or {}).get("type") not in _APPARMOR:
        yield f"{where}.appArmorProfile.type", context["appArmorProfile"]["type"]
    linux = context.get("seLinuxOptions") or {}
    if linux.get("type") not in _SELINUX_TYPES or linux.get("user") or linux.get("role"):
        yield f"{where}.seLinuxOptions", linux
