"""guard: one line that keeps the data of everything a program makes."""

from collections.abc import Sequence

import pulumi

from ..errors import StatefastError
from ..safety.preflight import PreflightArgs
from .args import RESOURCE, GuardArgs, checked, said_to_policies
from .end import GUARD, refuse_at_end
from .last import be_the_last
from .run import GuardRun
from .transform import as_it_is, concerns, guarded, made_of

__all__ = ["guard"]


class _Guard(pulumi.ComponentResource):
    """Stands for the guard in the state: the parent of what it applies to claims."""

    def __init__(self, args: GuardArgs) -> None:
        # Its outputs are those of the end of the program (end.py).
        super().__init__(GUARD, "guard", said_to_policies(args))


def guard(
    *,
    preflight: PreflightArgs | None = None,
    consent: Sequence[str] = (),
    retention: str = "retain",
    only: Sequence[str] = (),
    except_: Sequence[str] = (),
    growth_seconds: int | None = None,
    leaving: bool = False,
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
        retention: What becomes of claims and namespaces that leave the program, or with it:
            `retain` (default) or `delete`.
        only: Names of what is guarded: `name`, `namespace/name`, `kind name`, `namespace/*`, or a
            label as `key=value`. Default all.
        except_: Names of what is not guarded, in the same ways. Default none.
        growth_seconds: Seconds that `up` waits for each volume to grow, 0 to 86400. Default 600.
        leaving: Whether this call is taken out of the program next; see GuardArgs. Default false.

    Raises:
        StatefastError: an argument is wrong, or a guard is there already; and, out of the run and
            not out of this call, for each edit that is refused.
    """
    root = pulumi.runtime.get_root_resource()
    if root is None:
        raise StatefastError(RESOURCE, "guard", "called", "but no program runs", "run pulumi")
    before = [it.pulumi_resource_name for it in root._childResources]
    if before:
        raise StatefastError(
            RESOURCE,
            "guard",
            "called",
            f"but the program has registered {before[0]} before it, which it would not see",
            "call it first",
        )
    args: GuardArgs = {
        "preflight": {} if preflight is None else preflight,
        "consent": consent,
        "retention": retention,
        "only": only,
        "except_": except_,
        "leaving": leaving,
    }
    if growth_seconds is not None:
        args["growth_seconds"] = growth_seconds
    read = checked(args)
    holder: list[GuardRun] = []

    async def transform(
        given: pulumi.ResourceTransformArgs,
    ) -> pulumi.ResourceTransformResult | None:
        return await _transform(holder[0], given) if holder else None

    be_the_last(concerns)
    pulumi.runtime.register_resource_transform(transform)
    holder.append(GuardRun.of(_Guard(args), args, read))
    refuse_at_end(holder[0])


async def _transform(
    run: GuardRun, args: pulumi.ResourceTransformArgs
) -> pulumi.ResourceTransformResult | None:
    made = await made_of(run, args)
    if made is None:
        return None
    try:
        return guarded(run, made)
    except StatefastError as refusal:
        if not pulumi.runtime.is_dry_run():
            raise
        # All that a preview refuses is said at its end, each once.
        run.refusals.append(refusal)
        return as_it_is(made)
