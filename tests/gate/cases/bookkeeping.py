"""Several steps that are one edit, or that are none."""

from tests.gate.handmade import Json, claim_spec, preview, state, step

from .made import CLAIM, DEPLOYMENT, LOST, RISK, SET, Case, app_set, pods, workload

__all__ = ["BOOKKEEPING"]


def _called(kind: str, name: str, body: Json, op: str, **labels: str) -> Json:
    metadata = {"name": name, "namespace": "data", "labels": labels}
    its = state(kind, {**body, "metadata": metadata}, retainOnDelete=kind == CLAIM)
    return step(op, kind, its if op == "delete" else None, its if op == "create" else None, name)


_INSTANCE = "app.kubernetes.io/instance"
_OTHER_UID = state(CLAIM, claim_spec())
_OTHER_UID["outputs"] = {
    **_OTHER_UID["outputs"],
    "metadata": {**_OTHER_UID["outputs"]["metadata"], "uid": "another"},
}
_ZK = state(SET, {**app_set(), "metadata": {"name": "zk", "namespace": "data"}})

_KEPT = state(CLAIM, claim_spec(), retainOnDelete=True)


def _without_lock(its: Json) -> Json:
    return {key: value for key, value in its.items() if key != "retainOnDelete"}


_OTHER_SET = {**app_set(), "metadata": {"name": "y", "namespace": "data"}}

BOOKKEEPING = {
    "set-leaves-and-stays-and-another-one-comes-with-the-same-claim-beside": Case(
        preview(
            step("delete", SET, state(SET, app_set(), retainOnDelete=True), None),
            step("create", SET, None, state(SET, _OTHER_SET), "y"),
        ),
        RISK,
        "renamed",
        ("StatefulSet x: name x -> y",),
    ),
    "leftover-without-a-state-beside-a-retained-replacement": Case(
        preview(step("replace", CLAIM, _KEPT, _KEPT), step("delete-replaced", CLAIM, None, None)),
        RISK,
        "unreadable",
    ),
    "lock-is-dropped-after-a-refresh": Case(
        preview(
            step("refresh", CLAIM, _KEPT, _KEPT), step("same", CLAIM, _KEPT, _without_lock(_KEPT))
        ),
        RISK,
        "retain-dropped",
        ("PersistentVolumeClaim x: retain_on_delete true -> false",),
    ),
    "step-that-nobody-knows-beside-a-retained-replacement": Case(
        preview(step("replace", CLAIM, _KEPT, _KEPT), step("conjure", CLAIM, _KEPT, _KEPT)),
        RISK,
        "unreadable",
    ),
    "claim-becomes-a-secret-by-an-alias": Case(
        preview(
            step("update", "Secret", state(CLAIM, claim_spec()), state("Secret", {"data": {}}))
        ),
        RISK,
        "unreadable",
    ),
    "leftover-of-an-earlier-run-beside-a-retained-replacement": Case(
        preview(
            step(
                "replace",
                CLAIM,
                state(CLAIM, claim_spec(), retainOnDelete=True),
                state(CLAIM, claim_spec(of="fast"), retainOnDelete=True),
            ),
            step("delete-replaced", CLAIM, _OTHER_UID, None),
        ),
        LOST,
        "claim-deleted",
        ("PersistentVolumeClaim x: object exists -> deleted",),
    ),
    "claims-that-only-look-like-those-of-a-set-that-stays": Case(
        preview(
            step("same", SET, _ZK, _ZK, "zk"),
            _called(CLAIM, "vol-db-zk-a", claim_spec(), "delete"),
            _called(CLAIM, "vol-db-zk-b", claim_spec(), "create"),
        ),
        RISK,
        "renamed",
        ("PersistentVolumeClaim vol-db-zk-a: name vol-db-zk-a -> vol-db-zk-b",),
    ),
    "workload-gets-another-name": Case(
        preview(
            _called(DEPLOYMENT, "mysql", workload(pods()), "delete", **{_INSTANCE: "mysql"}),
            _called(CLAIM, "data", claim_spec(), "delete", **{_INSTANCE: "mysql"}),
            _called(
                DEPLOYMENT,
                "mysql2",
                workload(pods({"persistentVolumeClaim": {"claimName": "data2"}})),
                "create",
                **{_INSTANCE: "mysql2"},
            ),
            _called(CLAIM, "data2", claim_spec(), "create", **{_INSTANCE: "mysql2"}),
        ),
        RISK,
        "renamed",
        (
            "Deployment mysql: name mysql -> mysql2",
            "PersistentVolumeClaim data: name data -> mysql2",
        ),
    ),
}
