"""Harmless previews that are close to dangerous ones, made by hand."""

from gate.severity import Severity
from tests.gate.handmade import Json, claim_spec, preview, state, step, urn

from .folders import inline, variable
from .made import CLAIM, DEPLOYMENT, SET, app_set, edit, mounting, pods, workload

__all__ = ["HARMLESS_TOO"]

SAFE, ROLLS, DOWN = Severity.SAFE, Severity.ROLLS_PODS, Severity.DOWNTIME


def _host(**more: str) -> Json:
    return pods({"hostPath": {"path": "/srv/db", **more}})


def _beside(source: Json) -> Json:
    """Pods that mount a claim, and something else."""
    both = pods()
    mount = {"name": "more", "mountPath": "/more"}
    mounts = [*both["containers"][0]["volumeMounts"], mount]
    return {
        "containers": [{**both["containers"][0], "volumeMounts": mounts}],
        "volumes": [*both["volumes"], {"name": "more", **source}],
    }


def _database(**spec: object) -> Json:
    return {"spec": {"instances": 3, "imageName": "postgresql:17", **spec}}


def _scaled(count: int) -> Json:
    made = workload(pods())
    return {**made, "spec": {**made["spec"], "replicas": count}}


def _scaler(**target: str) -> Json:
    body = {"spec": {"scaleTargetRef": {"name": "x", **target}, "minReplicaCount": 0}}
    return step("create", "ScaledObject", None, state("ScaledObject", body))


def _owner(uid: str, **annotations: str) -> Json:
    """A workload that goes, and is called as the owner of a claim is."""
    its = state(DEPLOYMENT, workload(pods(), annotations=annotations))
    its["outputs"] = {**its["outputs"], "metadata": {**its["outputs"]["metadata"], "uid": uid}}
    return step("delete", DEPLOYMENT, its, None)


def _owned() -> Json:
    reference = {"kind": DEPLOYMENT, "name": "x", "uid": "1"}
    metadata = {"name": "data", "namespace": "data", "ownerReferences": [reference]}
    its = state(CLAIM, {**claim_spec(), "metadata": metadata})
    return step("same", CLAIM, its, its, "data")


def _provider(op: str, **new: str) -> Json:
    kind = "pulumi:providers:kubernetes"
    old = {"kubeconfig": "k", "clusterIdentifier": "one"}
    before, after = ({"type": kind, "inputs": its} for its in (old, {**old, **new}))
    return step(op, "Provider", before, after)


def _same(kind: str, *states: Json) -> Json:
    return step("same", kind, states[0], states[-1])


_KUBECONFIG = {"type": "pulumi:providers:kubernetes", "inputs": {"kubeconfig": "k"}}


def _claim_by(provider: str) -> Json:
    return state(CLAIM, claim_spec(), provider=f"{urn('Provider', provider)}::1")


_FOUND = f"{CLAIM}Patch"
_OF_OURS = f"urn:pulumi:dev::shop::statefast:index:VolumeClaim$kubernetes:core/v1:{_FOUND}::x"
_KEPT = state("Kafka", {"spec": {"kafka": {}}}, retainOnDelete=True)

HARMLESS_TOO: dict[str, tuple[Severity, Json]] = {
    "driver-brings-other-secrets": (
        ROLLS,
        mounting(
            _beside(inline("a", "secrets-store.csi.k8s.io")),
            _beside(inline("b", "secrets-store.csi.k8s.io")),
        ),
    ),
    "folder-of-a-node-has-to-be-there": (ROLLS, mounting(_host(), _host(type="Directory"))),
    "log-of-a-node-is-no-longer-read": (
        ROLLS,
        mounting(_beside({"hostPath": {"path": "/var/log/"}}), pods()),
    ),
    "another-variable-than-that-of-the-folder-changes": (
        ROLLS,
        mounting(pods(container=variable("a", "db")), pods(container=variable("b", "db"))),
    ),
    "folder-of-a-variable-that-stays": (
        ROLLS,
        mounting(pods(container=variable("a")), pods(container=variable("a", image="mysql:9"))),
    ),
    "database-gets-another-image": (
        ROLLS,
        edit("Cluster", _database(), _database(imageName="postgresql:18")),
    ),
    "database-hands-on-a-label": (
        ROLLS,
        edit(
            "Cluster",
            _database(inheritedMetadata={"labels": {"a": "b"}}),
            _database(inheritedMetadata={"labels": {"a": "c"}}),
        ),
    ),
    "custom-resource-leaves-and-stays": (SAFE, preview(step("delete", "Kafka", _KEPT, None))),
    "custom-resource-comes": (SAFE, preview(step("create", "Kafka", None, _KEPT))),
    "scaler-of-another-maker-comes-to-a-set-that-keeps-claims": (
        SAFE,
        preview(_same(SET, state(SET, app_set())), _scaler(kind=SET)),
    ),
    "scaler-of-another-maker-comes-to-a-deployment": (SAFE, preview(_scaler())),
    "namesake-of-an-owner-leaves": (DOWN, preview(_owner("2"), _owned())),
    "owner-leaves-and-leaves-what-it-owns": (
        DOWN,
        preview(_owner("1", **{"pulumi.com/deletionPropagationPolicy": "orphan"}), _owned()),
    ),
    "workload-is-scaled-to-none": (DOWN, edit(DEPLOYMENT, _scaled(3), _scaled(0))),
    "workload-is-scaled-in": (ROLLS, edit(DEPLOYMENT, _scaled(3), _scaled(1))),
    "workload-is-scaled-out": (SAFE, edit(DEPLOYMENT, _scaled(1), _scaled(3))),
    "password-leaves-and-stays": (
        SAFE,
        preview(step("delete", "SecretPatch", state("SecretPatch", retainOnDelete=True), None)),
    ),
    "claim-stays-under-a-provider-that-is-replaced-for-no-other-cluster": (
        SAFE,
        preview(
            _provider("replace"),
            _same(
                CLAIM,
                *(
                    state(CLAIM, claim_spec(), provider=f"{_provider('same')['urn']}::{its}")
                    for its in "12"
                ),
            ),
        ),
    ),
    "claim-goes-on-by-another-provider-of-the-same-cluster": (
        SAFE,
        preview(
            step("create", "Provider", None, _KUBECONFIG, "after"),
            step("update", CLAIM, _claim_by("before"), _claim_by("after")),
            step("delete", "Provider", _KUBECONFIG, None, "before"),
        ),
    ),
    "provider-asks-more-often": (SAFE, preview(_provider("update", kubeClientSettings="{}"))),
    "claim-that-the-guard-makes-again": (
        SAFE,
        preview(
            {"op": "refresh", "urn": _OF_OURS, "oldState": state(_FOUND, claim_spec())},
            {"op": "create", "urn": _OF_OURS, "newState": state(_FOUND, claim_spec())},
        ),
    ),
}
