"""A StorageClass of a manifest as the class that a stack makes.

Provisioners that Kubernetes once had inside are the drivers that took over (KEP-625). Their
parameters have other names there, and the Secrets of Ceph are Secrets of another form.
"""

from collections.abc import Mapping
from typing import Any

from statefast.drivers.catalogue import DRIVERS, driver_of
from statefast.drivers.driver import Driver

from .manifests import Manifest
from .notes import Notes

__all__ = ["class_config"]

Config = dict[str, Any]

_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_BETA_DEFAULT = "storageclass.beta.kubernetes.io/is-default-class"
_CSI = "csi.storage.k8s.io/"

# Provisioner of once to the driver of today, and its parameters of once to those of today. None:
# the driver finds out by itself, or has no such thing.
_IN_TREE: Mapping[str, tuple[str, str, Mapping[str, str | None]]] = {
    "kubernetes.io/rbd": (
        "ceph-rbd",
        "",
        {
            "pool": "pool",
            "fsType": "fsType",
            "imageFeatures": "imageFeatures",
            "imageFormat": None,
            "monitors": None,
            "adminId": None,
            "adminSecretName": None,
            "adminSecretNamespace": None,
            "userId": None,
            "userSecretName": None,
            "userSecretNamespace": None,
        },
    ),
    "kubernetes.io/aws-ebs": (
        "aws-ebs",
        "",
        {
            "type": "type",
            "fsType": "fsType",
            "iopsPerGB": "iopsPerGB",
            "encrypted": "encrypted",
            "kmsKeyId": "kmsKeyId",
            "zone": None,
            "zones": None,
        },
    ),
    "kubernetes.io/gce-pd": (
        "gce-pd",
        "",
        {
            "type": "type",
            "fsType": "fsType",
            "fstype": "fsType",
            "replication-type": "replication-type",
            "zone": None,
            "zones": None,
        },
    ),
    "kubernetes.io/azure-disk": (
        "azure-disk",
        "",
        {
            "skuName": "skuName",
            "skuname": "skuName",
            "storageaccounttype": "skuName",
            "storageAccountType": "skuName",
            "cachingmode": "cachingMode",
            "cachingMode": "cachingMode",
            "fsType": "fsType",
            "kind": None,
            "location": "location",
            "resourceGroup": "resourceGroup",
            "storageAccount": None,
        },
    ),
    "kubernetes.io/cinder": (
        "custom",
        "cinder.csi.openstack.org",
        {"type": "type", "fsType": "csi.storage.k8s.io/fstype", "availability": "availability"},
    ),
}
_CEPH_MONITORS = "its monitors are in the config of ceph-csi, which calls them by a clusterID"


def class_config(given: Manifest, notes: Notes) -> Config | None:
    """What a stack's config says to make this class; None where it cannot.

    Args:
        given: The StorageClass.
        notes: What is told of it.
    """
    body, where = given.body, given.where
    provisioner = str(body.get("provisioner") or "")
    parameters = {str(k): str(v) for k, v in (body.get("parameters") or {}).items()}
    config: Config = {"name": given.name}
    if provisioner in _IN_TREE:
        config |= _from_tree(where, provisioner, parameters, notes)
    elif provisioner.startswith("kubernetes.io/"):
        notes.dropped(
            where, f"Kubernetes has no provisioner {provisioner} any more; use a CSI driver's class"
        )
        return None
    else:
        config |= _csi(where, provisioner, parameters, notes)
    policy = body.get("reclaimPolicy") or "Delete"
    if policy != "Retain":
        notes.changed(
            where,
            "reclaimPolicy Delete is Retain: a volume outlives its claim; volumes that are there"
            " keep what they have",
        )
    binding = body.get("volumeBindingMode") or "Immediate"
    config["volumeBindingMode"] = binding
    if not body.get("allowVolumeExpansion") and DRIVERS[config["driver"]].expands:
        notes.changed(where, "allowVolumeExpansion is true, as the driver can grow volumes")
    annotations = given.metadata.get("annotations") or {}
    if "true" in (annotations.get(_DEFAULT), annotations.get(_BETA_DEFAULT)):
        config["default"] = True
    if options := body.get("mountOptions"):
        config["mountOptions"] = list(options)
    terms = [
        {it["key"]: list(it["values"]) for it in term.get("matchLabelExpressions") or ()}
        for term in body.get("allowedTopologies") or ()
    ]
    if terms:
        config["allowedTopologies"] = terms
    return config


def _from_tree(where: str, provisioner: str, parameters: Mapping[str, str], notes: Notes) -> Config:
    name, successor, renamed = _IN_TREE[provisioner]
    driver = DRIVERS[name]
    notes.modernised(
        where,
        f"provisioner {provisioner}, which Kubernetes has no more, is driver {name}"
        + (f" ({successor})" if successor else ""),
    )
    kept = {now: value for key, value in parameters.items() if (now := renamed.get(key))}
    lost = [key for key in parameters if not renamed.get(key)]
    if lost:
        notes.dropped(where, f"parameters {', '.join(lost)}: driver {name} has none of them")
    if name == "ceph-rbd":
        kept.setdefault("clusterID", "REPLACE-ME")
        notes.todo(
            where,
            f"write the clusterID of your Ceph into storageClass.parameters: {_CEPH_MONITORS}; and"
            " make the Secret csi-rbd-secret in namespace ceph-csi, or name yours in secretName and"
            " secretNamespace",
        )
    if name == "gce-pd" and "zone" in parameters:
        notes.todo(where, f"zone {parameters['zone']}: say it in storageClass.allowedTopologies")
    return _config(driver, successor, kept)


def _csi(where: str, provisioner: str, parameters: Mapping[str, str], notes: Notes) -> Config:
    driver = driver_of(provisioner)
    if driver.name == "custom":
        return _config(driver, provisioner, parameters)
    kept: dict[str, str] = {}
    spelled = {short: short for short in driver.renamed} | {
        full: short for short, full in driver.renamed.items()
    }
    secrets = driver.secrets.roles if driver.secrets is not None else {}
    for key, value in parameters.items():
        role, _, what = key.removeprefix(_CSI).partition("-secret-")
        if key.startswith(_CSI) and what == "namespace" and secrets:
            kept["secretNamespace"] = value
        elif key.startswith(_CSI) and what == "name" and role in secrets:
            kept[secrets[role]] = value
        elif key.startswith(_CSI) and what:
            notes.dropped(where, f"parameter {key}: driver {driver.name} writes its Secrets itself")
        else:
            kept[spelled.get(key, key)] = value
    return _config(driver, provisioner, kept)


def _config(driver: Driver, provisioner: str, parameters: Mapping[str, str]) -> Config:
    config: Config = {"driver": driver.name}
    if driver.provisioner != provisioner and provisioner:
        config["provisioner"] = provisioner
    if parameters:
        config["parameters"] = dict(parameters)
    return config
