"""Custom resources and releases: what is made of them stays or goes out of sight."""

from tests.gate.handmade import Json, preview, state, step

from .made import RISK, SET, Case, app_set, edit

__all__ = ["OPERATORS"]

_KAFKA: Json = {"spec": {"kafka": {"replicas": 3}}}
_RELEASE: Json = {"resourceNames": {"StatefulSet.apps/apps/v1": ["db"]}, "chart": "db"}
_OTHER: Json = {"metadata": {"name": "y", "namespace": "data"}}
_BODIES = {"Kafka": _KAFKA, "Release": _RELEASE, "PersistentVolumeClaimList": {"items": []}}


def _comes(kind: str, body: Json, name: str = "y") -> Json:
    return step("create", kind, None, state(kind, {**body, **_OTHER}), name)


def _replaced() -> dict[str, Case]:
    """What is replaced and retained stays, and the next one starts without what it has."""
    found = {}
    for kind, body in _BODIES.items():
        old = state(kind, body, retainOnDelete=True)
        new = state(kind, {**body, **_OTHER}, retainOnDelete=True)
        found[f"{kind}-retained-goes-on-under-another-name"] = Case(
            preview(step("replace", kind, old, new)),
            RISK,
            "left-behind",
            (f"{kind.removesuffix('List')} x: name x -> y",),
        )
    for kind in ("Kafka", "Release"):
        old = state(kind, _BODIES[kind], retainOnDelete=True)
        found[f"{kind}-leaves-and-stays-and-another-one-comes"] = Case(
            preview(step("delete", kind, old, None), _comes(kind, _BODIES[kind])),
            RISK,
            "renamed",
            (f"{kind} x: name x -> y",),
        )
    return found


def _scaler(**more: object) -> Json:
    target = {"kind": SET, "name": "x"}
    return {"spec": {"scaleTargetRef": target, "minReplicaCount": 1, **more}}


_SET = state(SET, app_set(scaled="Delete"))
_DELETING = step("same", SET, _SET, _SET)

OPERATORS = {
    **_replaced(),
    "scaler-of-another-maker-comes-to-a-set-that-deletes-claims": Case(
        preview(_DELETING, step("create", "ScaledObject", None, state("ScaledObject", _scaler()))),
        RISK,
        "scaler-takes-claims",
    ),
    "scaler-of-another-maker-may-take-more": Case(
        preview(
            _DELETING,
            step(
                "update",
                "ScaledObject",
                state("ScaledObject", _scaler()),
                state("ScaledObject", _scaler(minReplicaCount=0)),
            ),
        ),
        RISK,
        "scaler-takes-claims",
        ("ScaledObject x: min_replicas 1 -> 0",),
    ),
    "destination-of-a-copy-comes": Case(
        preview(
            step(
                "create",
                "ReplicationDestination",
                None,
                state("ReplicationDestination", {"spec": {"rsync": {"destinationPVC": "data"}}}),
            )
        ),
        RISK,
        "custom-resource-acts",
    ),
    "operator-is-told-to-delete": Case(
        edit(
            "Kafka",
            _KAFKA,
            {
                **_KAFKA,
                "metadata": {
                    "name": "x",
                    "namespace": "data",
                    "annotations": {"strimzi.io/delete-pod-and-pvc": "true"},
                },
            },
        ),
        RISK,
        "custom-resource-ordered",
        ("Kafka x: annotations.strimzi.io/delete-pod-and-pvc (default) -> true",),
    ),
    "custom-resource-changes-beside-its-spec": Case(
        edit("Kafka", {**_KAFKA, "data": {"a": 1}}, {**_KAFKA, "data": {"a": 2}}),
        RISK,
        "custom-resource-changes",
        ("Kafka x: data.a 1 -> 2",),
    ),
    "restore-comes": Case(
        preview(step("create", "Restore", None, state("Restore", {"spec": {"backupName": "b"}}))),
        RISK,
        "custom-resource-acts",
    ),
}
