"""What the previews made by hand are made of."""

from dataclasses import dataclass
from typing import Any

from gate.severity import Severity
from tests.gate.handmade import UNKNOWN, Json, claim_spec, preview, set_spec, state, step, urn

__all__ = [
    "CLAIM",
    "DEPLOYMENT",
    "ELSEWHERE",
    "LOST",
    "NOWHERE",
    "RISK",
    "SET",
    "Case",
    "app",
    "app_set",
    "edit",
    "gone",
    "mounting",
    "of",
    "pods",
    "workload",
]

RISK, LOST = Severity.AT_RISK, Severity.LOST
CLAIM, SET, DEPLOYMENT = "PersistentVolumeClaim", "StatefulSet", "Deployment"
ELSEWHERE: Json = {"metadata": {"name": "x", "namespace": "other"}}
NOWHERE: Json = {"metadata": {"name": "x", "namespace": UNKNOWN}}


@dataclass(frozen=True)
class Case:
    """One preview and what is to be said of it."""

    document: Json
    severity: Severity
    rule: str
    consents: tuple[str, ...] = ()


def edit(kind: str, old: Json, new: Json, op: str = "update", **more: Any) -> Json:
    """An object of which one thing changes."""
    return preview(step(op, kind, state(kind, old), state(kind, new)), **more)


def gone(kind: str, body: Json | None = None, **fields: Any) -> Json:
    return step("delete", kind, state(kind, body, **fields), None)


def app(image: str = "mysql:8", path: str = "/data", **mount: Any) -> Json:
    return {
        "name": "db",
        "image": image,
        "volumeMounts": [{"name": "vol", "mountPath": path, **mount}],
    }


def pods(source: Json | None = None, container: Json | None = None) -> Json:
    """The spec of pods that mount a claim, or something else."""
    volume = {"persistentVolumeClaim": {"claimName": "data"}} if source is None else source
    return {"containers": [container or app()], "volumes": [{"name": "vol", **volume}]}


def workload(spec: Json, kind: str = DEPLOYMENT, **more: Any) -> Json:
    """A workload with such pods."""
    metadata = {"name": "x", "namespace": "data", **more}
    if kind == "Pod":
        return {"metadata": metadata, "spec": spec}
    template: Json = {"template": {"spec": spec}}
    if kind == "CronJob":
        return {"metadata": metadata, "spec": {"jobTemplate": {"spec": template}}}
    return {"metadata": metadata, "spec": {"selector": {"matchLabels": {"app": "x"}}, **template}}


def app_set(container: Json | None = None, **more: Any) -> Json:
    """A set whose container mounts its template, and a claim of its own beside."""
    spec = pods(container=container or app())
    template = {"metadata": {"name": "own"}, **claim_spec()}
    spec["containers"][0]["volumeMounts"].append({"name": "own", "mountPath": "/own"})
    return set_spec(template={"spec": spec}, volumeClaimTemplates=[template], **more)


def of(provider: str, body: Json, kind: str = CLAIM, **more: Any) -> Json:
    return state(kind, body, provider=f"{urn('Provider', provider)}::1", **more)


def mounting(old: Json, new: Json, kind: str = DEPLOYMENT) -> Json:
    return edit(kind, workload(old, kind), workload(new, kind))
