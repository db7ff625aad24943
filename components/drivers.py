"""What a driver of the catalogue is, and how its parameters are checked.

The drivers themselves are in `driver_catalogue`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import MISSING, StatefastError
from .fields import nearest

__all__ = ["Driver", "Secrets", "check_in_tree"]

_CSI = "csi.storage.k8s.io"
_BOOLEANS = ("true", "false")

# Provisioners that Kubernetes once had inside, and the driver that took over (KEP-625; rbd and
# cephfs were removed in 1.31 without a migration).
_SUCCESSORS = {
    "kubernetes.io/aws-ebs": "driver aws-ebs",
    "kubernetes.io/azure-disk": "driver azure-disk",
    "kubernetes.io/azure-file": "driver custom with file.csi.azure.com",
    "kubernetes.io/cephfs": "driver cephfs",
    "kubernetes.io/cinder": "driver custom with cinder.csi.openstack.org",
    "kubernetes.io/gce-pd": "driver gce-pd",
    "kubernetes.io/portworx-volume": "driver custom with pxd.portworx.com",
    "kubernetes.io/rbd": "driver ceph-rbd",
    "kubernetes.io/vsphere-volume": "driver custom with csi.vsphere.vmware.com",
}
_STATIC = "kubernetes.io/no-provisioner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The Secrets a driver is referred to, role by role.

    Attributes:
        roles: Role, as in `csi.storage.k8s.io/<role>-secret-name`, to the parameter that names
            the Secret.
    """

    roles: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One driver of the catalogue.

    Attributes:
        name: The word in config.
        provisioner: `provisioner` of the class; None where the user names it.
        required: Parameters that must be given, with an example each.
        defaults: Parameters that may be left out, with what they are then.
        optional: Parameters that may be given and have no default.
        choices: Values a parameter is limited to.
        booleans: Parameters that are `true` or `false`.
        numbers: Parameters that are whole numbers.
        numbered: Prefixes of parameters that end in a number, like `tagSpecification_1`.
        renamed: Names here to the names in the class, where the two differ.
        secrets: Secret references to write; None where the driver needs none.
        open: True where the names of the parameters are the user's own.
        expands: Whether a volume can grow.
        snapshots: Whether a snapshot of a volume can be taken.
        clones: Whether a volume can be made from another.
        shared: Whether many nodes can mount a volume for writing.
    """

    name: str
    provisioner: str | None
    required: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    booleans: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    secrets: Secrets | None = None
    open: bool = False
    expands: bool = True
    snapshots: bool = True
    clones: bool = True
    shared: bool = False

    @property
    def known(self) -> list[str]:
        """The names of all its parameters, the required ones first."""
        names = [*self.required, *self.defaults, *self.optional, *self.choices]
        return list(dict.fromkeys([*names, *self.booleans, *self.numbers]))

    def parameters(self, resource: str, given: Mapping[str, str]) -> dict[str, str]:
        """The parameters of the class, complete and checked.

        Raises:
            StatefastError: one is missing, unknown or has a value the driver does not know.
        """
        for key, example in self.required.items():
            if not given.get(key):
                raise StatefastError(
                    resource, f"parameters.{key}", MISSING, "", f"write it like {example!r}"
                )
        for key, value in given.items():
            self._check(resource, key, value)
        return self._render({**self.defaults, **given})

    def _check(self, resource: str, key: str, value: str) -> None:
        where = f"parameters.{key}"
        if key not in self.known and not self.open and not self._is_numbered(key):
            raise StatefastError(
                resource,
                where,
                value,
                f"but driver {self.name} has no such parameter",
                nearest(key, self.known),
            )
        allowed = _BOOLEANS if key in self.booleans else self.choices.get(key)
        if allowed is not None and value not in allowed:
            raise StatefastError(
                resource, where, value, "not one of the choices", nearest(value, allowed)
            )
        if key in self.numbers and not re.fullmatch(r"[0-9]+", value):
            raise StatefastError(
                resource, where, value, "not a whole number", "write digits, in quotes"
            )

    def _is_numbered(self, key: str) -> bool:
        return any(re.fullmatch(re.escape(prefix) + "[0-9]+", key) for prefix in self.numbered)

    def _render(self, values: dict[str, str]) -> dict[str, str]:
        """Writes every secret reference the driver may need in a volume's life.

        Parameters of a class cannot be changed, and a volume keeps those it was born with: a
        class without the secret for growing makes volumes that can never grow.
        """
        if self.secrets is not None:
            namespace = values.pop("secretNamespace")
            names = {role: values[key] for role, key in self.secrets.roles.items()}
            for key in set(self.secrets.roles.values()):
                del values[key]
            for role, name in names.items():
                values[f"{_CSI}/{role}-secret-name"] = name
                values[f"{_CSI}/{role}-secret-namespace"] = namespace
        return {self.renamed.get(key, key): value for key, value in values.items()}


def check_in_tree(resource: str, provisioner: str) -> None:
    """Refuses the provisioners that Kubernetes no longer has inside.

    Raises:
        StatefastError: it is one of them; the sentence names its successor.
    """
    if not provisioner.startswith("kubernetes.io/") or provisioner == _STATIC:
        return
    raise StatefastError(
        resource,
        "provisioner",
        provisioner,
        "but Kubernetes has no such provisioner any more",
        f"use {_SUCCESSORS.get(provisioner, 'the CSI driver of your storage')}",
    )
