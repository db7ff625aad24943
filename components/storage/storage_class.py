"""StorageClass: how volumes are made, with the settings that keep them.

It does not create the driver, its pools or its secrets: those are the storage team's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from ..drivers.catalogue import driver_named, driver_of
from ..drivers.driver import Driver, check_in_tree
from ..errors import MISSING, StatefastError
from ..needed import needed
from ..safety.plan.default_class import check_default, check_only_default, marks_on
from ..safety.plan.names import NO_NAMES, Names, WantedName, plan_names
from ..safety.preflight import PreflightArgs, Reader, reader, report
from ..safety.run import this_run
from ..schema.annotations import FORCE
from ..schema.kubernetes import IS_DEFAULT
from ..schema.label_syntax import is_qualified_name
from ..schema.labels import object_labels
from ..schema.named import Named
from ..schema.names import check_subdomain_name
from ..schema.read import check_args
from ..schema.shape import OneOf, limit
from .topology import allowed_topologies

__all__ = [
    "BINDING_MODES",
    "RECLAIM_POLICIES",
    "StorageClass",
    "StorageClassArgs",
    "provisioner_of",
]

RECLAIM_POLICIES = ("Retain", "Delete")
BINDING_MODES = ("WaitForFirstConsumer", "Immediate")


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
    """Provisioner of a `custom` driver, e.g. `ebs.csi.aws.com`, or of a Rook in a namespace of
    another name, e.g. `storage.rbd.csi.ceph.com`. Editing it remakes the class."""
    parameters: NotRequired[Mapping[str, str]]
    """Parameters of the driver. Default: the driver's own. Editing one remakes the class."""
    reclaim_policy: NotRequired[str]
    """`Retain` (default) or `Delete`: what becomes of a volume whose claim is deleted. Editing
    it remakes the class; existing volumes keep the old policy."""
    volume_binding_mode: NotRequired[str]
    """`WaitForFirstConsumer` (default) or `Immediate`. Editing it remakes the class."""
    allow_volume_expansion: NotRequired[bool]
    """Whether claims may grow. Default: whether the driver can. Edited in place."""
    default: NotRequired[bool]
    """Whether claims that name no class get this one. Default false; refused while another class
    of the cluster is default. Edited in place."""
    demote: NotRequired[Sequence[str]]
    """Classes that stop being default when this one becomes it. Default none. Edited in place; a
    class that stopped being default stays so, also when the stack goes."""
    mount_options: NotRequired[Sequence[str]]
    """Mount options of new volumes, e.g. `["noatime"]`. Default: the driver's own, `discard` for
    Ceph's block devices and `nfsvers=4.1` for NFS; an empty list is none. Edited in place."""
    allowed_topologies: NotRequired[Sequence[Mapping[str, Sequence[str]]]]
    """Where volumes may be made: terms, of which one has to fit, from label to its values, e.g.
    `[{"topology.kubernetes.io/zone": ["eu-central-1a"]}]`. Default: anywhere. Edited in place."""
    part_of: NotRequired[str]
    """The larger application, for the label. Default `statefast`. Edited in place."""
    preflight: NotRequired[PreflightArgs]
    """Reads the cluster first, so that a class of another stack is refused at preview, and one
    that a lost state had is taken back. Default: reads nothing. Editing it changes nothing in the
    cluster."""
    consent: NotRequired[Sequence[str]]
    """Changes that the owner agrees to, each in the words of the refusal that asked for it.
    Default none."""


limit(
    StorageClassArgs,
    reclaim_policy=OneOf(RECLAIM_POLICIES),
    volume_binding_mode=OneOf(BINDING_MODES),
)


class StorageClass(Named):
    """A class of storage, with its name fixed and every policy set explicitly.

    Args:
        name: Name of the class in the cluster, and of this component.
        args: See StorageClassArgs.
        opts: Options of the component; the provider is inherited.
        cluster_classes: The StorageClasses the cluster has, by name, as the API server returns
            them; for the question which is default. Default: what `preflight` reads.

    Raises:
        StatefastError: an arg is unknown, missing or wrong, or another class is default.
    """

    storage_class_name: pulumi.Output[str]
    """Name of the class, known once it exists."""

    @staticmethod
    def check(
        name: str,
        args: StorageClassArgs,
        cluster_classes: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Refuses what the constructor would refuse, and registers nothing.

        Raises:
            StatefastError: an arg is unknown, missing or wrong, or another class is default.
        """
        _plan(name, args, cluster_classes)

    @staticmethod
    def preflight(name: str, args: StorageClassArgs) -> None:
        """Refuses what the live cluster speaks against, and registers nothing.

        Raises:
            StatefastError: see `check`; or the class is another's, or another one is default.
        """
        _asked(name, args, None)

    def __init__(
        self,
        name: str,
        args: StorageClassArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        cluster_classes: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        plan, names, asks, classes = _asked(name, args, cluster_classes)
        if plan.default:
            check_only_default(f"StorageClass {name}", name, opts)
        super().__init__("statefast:index:StorageClass", name, {}, opts)
        self.stands_for(name)
        report(asks.notes, self)
        demoted = [self._demote(name, other, classes) for other in plan.demote]
        storage_class = k8s.storage.v1.StorageClass(
            name,
            plan.made,
            names.opts(
                "StorageClass",
                name,
                pulumi.ResourceOptions(
                    parent=self,
                    # There is a moment without a default class, and none with two.
                    depends_on=needed(demoted),
                    # The API server refuses an update of these two (ValidateStorageClassUpdate),
                    # and the provider does not know that they force a replacement.
                    replace_on_changes=["reclaimPolicy", "volumeBindingMode"],
                    delete_before_replace=True,
                ),
            ),
        )
        self.storage_class_name = storage_class.metadata["name"]
        self.register_outputs({"storageClassName": self.storage_class_name})

    def _demote(
        self, name: str, other: str, classes: Mapping[str, Mapping[str, Any]]
    ) -> k8s.storage.v1.StorageClassPatch:
        # Not only what makes it default now: in the next run that says false.
        marks = [IS_DEFAULT, *marks_on(classes.get(other, {}))]
        return k8s.storage.v1.StorageClassPatch(
            f"{name}-demotes-{other}",
            metadata=k8s.meta.v1.ObjectMetaPatchArgs(
                name=other,
                annotations={
                    **dict.fromkeys(marks, "false"),
                    # Whoever made the class owns the annotation.
                    **FORCE,
                },
            ),
            # Its deletion would take the annotation off a class the cluster's installer may
            # expect it on; and who says that there is to be another default class?
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    made: k8s.storage.v1.StorageClassInitArgs
    remade: Mapping[str, Any]
    default: bool
    demote: list[str]


def _plan(
    name: str,
    args: StorageClassArgs,
    classes: Mapping[str, Mapping[str, Any]] | None,
    names: Names = NO_NAMES,
) -> _Plan:
    """The whole class, checked."""
    resource = f"StorageClass {name}"
    check_args(resource, args, StorageClassArgs)
    check_subdomain_name(resource, "name", name)
    driver = driver_named(resource, args["driver"])
    default = args.get("default", False)
    demote = check_default(
        resource, name, default=default, demote=args.get("demote"), classes=classes
    )
    provisioner = provisioner_of(resource, driver, args.get("provisioner"))
    expandable = _expandable(resource, driver, args.get("allow_volume_expansion"))
    remade: dict[str, Any] = {
        "provisioner": provisioner,
        "parameters": driver.parameters(resource, args.get("parameters") or {}),
        "reclaimPolicy": args.get("reclaim_policy", "Retain"),
        "volumeBindingMode": args.get("volume_binding_mode", BINDING_MODES[0]),
    }
    made = k8s.storage.v1.StorageClassInitArgs(
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
                IS_DEFAULT: "true" if default else "false",
                **names.owned("StorageClass", name),
            },
        ),
        provisioner=provisioner,
        parameters=remade["parameters"],
        reclaim_policy=remade["reclaimPolicy"],
        volume_binding_mode=remade["volumeBindingMode"],
        allow_volume_expansion=expandable,
        mount_options=_mount_options(resource, driver, args.get("mount_options")),
        allowed_topologies=allowed_topologies(
            resource, "allowed_topologies", args.get("allowed_topologies"), driver.topology_keys
        ),
    )
    # Claims of the same program count on it, and the cluster may not have it yet.
    this_run().classes[name] = {
        "provisioner": provisioner,
        "expandable": expandable,
        "default": default,
    }
    return _Plan(made=made, remade=remade, default=default, demote=demote)


def _asked(
    name: str, args: StorageClassArgs, classes: Mapping[str, Mapping[str, Any]] | None
) -> tuple[_Plan, Names, Reader, Mapping[str, Mapping[str, Any]]]:
    """The class, what becomes of one of its name which is there, the reader with its notes, and
    the classes of the cluster; none where nobody could ask.
    """
    plan = _plan(name, args, classes)
    asks = reader(f"StorageClass {name}", args.get("preflight"))
    if classes is None and plan.default:
        classes = asks.read("classes", "", "whether another class is the default one")
        plan = _plan(name, args, classes)
    wanted = WantedName(kind="StorageClass", name=name, remade=plan.remade)
    names = plan_names(asks, [wanted], args.get("consent") or ())
    if names.forced:
        plan = _plan(name, args, classes, names)
    return plan, names, asks, classes or {}


def _expandable(resource: str, driver: Driver, given: bool | None) -> bool:
    if given and not driver.expands:
        raise StatefastError(
            resource,
            "allow_volume_expansion",
            given,
            f"but driver {driver.name} cannot grow volumes",
            "leave it out",
        )
    return driver.expands if given is None else given


def _mount_options(resource: str, driver: Driver, given: object) -> list[str] | None:
    if given is None:
        return list(driver.mount_options) or None
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise StatefastError(
            resource, "mount_options", given, "not a list", "write it like ['noatime']"
        )
    for option in given:
        if not isinstance(option, str) or not option.strip():
            raise StatefastError(
                resource, "mount_options", option, "not a mount option", "write a text like noatime"
            )
    return list(given) or None


def provisioner_of(resource: str, driver: Driver, given: str | None) -> str:
    """The provisioner of a class: the driver's, or for `custom` the one given.

    Rook's carry the namespace of its operator, which may be another than the usual one.

    Raises:
        StatefastError: missing, another one than the driver's, or one Kubernetes lost.
    """
    if driver.provisioner is None:
        if not given:
            raise StatefastError(
                resource, "provisioner", MISSING, "", "name the one of your custom driver"
            )
        check_in_tree(resource, given)
        if not is_qualified_name(given):
            raise StatefastError(
                resource,
                "provisioner",
                given,
                "not the name of a provisioner",
                "write it like 'ebs.csi.aws.com'",
            )
        return given
    if given and driver_of(given) is not driver:
        raise StatefastError(
            resource,
            "provisioner",
            given,
            f"but the driver provisions with {driver.provisioner}",
            "leave it out, or use driver 'custom'",
        )
    return given or driver.provisioner
