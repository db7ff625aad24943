"""The catalogue of drivers."""

import pytest

from components import StatefastError
from components.driver_catalogue import DRIVERS, driver_named

NEEDED = {"clusterID": "ceph", "pool": "kubernetes"}
CSI = "csi.storage.k8s.io"


def test_the_catalogue_has_these_drivers() -> None:
    assert {name: driver.provisioner for name, driver in DRIVERS.items()} == {
        "ceph-rbd": "rbd.csi.ceph.com",
        "rook-ceph-rbd": "rook-ceph.rbd.csi.ceph.com",
        "cephfs": "cephfs.csi.ceph.com",
        "rook-cephfs": "rook-ceph.cephfs.csi.ceph.com",
        "aws-ebs": "ebs.csi.aws.com",
        "gce-pd": "pd.csi.storage.gke.io",
        "azure-disk": "disk.csi.azure.com",
        "nfs": "nfs.csi.k8s.io",
        "local-path": "rancher.io/local-path",
        "hostpath": "hostpath.csi.k8s.io",
        "custom": None,
    }


@pytest.mark.parametrize("name", ["ceph-rdb", "Ceph-RBD", "", None, 3, ["ceph-rbd"]])
def test_an_unknown_driver_is_refused_with_those_known(name: object) -> None:
    with pytest.raises(
        StatefastError,
        match=r"^StorageClass rbd: driver is .*, not in the catalogue; .*ceph-rbd, c",
    ):
        driver_named("StorageClass rbd", name)


def test_ceph_rbd_gets_every_secret_a_volume_needs_in_its_life() -> None:
    assert DRIVERS["ceph-rbd"].parameters("StorageClass rbd", NEEDED) == {
        "clusterID": "ceph",
        "pool": "kubernetes",
        "imageFeatures": "layering",
        f"{CSI}/fstype": "ext4",
        f"{CSI}/provisioner-secret-name": "csi-rbd-secret",
        f"{CSI}/provisioner-secret-namespace": "ceph-csi",
        f"{CSI}/controller-expand-secret-name": "csi-rbd-secret",
        f"{CSI}/controller-expand-secret-namespace": "ceph-csi",
        f"{CSI}/node-stage-secret-name": "csi-rbd-secret",
        f"{CSI}/node-stage-secret-namespace": "ceph-csi",
    }


def test_what_is_given_replaces_the_defaults_of_ceph_rbd() -> None:
    given = {
        **NEEDED,
        "fsType": "xfs",
        "imageFeatures": "layering,exclusive-lock",
        "secretName": "mine",
        "secretNamespace": "here",
        "encrypted": "true",
    }
    assert DRIVERS["ceph-rbd"].parameters("StorageClass rbd", given) == {
        "clusterID": "ceph",
        "pool": "kubernetes",
        "imageFeatures": "layering,exclusive-lock",
        "encrypted": "true",
        f"{CSI}/fstype": "xfs",
        f"{CSI}/provisioner-secret-name": "mine",
        f"{CSI}/provisioner-secret-namespace": "here",
        f"{CSI}/controller-expand-secret-name": "mine",
        f"{CSI}/controller-expand-secret-namespace": "here",
        f"{CSI}/node-stage-secret-name": "mine",
        f"{CSI}/node-stage-secret-namespace": "here",
    }


@pytest.mark.parametrize("key", sorted(NEEDED))
@pytest.mark.parametrize("blank", [True, False])
def test_ceph_rbd_has_no_default_cluster_or_pool(key: str, blank: bool) -> None:
    given = {name: value for name, value in NEEDED.items() if name != key}
    if blank:
        given[key] = ""
    with pytest.raises(
        StatefastError, match=rf"^StorageClass rbd: parameters\.{key} is missing; write it like '"
    ):
        DRIVERS["ceph-rbd"].parameters("StorageClass rbd", given)


def test_a_misspelt_parameter_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        StatefastError,
        match=r"parameters\.imageFeature is 'x', but driver ceph-rbd has no such parameter; "
        r"did you mean 'imageFeatures'\?",
    ):
        DRIVERS["ceph-rbd"].parameters("StorageClass rbd", {**NEEDED, "imageFeature": "x"})


def test_parameters_of_a_custom_driver_are_the_users_own() -> None:
    given = {"type": "gp3", "anything": "else"}
    assert DRIVERS["custom"].parameters("StorageClass gp3", given) == given
    assert DRIVERS["custom"].parameters("StorageClass gp3", {}) == {}
