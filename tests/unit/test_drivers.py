"""The catalogue of drivers."""

import pytest

from statefast import StatefastError
from statefast.drivers.catalogue import DRIVERS, driver_named, driver_of
from statefast.drivers.driver import check_in_tree

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
        match=r"refuses: StorageClass rbd: driver is .*, not in the catalogue; .*ceph-rbd, c",
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
        StatefastError,
        match=rf"refuses: StorageClass rbd: parameters\.{key} is missing; write it like '",
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


GIB = 2**30
MIB = 2**20


@pytest.mark.parametrize(
    ("driver", "asked", "made"),
    [
        ("aws-ebs", 1, GIB),
        ("aws-ebs", 3 * GIB // 2, 2 * GIB),
        ("gce-pd", 10 * GIB + 1, 11 * GIB),
        ("azure-disk", 5 * GIB, 5 * GIB),
        ("ceph-rbd", MIB + 1, 2 * MIB),
        ("ceph-rbd", GIB - 1, GIB),
        ("ceph-rbd", GIB + 1, 2 * GIB),
        ("rook-ceph-rbd", 512 * MIB, 512 * MIB),
        ("cephfs", MIB, 4 * MIB),
        ("rook-cephfs", GIB + MIB, 2 * GIB),
        ("nfs", 12345, 12345),
        ("local-path", 12345, 12345),
        ("hostpath", 12345, 12345),
        ("custom", 12345, 12345),
    ],
)
def test_a_driver_rounds_up(driver: str, asked: int, made: int) -> None:
    assert DRIVERS[driver].size_made(asked) == made
    assert DRIVERS[driver].size_made(made) == made


def test_what_each_driver_can_do() -> None:
    able = {
        name: "".join(
            letter if can else "-"
            for letter, can in [
                ("e", driver.expands),
                ("o", driver.grows_online),
                ("s", driver.snapshots),
                ("c", driver.clones),
                ("m", driver.modifies),
                ("b", driver.blocks),
                ("x", driver.shared),
            ]
        )
        for name, driver in DRIVERS.items()
    }
    assert able == {
        "ceph-rbd": "eoscmb-",
        "rook-ceph-rbd": "eoscmb-",
        "cephfs": "eosc--x",
        "rook-cephfs": "eosc--x",
        "aws-ebs": "eoscmb-",
        "gce-pd": "eoscmb-",
        "azure-disk": "eoscmb-",
        "nfs": "eosc--x",
        "local-path": "-------",
        "hostpath": "eosc-b-",
        "custom": "eoscmbx",
    }


@pytest.mark.parametrize(
    ("driver", "access_mode", "volume_mode", "can"),
    [
        ("ceph-rbd", "ReadWriteMany", "Filesystem", False),
        ("ceph-rbd", "ReadWriteMany", "Block", True),
        ("aws-ebs", "ReadOnlyMany", "Filesystem", False),
        ("gce-pd", "ReadOnlyMany", "Filesystem", True),
        ("nfs", "ReadWriteMany", "Block", False),
        ("local-path", "ReadWriteOncePod", "Filesystem", True),
        ("local-path", "ReadOnlyMany", "Filesystem", False),
    ],
)
def test_an_access_mode_is_served_by_volume_mode(
    driver: str, access_mode: str, volume_mode: str, can: bool
) -> None:
    assert DRIVERS[driver].serves(access_mode, volume_mode) is can


def test_every_driver_serves_one_pod_of_one_node() -> None:
    assert all(driver.serves("ReadWriteOncePod") for driver in DRIVERS.values())


@pytest.mark.parametrize(
    ("provisioner", "name"),
    [
        ("rbd.csi.ceph.com", "ceph-rbd"),
        ("rook-ceph.rbd.csi.ceph.com", "rook-ceph-rbd"),
        ("storage.rbd.csi.ceph.com", "rook-ceph-rbd"),
        ("storage.cephfs.csi.ceph.com", "rook-cephfs"),
        ("ebs.csi.aws.com", "aws-ebs"),
        ("csi.vsphere.vmware.com", "custom"),
        ("notrbd.csi.ceph.com", "custom"),
    ],
)
def test_a_driver_is_found_by_the_provisioner_of_a_class(provisioner: str, name: str) -> None:
    assert driver_of(provisioner).name == name


@pytest.mark.parametrize(
    ("driver", "given", "said"),
    [
        ("aws-ebs", {"iops": "1", "iopsPerGB": "2"}, r"iopsPerGB is given too .* remove one"),
        ("aws-ebs", {"ext4ClusterSize": "16384"}, r"means nothing without ext4BigAlloc"),
        ("aws-ebs", {"tagSpecification_x": "a=b"}, r"no such parameter"),
        ("aws-ebs", {"blockSize": "4k"}, r"not a whole number"),
        ("aws-ebs", {"encrypted": "yes"}, r"encrypted is 'yes', not one of the choices"),
        ("aws-ebs", {"iops": 3000}, r"iops is 3000, not a text; put it in quotes"),
        ("gce-pd", {"use-allowed-disk-topologies": "true"}, r"'use-allowed-disk-topology'\?"),
        ("gce-pd", {"enable-confidential-storage": "true"}, "without disk-encryption-kms-key"),
        ("azure-disk", {"subscriptionID": "a"}, "means nothing without resourceGroup"),
        ("nfs", {"server": "a", "share": "/", "mountPermissions": "0888"}, "write '0770'"),
        (
            "cephfs",
            {"clusterID": "a", "fsName": "b", "pool": "c", "backingSnapshot": "true"},
            "takes one of the two",
        ),
        ("ceph-rbd", {**NEEDED, "stripeUnit": "4096"}, "means nothing without stripeCount"),
        ("local-path", {"fsType": "ext4"}, "local-path has no such parameter"),
    ],
)
def test_parameters_that_a_driver_would_not_take_are_refused(
    driver: str, given: dict[str, object], said: str
) -> None:
    with pytest.raises(StatefastError, match=said):
        DRIVERS[driver].parameters("StorageClass fine", given)


def test_numbered_parameters_and_all_that_a_driver_documents_are_taken() -> None:
    given = {
        "blockSize": "4096",
        "inodeSize": "512",
        "tagSpecification_1": "team=data",
        "volumeInitializationRate": "200",
    }
    assert given.items() <= DRIVERS["aws-ebs"].parameters("StorageClass gp3", given).items()
    disks = {"provisioned-iops-on-create": "3000", "use-allowed-disk-topology": "true"}
    assert disks.items() <= DRIVERS["gce-pd"].parameters("StorageClass pd", disks).items()


def test_rook_gets_the_secrets_of_attaching_and_of_mounting_too() -> None:
    made = DRIVERS["rook-ceph-rbd"].parameters("StorageClass rbd", {"pool": "replicapool"})
    secrets = {key: value for key, value in made.items() if key.endswith("-secret-name")}
    assert secrets == {
        f"{CSI}/provisioner-secret-name": "rook-csi-rbd-provisioner",
        f"{CSI}/controller-expand-secret-name": "rook-csi-rbd-provisioner",
        f"{CSI}/controller-publish-secret-name": "rook-csi-rbd-provisioner",
        f"{CSI}/node-stage-secret-name": "rook-csi-rbd-node",
        f"{CSI}/node-publish-secret-name": "rook-csi-rbd-node",
    }


def test_the_secret_for_modifying_is_written_where_it_is_asked_for() -> None:
    made = DRIVERS["ceph-rbd"].parameters("StorageClass rbd", {**NEEDED, "modifySecretName": "m"})
    assert made[f"{CSI}/controller-modify-secret-name"] == "m"
    assert made[f"{CSI}/controller-modify-secret-namespace"] == "ceph-csi"
    assert "modifySecretName" not in made


def test_a_lost_provisioner_without_a_successor_says_so() -> None:
    with pytest.raises(StatefastError, match="it has no successor"):
        check_in_tree("StorageClass old", "kubernetes.io/glusterfs")
