"""What claims depend on, and what nobody can guard."""

import pulumi

from ..safety.preflight import Reader, Warns, owner_of_run
from ..safety.read.live import OWNER, RETENTION
from .made import Made, plain
from .run import GuardRun

__all__ = ["guard_class", "guard_namespace", "note_release"]


def guard_namespace(run: GuardRun, made: Made, asks: Reader) -> pulumi.ResourceTransformResult:
    """The namespace, which the engine does not delete: every claim in it would go.

    Args:
        run: The guard.
        made: The namespace.
        asks: Its reader.
    """
    _, live = asks.metadata("namespaces", made.name, "", "whose the namespace is")
    taken_back = made.is_taken_back(live)
    made.annotate({OWNER: owner_of_run(), **({} if run.keeps else {RETENTION: run.retention})})
    return made.result(
        pulumi.ResourceOptions(retain_on_delete=run.keeps, import_=made.key if taken_back else None)
    )


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


def note_release(run: GuardRun, args: pulumi.ResourceTransformArgs) -> None:
    """Says that what Helm does itself is seen by nobody."""
    props = plain(args.props)
    name = props.get("name") or args.name
    run.say(
        Warns(
            f"helm.v3.Release {name} is not guarded: Helm makes its objects, and the engine sees"
            " none of them; make it a helm.v4.Chart to have its volumes guarded"
        )
    )
