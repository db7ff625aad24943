"""WorkloadNamespace: the namespace of the workloads, which no edit deletes."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from ..safety.preflight import owner_of_run
from ..safety.read.live import OWNER, RETENTION
from ..safety.run import this_run
from ..schema.annotations import FORCE
from ..schema.args import RETENTIONS
from ..schema.labels import object_labels
from ..schema.named import Named
from ..schema.names import check_label_name
from ..schema.read import check_args
from ..schema.shape import OneOf, limit

__all__ = ["WorkloadNamespace", "WorkloadNamespaceArgs"]


class WorkloadNamespaceArgs(TypedDict):
    """Inputs of WorkloadNamespace."""

    retention: NotRequired[str]
    """What becomes of the claims of its stack, for others to read: `retain` (default), `delete`
    or `snapshot`. The namespace itself stays in any case. Edited in place."""
    part_of: NotRequired[str]
    """The larger application, for the label. Default `statefast`. Edited in place."""


limit(WorkloadNamespaceArgs, retention=OneOf(RETENTIONS))


class WorkloadNamespace(Named):
    """A namespace, which no stack deletes: that would delete every claim in it, whosever.

    It is a server-side apply: it makes the namespace or takes over the labels of one that is there
    (decision 0002).

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
        check_args(resource, args, WorkloadNamespaceArgs)
        check_label_name(resource, "name", name)
        retention = args.get("retention", "retain")
        this_run().namespaces.add(name)
        self.stands_for(name)
        super().__init__("statefast:index:WorkloadNamespace", name, {}, opts)
        labels = object_labels(
            resource,
            app=name,
            instance=name,
            component="namespace",
            part_of=args.get("part_of", "statefast"),
        )
        namespace = k8s.core.v1.NamespacePatch(
            name,
            metadata=k8s.meta.v1.ObjectMetaPatchArgs(
                name=name,
                labels=labels,
                annotations={
                    **FORCE,
                    OWNER: owner_of_run(),
                    RETENTION: retention,
                },
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                retain_on_delete=True,
                # Before decision 0010 that of an ephemeral stack was of this type.
                aliases=[pulumi.Alias(type_="kubernetes:core/v1:Namespace")],
            ),
        )
        self.namespace_name = namespace.metadata.apply(lambda _: name)
        self.register_outputs({"namespaceName": self.namespace_name})
