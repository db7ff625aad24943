"""What claims depend on."""

import pulumi

from ..errors import StatefastError
from ..safety.preflight import Reader, owner_of_run
from ..safety.read.live import OWNER, RETENTION
from .frozen import frozen, within
from .made import Made
from .run import GuardRun

__all__ = ["guard_class", "guard_kept", "guard_volume"]

# Kinds that take other objects along when they go, by what the guard's reader calls them.
_KINDS = {
    "CustomResourceDefinition": "definitions",
    "Namespace": "namespaces",
    "PersistentVolume": "volumes",
}
# What of a volume may be edited in place.
_EDITABLE = frozenset(
    {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    }
)


def guard_kept(run: GuardRun, made: Made, asks: Reader) -> pulumi.ResourceTransformResult:
    """What the engine does not delete: a namespace takes every claim in it along, a definition
    whatever an operator keeps of its kind, and a volume is what a claim that stays is bound to.

    Args:
        run: The guard.
        made: The object.
        asks: Its reader.
    """
    _, live = asks.metadata(_KINDS[made.kind], made.name, "", f"whose the {made.kind} is")
    taken_back = made.is_taken_back(live)
    made.annotate({OWNER: owner_of_run(), **({} if run.keeps else {RETENTION: run.retention})})
    return made.result(
        pulumi.ResourceOptions(retain_on_delete=run.keeps, import_=made.key if taken_back else None)
    )


def guard_volume(run: GuardRun, made: Made, asks: Reader) -> pulumi.ResourceTransformResult:
    """The volume, which stays as `guard_kept` says, and where it is.

    Args:
        run: The guard.
        made: The volume.
        asks: Its reader.

    Raises:
        StatefastError: it would be made again somewhere else.
    """
    places = [key for key in made.spec if key not in _EDITABLE]
    found = asks.read("volumes", "", "whether an edit would move the volume") or {}
    live = (found.get(made.name) or {}).get("spec") or {}
    for key in places:
        if made.name in found and not within(made.spec[key], live.get(key)):
            raise StatefastError(
                made.resource,
                f"spec.{key}",
                made.spec[key],
                f"but it has {live.get(key)!r}, and would be made again for it",
                "write that back, or make a volume of another name",
            )
    kept = guard_kept(run, made, asks)
    made.args.opts.ignore_changes = [
        *(made.args.opts.ignore_changes or ()),
        *frozen(asks, made, "volumes", [f"spec.{key}" for key in places]),
    ]
    return kept


def guard_class(run: GuardRun, made: Made, asks: Reader) -> pulumi.ResourceTransformResult:
    """The storage class, made again where it cannot be edited: volumes outlive their class.

    Args:
        run: The guard.
        made: The class.
        asks: Its reader.
    """
    del run, asks
    opts = made.args.opts
    opts.replace_on_changes = [
        *(opts.replace_on_changes or ()),
        "reclaimPolicy",
        "volumeBindingMode",
    ]
    opts.delete_before_replace = True
    return made.result(pulumi.ResourceOptions())
