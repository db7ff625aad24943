"""A workload of the other pattern under the same name: two sets of pods behind one Service.

A switch of the pattern removes the old one in the same run, since it is in the state. One that is
in no state, or is another's, stays, and has pods with the very labels that the Service selects.
"""

from collections.abc import Mapping, Sequence

from ...errors import StatefastError
from ..consent import Change
from ..preflight import Reader, owner_of_run
from ..read.live import LiveWorkload
from ..read.memory import held

__all__ = ["refuse_other_pattern"]


def refuse_other_pattern(
    reader: Reader,
    namespace: str,
    name: str,
    *,
    of_set: bool,
    selector: Mapping[str, str],
    consents: Sequence[str],
) -> None:
    """Refuses to put pods beside those of a workload that this run does not remove.

    Args:
        reader: Of the component.
        namespace: Of the workload.
        name: Of the workload.
        of_set: Whether it is a StatefulSet.
        selector: The labels of its pods that select.
        consents: What the owner agreed to.

    Raises:
        StatefastError: one of the other pattern lives, with pods of the same labels.
    """
    listed, kind = ("deployments", "Deployment") if of_set else ("stateful sets", "StatefulSet")
    unchecked = f"whether a {kind} of that name has pods behind the same Service"
    found = (reader.read(listed, namespace, unchecked) or {}).get(name)
    if found is None:
        return
    live = LiveWorkload.of(found)
    ours = live.owner in ("", owner_of_run())
    known = held(f"kubernetes:apps/v1:{kind}", f"{namespace}/{name}")
    if (ours and known) or live.leaving or live.selector != selector:
        return
    where = f"{kind} {namespace}/{name}"
    if live.owner == owner_of_run() and known is None:
        reader.note(
            f"{where} lives under the same name, and it is not known whether the state of this"
            " stack has it: if this run does not remove it, its pods answer the same Service; then"
            f" delete it: kubectl delete {kind.lower()} {name} -n {namespace}"
        )
        return
    change = Change(
        resource=reader.resource,
        field="pods",
        old=f"of {kind} {name}",
        new=f"beside {kind} {name}",
        uid=live.uid,
    )
    if not change.allowed(consents):
        stay = "with its claims" if live.takes_claims else "its claims stay"
        raise StatefastError(
            reader.resource,
            "name",
            name,
            f"but {where} of {live.owner or 'nobody'} lives, this run does not remove it, and its"
            " pods would answer the same Service",
            f"delete it first, {stay} (kubectl delete {kind.lower()} {name} -n {namespace}), or"
            f" consent to both by adding {change.consent!r} to consent",
        )
