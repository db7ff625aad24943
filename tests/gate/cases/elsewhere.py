"""Objects that go on elsewhere, in another cluster or namespace, or on the word of an update."""

from typing import Any

from tests.gate.handmade import UNKNOWN, claim_spec, preview, state, step, urn

from .made import CLAIM, ELSEWHERE, LOST, NOWHERE, RISK, SET, Case, app_set, edit, of

__all__ = ["MOVED", "PROVIDERS", "believed"]

_HERE, _THERE = (
    {"context": name, "kubeconfig": "k", "clusterIdentifier": "one"} for name in ("eu", "us")
)
_RETAINING = state("StorageClass", {"metadata": {"name": "rbd"}, "reclaimPolicy": "Retain"})

PROVIDERS: dict[str, Case] = {
    "set-moves-with-the-default-provider": Case(
        preview(
            {
                **step(
                    "replace", SET, of("default", app_set(), SET), of("default", app_set(), SET)
                ),
                "replaceReasons": ["provider"],
            }
        ),
        RISK,
        "set-starts-empty",
        ("StatefulSet x: object exists -> replaced",),
    ),
    "retained-claim-moves-with-the-default-provider": Case(
        preview(
            {
                **step(
                    "replace",
                    CLAIM,
                    state(CLAIM, claim_spec(), retainOnDelete=True),
                    state(CLAIM, claim_spec(), retainOnDelete=True),
                ),
                "replaceReasons": ["provider"],
            }
        ),
        RISK,
        "claim-left-behind",
        ("PersistentVolumeClaim x: object exists -> replaced",),
    ),
    "provider-turns-to-another-context": Case(
        preview(
            step(
                "update",
                "Provider",
                {"type": "pulumi:providers:kubernetes", "id": "1", "inputs": _HERE},
                {"type": "pulumi:providers:kubernetes", "id": "1", "inputs": _THERE},
                "cluster",
            )
        ),
        RISK,
        "provider-elsewhere",
        ("Provider cluster: context eu -> us",),
    ),
    "class-of-the-same-name-in-another-cluster": Case(
        preview(
            step(
                "same",
                "StorageClass",
                {**_RETAINING, "provider": f"{urn('Provider', 'b')}::1"},
                {**_RETAINING, "provider": f"{urn('Provider', 'b')}::1"},
                "rbd",
            ),
            step("delete", CLAIM, of("a", claim_spec()), None),
        ),
        LOST,
        "claim-deleted",
        ("PersistentVolumeClaim x: object exists -> deleted",),
    ),
}


def believed() -> dict[str, Case]:
    """Updates in which a field changes, or may, that the object is replaced for."""
    found: dict[str, Case] = {}
    name: str
    value: Any
    for name, value, consent in (
        ("storageClassName", "fast", "storage_class_name rbd -> fast"),
        ("storageClassName", UNKNOWN, ""),
        ("accessModes", ["ReadWriteMany"], "access_modes ReadWriteOnce -> ReadWriteMany"),
        ("accessModes", [UNKNOWN], ""),
        ("accessModes", UNKNOWN, ""),
        ("selector", {"matchLabels": {"a": UNKNOWN}}, ""),
        ("volumeName", UNKNOWN, ""),
    ):
        how = "unknown" if not consent else "changed"
        found[f"claim-{name}-{how}-{len(found)}"] = Case(
            edit(CLAIM, claim_spec(), claim_spec(**{name: value}))
            if name != "storageClassName"
            else edit(CLAIM, claim_spec(), claim_spec(of=value)),
            RISK,
            "claim-unknown",
            (f"PersistentVolumeClaim x: {consent}",) if consent else (),
        )
    for name, value, consent in (
        ("serviceName", "y", "headless_suffix x -> y"),
        ("serviceName", UNKNOWN, ""),
        ("podManagementPolicy", UNKNOWN, ""),
        ("selector", {"matchLabels": {"app": UNKNOWN}}, ""),
        ("volumeClaimTemplates", UNKNOWN, ""),
        ("volumeClaimTemplates", [{"metadata": {"name": UNKNOWN}, **claim_spec()}], ""),
        ("volumeClaimTemplates", [{"metadata": {"name": "own"}, **claim_spec(of=UNKNOWN)}], ""),
    ):
        how = "unknown" if not consent else "changed"
        found[f"set-{name}-{how}-{len(found)}"] = Case(
            edit(SET, app_set(), {"spec": {**app_set()["spec"], name: value}}),
            RISK,
            "set-unknown",
            (f"StatefulSet x: {consent}",) if consent else (),
        )
    for kind, body, rule in ((CLAIM, claim_spec(), "claim"), (SET, app_set(), "set")):
        for label, new in (
            ("name", {**body, "metadata": {"name": UNKNOWN, "namespace": "data"}}),
            ("namespace", {**body, **NOWHERE}),
            ("metadata", {**body, "metadata": UNKNOWN}),
            ("spec", {"spec": UNKNOWN}),
        ):
            its = step(
                "update",
                kind,
                state(kind, body),
                {**state(kind), "inputs": {**state(kind)["inputs"], **new}},
            )
            # Of a set it may be fewer replicas, and what becomes of their claims is hidden, too.
            worst = LOST if (kind, label) == (SET, "spec") else RISK
            found[f"{rule}-{label}-unknown"] = Case(preview(its), worst, f"{rule}-unknown")
        worst = LOST if kind == SET else RISK
        found[f"{rule}-spec-vanishes"] = Case(edit(kind, body, {}), worst, "unreadable")
    return found


MOVED = {
    "retained-claim-into-another-namespace": Case(
        preview(
            step(
                "replace",
                CLAIM,
                state(CLAIM, claim_spec(), retainOnDelete=True),
                state(CLAIM, {**claim_spec(), **ELSEWHERE}, retainOnDelete=True),
            )
        ),
        RISK,
        "claim-left-behind",
        ("PersistentVolumeClaim x: namespace data -> other",),
    ),
    "retained-claim-into-an-unknown-namespace": Case(
        preview(
            step(
                "replace",
                CLAIM,
                state(CLAIM, claim_spec(), retainOnDelete=True),
                {**state(CLAIM), "inputs": {**claim_spec(), **NOWHERE}, "retainOnDelete": True},
            )
        ),
        RISK,
        "claim-left-behind",
    ),
    "set-into-another-namespace": Case(
        edit(SET, app_set(), {**app_set(), **ELSEWHERE}, "replace"),
        RISK,
        "set-starts-empty",
        ("StatefulSet x: namespace data -> other",),
    ),
    "set-into-an-unknown-namespace": Case(
        preview(
            step(
                "replace",
                SET,
                state(SET, app_set()),
                {**state(SET), "inputs": {**app_set(), **NOWHERE}},
            )
        ),
        RISK,
        "set-starts-empty",
    ),
}
