"""What a workload is converted from and into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .manifests import Manifest

__all__ = ["Converted", "Surroundings"]

Object = Mapping[str, Any]
Keys = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The other objects that were given.

    Attributes:
        services: Services.
        claims: PersistentVolumeClaims by name.
        config_maps: Bodies of ConfigMaps by name.
        scaled: What an autoscaler scales, as `<kind> <name>`.
    """

    services: Sequence[Manifest] = ()
    claims: Mapping[str, Manifest] = field(default_factory=dict)
    config_maps: Mapping[str, Object] = field(default_factory=dict)
    scaled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A workload that was converted.

    Attributes:
        name: Of it in the cluster.
        file: What its workload file says.
        config: What config says of it.
        claims: Names of PersistentVolumeClaims that are its own.
        needs: Objects that have to be there, as `<kind> <name>`.
        lost: What no key says, and what lives has: it cannot stay what it is.
    """

    name: str
    file: Keys
    config: Keys
    claims: tuple[str, ...]
    needs: tuple[str, ...]
    lost: tuple[str, ...] = ()
