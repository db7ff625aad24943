"""Harmless previews made by hand, by the reason for which they were once stopped."""

from gate.severity import Severity
from tests.gate.handmade import Json, claim_spec, preview, set_spec, state, step, urn

from .made import CLAIM, DEPLOYMENT, SET, app, app_set, edit, pods, workload

__all__ = ["HARMLESS"]

SAFE, ROLLS, DOWN = Severity.SAFE, Severity.ROLLS_PODS, Severity.DOWNTIME
CLASS = "StorageClass"
MASKED = "[secret]"
_SECRET: Json = {"metadata": {"name": "x", "namespace": MASKED}}


def _said(document: Json, *paths: str) -> Json:
    """The preview of an update, with what the provider says that differs."""
    (its,) = document["steps"]
    return {**document, "steps": [{**its, "detailedDiff": {path: {} for path in paths}}]}


def _class(op: str, **fields: object) -> Json:
    body = {"metadata": {"name": "rbd"}, "provisioner": "x", "allowVolumeExpansion": True}
    made = state(CLASS, body, **fields)
    old = None if op in ("import", "read") else made
    return step(op, CLASS, old, None if op == "delete" else made, "rbd")


def _grown() -> Json:
    return step("update", CLAIM, state(CLAIM, claim_spec()), state(CLAIM, claim_spec("12Gi")))


def _by(provider: str, kind: str, body: Json) -> Json:
    return state(kind, body, provider=f"{urn('Provider', provider)}::1")


_KUBECONFIG = {"type": "pulumi:providers:kubernetes", "id": "1", "inputs": {"kubeconfig": "k"}}
_PENDING = state(CLAIM, claim_spec(), pendingReplacement=True)


def _labelled(kind: str, name: str, body: Json, op: str, image: str) -> Json:
    metadata = {"name": name, "namespace": "data", "labels": {"app": image}}
    its = state(kind, {**body, "metadata": metadata}, retainOnDelete=True)
    return step(op, kind, its if op == "delete" else None, its if op == "create" else None, name)


def _app(name: str, op: str) -> list[Json]:
    """An application of its own: a workload with its image, and a claim."""
    spec = pods({"persistentVolumeClaim": {"claimName": f"{name}-data"}}, app(f"{name}:1"))
    return [
        _labelled(DEPLOYMENT, name, workload(spec), op, name),
        _labelled(CLAIM, f"{name}-data", claim_spec(), op, name),
    ]


_SCALER = "HorizontalPodAutoscaler"


def _scaler(kind: str) -> Json:
    return {"spec": {"scaleTargetRef": {"kind": kind, "name": "x"}, "minReplicas": 1}}


HARMLESS: dict[str, tuple[Severity, Json]] = {
    "claim-in-a-secret-namespace-grows": (
        SAFE,
        _said(
            edit(CLAIM, {**claim_spec(), **_SECRET}, {**claim_spec("12Gi"), **_SECRET}),
            "spec.resources.requests.storage",
        ),
    ),
    "set-in-a-secret-namespace-rolls": (
        ROLLS,
        _said(
            edit(SET, {**app_set(), **_SECRET}, {**app_set(app("mysql:9")), **_SECRET}),
            "spec.template.spec.containers[0].image",
        ),
    ),
    "deployment-of-a-secret-claim-rolls": (
        ROLLS,
        _said(
            edit(
                DEPLOYMENT,
                workload(pods({"persistentVolumeClaim": {"claimName": MASKED}})),
                workload(pods({"persistentVolumeClaim": {"claimName": MASKED}}, app("mysql:9"))),
            ),
            "spec.template.spec.containers[0].image",
        ),
    ),
    "claim-grows-on-an-imported-class": (SAFE, preview(_grown(), _class("import"))),
    "claim-grows-on-a-class-that-is-read": (SAFE, preview(_grown(), _class("read"))),
    "claim-grows-on-a-class-that-leaves-and-stays": (
        SAFE,
        preview(_grown(), _class("delete", retainOnDelete=True)),
    ),
    "claim-that-an-earlier-run-deleted-is-made-again": (
        SAFE,
        preview(step("create-replacement", CLAIM, _PENDING, state(CLAIM, claim_spec(of="fast")))),
    ),
    "set-gets-another-service-by-a-renamed-provider": (
        DOWN,
        preview(
            step("create", "Provider", None, _KUBECONFIG, "after"),
            step(
                "replace",
                SET,
                _by("before", SET, app_set()),
                _by("after", SET, {"spec": {**app_set()["spec"], "serviceName": "y"}}),
            ),
            step("delete", "Provider", _KUBECONFIG, None, "before"),
        ),
    ),
    "one-application-leaves-and-another-one-comes": (
        SAFE,
        preview(*_app("mysql", "delete"), *_app("redis", "create")),
    ),
    "stateless-set-leaves-and-its-like-comes": (
        DOWN,
        preview(
            step("delete", SET, state(SET, set_spec(volumeClaimTemplates=[])), None),
            step(
                "create",
                SET,
                None,
                state(
                    SET,
                    {
                        **set_spec(volumeClaimTemplates=[]),
                        "metadata": {"name": "y", "namespace": "data"},
                    },
                ),
                "y",
            ),
        ),
    ),
    "sidecar-without-data-is-added": (
        ROLLS,
        edit(
            DEPLOYMENT,
            workload(pods()),
            workload({**pods(), "containers": [app(), {"name": "proxy", "image": "envoy"}]}),
        ),
    ),
    "volume-of-settings-is-added": (
        ROLLS,
        edit(
            DEPLOYMENT,
            workload(pods()),
            workload(
                {
                    "containers": [app()],
                    "volumes": [*pods()["volumes"], {"name": "c", "configMap": {"name": "c"}}],
                }
            ),
        ),
    ),
    "scaler-comes-to-a-set-that-keeps-claims": (
        SAFE,
        preview(
            step("same", SET, state(SET, app_set()), state(SET, app_set())),
            step("create", _SCALER, None, state(_SCALER, _scaler("StatefulSet"))),
        ),
    ),
    "scaler-comes-to-a-deployment": (
        SAFE,
        preview(step("create", _SCALER, None, state(_SCALER, _scaler("Deployment")))),
    ),
    "deployment-gains-a-claim": (
        SAFE,
        edit(
            DEPLOYMENT,
            workload({"containers": [{"name": "db", "image": "mysql:8"}]}),
            workload(pods()),
        ),
    ),
}
