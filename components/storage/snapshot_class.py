"""VolumeSnapshotClass: how snapshots are taken, and that they are kept.

Its kind comes with the snapshot controller and not with Kubernetes; a cluster without it refuses
the class at preview.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from ..drivers.catalogue import driver_named
from ..safety.plan.names import NO_NAMES, Names, WantedName, plan_names
from ..safety.preflight import PreflightArgs, Reader, reader, report
from ..schema.kubernetes import DEFAULT_SNAPSHOT_CLASS
from ..schema.labels import object_labels
from ..schema.named import Named
from ..schema.names import check_subdomain_name
from ..schema.read import check_args
from ..schema.shape import OneOf, limit
from .storage_class import provisioner_of

__all__ = ["DELETION_POLICIES", "VolumeSnapshotClass", "VolumeSnapshotClassArgs"]

DELETION_POLICIES = ("Retain", "Delete")
_API_VERSION = "snapshot.storage.k8s.io/v1"
_KIND = "VolumeSnapshotClass"


class VolumeSnapshotClassArgs(TypedDict):
    """Inputs of VolumeSnapshotClass.

    Every edit is in place, and for snapshots taken from then on: one that exists keeps what it
    was taken with.
    """

    driver: str
    """Driver of the catalogue that takes snapshots, or `custom` with a provisioner of your own.
    Edited in place."""
    provisioner: NotRequired[str]
    """Provisioner of a `custom` driver, e.g. `ebs.csi.aws.com`. Edited in place."""
    parameters: NotRequired[Mapping[str, str]]
    """Parameters of the driver. Default: the driver's own. Edited in place."""
    deletion_policy: NotRequired[str]
    """`Retain` (default) or `Delete`: what becomes of a snapshot in the storage whose
    VolumeSnapshot is deleted. Edited in place."""
    default: NotRequired[bool]
    """Whether snapshots of this driver that name no class get this one. Default false; with two
    of one driver such a snapshot fails. Edited in place."""
    part_of: NotRequired[str]
    """The larger application, for the label. Default `statefast`. Edited in place."""
    preflight: NotRequired[PreflightArgs]
    """Reads the cluster first, so that a class of another stack is refused at preview, and one
    that a lost state had is taken back. Default: reads nothing. Editing it changes nothing in the
    cluster."""
    consent: NotRequired[Sequence[str]]
    """Changes that the owner agrees to, each in the words of the refusal that asked for it.
    Default none."""


limit(VolumeSnapshotClassArgs, deletion_policy=OneOf(DELETION_POLICIES))


class VolumeSnapshotClass(Named):
    """A class of snapshots, with the secrets its driver takes and deletes them with.

    Args:
        name: Name of the class in the cluster, and of this component.
        args: See VolumeSnapshotClassArgs.
        opts: Options of the component; the provider is inherited.

    Raises:
        StatefastError: an arg is unknown, missing or wrong, or the driver takes no snapshots.
    """

    snapshot_class_name: pulumi.Output[str]
    """Name of the class, known once it exists."""

    @staticmethod
    def check(name: str, args: VolumeSnapshotClassArgs) -> None:
        """Refuses what the constructor would refuse, and registers nothing.

        Raises:
            StatefastError: an arg is unknown, missing or wrong, or the driver takes no snapshots.
        """
        _plan(name, args)

    @staticmethod
    def preflight(name: str, args: VolumeSnapshotClassArgs) -> None:
        """Refuses what the live cluster speaks against, and registers nothing.

        Raises:
            StatefastError: see `check`; or the class is another's.
        """
        _plan(name, args)
        _names(name, args)

    def __init__(
        self,
        name: str,
        args: VolumeSnapshotClassArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.check(name, args)
        names, asks = _names(name, args)
        plan = _plan(name, args, names)
        super().__init__("statefast:index:VolumeSnapshotClass", name, {}, opts)
        self.stands_for(name)
        report(asks.notes, self)
        # Not apiextensions.CustomResource: it passes on metadata and spec, and this kind has all
        # of its fields beside them.
        made = pulumi.CustomResource(
            f"kubernetes:{_API_VERSION}:{_KIND}",
            name,
            plan,
            names.opts(_KIND, name, pulumi.ResourceOptions(parent=self)),
        )
        self.snapshot_class_name = made.id.apply(lambda _: name)
        self.register_outputs({"snapshotClassName": self.snapshot_class_name})


def _names(name: str, args: VolumeSnapshotClassArgs) -> tuple[Names, Reader]:
    """What becomes of a class of that name which is there, and the reader with its notes."""
    asks = reader(f"{_KIND} {name}", args.get("preflight"))
    return plan_names(asks, [WantedName(kind=_KIND, name=name)], args.get("consent") or ()), asks


def _plan(name: str, args: VolumeSnapshotClassArgs, names: Names = NO_NAMES) -> dict[str, Any]:
    """The whole class, checked."""
    resource = f"VolumeSnapshotClass {name}"
    check_args(resource, args, VolumeSnapshotClassArgs)
    check_subdomain_name(resource, "name", name)
    driver = driver_named(resource, args["driver"])
    parameters = driver.snapshot_parameters(resource, args.get("parameters") or {})
    return {
        "apiVersion": _API_VERSION,
        "kind": _KIND,
        "metadata": {
            "name": name,
            "labels": object_labels(
                resource,
                app=driver.name,
                instance=name,
                component="snapshot-class",
                part_of=args.get("part_of", "statefast"),
            ),
            "annotations": {
                DEFAULT_SNAPSHOT_CLASS: "true" if args.get("default", False) else "false",
                **names.owned(_KIND, name),
            },
        },
        "driver": provisioner_of(resource, driver, args.get("provisioner")),
        "deletionPolicy": args.get("deletion_policy", DELETION_POLICIES[0]),
        **({"parameters": parameters} if parameters else {}),
    }
