"""The catalogue of drivers: what each provisions with, needs, and can do.

Sources: ceph-csi `examples/rbd/storageclass.yaml` and `docs/deploy-rbd.md`; the parameter
names with the prefix `csi.storage.k8s.io/` are the external-provisioner's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .errors import MISSING, StatefastError
from .fields import nearest

__all__ = ["DRIVERS", "Driver", "driver_named"]

_CSI = "csi.storage.k8s.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One driver of the catalogue.

    Attributes:
        name: The word in config.
        provisioner: `provisioner` of the class; None where the user names it.
        required: Parameters that must be given, with an example each.
        defaults: Parameters that may be left out, with what they are then.
        optional: Parameters that may be given and have no default.
        open: True where the names of the parameters are the user's own.
        expands: Whether a volume can grow.
        render: Turns checked parameters into those of the class.
    """

    name: str
    provisioner: str | None
    required: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    open: bool = False
    expands: bool = True
    render: Callable[[dict[str, str]], dict[str, str]] = dict

    def parameters(self, resource: str, given: Mapping[str, str]) -> dict[str, str]:
        """The parameters of the class, complete and checked.

        Raises:
            StatefastError: one is missing or unknown.
        """
        for key, example in self.required.items():
            if not given.get(key):
                raise StatefastError(
                    resource, f"parameters.{key}", MISSING, "", f"write it like {example!r}"
                )
        known = [*self.required, *self.defaults, *self.optional]
        for key, value in given.items():
            if key not in known and not self.open:
                raise StatefastError(
                    resource,
                    f"parameters.{key}",
                    value,
                    f"but driver {self.name} has no such parameter",
                    nearest(key, known),
                )
        return self.render({**self.defaults, **given})


def _ceph_rbd(given: dict[str, str]) -> dict[str, str]:
    """Every secret reference the driver may need in a volume's life.

    Parameters of a class cannot be changed, and a volume keeps those it was born with: a
    class without the expand secret makes volumes that can never grow.
    """
    left = dict(given)
    name, namespace = left.pop("secretName"), left.pop("secretNamespace")
    fs_type = left.pop("fsType")
    for role in ("provisioner", "controller-expand", "node-stage"):
        left[f"{_CSI}/{role}-secret-name"] = name
        left[f"{_CSI}/{role}-secret-namespace"] = namespace
    left[f"{_CSI}/fstype"] = fs_type
    return left


_CEPH_RBD = Driver(
    name="ceph-rbd",
    provisioner="rbd.csi.ceph.com",
    required={"clusterID": "b9127830-b0cc-4e34-aa47-9d1a2e9949a8", "pool": "kubernetes"},
    defaults={
        "imageFeatures": "layering",
        "fsType": "ext4",
        "secretName": "csi-rbd-secret",
        "secretNamespace": "ceph-csi",
    },
    optional=(
        "dataPool",
        "encrypted",
        "encryptionKMSID",
        "encryptionType",
        "mapOptions",
        "mkfsOptions",
        "mounter",
        "objectSize",
        "stripeCount",
        "stripeUnit",
        "topologyConstrainedPools",
        "tryOtherMounters",
        "unmapOptions",
        "volumeNamePrefix",
    ),
    render=_ceph_rbd,
)

_CUSTOM = Driver(
    name="custom",
    provisioner=None,
    open=True,
)

DRIVERS: Mapping[str, Driver] = {driver.name: driver for driver in (_CEPH_RBD, _CUSTOM)}


def driver_named(resource: str, name: object) -> Driver:
    """The driver of that name.

    Raises:
        StatefastError: the catalogue has no such driver.
    """
    if isinstance(name, str) and name in DRIVERS:
        return DRIVERS[name]
    raise StatefastError(
        resource, "driver", name, "not in the catalogue", nearest(str(name), DRIVERS)
    )
