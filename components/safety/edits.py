"""Edits that Kubernetes does not allow in place: the workload would be replaced.

The fields are those of the provider's replace table (`forceNew` in its diff.go) for StatefulSets
and Deployments. What is left in place by all of them are the claims; what is lost is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..errors import StatefastError
from .consent import DELETES_CLAIMS, Change
from .fields import OURS, Fields
from .read.live import LiveWorkload, Template

__all__ = ["FROZEN", "Edit", "Shape", "edits", "refuse"]

# What the engine is told to leave as it is, unless its owner consented to change it.
FROZEN: Mapping[str, str] = {
    "pod_management_policy": "spec.podManagementPolicy",
    "service": "spec.serviceName",
    "selector": "spec.selector",
    "volumes": "spec.volumeClaimTemplates",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The immutable fields of a workload, as its args say them.

    Attributes:
        templates: By name of the volume; empty for a Deployment.
        pod_management_policy, service_name: Empty for a Deployment.
        fields: What its fields are called.
    """

    selector: Mapping[str, str]
    templates: Mapping[str, Template]
    pod_management_policy: str = ""
    service_name: str = ""
    fields: Fields = OURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One such edit.

    Attributes:
        change: What changes.
        frozen: Key of FROZEN.
        consequence: What the owner would lose.
    """

    change: Change
    frozen: str
    consequence: str


def edits(resource: str, live: LiveWorkload, wanted: Shape) -> Iterator[Edit]:
    """The edits that lie between what lives and what is wanted.

    Args:
        resource: Kind and name of the workload, e.g. `StatefulSet zookeeper`.
        live: What the cluster has.
        wanted: What the args say.
    """
    stop, goes = "all pods would stop at once", live.takes_claims
    fields = wanted.fields

    def edit(frozen: str, field: str, old: str, new: str, consequence: str) -> Edit:
        change = Change(
            resource=resource,
            field=field,
            old=old,
            new=new,
            uid=live.uid,
            taking=DELETES_CLAIMS if goes else "",
        )
        if goes:
            consequence = f"{stop}, and its claims are deleted with it"
        return Edit(change=change, frozen=frozen, consequence=consequence)

    all_stop = f"{stop}; the claims stay"
    if live.selector != wanted.selector:
        yield edit(
            "selector", fields.selector, _text(live.selector), _text(wanted.selector), all_stop
        )
    if live.pod_management_policy != wanted.pod_management_policy:
        yield edit(
            "pod_management_policy",
            fields.pod_management_policy,
            live.pod_management_policy,
            wanted.pod_management_policy,
            all_stop,
        )
    if live.service_name != wanted.service_name:
        yield edit(
            "service",
            fields.service,
            live.service_name,
            wanted.service_name,
            f"{all_stop}, and every pod gets another DNS name",
        )
    if set(live.templates) != set(wanted.templates):
        gone = [name for name in live.templates if name not in wanted.templates]
        left = f"; the claims of {', '.join(gone)} stay and nobody mounts them" if gone else ""
        yield edit(
            "volumes",
            fields.volumes,
            ", ".join(live.templates),
            ", ".join(wanted.templates),
            f"{all_stop}{left}",
        )
    for name, template in wanted.templates.items():
        if name not in live.templates:
            continue
        old = live.templates[name]
        for field, before, after in (
            ("storage_class_name", old.storage_class_name, template.storage_class_name),
            ("access_modes", "+".join(old.access_modes), "+".join(template.access_modes)),
            ("volume_mode", old.volume_mode, template.volume_mode),
        ):
            if before != after:
                yield edit(
                    "volumes",
                    fields.volume(name, field),
                    before or "(default)",
                    after or "(default)",
                    "all pods would stop at once, and the claims that there are keep what they"
                    " have: only new replicas would get the new",
                )


def _text(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def refuse(found: Iterable[Edit], consents: Iterable[str]) -> frozenset[str]:
    """Lets through what the owner consented to, and refuses the rest.

    Returns:
        The keys of FROZEN that are free to change, once.

    Raises:
        StatefastError: an edit without consent; the sentence has the consent to copy.
    """
    given = list(consents)
    free = set()
    for edit in found:
        change = edit.change
        if not change.allowed(given):
            raise StatefastError(
                change.resource,
                change.field,
                change.new,
                f"but it has {change.old!r}, which is immutable, and would be replaced"
                f" ({edit.consequence})",
                f"write {change.old!r} back, or consent to this one change by adding"
                f" {change.consent!r} to consent",
            )
        free.add(edit.frozen)
    return frozenset(free)
