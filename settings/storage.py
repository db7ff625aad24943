"""The storage class of the stack, as config says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from statefast import (
    StorageClass,
    StorageClassArgs,
    VolumeAttributesClass,
    VolumeAttributesClassArgs,
    VolumeSnapshotClass,
    VolumeSnapshotClassArgs,
)
from statefast.drivers.catalogue import DRIVERS
from statefast.safety.preflight import PreflightArgs
from statefast.schema.fields import Fields
from statefast.schema.names import check_subdomain_name
from statefast.storage.snapshot_class import DELETION_POLICIES
from statefast.storage.storage_class import BINDING_MODES, RECLAIM_POLICIES
from statefast.storage.topology import allowed_topologies

__all__ = ["StorageClassSettings", "read_storage_class"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageClassSettings:
    """The class this stack makes, and the classes of snapshots and attributes beside it.

    Attributes:
        snapshot_classes: By name; one at most.
        attributes_classes: By name.
    """

    name: str
    args: StorageClassArgs
    snapshot_classes: Mapping[str, VolumeSnapshotClassArgs]
    attributes_classes: Mapping[str, VolumeAttributesClassArgs]

    def check(self, cluster_classes: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """Asks the components, before any is built, whether they would have these args.

        Args:
            cluster_classes: The StorageClasses of the cluster by name; None where nobody asked.

        Raises:
            StatefastError: one would not.
        """
        StorageClass.check(self.name, self.args, cluster_classes)
        for name, snapshots in self.snapshot_classes.items():
            VolumeSnapshotClass.check(name, snapshots)
        for name, attributes in self.attributes_classes.items():
            VolumeAttributesClass.check(name, attributes)

    def asking(self, preflight: PreflightArgs, consent: Sequence[str]) -> "StorageClassSettings":
        """The same classes, which ask the cluster whether they are somebody else's."""
        snapshots: dict[str, VolumeSnapshotClassArgs] = {
            name: {**args, "preflight": preflight, "consent": consent}
            for name, args in self.snapshot_classes.items()
        }
        args: StorageClassArgs = {**self.args, "preflight": preflight, "consent": consent}
        return replace(self, args=args, snapshot_classes=snapshots)

    def preflight(self) -> None:
        """Asks the components what the live cluster says to these args.

        Raises:
            StatefastError: a class is another's.
        """
        StorageClass.preflight(self.name, self.args)
        for name, snapshots in self.snapshot_classes.items():
            VolumeSnapshotClass.preflight(name, snapshots)

    def attributes_class_name(self, name: str) -> str:
        """The name in the cluster of an attributes class; the name itself where it is not ours."""
        if name in self.attributes_classes:
            return VolumeAttributesClass.name_in_cluster(name, self.attributes_classes[name])
        return name


def read_storage_class(given: object) -> StorageClassSettings | None:
    """The class this stack makes; None where it makes none.

    Raises:
        StatefastError: a key is unknown or missing, or a value is wrong.
    """
    fields = Fields("storageClass", given)
    if given == {}:
        return None
    name = check_subdomain_name("storageClass", "name", fields.text("name", like="rbd"))
    driver = fields.choice("driver", list(DRIVERS))
    args: StorageClassArgs = {
        "driver": driver,
        "parameters": fields.text_map("parameters"),
        "reclaim_policy": fields.choice("reclaimPolicy", RECLAIM_POLICIES, RECLAIM_POLICIES[0]),
        "volume_binding_mode": fields.choice("volumeBindingMode", BINDING_MODES, BINDING_MODES[0]),
        "default": fields.boolean("default", False),
        "demote": fields.texts("demote"),
    }
    topologies: Any = fields.take("allowedTopologies", [])
    allowed_topologies(
        "storageClass", "allowedTopologies", topologies, DRIVERS[driver].topology_keys
    )
    if topologies:
        args["allowed_topologies"] = topologies
    if "allowVolumeExpansion" in fields:
        args["allow_volume_expansion"] = fields.boolean("allowVolumeExpansion", True)
    if "mountOptions" in fields:
        args["mount_options"] = fields.texts("mountOptions")
    provisioner = fields.text("provisioner", like="ebs.csi.aws.com", optional=True)
    if provisioner:
        args["provisioner"] = provisioner
    settings = StorageClassSettings(
        name=name,
        args=args,
        snapshot_classes=_snapshot_class(fields, driver, provisioner),
        attributes_classes=_attributes_classes(fields, driver, provisioner),
    )
    fields.done()
    return settings


def _snapshot_class(
    fields: Fields, driver: str, provisioner: str
) -> dict[str, VolumeSnapshotClassArgs]:
    if "snapshotClass" not in fields:
        return {}
    group = fields.group("snapshotClass")
    name = group.text("name", like="rbd-snapshots")
    args: VolumeSnapshotClassArgs = {
        "driver": driver,
        "parameters": group.text_map("parameters"),
        "deletion_policy": group.choice("deletionPolicy", DELETION_POLICIES, DELETION_POLICIES[0]),
        "default": group.boolean("default", False),
    }
    if provisioner:
        args["provisioner"] = provisioner
    group.done()
    return {name: args}


def _attributes_classes(
    fields: Fields, driver: str, provisioner: str
) -> dict[str, VolumeAttributesClassArgs]:
    read: dict[str, VolumeAttributesClassArgs] = {}
    for group in fields.groups("attributesClasses"):
        name = group.text("name", like="fast")
        if name in read:
            raise group.fail("name", name, "but another one has that name", "rename one")
        read[name] = {"driver": driver, "parameters": group.text_map("parameters")}
        if provisioner:
            read[name]["provisioner"] = provisioner
        group.done()
    return read
