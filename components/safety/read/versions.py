"""What a cluster is too old for, refused before anything is made.

A field that an API server does not know is dropped without a word, or refused in the middle of an
`up`; an ordinal that starts at 0 after all finds the volumes of other pods.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...errors import StatefastError
from ...schema.kubernetes import OLDEST
from ..preflight import Reader

__all__ = [
    "ATTRIBUTES_CLASS",
    "FIRST_ORDINAL",
    "Feature",
    "Need",
    "check_version",
    "needs_of_modes",
    "note_old",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What clusters have from some version on.

    Attributes:
        since: Minor version of Kubernetes 1 from which it is on by itself.
        without: What to write where it is not there.
    """

    since: int
    without: str


# KEP-3335
FIRST_ORDINAL = Feature(since=27, without="leave it out")
# KEP-2485
ONE_POD = Feature(since=27, without="write 'ReadWriteOnce'")
# KEP-3751, as storage.k8s.io/v1
ATTRIBUTES_CLASS = Feature(since=34, without="leave it out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One field that needs a feature."""

    field: str
    value: object
    feature: Feature


def needs_of_modes(field: str, modes: Iterable[str]) -> Iterator[Need]:
    """What access modes need."""
    if "ReadWriteOncePod" in modes:
        yield Need(field=field, value="ReadWriteOncePod", feature=ONE_POD)


def check_version(reader: Reader, needs: Iterable[Need]) -> None:
    """Refuses what the cluster is too old for; without needs it asks nothing.

    Raises:
        StatefastError: the cluster lacks one of the features.
    """
    for need in needs:
        minor = reader.minor_version("whether the cluster is too old for that")
        if minor is not None and minor < need.feature.since:
            raise StatefastError(
                reader.resource,
                need.field,
                need.value,
                f"but that takes Kubernetes 1.{need.feature.since} and the cluster runs 1.{minor}",
                f"upgrade the cluster, or {need.feature.without}",
            )


def note_old(reader: Reader) -> None:
    """Notes that the cluster is older than what this is made for."""
    minor = reader.minor_version("whether it is too old")
    if minor is not None and minor < OLDEST:
        reader.note(
            f"the cluster runs Kubernetes 1.{minor}; this is made for 1.{OLDEST} and newer, and an"
            " older one leaves out what it does not know"
        )
