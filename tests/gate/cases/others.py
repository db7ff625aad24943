"""Everything else that holds data, or a lock on it."""

from typing import Any

from tests.gate.handmade import Json, claim_spec, preview, state, step

from .made import CLAIM, LOST, RISK, Case, edit, gone

__all__ = ["OTHERS", "volume"]

_NAMES = {"StatefulSet.apps/apps/v1": ["db"], "PersistentVolumeClaim/v1": ["data"]}
_PROTECTED = "kubernetes.io/pvc-protection"
_CUSTOM = {"Cluster.postgresql.cnpg.io/postgresql.cnpg.io/v1": ["x"]}
_DEFINITIONS = {"CustomResourceDefinition.apiextensions.k8s.io/apiextensions.k8s.io/v1": ["x"]}
_DEFINITION: Json = {
    "metadata": {"name": "clusters.postgresql.cnpg.io"},
    "spec": {"group": "postgresql.cnpg.io", "names": {"kind": "Cluster"}, "versions": []},
}


_SNAPSHOTS: Json = {
    "metadata": {"name": "volumesnapshots.snapshot.storage.k8s.io"},
    "spec": {
        "group": "snapshot.storage.k8s.io",
        "names": {"kind": "VolumeSnapshot"},
        "versions": [],
    },
}


def _release(names: Json | None, **more: Any) -> Json:
    return {**({} if names is None else {"resourceNames": names}), "chart": "db", **more}


def _unlocked(kind: str, body: Json | None = None, **lock: bool) -> Json:
    """The lock is dropped, and nothing else changes."""
    return preview(step("same", kind, state(kind, body, **lock), state(kind, body)))


def volume(**more: Any) -> Json:
    return {
        "spec": {
            "capacity": {"storage": "8Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            **more,
        }
    }


def _content(policy: str) -> Json:
    return {"spec": {"deletionPolicy": policy}}


def _claim_metadata(**more: Any) -> Json:
    return {**claim_spec(), "metadata": {"name": "x", "namespace": "data", **more}}


OTHERS = {
    "release-lets-go-of-a-claim": Case(
        edit("Release", _release(_NAMES), _release({"StatefulSet.apps/apps/v1": ["db"]})),
        RISK,
        "release-lets-go",
        ('Release x: resource_names.PersistentVolumeClaim ["data"] -> (default)',),
    ),
    "release-of-which-nothing-is-listed": Case(
        edit("Release", _release(None), _release(None, version="2")), RISK, "release-unknown"
    ),
    "release-gets-other-values": Case(
        edit("Release", _release(_NAMES), _release(_NAMES, values={"persistence": {"size": 1}})),
        RISK,
        "release-changes",
    ),
    "release-unprotected": Case(
        _unlocked("Release", _release(_NAMES), protect=True),
        RISK,
        "protect-dropped",
        ("Release x: protect true -> false",),
    ),
    "release-no-longer-retained": Case(
        _unlocked("Release", _release(_NAMES), retainOnDelete=True),
        RISK,
        "retain-dropped",
        ("Release x: retain_on_delete true -> false",),
    ),
    "list-unprotected": Case(
        _unlocked("PersistentVolumeClaimList", protect=True),
        RISK,
        "protect-dropped",
        ("PersistentVolumeClaim x: protect true -> false",),
    ),
    "list-no-longer-retained": Case(
        _unlocked("PersistentVolumeClaimList", retainOnDelete=True),
        RISK,
        "retain-dropped",
        ("PersistentVolumeClaim x: retain_on_delete true -> false",),
    ),
    "release-leaves-with-custom-resources": Case(
        preview(gone("Release", _release(_CUSTOM))),
        RISK,
        "release-goes",
        ("Release x: object exists -> deleted",),
    ),
    "release-leaves-with-definitions": Case(
        preview(
            gone(
                "Release",
                _release(_DEFINITIONS),
            )
        ),
        RISK,
        "release-goes",
        ("Release x: object exists -> deleted",),
    ),
    "release-leaves-with-what-nobody-listed": Case(
        preview(gone("Release", _release(None))),
        RISK,
        "release-goes",
        ("Release x: object exists -> deleted",),
    ),
    "definition-of-databases-leaves": Case(
        preview(gone("CustomResourceDefinition", _DEFINITION)),
        LOST,
        "definition-goes",
        ("CustomResourceDefinition clusters.postgresql.cnpg.io: object exists -> deleted",),
    ),
    "definition-of-snapshots-leaves": Case(
        preview(gone("CustomResourceDefinition", _SNAPSHOTS)),
        LOST,
        "definition-goes",
        (
            "CustomResourceDefinition volumesnapshots.snapshot.storage.k8s.io:"
            " object exists -> deleted",
        ),
    ),
    "object-of-an-unknown-operator-is-replaced": Case(
        edit("Store", {"spec": {"a": 1}}, {"spec": {"a": 2}}, "replace"),
        RISK,
        "custom-resource-goes",
        ("Store x: object exists -> replaced",),
    ),
    "database-leaves": Case(
        preview(gone("Cluster", {"spec": {"instances": 3}})),
        RISK,
        "custom-resource-goes",
        ("Cluster x: object exists -> deleted",),
    ),
    "database-is-replaced": Case(
        edit("Cluster", {"spec": {"instances": 3}}, {"spec": {"instances": 2}}, "replace"),
        RISK,
        "custom-resource-goes",
        ("Cluster x: object exists -> replaced",),
    ),
    "object-of-an-unknown-operator-leaves": Case(
        preview(gone("Store", {"spec": {}})),
        RISK,
        "custom-resource-goes",
        ("Store x: object exists -> deleted",),
    ),
    "group-snapshot-leaves": Case(
        preview(gone("VolumeGroupSnapshot", {"spec": {"source": {}}})),
        LOST,
        "snapshot-deleted",
        ("VolumeGroupSnapshot x: object exists -> deleted",),
    ),
    "group-snapshot-content-leaves": Case(
        preview(gone("VolumeGroupSnapshotContent", _content("Delete"))),
        LOST,
        "snapshot-deleted",
        ("VolumeGroupSnapshotContent x: object exists -> deleted",),
    ),
    "snapshot-content-turns-to-delete": Case(
        edit("VolumeSnapshotContent", _content("Retain"), _content("Delete")),
        RISK,
        "snapshot-goes-from-now-on",
        ("VolumeSnapshotContent x: deletion_policy Retain -> Delete",),
    ),
    "volume-is-handed-to-another-claim": Case(
        edit("PersistentVolume", volume(claimRef={"name": "a"}), volume(claimRef={"name": "b"})),
        RISK,
        "volume-rebound",
        ('PersistentVolume x: claim_ref {"name": "a"} -> {"name": "b"}',),
    ),
    "claim-gets-an-owner": Case(
        edit(
            CLAIM,
            claim_spec(),
            _claim_metadata(ownerReferences=[{"kind": "ConfigMap", "name": "o", "uid": "1"}]),
        ),
        RISK,
        "owned",
        (
            "PersistentVolumeClaim x: owner_references (default) ->"
            ' [{"kind": "ConfigMap", "name": "o", "uid": "1"}]',
        ),
    ),
    "claim-loses-its-finalizers": Case(
        edit(CLAIM, _claim_metadata(finalizers=[_PROTECTED]), _claim_metadata()),
        RISK,
        "finalizer-dropped",
        ('PersistentVolumeClaim x: finalizers ["kubernetes.io/pvc-protection"] -> []',),
    ),
}
