"""WorkloadNamespace: the namespace of the workloads, which no edit deletes."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from .args import RETENTIONS, check_keys, one_of
from .labels import object_labels
from .names import check_label_name

__all__ = ["WorkloadNamespace", "WorkloadNamespaceArgs"]


class WorkloadNamespaceArgs(TypedDict):
    """Inputs of WorkloadNamespace."""

    retention: NotRequired[str]
    """`retain` (default) and `snapshot`: the namespace is made if it is not there and never
    deleted. `delete`: it goes with the stack, and everything in it."""
    part_of: NotRequired[str]
    """The larger application, for the label. Default `statefast`. Edited in place."""


class WorkloadNamespace(pulumi.ComponentResource):
    """A namespace whose end would be the end of every claim in it.

    A retained one is applied as a patch: it makes what is missing, takes over what is there,
    and its deletion only lets go of the labels.

    Args:
        name: Name of the namespace, and of this component.
        args: See WorkloadNamespaceArgs.
        opts: Options of the component; the provider is inherited.

    Raises:
        StatefastError: an arg is unknown or wrong.
    """

    namespace_name: pulumi.Output[str]
    """Name of the namespace, known once it exists."""

    def __init__(
        self, name: str, args: WorkloadNamespaceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        resource = f"Namespace {name}"
        check_keys(resource, args, WorkloadNamespaceArgs)
        check_label_name(resource, "name", name)
        retention = one_of(resource, "retention", args.get("retention", "retain"), RETENTIONS)
        super().__init__("statefast:index:WorkloadNamespace", name, {}, opts)
        labels = object_labels(
            resource,
            app=name,
            instance=name,
            component="namespace",
            part_of=args.get("part_of", "statefast"),
        )
        child = pulumi.ResourceOptions(parent=self, retain_on_delete=retention != "delete")
        namespace: k8s.core.v1.Namespace | k8s.core.v1.NamespacePatch
        if retention == "delete":
            namespace = k8s.core.v1.Namespace(
                name, metadata=k8s.meta.v1.ObjectMetaArgs(name=name, labels=labels), opts=child
            )
        else:
            namespace = k8s.core.v1.NamespacePatch(
                name,
                metadata=k8s.meta.v1.ObjectMetaPatchArgs(
                    name=name, labels=labels, annotations={"pulumi.com/patchForce": "true"}
                ),
                opts=child,
            )
        self.namespace_name = namespace.metadata.apply(lambda _: name)
        self.register_outputs({"namespaceName": self.namespace_name})
