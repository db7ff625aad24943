"""The volumes of a workload: which there are, from its file, and how big and where, from config."""

from collections.abc import Sequence
from dataclasses import dataclass

from statefast.errors import MISSING
from statefast.schema.args import ACCESS_MODES
from statefast.schema.fields import Fields, nearest
from statefast.schema.quantity import storage_size
from statefast.workload.args import VolumeArgs
from workloads.loader import VolumeMount

__all__ = ["VolumeSettings", "read_volumes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeSettings:
    """One volume. `path` is where config says it, for errors."""

    name: str
    mount_path: str
    size: str
    access_modes: tuple[str, ...]
    class_name: str | None
    existing_claim: str
    path: str

    def args(self, workload: str) -> VolumeArgs:
        """The args of the component."""
        args: VolumeArgs = {
            "name": f"{workload}-{self.name}",
            "mount_path": self.mount_path,
            "access_modes": self.access_modes,
        }
        if self.existing_claim:
            args["existing_claim"] = self.existing_claim
            return args
        args["size"] = self.size
        if self.class_name is not None:
            args["storage_class_name"] = self.class_name
        return args

    def field(self, key: str) -> str:
        """Where config says it."""
        return f"{self.path}.{key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ForAll:
    """What config says of every volume that does not say otherwise."""

    size: object
    access_modes: tuple[str, ...]
    class_name: str | None


def read_volumes(
    storage: Fields, mounts: Sequence[VolumeMount], class_name: str | None
) -> tuple[VolumeSettings, ...]:
    """The volumes there are: those of the file, less the optional ones that config leaves out.

    Args:
        storage: What config says of all of them, and under `volumes` of each.
        mounts: The volumes of the file.
        class_name: Class where config names none; None for the default of the cluster.

    Raises:
        StatefastError: a key or volume is unknown, or a value is missing or wrong.
    """
    for_all = _ForAll(
        size=storage.take("size"),
        access_modes=storage.texts("accessModes", ACCESS_MODES) or ACCESS_MODES[:1],
        class_name=storage.text("storageClassName", optional=True) or class_name,
    )
    given = storage.entries("volumes")
    storage.done()
    names = [mount.name for mount in mounts]
    for name, value in given.items():
        if name not in names:
            raise storage.fail(
                f"volumes.{name}",
                value,
                "but the workload has no such volume",
                nearest(name, names),
            )
    volumes = []
    for mount in mounts:
        if mount.optional and mount.name not in given:
            continue
        where = f"{storage.name_of('volumes')}.{mount.name}"
        own = Fields(storage.resource, given.get(mount.name), where)
        volumes.append(_volume(own, storage, mount, for_all))
        own.done()
    return tuple(volumes)


def _volume(own: Fields, storage: Fields, mount: VolumeMount, for_all: _ForAll) -> VolumeSettings:
    claim = own.text("existingClaim", optional=True)
    size, modes = own.take("size"), own.texts("accessModes", ACCESS_MODES)
    class_name = own.text("storageClassName", optional=True)
    if claim and (size is not MISSING or class_name):
        raise own.fail(
            "existingClaim", claim, "but size or storageClassName is there too", "leave it out"
        )
    field, wanted = (own, size) if size is not MISSING else (storage, for_all.size)
    return VolumeSettings(
        name=mount.name,
        mount_path=mount.mount_path,
        size="" if claim else storage_size(own.resource, field.name_of("size"), wanted),
        access_modes=modes or for_all.access_modes,
        class_name=class_name or for_all.class_name,
        existing_claim=claim,
        path=own.path if modes else storage.path,
    )
