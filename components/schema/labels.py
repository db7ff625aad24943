"""Labels: the recommended set of Kubernetes, and the part of it that selects.

The set is https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/.
"""

from collections.abc import Mapping

from ..errors import StatefastError
from .label_syntax import check_label_key, check_label_value

__all__ = ["MANAGED_BY", "PREFIX", "object_labels", "selector_labels"]

PREFIX = "app.kubernetes.io"
MANAGED_BY = "pulumi"


def selector_labels(app: str, instance: str) -> dict[str, str]:
    """What selects the pods of one workload, and no other's.

    Never more than these two: a selector cannot be changed later without replacing the
    workload, and two instances of one application differ in the second.
    """
    return {f"{PREFIX}/name": app, f"{PREFIX}/instance": instance}


def object_labels(
    resource: str,
    *,
    app: str,
    instance: str,
    component: str,
    part_of: str,
    extra: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The labels of every object of a workload.

    Args:
        resource: Who asks, for the error sentence.
        app: What runs, e.g. `zookeeper`.
        instance: The workload's own name.
        component: Its role, e.g. `database`.
        part_of: The larger application.
        extra: Labels of the user's; they may add, never override.

    Raises:
        StatefastError: `extra` has a key of the recommended set, or one of them is no label. A
            name of more than 63 characters is none.
    """
    own = {
        **selector_labels(app, instance),
        f"{PREFIX}/component": component,
        f"{PREFIX}/managed-by": MANAGED_BY,
        f"{PREFIX}/part-of": part_of,
    }
    for key, value in (extra or {}).items():
        if key in own:
            raise StatefastError(
                resource,
                f"labels.{key}",
                value,
                "a label that selects or describes the workload itself",
                "choose another key, or name the workload differently",
            )
    return {
        check_label_key(resource, "labels", key): check_label_value(
            resource, f"labels.{key}", value
        )
        for key, value in {**(extra or {}), **own}.items()
    }
