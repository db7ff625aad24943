"""The drivers of Ceph, by themselves and as Rook installs them.

Sources: ceph-csi 52fcb7b0 - `examples/{rbd,cephfs}`, `docs/deploy-rbd.md`; `internal/util/util.go`
(RoundOffBytes: whole MiB below one GiB, whole GiB from there; RoundOffCephFSVolSize: 4 MiB);
`internal/{rbd,cephfs}/identityserver.go` (expansion is online); `internal/rbd/controllerserver.go`
(many writers get raw devices only); `internal/cephfs/driver.go` (no raw devices). Rook d0c3b9ce -
`deploy/examples/csi`, `Documentation/Storage-Configuration/Block-Storage-RBD/rbd-qos.md`.
"""

from ..schema.args import ACCESS_MODES
from .driver import BLOCK, FILESYSTEM, GIB, MIB, Driver, Secrets
from .parameters import ParameterSpec

__all__ = ["CEPH"]

_FS = "csi.storage.k8s.io/fstype"
_EVERY_MODE = frozenset(ACCESS_MODES)
_RBD_MODES = {FILESYSTEM: _EVERY_MODE - {"ReadWriteMany"}, BLOCK: _EVERY_MODE}
_CLUSTER = "b9127830-b0cc-4e34-aa47-9d1a2e9949a8"
_RBD_OPTIONAL = (
    "cephLogDir",
    "dataPool",
    "encryptionKMSID",
    "mapOptions",
    "mkfsOptions",
    # A class that names it needs external-provisioner 6.2, so it is never a default.
    "modifySecretName",
    "mounter",
    "topologyConstrainedPools",
    "unmapOptions",
    "volumeNamePrefix",
)
_RBD_CHOICES = {
    "cephLogStrategy": ("remove", "compress", "preserve"),
    "encryptionType": ("block", "file"),
    "fsType": ("ext4", "xfs", "btrfs"),
}
_RBD_BOOLEANS = ("encrypted", "tryOtherMounters")
_RBD_NUMBERS = ("objectSize", "stripeCount", "stripeUnit")
_ENCRYPTION = {"encryptionKMSID": "encrypted", "encryptionType": "encrypted"}
_RBD_NEEDS = {**_ENCRYPTION, "stripeCount": "stripeUnit", "stripeUnit": "stripeCount"}
_RBD_QOS = ParameterSpec(numbers=("maxReadBps", "maxReadIops", "maxWriteBps", "maxWriteIops"))
_CEPHFS_OPTIONAL = (
    "encryptionKMSID",
    "fuseMountOptions",
    "kernelMountOptions",
    "pool",
    "volumeNamePrefix",
)
_CEPHFS_CHOICES = {"mounter": ("kernel", "fuse")}
_CEPHFS_BOOLEANS = ("backingSnapshot", "encrypted")
_CEPHFS_NEEDS = {"encryptionKMSID": "encrypted"}
_CEPHFS_APART = (("backingSnapshot", "pool"),)
_ROOK_PLACE = {"clusterID": "rook-ceph", "secretNamespace": "rook-ceph"}

_SECRETS = {
    "provisioner": "secretName",
    "controller-expand": "secretName",
    "node-stage": "secretName",
}
_ROOK_SECRETS = {
    "provisioner": "provisionerSecretName",
    "controller-expand": "provisionerSecretName",
    "controller-publish": "provisionerSecretName",
    "node-stage": "nodeSecretName",
}
_MODIFY_SECRET = {"controller-modify": "modifySecretName"}
_SNAPSHOT_SECRET = Secrets(roles={"snapshotter": "secretName"})


def _snapshots(secret: str, place: dict[str, str]) -> ParameterSpec:
    return ParameterSpec(
        required={} if "clusterID" in place else {"clusterID": _CLUSTER},
        defaults={**place, "secretName": secret},
        optional=("snapshotNamePrefix",),
    )


CEPH = (
    Driver(
        name="ceph-rbd",
        provisioner="rbd.csi.ceph.com",
        storage=ParameterSpec(
            required={"clusterID": _CLUSTER, "pool": "kubernetes"},
            defaults={
                "imageFeatures": "layering",
                "fsType": "ext4",
                "secretName": "csi-rbd-secret",
                "secretNamespace": "ceph-csi",
            },
            optional=_RBD_OPTIONAL,
            choices=_RBD_CHOICES,
            booleans=_RBD_BOOLEANS,
            numbers=_RBD_NUMBERS,
            needs=_RBD_NEEDS,
        ),
        snapshot=_snapshots("csi-rbd-secret", {"secretNamespace": "ceph-csi"}),
        attributes=_RBD_QOS,
        renamed={"fsType": _FS},
        secrets=Secrets(roles={**_SECRETS, **_MODIFY_SECRET}),
        snapshot_secrets=_SNAPSHOT_SECRET,
        mount_options=("discard",),
        modes=_RBD_MODES,
        granularity=GIB,
        granularity_below_gib=MIB,
    ),
    Driver(
        name="rook-ceph-rbd",
        provisioner="rook-ceph.rbd.csi.ceph.com",
        storage=ParameterSpec(
            required={"pool": "replicapool"},
            defaults={
                **_ROOK_PLACE,
                "imageFormat": "2",
                "imageFeatures": "layering",
                "fsType": "ext4",
                "provisionerSecretName": "rook-csi-rbd-provisioner",
                "nodeSecretName": "rook-csi-rbd-node",
            },
            optional=_RBD_OPTIONAL,
            choices={**_RBD_CHOICES, "imageFormat": ("2",)},
            booleans=_RBD_BOOLEANS,
            numbers=_RBD_NUMBERS,
            needs=_RBD_NEEDS,
        ),
        snapshot=_snapshots("rook-csi-rbd-provisioner", _ROOK_PLACE),
        attributes=_RBD_QOS,
        renamed={"fsType": _FS},
        secrets=Secrets(
            roles={**_ROOK_SECRETS, **_MODIFY_SECRET, "node-publish": "nodeSecretName"}
        ),
        snapshot_secrets=_SNAPSHOT_SECRET,
        mount_options=("discard",),
        modes=_RBD_MODES,
        granularity=GIB,
        granularity_below_gib=MIB,
    ),
    Driver(
        name="cephfs",
        provisioner="cephfs.csi.ceph.com",
        storage=ParameterSpec(
            required={"clusterID": _CLUSTER, "fsName": "cephfs"},
            defaults={"secretName": "csi-cephfs-secret", "secretNamespace": "ceph-csi"},
            optional=_CEPHFS_OPTIONAL,
            choices=_CEPHFS_CHOICES,
            booleans=_CEPHFS_BOOLEANS,
            needs=_CEPHFS_NEEDS,
            apart=_CEPHFS_APART,
        ),
        snapshot=_snapshots("csi-cephfs-secret", {"secretNamespace": "ceph-csi"}),
        secrets=Secrets(roles=_SECRETS),
        snapshot_secrets=_SNAPSHOT_SECRET,
        modes={FILESYSTEM: _EVERY_MODE},
        granularity=GIB,
        granularity_below_gib=4 * MIB,
    ),
    Driver(
        name="rook-cephfs",
        provisioner="rook-ceph.cephfs.csi.ceph.com",
        storage=ParameterSpec(
            required={"fsName": "myfs"},
            defaults={
                **_ROOK_PLACE,
                "provisionerSecretName": "rook-csi-cephfs-provisioner",
                "nodeSecretName": "rook-csi-cephfs-node",
            },
            optional=_CEPHFS_OPTIONAL,
            choices=_CEPHFS_CHOICES,
            booleans=_CEPHFS_BOOLEANS,
            needs=_CEPHFS_NEEDS,
            apart=_CEPHFS_APART,
        ),
        snapshot=_snapshots("rook-csi-cephfs-provisioner", _ROOK_PLACE),
        secrets=Secrets(roles=_ROOK_SECRETS),
        snapshot_secrets=_SNAPSHOT_SECRET,
        modes={FILESYSTEM: _EVERY_MODE},
        granularity=GIB,
        granularity_below_gib=4 * MIB,
    ),
)
