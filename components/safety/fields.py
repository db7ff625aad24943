"""What the fields that the guard speaks of are called by whoever wrote them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["OBJECTS", "OURS", "Fields"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Names of fields: by default those of the args of our components.

    Attributes:
        of_claim: By our name of a field of a claim, what it is called.
        template: What stands before a field of a claim template, with `{}` for its name.
    """

    selector: str = "app"
    pod_management_policy: str = "pod_management_policy"
    service: str = "headless_suffix"
    volumes: str = "volumes"
    template: str = "volumes.{}."
    of_claim: Mapping[str, str] = field(default_factory=dict)

    def claim(self, key: str) -> str:
        """A field of a claim, e.g. `storage_class_name`."""
        return self.of_claim.get(key, key)

    def volume(self, name: str, key: str) -> str:
        """A field of a claim template."""
        return f"{self.template.format(name)}{self.claim(key)}"


OURS = Fields()

# Those of the Kubernetes objects themselves, as charts and other people's programs have them.
OBJECTS = Fields(
    selector="spec.selector",
    pod_management_policy="spec.podManagementPolicy",
    service="spec.serviceName",
    volumes="spec.volumeClaimTemplates",
    template="spec.volumeClaimTemplates[{}].",
    of_claim={
        "access_modes": "spec.accessModes",
        "size": "spec.resources.requests.storage",
        "storage_class_name": "spec.storageClassName",
        "volume_mode": "spec.volumeMode",
    },
)
