"""The volumes of a workload: which there are, from its file, and how big and where, from config."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from statefast.errors import MISSING, StatefastError
from statefast.schema.args import ACCESS_MODES
from statefast.schema.nearest import nearest
from statefast.schema.quantity import storage_size
from statefast.schema.read import Args
from statefast.schema.shape import camel
from statefast.workload.args import VolumeArgs
from workloads.shape import MountArgs

from .storage import StorageClassSettings

__all__ = ["VolumeSettings", "read_volumes"]

_ATTRIBUTES, _CLASS = "volume_attributes_class_name", "storage_class_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeSettings:
    """One volume.

    Attributes:
        places: By key of its args, where config says it, for errors; by an empty key, the volume.
    """

    name: str
    claim_name: str
    mount_path: str
    sub_path: str
    size: str
    access_modes: tuple[str, ...]
    class_name: str | None
    attributes: str
    existing_claim: str
    places: Mapping[str, str]

    def args(self, workload: str) -> VolumeArgs:
        """The args of the component."""
        args: VolumeArgs = {
            "name": self.claim(workload),
            "mount_path": self.mount_path,
            "access_modes": self.access_modes,
        }
        if self.sub_path:
            args["sub_path"] = self.sub_path
        if self.existing_claim:
            args["existing_claim"] = self.existing_claim
            return args
        args["size"] = self.size
        if self.class_name is not None:
            args["storage_class_name"] = self.class_name
        if self.attributes:
            args["volume_attributes_class_name"] = self.attributes
        return args

    def claim(self, workload: str) -> str:
        """Name that the volume has in the args."""
        return self.claim_name or f"{workload}-{self.name}"

    def fields(self, arg: str = "") -> Mapping[str, str]:
        """By field of the args, where config says it.

        Args:
            arg: What the volume is called there; empty for the args of its own claim.
        """
        return {
            f"{arg}.{key}" if arg and key else key or arg: place
            for key, place in self.places.items()
            if key or arg
        }


def read_volumes(
    resource: str,
    config: Args,
    mounts: Sequence[MountArgs],
    made: StorageClassSettings | None,
) -> tuple[VolumeSettings, ...]:
    """The volumes there are: those of the file, less the optional ones that config leaves out.

    Args:
        resource: The workload, for errors.
        config: A `StorageConfig`: what config says of all of them, and of each.
        mounts: The volumes of the file.
        made: The class of the stack, where config names none; None for the default of the cluster.

    Raises:
        StatefastError: a volume is unknown, or has no size, or one that is none.
    """
    given = config.get("volumes", {})
    names = [mount["name"] for mount in mounts]
    for name, value in given.items():
        if name not in names:
            raise StatefastError(
                resource,
                f"storage.volumes.{name}",
                value,
                "but the workload has no such volume",
                nearest(name, names),
            )
    return tuple(
        _volume(resource, mount, config, given.get(mount["name"], {}), made)
        for mount in mounts
        if mount["name"] in given or not mount.get("optional", False)
    )


def _volume(
    resource: str, mount: MountArgs, for_all: Args, own: Args, made: StorageClassSettings | None
) -> VolumeSettings:
    path = f"storage.volumes.{mount['name']}"
    claim = own.get("existing_claim", "")
    if claim and own.keys() & {"claim_name", "size", "storage_class_name", _ATTRIBUTES}:
        raise StatefastError(
            resource,
            f"{path}.existingClaim",
            claim,
            "but the volume has a name, size, class or attributes of its own",
            "leave out the one or the other",
        )
    size, where = (own["size"], path) if "size" in own else (for_all.get("size"), "storage")
    wanted = MISSING if size is None else size
    attributes = own.get(_ATTRIBUTES) or for_all.get(_ATTRIBUTES) or ""
    class_name = made.name if made is not None else None
    return VolumeSettings(
        name=mount["name"],
        claim_name=own.get("claim_name", ""),
        mount_path=mount["mount_path"],
        sub_path=mount.get("sub_path", ""),
        size="" if claim else storage_size(resource, f"{where}.size", wanted),
        access_modes=tuple(
            own.get("access_modes") or for_all.get("access_modes") or ACCESS_MODES[:1]
        ),
        class_name=own.get("storage_class_name") or for_all.get("storage_class_name") or class_name,
        attributes=made.attributes_class_name(attributes) if made is not None else attributes,
        existing_claim=claim,
        places=_places(path, for_all, own, made),
    )


def _places(
    path: str, for_all: Args, own: Args, made: StorageClassSettings | None
) -> Mapping[str, str]:
    places = {"": path, "existing_claim": f"{path}.existingClaim"}
    for key in ("size", "access_modes", _CLASS, _ATTRIBUTES):
        of_one = own.get(key) or "existing_claim" in own
        places[key] = f"{path if of_one else 'storage'}.{camel(key)}"
    if made is not None and not (own.get(_CLASS) or for_all.get(_CLASS)):
        places[_CLASS] = "statefast:storageClass.name"
    return places
