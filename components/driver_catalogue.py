"""The drivers there are: what each provisions with, needs, and can do.

Sources: each driver's own documentation of its class - ceph-csi `examples/{rbd,cephfs}`, Rook
`deploy/examples/csi`, aws-ebs-csi-driver `docs/parameters.md`, gcp-compute-persistent-disk-csi-
driver README, azuredisk-csi-driver `docs/driver-parameters.md`, csi-driver-nfs
`docs/driver-parameters.md`, local-path-provisioner README.
"""

from collections.abc import Mapping

from .drivers import Driver, Secrets
from .errors import StatefastError
from .fields import nearest

__all__ = ["DRIVERS", "driver_named"]

_FS = "csi.storage.k8s.io/fstype"
_LINUX_FS = ("ext4", "xfs", "btrfs")
_ONE_SECRET = Secrets(
    roles={
        "provisioner": "secretName",
        "controller-expand": "secretName",
        "node-stage": "secretName",
    }
)
_TWO_SECRETS = Secrets(
    roles={
        "provisioner": "provisionerSecretName",
        "controller-expand": "provisionerSecretName",
        "node-stage": "nodeSecretName",
    }
)
_RBD_OPTIONAL = (
    "dataPool",
    "encryptionKMSID",
    "encryptionType",
    "mapOptions",
    "mkfsOptions",
    "mounter",
    "topologyConstrainedPools",
    "unmapOptions",
    "volumeNamePrefix",
)
_CEPHFS_OPTIONAL = (
    "encryptionKMSID",
    "fuseMountOptions",
    "kernelMountOptions",
    "pool",
    "volumeNamePrefix",
)

_ALL = (
    Driver(
        name="ceph-rbd",
        provisioner="rbd.csi.ceph.com",
        required={"clusterID": "b9127830-b0cc-4e34-aa47-9d1a2e9949a8", "pool": "kubernetes"},
        defaults={
            "imageFeatures": "layering",
            "fsType": "ext4",
            "secretName": "csi-rbd-secret",
            "secretNamespace": "ceph-csi",
        },
        optional=_RBD_OPTIONAL,
        choices={"fsType": _LINUX_FS},
        booleans=("encrypted", "tryOtherMounters"),
        numbers=("objectSize", "stripeCount", "stripeUnit"),
        renamed={"fsType": _FS},
        secrets=_ONE_SECRET,
    ),
    Driver(
        name="rook-ceph-rbd",
        provisioner="rook-ceph.rbd.csi.ceph.com",
        required={"pool": "replicapool"},
        defaults={
            "clusterID": "rook-ceph",
            "imageFormat": "2",
            "imageFeatures": "layering",
            "fsType": "ext4",
            "provisionerSecretName": "rook-csi-rbd-provisioner",
            "nodeSecretName": "rook-csi-rbd-node",
            "secretNamespace": "rook-ceph",
        },
        optional=_RBD_OPTIONAL,
        choices={"fsType": _LINUX_FS, "imageFormat": ("2",)},
        booleans=("encrypted", "tryOtherMounters"),
        numbers=("objectSize", "stripeCount", "stripeUnit"),
        renamed={"fsType": _FS},
        secrets=_TWO_SECRETS,
    ),
    Driver(
        name="cephfs",
        provisioner="cephfs.csi.ceph.com",
        required={"clusterID": "b9127830-b0cc-4e34-aa47-9d1a2e9949a8", "fsName": "cephfs"},
        defaults={"secretName": "csi-cephfs-secret", "secretNamespace": "ceph-csi"},
        optional=_CEPHFS_OPTIONAL,
        choices={"mounter": ("kernel", "fuse")},
        booleans=("encrypted",),
        secrets=_ONE_SECRET,
        shared=True,
    ),
    Driver(
        name="rook-cephfs",
        provisioner="rook-ceph.cephfs.csi.ceph.com",
        required={"fsName": "myfs"},
        defaults={
            "clusterID": "rook-ceph",
            "provisionerSecretName": "rook-csi-cephfs-provisioner",
            "nodeSecretName": "rook-csi-cephfs-node",
            "secretNamespace": "rook-ceph",
        },
        optional=_CEPHFS_OPTIONAL,
        choices={"mounter": ("kernel", "fuse")},
        booleans=("encrypted",),
        secrets=_TWO_SECRETS,
        shared=True,
    ),
    Driver(
        name="aws-ebs",
        provisioner="ebs.csi.aws.com",
        defaults={"type": "gp3", "fsType": "ext4", "encrypted": "true"},
        optional=("kmsKeyId",),
        choices={
            "type": ("gp3", "gp2", "io2", "io1", "st1", "sc1", "sbp1", "sbg1", "standard"),
            "fsType": ("ext4", "ext3", "ext2", "xfs"),
        },
        booleans=("encrypted", "allowAutoIOPSPerGBIncrease", "allowAutoIOPSIncreaseOnModify"),
        numbers=(
            "blockSize",
            "inodeSize",
            "iops",
            "iopsPerGB",
            "throughput",
            "volumeInitializationRate",
        ),
        numbered=("tagSpecification_",),
        renamed={"fsType": _FS},
        clones=False,
    ),
    Driver(
        name="gce-pd",
        provisioner="pd.csi.storage.gke.io",
        defaults={"type": "pd-balanced", "fsType": "ext4"},
        optional=(
            "disk-encryption-kms-key",
            "labels",
            "provisioned-iops-on-create",
            "provisioned-throughput-on-create",
            "resource-tags",
        ),
        choices={"replication-type": ("none", "regional-pd"), "fsType": ("ext4", "xfs")},
        booleans=("use-allowed-disk-topologies",),
        renamed={"fsType": _FS},
    ),
    Driver(
        name="azure-disk",
        provisioner="disk.csi.azure.com",
        defaults={"skuName": "StandardSSD_LRS", "fsType": "ext4"},
        optional=(
            "diskEncryptionSetID",
            "location",
            "networkAccessPolicy",
            "perfProfile",
            "resourceGroup",
            "tags",
        ),
        choices={
            "skuName": (
                "StandardSSD_LRS",
                "StandardSSD_ZRS",
                "Standard_LRS",
                "Premium_LRS",
                "Premium_ZRS",
                "PremiumV2_LRS",
                "UltraSSD_LRS",
            ),
            "cachingMode": ("None", "ReadOnly", "ReadWrite"),
            "fsType": ("ext4", "ext3", "ext2", "xfs", "btrfs"),
        },
        booleans=("enableBursting",),
        numbers=("DiskIOPSReadWrite", "DiskMBpsReadWrite", "LogicalSectorSize"),
    ),
    Driver(
        name="nfs",
        provisioner="nfs.csi.k8s.io",
        required={"server": "nfs.example.com", "share": "/exports"},
        optional=("subDir",),
        choices={"onDelete": ("delete", "retain", "archive")},
        numbers=("mountPermissions",),
        shared=True,
    ),
    Driver(
        name="local-path",
        provisioner="rancher.io/local-path",
        optional=("nodePath", "pathPattern"),
        expands=False,
        snapshots=False,
        clones=False,
    ),
    Driver(name="hostpath", provisioner="hostpath.csi.k8s.io"),
    Driver(name="custom", provisioner=None, open=True, shared=True),
)

DRIVERS: Mapping[str, Driver] = {driver.name: driver for driver in _ALL}


def driver_named(resource: str, name: object) -> Driver:
    """The driver of that name.

    Raises:
        StatefastError: the catalogue has no such driver.
    """
    if isinstance(name, str) and name in DRIVERS:
        return DRIVERS[name]
    raise StatefastError(
        resource, "driver", name, "not in the catalogue", nearest(str(name), DRIVERS)
    )
