"""The transform of a stack that guards each resource, before the engine sees it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi

from .claims import CLAIM_IMMUTABLE, guard_claim
from .deployments import guard_deployment
from .helm import RELEASE, may_be_of_helm, note_release, take_up
from .made import Made, plain
from .operators import guard_operated, is_operated
from .others import guard_class, guard_kept, guard_volume
from .run import GuardRun
from .sets import SET_IMMUTABLE, guard_set

__all__ = ["GUARDED", "as_it_is", "concerns", "guarded", "made_of"]

_PROVIDER = "pulumi:providers:kubernetes"
_Promise = Callable[..., pulumi.ResourceTransformResult | None]
GUARDED: dict[str, _Promise] = {
    "kubernetes:apps/v1:StatefulSet": guard_set,
    "kubernetes:apps/v1:Deployment": guard_deployment,
    "kubernetes:core/v1:PersistentVolumeClaim": guard_claim,
    "kubernetes:core/v1:Namespace": guard_kept,
    "kubernetes:core/v1:PersistentVolume": guard_volume,
    "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": guard_kept,
    "kubernetes:storage.k8s.io/v1:StorageClass": guard_class,
}
_IMMUTABLE: dict[str, Sequence[str]] = {
    "StatefulSet": SET_IMMUTABLE,
    "Deployment": ("spec.selector",),
    "PersistentVolumeClaim": CLAIM_IMMUTABLE,
}
# What the engine leaves as it is where a preview goes on after a refusal.
_ALL = ("metadata", "spec")


def concerns(type_: str, metadata: Mapping[str, Any]) -> bool:
    """Whether the guard has anything to do with a resource.

    Args:
        type_: Of the resource.
        metadata: Of the object, as far as it is known.
    """
    known = type_ in GUARDED or type_ in (_PROVIDER, RELEASE) or is_operated(type_)
    return known or may_be_of_helm(type_, metadata)


async def made_of(run: GuardRun, args: pulumi.ResourceTransformArgs) -> Made | None:
    """The resource, where it is one that is guarded; what else the run has to know is noted.

    Args:
        run: The guard.
        args: Of the transform.
    """
    if args.type_ == _PROVIDER:
        run.note_provider(args.name, await _known(args.props))
        return None
    metadata = plain(args.props.get("metadata"))
    if not concerns(args.type_, metadata if isinstance(metadata, Mapping) else {}):
        return None
    given: Any = args.opts.provider
    urn = str(await given.urn.future()) if given is not None else ""
    name = urn.rpartition("::")[2]
    # One that the engine made of the stack's config.
    name = "" if name.startswith("default") else name
    if name:
        run.find_provider(name, urn)
    parent = str(await args.opts.parent.urn.future()) if args.opts.parent else ""
    made = Made.of(args, name, run.home(name), parent)
    if args.type_ == RELEASE:
        note_release(run, args, name, made.urn)
        return None
    return made if made.is_known else made.as_in_state()


async def _known(props: Mapping[str, Any]) -> Mapping[str, Any]:
    """Properties with the values of outputs, as far as they are known."""
    opened = {}
    for key, value in props.items():
        if isinstance(value, pulumi.Output):
            opened[key] = await value.future() if await value.is_known() else value
        else:
            opened[key] = value
    return opened


def guarded(run: GuardRun, made: Made) -> pulumi.ResourceTransformResult | None:
    """The resource as it goes on; None where the guard leaves it alone.

    Args:
        run: The guard.
        made: The resource.

    Raises:
        StatefastError: what would become of its data is refused.
    """
    type_ = made.args.type_
    if type_ not in GUARDED:
        kept = take_up(run, made)
        result = guard_operated(run, made) if is_operated(type_) else None
        return result if kept is None else made.result(_leaving(kept))
    asks = run.asks(made)
    run.seen.add((type_, made.key, asks.cluster))
    if made.is_ours or run.is_left_out(made):
        return None
    if not made.is_known:
        return _unknown(run, made)
    kept = take_up(run, made)
    result = GUARDED[type_](run, made, asks)
    run.say(*asks.notes)
    return made.result(_leaving(kept)) if result is None and kept is not None else result


def _leaving(paths: Sequence[str]) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(ignore_changes=list(paths))


def as_it_is(made: Made) -> pulumi.ResourceTransformResult:
    """The resource as the state has it, for the rest of a preview."""
    return made.result(pulumi.ResourceOptions(ignore_changes=list(_ALL)))


def _unknown(run: GuardRun, made: Made) -> pulumi.ResourceTransformResult:
    """What cannot be judged in this run: nothing immutable changes in it."""
    why = "its name is made by Pulumi" if not made.is_named else "not all of it is known yet"
    run.say(
        f"{made.resource}: {why}, so it is not checked in this preview what an edit would do to its"
        " data"
        if pulumi.runtime.is_dry_run()
        else f"{made.resource}: {why}, so its data is guarded from the next up on"
    )
    return made.result(pulumi.ResourceOptions(ignore_changes=list(_IMMUTABLE.get(made.kind, ()))))
