"""What of a workload that lives stays as it is, where a manifest would be made anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from statefast.pod.security import container_security, pod_security

from .manifests import Manifest
from .process import Ports
from .security import User

__all__ = ["Offers", "differing", "kept_context", "kept_user", "offers", "selects"]

Object = Mapping[str, Any]
Keys = dict[str, Any]

_USER = 1000
# Written on every Service by whoever made it, and read by nobody else.
_OF_MAKERS = ("kubectl.kubernetes.io/last-applied-configuration", "meta.helm.sh/")
# Written by our own stacks.
_OURS = ("statefast/", "pulumi.com/")


def kept_user(pod: Object, container: Object) -> User:
    """Who runs the process, exactly as the security contexts say it, be it nobody in particular.

    Args:
        pod: Security context of the pod.
        container: That of the main container.
    """
    said = container.get("runAsUser") or pod.get("runAsUser") or 0
    user = int(said) if int(said) > 0 else None
    return User(
        user=user,
        pod=differing(pod_security(user or _USER), pod),
        container=kept_context(container),
    )


def kept_context(context: Object) -> Keys:
    """The security context of a container, beside what every container has here."""
    return differing(container_security(bool(context.get("readOnlyRootFilesystem"))), context)


def differing(ours: Object, wanted: Object) -> Keys:
    """What is merged into one mapping to make it the other; None takes a key away."""
    said: Keys = {}
    for key in {**ours, **wanted}:
        has, wants = ours.get(key), wanted.get(key)
        if wants in (None, [], {}):
            if key in ours:
                said[key] = None
        elif isinstance(has, Mapping) and isinstance(wants, Mapping):
            if inner := differing(has, wants):
                said[key] = inner
        elif has != wants:
            said[key] = wants
    return said


def selects(selector: Object, labels: Object) -> bool:
    """Whether labels are selected by the `matchLabels` of somebody who selects at all."""
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


@dataclass(slots=True)
class Offers:
    """The Services of a workload that lives.

    Attributes:
        ports: From the name of a port to `client` or `headless`.
        taken: Names of Services that become the stack's.
        suffix: Of the headless Service that is taken; empty where none is.
        governing: The one that the pods of a set have their names from, where it is not taken.
        stay: Of the others that select the pods, why each stays in no stack.
    """

    ports: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    suffix: str = ""
    governing: str = ""
    stay: dict[str, str] = field(default_factory=dict)


def offers(
    given: Manifest,
    labels: Object,
    others: Sequence[Object],
    services: Iterable[Manifest],
    ports: Ports,
) -> Offers:
    """Which Services are what a stack makes, and are taken; all others stay as they are.

    Args:
        given: The workload.
        labels: Of its pods.
        others: Labels of the pods of all other workloads.
        services: All that live in its namespace.
        ports: Of its pods.
    """
    found = Offers()
    begin, governing = f"{given.name}-", str(given.spec.get("serviceName") or "")
    for service in services:
        selector = service.spec.get("selector") or {}
        if service.name == governing and governing.startswith(begin):
            why = _unlike(service, labels, others, ports, bare=True)
            if not why:
                found.suffix = governing.removeprefix(begin)
                found.taken.append(governing)
                found.ports |= {
                    name: "headless"
                    for item in service.spec.get("ports") or ()
                    if (name := _name_of(item, ports)) and found.ports.get(name) != "client"
                }
                continue
        elif service.name == given.name:
            why = _unlike(service, labels, others, ports, bare=False)
            if not why:
                found.taken.append(service.name)
                found.ports |= {
                    _name_of(item, ports): "client" for item in service.spec.get("ports") or ()
                }
                continue
        elif selects(selector, labels):
            why = "has a name of its own"
        else:
            continue
        found.stay[service.name] = why
    if governing and not found.suffix:
        found.governing = governing
        # It lives by this name, whatever it is, or is missing.
        found.stay.setdefault(governing, "is not there: the pods have no names in the DNS")
    return found


def _name_of(item: Object, ports: Ports) -> str:
    """The port of the pods that a port of a Service leads to, under the same number."""
    target = item.get("targetPort") or item["port"]
    for name, number in ports.numbers.items():
        if number == int(item["port"]) and str(target) in (name, str(number)):
            return name
    return ""


def _unlike(
    service: Manifest, labels: Object, others: Sequence[Object], ports: Ports, *, bare: bool
) -> str:
    """What a stack's own Service cannot be, and this one is; empty where there is nothing."""
    spec = service.spec
    selector = spec.get("selector") or {}
    said = set(service.metadata.get("annotations") or ())
    foreign = sorted(key for key in said if not key.startswith((*_OF_MAKERS, *_OURS)))
    if not selects(selector, labels):
        return "does not select its pods"
    if any(selects(selector, its) for its in others):
        return "selects pods of other workloads as well"
    if (spec.get("clusterIP") == "None") is not bare:
        return "has an address of its own" if bare else "is headless"
    if (spec.get("type") or "ClusterIP") != "ClusterIP":
        return f"is a {spec['type']}"
    if spec.get("externalIPs") or spec.get("sessionAffinity", "None") != "None":
        return "has externalIPs or a sessionAffinity"
    if foreign:
        return f"has the annotation {foreign[0]}"
    if not bare and spec.get("publishNotReadyAddresses"):
        return "answers before pods are ready"
    for item in spec.get("ports") or ():
        if item.get("protocol", "TCP") != "TCP" or not _name_of(item, ports):
            return f"has port {item['port']}, which no container has under that number"
    return ""
