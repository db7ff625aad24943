"""Objects whose provider changes under a step that shows no replacement."""

from tests.gate.handmade import UNKNOWN, Json, claim_spec, preview, state, step, urn

from .made import CLAIM, DEPLOYMENT, RISK, SET, Case, app_set, pods, workload
from .others import volume

__all__ = ["UNSEEN"]

_PROVIDER = "pulumi:providers:kubernetes"
_RELEASE: Json = {"resourceNames": {"StatefulSet.apps/apps/v1": ["db"]}, "chart": "db"}
_BODIES: dict[str, Json] = {
    CLAIM: claim_spec(),
    f"{CLAIM}Patch": claim_spec(),
    SET: app_set(),
    "StatefulSetPatch": {"spec": {"replicas": 3}},
    DEPLOYMENT: workload(pods()),
    "PersistentVolume": volume(),
    "Namespace": {},
    "Cluster": {"spec": {"instances": 3}},
    "Release": _RELEASE,
    "VolumeSnapshot": {"spec": {"source": {"persistentVolumeClaimName": "data"}}},
}


def _goes_on(kind: str, op: str, after: str, *more: Json) -> Json:
    old = state(kind, _BODIES[kind], provider=f"{urn('Provider', 'a')}::1", retainOnDelete=True)
    new = {**old, "provider": after}
    if op == "update":
        metadata = {**old["inputs"]["metadata"], "labels": {"a": "b"}}
        new["inputs"] = {**old["inputs"], "metadata": metadata}
    return preview(step(op, kind, old, new), *more)


def _kept(context: str) -> Json:
    """A provider that is replaced under the same identifier, which takes nothing along."""
    its = {"kubeconfig": "k", "clusterIdentifier": "one", "context": context}
    return {"type": _PROVIDER, "inputs": its}


def _cases() -> dict[str, Case]:
    found = {}
    unknown = {"type": _PROVIDER, "inputs": {"kubeconfig": UNKNOWN}}
    made = step("create", "Provider", None, unknown, "b")
    for kind in _BODIES:
        name = kind.removesuffix("Patch")
        for op in ("same", "update"):
            found[f"{kind}-{op}-goes-to-a-provider-that-is-not-known"] = Case(
                _goes_on(kind, op, f"{urn('Provider', 'b')}::1", made),
                RISK,
                "goes-elsewhere",
                (f"{name} x: provider a -> b",),
            )
            found[f"{kind}-{op}-shows-no-provider-any-more"] = Case(
                _goes_on(kind, op, ""),
                RISK,
                "goes-elsewhere",
                (f"{name} x: provider a -> (default)",),
            )
    found["claim-stays-of-a-provider-that-is-replaced-for-another-context"] = Case(
        _goes_on(
            CLAIM,
            "same",
            f"{urn('Provider', 'a')}::2",
            step("replace", "Provider", _kept("eu"), _kept("us"), "a"),
        ),
        RISK,
        "goes-elsewhere",
    )
    for key, value in (("namespace", UNKNOWN), ("renderYamlToDirectory", "out")):
        old, new = {"kubeconfig": "k"}, {"kubeconfig": "k", key: value}
        found[f"provider-gets-another-{key}"] = Case(
            preview(
                step(
                    "update",
                    "Provider",
                    {"type": _PROVIDER, "id": "1", "inputs": old},
                    {"type": _PROVIDER, "id": "1", "inputs": new},
                )
            ),
            RISK,
            "provider-elsewhere",
            () if value == UNKNOWN else (f"Provider x: {key} (default) -> out",),
        )
    return found


UNSEEN = _cases()
