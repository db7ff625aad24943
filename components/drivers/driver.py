"""What a driver of the catalogue is: what it provisions with, is told, and can do.

The drivers themselves are in `driver_catalogue`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import StatefastError
from .parameters import ParameterSpec

__all__ = ["BLOCK", "FILESYSTEM", "GIB", "MIB", "Driver", "Secrets", "check_in_tree"]

FILESYSTEM = "Filesystem"
BLOCK = "Block"
MIB = 2**20
GIB = 2**30

_CSI = "csi.storage.k8s.io"
_ONE_POD = "ReadWriteOncePod"
_MANY = "ReadWriteMany"
# Both are one node's: what a driver mounts on one node, Kubernetes can keep to one pod of it
# (KEP-2485), whether the driver knows the difference or not.
_ONE_NODE = frozenset({"ReadWriteOnce", _ONE_POD})

# Provisioners that Kubernetes once had inside, and the driver that took over (KEP-625; rbd and
# cephfs were removed in 1.31 without a migration).
_SUCCESSORS = {
    "kubernetes.io/aws-ebs": "driver aws-ebs",
    "kubernetes.io/azure-disk": "driver azure-disk",
    "kubernetes.io/azure-file": "driver custom with file.csi.azure.com",
    "kubernetes.io/cephfs": "driver cephfs",
    "kubernetes.io/cinder": "driver custom with cinder.csi.openstack.org",
    "kubernetes.io/gce-pd": "driver gce-pd",
    "kubernetes.io/glusterfs": "another driver: it has no successor",
    "kubernetes.io/portworx-volume": "driver custom with pxd.portworx.com",
    "kubernetes.io/rbd": "driver ceph-rbd",
    "kubernetes.io/vsphere-volume": "driver custom with csi.vsphere.vmware.com",
}
_STATIC = "kubernetes.io/no-provisioner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The Secrets a driver is referred to, role by role.

    Attributes:
        roles: Role, as in `csi.storage.k8s.io/<role>-secret-name`, to the parameter that names
            the Secret. A role whose parameter is not given is left out.
    """

    roles: Mapping[str, str]

    def written(self, values: Mapping[str, str]) -> dict[str, str]:
        """The parameters with every reference spelt out as the CSI sidecars read it."""
        left = dict(values)
        namespace = left.pop("secretNamespace")
        names = {role: left[key] for role, key in self.roles.items() if key in left}
        for key in set(self.roles.values()):
            left.pop(key, None)
        for role, name in names.items():
            left[f"{_CSI}/{role}-secret-name"] = name
            left[f"{_CSI}/{role}-secret-namespace"] = namespace
        return left


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One driver of the catalogue.

    Attributes:
        name: The word in config.
        provisioner: `provisioner` of the class; None where the user names it.
        storage: What its StorageClass can be told.
        snapshot: What its VolumeSnapshotClass can be told; None where it takes no snapshots.
        attributes: What its VolumeAttributesClass can be told; None where it cannot modify a
            volume that exists.
        renamed: Names here to the names in the class, where the two differ.
        secrets: Secret references of the StorageClass; None where the driver needs none.
        snapshot_secrets: Those of the VolumeSnapshotClass.
        mount_options: Mount options of new volumes, unless others are given.
        topology_keys: Labels of nodes its volumes can be bound to; empty where those are the
            cluster's own.
        modes: By volume mode, the access modes it can serve; a mode that is absent it has not.
        expands: Whether a volume can grow.
        grows_online: Whether a mounted volume grows without a restart of its pod.
        clones: Whether a volume can be made from another.
        granularity: Unit in bytes a size is rounded up to; 1 where the size is exact,
            or nothing is known.
        granularity_below_gib: The unit of sizes below one GiB.
    """

    name: str
    provisioner: str | None
    storage: ParameterSpec = field(default_factory=ParameterSpec)
    snapshot: ParameterSpec | None = field(default_factory=ParameterSpec)
    attributes: ParameterSpec | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    secrets: Secrets | None = None
    snapshot_secrets: Secrets | None = None
    mount_options: tuple[str, ...] = ()
    topology_keys: tuple[str, ...] = ()
    modes: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: {FILESYSTEM: _ONE_NODE, BLOCK: _ONE_NODE}
    )
    expands: bool = True
    grows_online: bool = True
    clones: bool = True
    granularity: int = 1
    granularity_below_gib: int = 1

    @property
    def snapshots(self) -> bool:
        """Whether a snapshot of a volume can be taken."""
        return self.snapshot is not None

    @property
    def modifies(self) -> bool:
        """Whether the attributes of a volume that exists can be changed."""
        return self.attributes is not None

    @property
    def blocks(self) -> bool:
        """Whether a volume can be handed over as a raw device."""
        return BLOCK in self.modes

    @property
    def shared(self) -> bool:
        """Whether many nodes can mount a file system for writing."""
        return self.serves(_MANY, FILESYSTEM)

    def serves(self, access_mode: str, volume_mode: str = FILESYSTEM) -> bool:
        """Whether a volume of that mode can be mounted like that."""
        return access_mode in self.modes.get(volume_mode, frozenset())

    def parameters(self, resource: str, given: Mapping[str, object]) -> dict[str, str]:
        """The parameters of the StorageClass, complete and checked.

        Parameters of a class cannot be changed, and a volume keeps those it was born with: a
        class without the secret for growing makes volumes that can never grow. So every secret
        a volume may need in its life is written.

        Raises:
            StatefastError: one is missing, unknown or has a value the driver does not know.
        """
        values = self.storage.complete(resource, self.name, given)
        if self.secrets is not None:
            values = self.secrets.written(values)
        return {self.renamed.get(key, key): value for key, value in values.items()}

    def snapshot_parameters(self, resource: str, given: Mapping[str, object]) -> dict[str, str]:
        """The parameters of the VolumeSnapshotClass, complete and checked.

        Raises:
            StatefastError: as `parameters`, or the driver takes no snapshots.
        """
        if self.snapshot is None:
            raise StatefastError(
                resource,
                "driver",
                self.name,
                "but it takes no snapshots",
                "use a class of another driver",
            )
        values = self.snapshot.complete(resource, self.name, given)
        return values if self.snapshot_secrets is None else self.snapshot_secrets.written(values)

    def attribute_parameters(self, resource: str, given: Mapping[str, object]) -> dict[str, str]:
        """The parameters of the VolumeAttributesClass, checked.

        Raises:
            StatefastError: as `parameters`, or the driver cannot modify a volume.
        """
        if self.attributes is None:
            raise StatefastError(
                resource,
                "driver",
                self.name,
                "but it cannot modify a volume that exists",
                "use a class of another driver",
            )
        return self.attributes.complete(resource, self.name, given)

    def size_made(self, size: int) -> int:
        """The size in bytes of the volume that a claim of `size` bytes gets."""
        unit = self.granularity_below_gib if size < GIB else self.granularity
        return -(-size // unit) * unit


def check_in_tree(resource: str, provisioner: str) -> None:
    """Refuses the provisioners that Kubernetes no longer has inside.

    Raises:
        StatefastError: it is one of them; the sentence names its successor.
    """
    if not provisioner.startswith("kubernetes.io/") or provisioner == _STATIC:
        return
    raise StatefastError(
        resource,
        "provisioner",
        provisioner,
        "but Kubernetes has no such provisioner any more",
        f"use {_SUCCESSORS.get(provisioner, 'the CSI driver of your storage')}",
    )
