"""VolumeAttributesClass: what a volume can be told after it was made, e.g. its throughput.

The parameters of such a class never change. So a class with other parameters is another one,
under a name that ends in a digest of them, and the claims move over in place.

A class is never deleted. Kubernetes keeps it, on its way out, until the last claim and the last
volume has let go of it, a released volume of a claim long gone included; a stack that waits for
that ends in a timeout. Somebody who wants it gone deletes it by hand.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from ..drivers.catalogue import driver_named
from ..errors import MISSING, StatefastError
from ..safety.run import this_run
from ..schema.annotations import FORCE
from ..schema.labels import object_labels
from ..schema.named import Named
from ..schema.names import check_subdomain_name
from ..schema.read import check_args
from .storage_class import provisioner_of

__all__ = ["VolumeAttributesClass", "VolumeAttributesClassArgs"]

_DIGEST_LENGTH = 8


class VolumeAttributesClassArgs(TypedDict):
    """Inputs of VolumeAttributesClass."""

    driver: str
    """Driver of the catalogue that modifies volumes, or `custom` with a provisioner of your own.
    Editing it makes a class of another name."""
    provisioner: NotRequired[str]
    """Provisioner of a `custom` driver, e.g. `ebs.csi.aws.com`. Editing it makes a class of
    another name."""
    parameters: Mapping[str, str]
    """Parameters of the driver, at least one, e.g. `{"iops": "6000"}`. Editing one makes a class
    of another name; claims that get the name from this component move to it in place."""
    part_of: NotRequired[str]
    """The larger application, for the label. Default `statefast`. Edited in place."""


class VolumeAttributesClass(Named):
    """A class of attributes that volumes can be given, and given others later, in place.

    Args:
        name: What its name in the cluster begins with, and the name of this component.
        args: See VolumeAttributesClassArgs.
        opts: Options of the component; the provider is inherited.

    Raises:
        StatefastError: an arg is unknown, missing or wrong, or the driver modifies no volumes.
    """

    attributes_class_name: pulumi.Output[str]
    """Name of the class in the cluster, known once it exists."""

    @staticmethod
    def check(name: str, args: VolumeAttributesClassArgs) -> None:
        """Refuses what the constructor would refuse, and registers nothing.

        Raises:
            StatefastError: an arg is unknown, missing or wrong, or the driver modifies no volumes.
        """
        _plan(name, args)

    @staticmethod
    def name_in_cluster(name: str, args: VolumeAttributesClassArgs) -> str:
        """The name claims refer to, before the class exists.

        Raises:
            StatefastError: as `check`.
        """
        return _plan(name, args).name

    def __init__(
        self,
        name: str,
        args: VolumeAttributesClassArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        plan = _plan(name, args)
        super().__init__("statefast:index:VolumeAttributesClass", name, {}, opts)
        self.stands_for(plan.name)
        this_run().attributes.add(plan.name)
        made = k8s.storage.v1.VolumeAttributesClassPatch(
            name,
            metadata=k8s.meta.v1.ObjectMetaPatchArgs(
                name=plan.name,
                labels=plan.labels,
                # Another stack's class of this name has the very same parameters.
                annotations=dict(FORCE),
            ),
            driver_name=plan.driver_name,
            parameters=plan.parameters,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        self.attributes_class_name = made.metadata.apply(lambda _: plan.name)
        self.register_outputs({"attributesClassName": self.attributes_class_name})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    name: str
    labels: Mapping[str, str]
    driver_name: str
    parameters: Mapping[str, str]


def _plan(name: str, args: VolumeAttributesClassArgs) -> _Plan:
    """The whole class, checked."""
    resource = f"VolumeAttributesClass {name}"
    check_args(resource, args, VolumeAttributesClassArgs)
    driver = driver_named(resource, args["driver"])
    parameters = driver.attribute_parameters(resource, args["parameters"])
    if not parameters:
        raise StatefastError(
            resource, "parameters", MISSING, "", "give one at least, like {'iops': '6000'}"
        )
    driver_name = provisioner_of(resource, driver, args.get("provisioner"))
    content = json.dumps([driver_name, parameters], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:_DIGEST_LENGTH]
    return _Plan(
        name=check_subdomain_name(resource, "name", f"{name}-{digest}"),
        labels=object_labels(
            resource,
            app=driver.name,
            instance=name,
            component="attributes-class",
            part_of=args.get("part_of", "statefast"),
        ),
        driver_name=driver_name,
        parameters=parameters,
    )
