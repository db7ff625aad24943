"""The block storage of the three clouds.

Sources: aws-ebs-csi-driver 429e202e - `docs/{parameters,snapshot,modify-volume,tagging,
multi-attach}.md`, `pkg/driver/controller.go` (it clones; many writers get raw devices only),
`pkg/util/util.go` (RoundUpBytes: whole GiB). gcp-compute-persistent-disk-csi-driver b560165c -
README, `pkg/parameters` (the README says `use-allowed-disk-topologies`, the driver refuses that
and takes `use-allowed-disk-topology`), `pkg/common/utils.go` (BytesToGbRoundUp: whole GiB),
`pkg/gce-pd-csi-driver/identity.go` (expansion is online). azuredisk-csi-driver d983d613 -
`docs/driver-parameters.md`, `deploy/example/{modifyvolume,resize,sharedisk}`,
`pkg/azuredisk/controllerserver.go` (RoundUpGiB), `pkg/azureutils/azure_disk_utils.go` (many
nodes get raw devices only). Names of parameters are case-insensitive to all three; here they are
as the documentation writes them.
"""

from ..schema.args import ACCESS_MODES
from .driver import BLOCK, FILESYSTEM, GIB, Driver
from .parameters import ParameterSpec

__all__ = ["CLOUDS"]

_FS = "csi.storage.k8s.io/fstype"
_ONE_NODE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})
_EVERY_MODE = frozenset(ACCESS_MODES)
_EBS_TYPES = ("gp3", "gp2", "io2", "io1", "st1", "sc1", "standard")
_AZURE_SKUS = (
    "StandardSSD_LRS",
    "StandardSSD_ZRS",
    "Standard_LRS",
    "Premium_LRS",
    "Premium_ZRS",
    "PremiumV2_LRS",
    "UltraSSD_LRS",
)

_EBS = Driver(
    name="aws-ebs",
    provisioner="ebs.csi.aws.com",
    storage=ParameterSpec(
        defaults={"type": "gp3", "fsType": "ext4", "encrypted": "true"},
        optional=("kmsKeyId",),
        choices={"type": _EBS_TYPES, "fsType": ("ext4", "ext3", "xfs")},
        booleans=(
            "allowAutoIOPSIncreaseOnModify",
            "allowAutoIOPSPerGBIncrease",
            "blockAttachUntilInitialized",
            "encrypted",
            "ext4BigAlloc",
            "ext4EncryptionSupport",
        ),
        numbers=(
            "blockSize",
            "bytesPerInode",
            "ext4ClusterSize",
            "inodeSize",
            "iops",
            "iopsPerGB",
            "numberOfInodes",
            "throughput",
            "volumeInitializationRate",
        ),
        numbered=("tagSpecification_",),
        needs={
            "allowAutoIOPSIncreaseOnModify": "iopsPerGB",
            "allowAutoIOPSPerGBIncrease": "iopsPerGB",
            "ext4ClusterSize": "ext4BigAlloc",
        },
        apart=(("iops", "iopsPerGB"),),
    ),
    snapshot=ParameterSpec(
        optional=("fastSnapshotRestoreAvailabilityZones", "lockExpirationDate", "outpostArn"),
        choices={"lockMode": ("governance", "compliance")},
        numbers=("lockCoolOffPeriod", "lockDuration"),
        numbered=("tagSpecification_",),
        needs={
            "lockCoolOffPeriod": "lockMode",
            "lockDuration": "lockMode",
            "lockExpirationDate": "lockMode",
        },
        apart=(("lockDuration", "lockExpirationDate"),),
    ),
    attributes=ParameterSpec(
        choices={"type": _EBS_TYPES},
        booleans=("allowAutoIOPSIncreaseOnModify",),
        numbers=("iops", "iopsPerGB", "throughput"),
        numbered=("tagSpecification_", "tagDeletion_"),
        apart=(("iops", "iopsPerGB"),),
    ),
    renamed={"fsType": _FS},
    topology_keys=(
        "topology.kubernetes.io/zone",
        "topology.ebs.csi.aws.com/zone",
        "topology.ebs.csi.aws.com/outpost-id",
        "topology.k8s.aws/zone-id",
    ),
    modes={FILESYSTEM: _ONE_NODE, BLOCK: _ONE_NODE | {"ReadWriteMany"}},
    granularity=GIB,
    granularity_below_gib=GIB,
)

_PD = Driver(
    name="gce-pd",
    provisioner="pd.csi.storage.gke.io",
    storage=ParameterSpec(
        defaults={"type": "pd-balanced", "fsType": "ext4"},
        optional=(
            "data-cache-size",
            "disk-encryption-kms-key",
            "disk-type-preference",
            "hyperdisk-type",
            "labels",
            "pd-type",
            "provisioned-throughput-on-create",
            "resource-tags",
            "storage-pools",
        ),
        choices={
            "access-mode": ("READ_WRITE_SINGLE", "READ_WRITE_MANY", "READ_ONLY_MANY"),
            "availability-class": ("none", "regional-hard-failover"),
            "data-cache-mode": ("writethrough", "writeback"),
            "fsType": ("ext4", "xfs"),
            "replication-type": ("none", "regional-pd"),
        },
        booleans=(
            "enable-confidential-storage",
            "enable-multi-zone-provisioning",
            "use-allowed-disk-topology",
        ),
        numbers=("provisioned-iops-on-create",),
        needs={
            "data-cache-mode": "data-cache-size",
            "enable-confidential-storage": "disk-encryption-kms-key",
        },
    ),
    snapshot=ParameterSpec(
        optional=("image-family", "labels", "resource-tags", "storage-locations"),
        choices={"snapshot-type": ("snapshots", "images")},
        needs={"image-family": "snapshot-type"},
    ),
    attributes=ParameterSpec(optional=("throughput",), numbers=("iops",)),
    renamed={"fsType": _FS},
    topology_keys=("topology.gke.io/zone",),
    modes={FILESYSTEM: _ONE_NODE | {"ReadOnlyMany"}, BLOCK: _EVERY_MODE},
    granularity=GIB,
    granularity_below_gib=GIB,
)

_AZURE = Driver(
    name="azure-disk",
    provisioner="disk.csi.azure.com",
    storage=ParameterSpec(
        defaults={"skuName": "StandardSSD_LRS", "fsType": "ext4"},
        optional=(
            "diskAccessID",
            "diskEncryptionSetID",
            "location",
            "resourceGroup",
            "subscriptionID",
            "tagValueDelimiter",
            "tags",
            "useragent",
        ),
        choices={
            "LogicalSectorSize": ("512", "4096"),
            "cachingMode": ("None", "ReadOnly", "ReadWrite"),
            "diskEncryptionType": (
                "EncryptionAtRestWithCustomerKey",
                "EncryptionAtRestWithPlatformAndCustomerKeys",
            ),
            "fsType": ("ext4", "ext3", "ext2", "xfs", "btrfs"),
            "kind": ("managed",),
            "networkAccessPolicy": ("AllowAll", "DenyAll", "AllowPrivate"),
            "perfProfile": ("none", "basic", "advanced"),
            "publicNetworkAccess": ("Enabled", "Disabled"),
            "skuName": _AZURE_SKUS,
        },
        booleans=("enableBursting", "enablePerformancePlus", "writeAcceleratorEnabled"),
        numbers=("DiskIOPSReadWrite", "DiskMBpsReadWrite", "attachDiskInitialDelay", "maxShares"),
        needs={
            "diskEncryptionType": "diskEncryptionSetID",
            "subscriptionID": "resourceGroup",
        },
    ),
    snapshot=ParameterSpec(
        optional=("location", "resourceGroup", "subscriptionID", "tags", "userAgent"),
        choices={"dataAccessAuthMode": ("None", "AzureActiveDirectory")},
        booleans=("incremental",),
        numbers=("instantAccessDurationMinutes",),
        needs={"subscriptionID": "resourceGroup"},
    ),
    attributes=ParameterSpec(
        choices={"skuName": _AZURE_SKUS}, numbers=("DiskIOPSReadWrite", "DiskMBpsReadWrite")
    ),
    topology_keys=("topology.disk.csi.azure.com/zone", "topology.kubernetes.io/zone"),
    modes={FILESYSTEM: _ONE_NODE, BLOCK: _EVERY_MODE},
    granularity=GIB,
    granularity_below_gib=GIB,
)

CLOUDS = (_EBS, _PD, _AZURE)
