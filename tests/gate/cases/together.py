"""What two objects of one preview do together, and neither does alone."""

from tests.gate.handmade import Json, claim_spec, preview, set_spec, state, step

from .made import CLAIM, LOST, RISK, SET, Case, gone, pods, workload
from .others import volume

__all__ = ["TOGETHER"]

_UID = "uid-of-the-owner"


def _owner(kind: str, op: str = "delete") -> Json:
    body = workload(pods(), kind) if kind in ("Deployment", "Job") else {"spec": {}}
    its = state(kind, body)
    its["outputs"] = {**its["outputs"], "metadata": {**its["outputs"]["metadata"], "uid": _UID}}
    return step(op, kind, its, its if op == "replace" else None)


def _owned(kind: str, where: str = "inputs", **more: str) -> Json:
    """A claim that stays in the stack, is retained, and names an owner."""
    reference = {"kind": kind, "name": "x", **more}
    its = state(CLAIM, {**claim_spec(), "metadata": {"name": "c", "namespace": "data"}})
    its["retainOnDelete"] = True
    metadata = {**its[where]["metadata"], "ownerReferences": [reference]}
    its[where] = {**its[where], "metadata": metadata}
    return step("same", CLAIM, its, its, "c")


def _owners() -> dict[str, Case]:
    found = {}
    for kind in ("Deployment", "Job", "Service", "Secret", "ConfigMap", "Cluster"):
        for op, done in (("delete", "deleted"), ("replace", "replaced")):
            found[f"{kind}-is-{done}-that-owns-a-claim"] = Case(
                preview(_owner(kind, op), _owned(kind, uid=_UID)),
                LOST,
                "owner-goes",
                (f"{kind} x: object exists -> {done}",),
            )
        found[f"{kind}-leaves-that-the-cluster-says-owns-a-claim"] = Case(
            preview(_owner(kind), _owned(kind, "outputs", uid=_UID)),
            LOST,
            "owner-goes",
            (f"{kind} x: object exists -> deleted",),
        )
        found[f"{kind}-leaves-that-owns-a-claim-by-its-name"] = Case(
            preview(_owner(kind), _owned(kind)),
            LOST,
            "owner-goes",
            (f"{kind} x: object exists -> deleted",),
        )
    return found


_REFERENCE = {"ownerReferences": [{"kind": "ConfigMap", "name": "o", "uid": "1"}]}
_OWNED_TEMPLATE = {"metadata": {"name": "vol", **_REFERENCE}, **claim_spec()}
_WITH_OWNER = state(SET, set_spec(volumeClaimTemplates=[_OWNED_TEMPLATE]))


def _policy(when: str) -> Json:
    body = {"spec": {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": when}}}
    return state("StatefulSetPatch", body)


TOGETHER = {
    **_owners(),
    "volume-turns-to-delete-and-its-claim-goes": Case(
        preview(
            step(
                "update",
                "PersistentVolume",
                state("PersistentVolume", volume()),
                state("PersistentVolume", volume(persistentVolumeReclaimPolicy="Delete")),
            ),
            gone(CLAIM, claim_spec(volumeName="x")),
        ),
        LOST,
        "claim-deleted",
        (
            "PersistentVolume x: reclaim_policy Retain -> Delete",
            "PersistentVolumeClaim x: object exists -> deleted",
        ),
    ),
    "patch-turns-the-policy-and-the-set-goes": Case(
        preview(
            step("update", "StatefulSetPatch", _policy("Retain"), _policy("Delete")),
            gone(SET, set_spec()),
        ),
        LOST,
        "set-deleted-with-claims",
        ("StatefulSet x: object exists -> deleted, deleting its claims",),
    ),
    "templates-of-a-set-get-an-owner": Case(
        preview(step("replace", SET, state(SET, set_spec()), _WITH_OWNER)),
        RISK,
        "owned",
        ("StatefulSet x: object exists -> replaced",),
    ),
    "patch-of-a-claim-that-the-cluster-has-lost": Case(
        preview(
            step("refresh", f"{CLAIM}Patch", state(f"{CLAIM}Patch", claim_spec()), None),
            step("create", f"{CLAIM}Patch", None, state(f"{CLAIM}Patch", claim_spec())),
        ),
        RISK,
        "claim-made-again",
    ),
    **{
        f"{kind}-no-longer-{name}": Case(
            preview(step("same", kind, {**state(kind), lock: True}, state(kind))),
            RISK,
            f"{word}-dropped",
            (f"Secret x: {field} true -> false",),
        )
        for kind in ("Secret", "SecretPatch")
        for lock, name, word, field in (
            ("protect", "protected", "protect", "protect"),
            ("retainOnDelete", "retained", "retain", "retain_on_delete"),
        )
    },
}
