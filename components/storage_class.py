"""StorageClass: how volumes are made, with the settings that keep them.

It does not create the driver, its pools or its secrets: those are the storage team's.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from .args import DELETE_AT_ONCE, check_keys, one_of
from .driver_catalogue import driver_named
from .drivers import check_in_tree
from .errors import MISSING, StatefastError
from .labels import object_labels
from .names import check_subdomain_name

__all__ = ["BINDING_MODES", "RECLAIM_POLICIES", "StorageClass", "StorageClassArgs"]

RECLAIM_POLICIES = ("Retain", "Delete")
BINDING_MODES = ("WaitForFirstConsumer", "Immediate")
_IS_DEFAULT = "storageclass.kubernetes.io/is-default-class"


class StorageClassArgs(TypedDict):
    """Inputs of StorageClass.

    A class whose immutable fields change is deleted and made again under its name: volumes
    and claims are not touched, and claims made in the moment between wait for it. Existing
    volumes keep what they were born with.
    """

    driver: str
    """Driver of the catalogue, e.g. `ceph-rbd` or `aws-ebs`, or `custom` with a provisioner of
    your own. Editing it remakes the class."""
    provisioner: NotRequired[str]
    """Provisioner of a `custom` driver, e.g. `ebs.csi.aws.com`. Editing it remakes the class."""
    parameters: NotRequired[Mapping[str, str]]
    """Parameters of the driver. Default: the driver's own. Editing one remakes the class."""
    reclaim_policy: NotRequired[str]
    """`Retain` (default) or `Delete`: what becomes of a volume whose claim is deleted. Editing
    it remakes the class; existing volumes keep the old policy."""
    binding_mode: NotRequired[str]
    """`WaitForFirstConsumer` (default) or `Immediate`. Editing it remakes the class."""
    expandable: NotRequired[bool]
    """Whether claims may grow. Default: whether the driver can. Edited in place."""
    default: NotRequired[bool]
    """Whether claims that name no class get this one. Default false. Edited in place."""
    mount_options: NotRequired[Sequence[str]]
    """Mount options of new volumes. Default none. Edited in place."""
    part_of: NotRequired[str]
    """The larger application, for the label. Default `statefast`. Edited in place."""


class StorageClass(pulumi.ComponentResource):
    """A class of storage, with its name fixed and every policy set explicitly.

    Args:
        name: Name of the class in the cluster, and of this component.
        args: See StorageClassArgs.
        opts: Options of the component; the provider is inherited.

    Raises:
        StatefastError: an arg is unknown, missing or wrong.
    """

    storage_class_name: pulumi.Output[str]
    """Name of the class, known once it exists."""

    @staticmethod
    def check(name: str, args: StorageClassArgs) -> None:
        """Refuses what the constructor would refuse, and registers nothing.

        Raises:
            StatefastError: an arg is unknown, missing or wrong.
        """
        _plan(name, args)

    def __init__(
        self, name: str, args: StorageClassArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan = _plan(name, args)
        super().__init__("statefast:index:StorageClass", name, {}, opts)
        storage_class = k8s.storage.v1.StorageClass(
            name,
            plan,
            pulumi.ResourceOptions(
                parent=self,
                # The API server refuses an update of these two (ValidateStorageClassUpdate),
                # and the provider does not know that they force a replacement.
                replace_on_changes=["reclaimPolicy", "volumeBindingMode"],
                delete_before_replace=True,
            ),
        )
        self.storage_class_name = storage_class.metadata["name"]
        self.register_outputs({"storageClassName": self.storage_class_name})


def _plan(name: str, args: StorageClassArgs) -> k8s.storage.v1.StorageClassInitArgs:
    """The whole class, checked."""
    resource = f"StorageClass {name}"
    check_keys(resource, args, StorageClassArgs)
    check_subdomain_name(resource, "name", name)
    driver = driver_named(resource, args["driver"])
    expandable = args.get("expandable", driver.expands)
    if expandable and not driver.expands:
        raise StatefastError(
            resource,
            "expandable",
            expandable,
            f"but driver {driver.name} cannot grow volumes",
            "leave it out",
        )
    return k8s.storage.v1.StorageClassInitArgs(
        metadata=k8s.meta.v1.ObjectMetaArgs(
            name=name,
            labels=object_labels(
                resource,
                app=driver.name,
                instance=name,
                component="storage-class",
                part_of=args.get("part_of", "statefast"),
            ),
            annotations={
                _IS_DEFAULT: "true" if args.get("default", False) else "false",
                **DELETE_AT_ONCE,
            },
        ),
        provisioner=_provisioner(resource, driver.provisioner, args.get("provisioner")),
        parameters=driver.parameters(resource, args.get("parameters") or {}),
        reclaim_policy=one_of(
            resource, "reclaim_policy", args.get("reclaim_policy", "Retain"), RECLAIM_POLICIES
        ),
        volume_binding_mode=one_of(
            resource, "binding_mode", args.get("binding_mode", BINDING_MODES[0]), BINDING_MODES
        ),
        allow_volume_expansion=expandable,
        mount_options=list(args.get("mount_options") or ()) or None,
    )


def _provisioner(resource: str, of_driver: str | None, given: str | None) -> str:
    if of_driver is None:
        if not given:
            raise StatefastError(
                resource, "provisioner", MISSING, "", "name the one of your custom driver"
            )
        check_in_tree(resource, given)
        return given
    if given and given != of_driver:
        raise StatefastError(
            resource,
            "provisioner",
            given,
            f"but the driver provisions with {of_driver}",
            "leave it out, or use driver 'custom'",
        )
    return of_driver
