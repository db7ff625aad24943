"""The drivers there are: what each provisions with, is told, and can do.

The Ceph drivers are in `driver_ceph`, those of the clouds in `driver_clouds`.
Sources of those here: csi-driver-nfs d3b27c00 (`docs/driver-parameters.md`,
`pkg/nfs/controllerserver.go`: the size is the one asked for, a block volume is refused, growing
is a quota), local-path-provisioner 9fa2a62e (README; `provisioner.go`: one node's modes, every
volume a file system, no resizer), csi-driver-host-path 1f2b2e64 (`pkg/hostpath`: sizes exact,
grown by the node while mounted).
"""

from collections.abc import Mapping

from ..errors import StatefastError
from ..schema.args import ACCESS_MODES
from ..schema.nearest import nearest
from .ceph import CEPH
from .clouds import CLOUDS
from .driver import BLOCK, FILESYSTEM, Driver
from .parameters import ParameterSpec

__all__ = ["DRIVERS", "driver_named", "driver_of"]

_EVERY_MODE = frozenset(ACCESS_MODES)

_OTHERS = (
    Driver(
        name="nfs",
        provisioner="nfs.csi.k8s.io",
        storage=ParameterSpec(
            required={"server": "nfs.example.com", "share": "/exports"},
            optional=("subDir",),
            choices={"onDelete": ("delete", "retain", "archive")},
            octals=("mountPermissions",),
        ),
        snapshot=ParameterSpec(optional=("server", "share", "mountOptions")),
        mount_options=("nfsvers=4.1",),
        modes={FILESYSTEM: _EVERY_MODE},
    ),
    Driver(
        name="local-path",
        provisioner="rancher.io/local-path",
        storage=ParameterSpec(
            optional=(
                "groupPattern",
                "nodeAffinityKey",
                "nodePath",
                "pathPattern",
                "permPattern",
                "userPattern",
            ),
            booleans=("allowUnsafePathPattern",),
            needs={"allowUnsafePathPattern": "pathPattern"},
        ),
        snapshot=None,
        modes={FILESYSTEM: frozenset({"ReadWriteOnce", "ReadWriteOncePod"})},
        expands=False,
        grows_online=False,
        clones=False,
    ),
    Driver(
        name="hostpath",
        provisioner="hostpath.csi.k8s.io",
        storage=ParameterSpec(optional=("kind",)),
    ),
    # Nothing is known of it: it may do anything.
    Driver(
        name="custom",
        provisioner=None,
        storage=ParameterSpec(open=True),
        snapshot=ParameterSpec(open=True),
        attributes=ParameterSpec(open=True),
        modes={FILESYSTEM: _EVERY_MODE, BLOCK: _EVERY_MODE},
    ),
)

DRIVERS: Mapping[str, Driver] = {driver.name: driver for driver in (*CEPH, *CLOUDS, *_OTHERS)}


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


def driver_of(provisioner: str) -> Driver:
    """The driver behind a class that exists; `custom` where the catalogue has none.

    Rook puts the namespace of its operator before the name: `mine.rbd.csi.ceph.com`.
    """
    for driver in DRIVERS.values():
        if driver.provisioner == provisioner:
            return driver
    for driver in CEPH:
        if driver.provisioner and provisioner.endswith(f".{driver.provisioner}"):
            return DRIVERS[f"rook-{driver.name}"]
    return DRIVERS["custom"]
