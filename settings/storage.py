"""The storage class of the stack, as config says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from statefast import (
    StorageClass,
    StorageClassArgs,
    VolumeAttributesClass,
    VolumeAttributesClassArgs,
    VolumeSnapshotClass,
    VolumeSnapshotClassArgs,
)
from statefast.drivers.catalogue import driver_named
from statefast.errors import StatefastError
from statefast.safety.preflight import PreflightArgs
from statefast.schema.names import check_subdomain_name
from statefast.schema.read import Args, read_args
from statefast.storage.topology import allowed_topologies

from .shape import ClassConfig

__all__ = ["StorageClassSettings", "read_storage_class"]

_RESOURCE = "storageClass"
# The program says these.
_NOT_IN_CONFIG = ("part_of", "preflight", "consent")


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

    def check(self) -> None:
        """Asks the components, before any is built, whether they would have these args.

        Raises:
            StatefastError: one would not.
        """
        StorageClass.check(self.name, self.args)
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

    @property
    def names_of_attributes(self) -> list[str]:
        """The names in the cluster of its attributes classes."""
        return [self.attributes_class_name(name) for name in self.attributes_classes]

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
    if given in (None, {}):
        return None
    config = read_args(_RESOURCE, given, ClassConfig, without=_NOT_IN_CONFIG)
    name = check_subdomain_name(_RESOURCE, "name", config.pop("name"))
    snapshots = config.pop("snapshot_class", None)
    attributes = config.pop("attributes_classes", ())
    driver = driver_named(_RESOURCE, config["driver"])
    allowed_topologies(
        _RESOURCE, "allowedTopologies", config.get("allowed_topologies"), driver.topology_keys
    )
    # Of the classes beside it as well.
    common: Args = {key: config[key] for key in ("driver", "provisioner") if key in config}
    return StorageClassSettings(
        name=name,
        args=cast("StorageClassArgs", config),
        snapshot_classes=_by_name("snapshotClass", [snapshots] if snapshots else [], common),
        attributes_classes=_by_name("attributesClasses", attributes, common),
    )


def _by_name(field: str, given: Sequence[Args], common: Args) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for index, one in enumerate(given):
        args = {**common, **one}
        name = args.pop("name")
        if name in read:
            raise StatefastError(
                _RESOURCE,
                f"{field}[{index}].name",
                name,
                "but another one has that name",
                "rename one",
            )
        read[name] = args
    return read
