"""guard: one line that keeps the data of everything a program makes."""

from collections.abc import Callable, Sequence
from typing import Any

import pulumi

from ..errors import StatefastError
from ..safety.preflight import PreflightArgs, reader
from .claims import CLAIM_IMMUTABLE, guard_claim
from .deployments import guard_deployment
from .end import GUARD, refuse_at_end
from .made import Made
from .others import guard_class, guard_namespace, note_release
from .run import GuardRun
from .sets import SET_IMMUTABLE, guard_set

__all__ = ["guard"]

_RESOURCE = "guard"
_PROVIDER = "pulumi:providers:kubernetes"
_RELEASE = "kubernetes:helm.sh/v3:Release"
_Promise = Callable[..., pulumi.ResourceTransformResult | None]
_GUARDS: dict[str, _Promise] = {
    "kubernetes:apps/v1:StatefulSet": guard_set,
    "kubernetes:apps/v1:Deployment": guard_deployment,
    "kubernetes:core/v1:PersistentVolumeClaim": guard_claim,
    "kubernetes:core/v1:Namespace": guard_namespace,
    "kubernetes:storage.k8s.io/v1:StorageClass": guard_class,
}
_IMMUTABLE: dict[str, Sequence[str]] = {
    "StatefulSet": SET_IMMUTABLE,
    "Deployment": ("spec.selector",),
    "PersistentVolumeClaim": CLAIM_IMMUTABLE,
    "Namespace": (),
    "StorageClass": (),
}
# What the engine leaves as it is where a preview goes on after a refusal.
_ALL = ("metadata", "spec")


class _Guard(pulumi.ComponentResource):
    """Stands for the guard in the state: the parent of what it applies to claims."""

    def __init__(self) -> None:
        # Its outputs are those of the end of the program (end.py).
        super().__init__(GUARD, "guard", {})


def guard(
    *,
    preflight: PreflightArgs | None = None,
    consent: Sequence[str] = (),
    except_: Sequence[str] = (),
) -> None:
    """Keeps the data of every StatefulSet, Deployment and PersistentVolumeClaim of a program.

    Called before anything is registered. It sees what the program's own code makes, and the
    children of charts (`helm.v4.Chart`, `helm.v3.Chart`), of manifests (`yaml`, `kustomize`) and
    of other people's components. A larger size in `volumeClaimTemplates` grows the claims in
    place; an edit that would replace a set, shrink a volume, or start an application empty is
    refused at preview, with the consent to copy; claims and namespaces are kept when they leave
    the program. Components of this package guard themselves.

    Args:
        preflight: How the cluster is read; see PreflightArgs. Default: read, with warnings.
        consent: Changes that the owner agrees to, each in the words of the refusal that asked for
            it. Default none.
        except_: Names of objects that are not guarded: `name`, `namespace/name`, or `kind name`.
            Default none.

    Raises:
        StatefastError: an argument is wrong, or a guard is there already; and, out of the run and
            not out of this call, for each edit that is refused.
    """
    root = pulumi.runtime.get_root_resource()
    if root is None:
        raise StatefastError(_RESOURCE, "guard", "called", "but no program runs", "run pulumi")
    before = [it.pulumi_resource_name for it in root._childResources]
    if before:
        raise StatefastError(
            _RESOURCE,
            "guard",
            "called",
            f"but the program has registered {before[0]} before it, which it would not see",
            "call it first",
        )
    given: PreflightArgs = {} if preflight is None else preflight
    reader(_RESOURCE, given)
    for field, value in (("consent", consent), ("except_", except_)):
        if isinstance(value, str) or not all(isinstance(item, str) for item in value):
            raise StatefastError(_RESOURCE, field, value, "not a list of texts", "write a list")
    holder: list[GuardRun] = []

    async def transform(
        args: pulumi.ResourceTransformArgs,
    ) -> pulumi.ResourceTransformResult | None:
        return await _transform(holder[0], args) if holder else None

    pulumi.runtime.register_resource_transform(transform)
    holder.append(
        GuardRun(
            component=_Guard(),
            preflight=given,
            consents=list(consent),
            excepted=dict.fromkeys(except_, False),
        )
    )
    refuse_at_end(holder[0])


async def _transform(
    run: GuardRun, args: pulumi.ResourceTransformArgs
) -> pulumi.ResourceTransformResult | None:
    if args.type_ == _PROVIDER:
        run.note_provider(args.name, args.props)
        return None
    if args.type_ == _RELEASE:
        note_release(run, args)
        return None
    if args.type_ not in _GUARDS:
        return None
    provider = await _provider_of(args.opts)
    parent = str(await args.opts.parent.urn.future()) if args.opts.parent else ""
    made = Made.of(args, provider, run.home(provider), parent)
    if not made.is_known:
        made = made.as_in_state()
    try:
        asks = run.asks(made)
        run.seen.add((args.type_, made.key, asks.cluster))
        if made.is_ours or run.is_excepted(made):
            return None
        if not made.is_known:
            return _unknown(run, made)
        result = _GUARDS[args.type_](run, made, asks)
        run.say(*asks.notes)
        return result
    except StatefastError as refusal:
        if not pulumi.runtime.is_dry_run():
            raise
        # All that a preview refuses is said at its end, each once.
        run.refusals.append(refusal)
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
    return made.result(pulumi.ResourceOptions(ignore_changes=list(_IMMUTABLE[made.kind])))


async def _provider_of(opts: pulumi.ResourceOptions) -> str:
    """Logical name of the provider; empty for the default one."""
    given: Any = opts.provider
    if given is None:
        return ""
    name = str(await given.urn.future()).rpartition("::")[2]
    return "" if name.startswith("default") else name
