"""Storage classes say what they do, and are of this age."""

from collections.abc import Iterator

from statefast.drivers.driver import check_in_tree
from statefast.errors import MISSING, StatefastError

from .facts import Facts
from .rule import Stack
from .things import Thing
from .where import Where

__all__ = ["explicit_class", "one_default_class", "provisioner_of_today"]

_KIND = "StorageClass"
# What each is if nobody says, and what that does to data.
_DEFAULTS = {
    "allowVolumeExpansion": ("false, and no volume can grow", "write true, or false to mean it"),
    "volumeBindingMode": (
        "Immediate, and a volume may be made where its pod cannot run",
        "write WaitForFirstConsumer, or Immediate where every node reaches the storage",
    ),
    "reclaimPolicy": (
        "Delete, and a deleted claim takes its data along",
        "write Retain, or Delete to mean it",
    ),
}
_IS_DEFAULT = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)


def explicit_class(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """Expansion, binding mode and reclaim policy are written down."""
    # A Patch without a provisioner makes no class: it adds to one that is there.
    if facts.kind != _KIND or (facts.patch and facts.get("provisioner") is None):
        return
    for field, (default, remedy) in _DEFAULTS.items():
        if facts.get(field) is None:
            yield StatefastError(facts.title, field, MISSING, f"which means {default}", remedy)


def provisioner_of_today(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """The provisioner is a driver, and not one that Kubernetes had inside."""
    if facts.kind != _KIND:
        return
    provisioner = facts.get("provisioner")
    if not isinstance(provisioner, str):
        return
    try:
        check_in_tree(facts.title, provisioner)
    except StatefastError as error:
        yield error


def one_default_class(stack: Stack, where: Where) -> Iterator[tuple[StatefastError, Facts]]:
    """Of two default classes, which one a claim gets depends on their age."""
    first: Thing | None = None
    for made in stack.of(_KIND):
        for annotation in _IS_DEFAULT:
            for value, facts in made.said("metadata", "annotations", annotation):
                if value != "true":
                    continue
                first = first or made
                if first is made:
                    continue
                error = StatefastError(
                    facts.title,
                    f"metadata.annotations.{annotation}",
                    "true",
                    f"but {first.title} is a default class as well",
                    "write 'false' on one of the two",
                )
                yield error, facts
