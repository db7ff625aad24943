"""A StatefulSet that gets another name in the cluster: its claims are called after it.

A component knows by its own name which claims it had. Under another name of the set none of them
would be mounted, and each replica would start on a new, empty volume.
"""

import re
from collections.abc import Sequence

from ...errors import StatefastError
from ..consent import Change
from ..preflight import Reader
from ..read.known import Known

__all__ = ["refuse_renamed_set"]


def refuse_renamed_set(
    reader: Reader, *, namespace: str, name: str, known: Known, consents: Sequence[str]
) -> None:
    """Refuses to make a set whose component has claims of a set of another name.

    Args:
        reader: Of the component.
        namespace: Of the set.
        name: Of the set, which is not there.
        known: What this stack knows of the component.
        consents: What the owner agreed to.

    Raises:
        StatefastError: it has, and there is no consent to leave them.
    """
    claims = known.before.claims if known.before.namespace == namespace else {}
    its_own = re.compile(rf".+-{re.escape(name)}-\d+")
    if not claims or any(its_own.fullmatch(claim) for claim in claims):
        return
    left = ", ".join(sorted(claims))
    change = Change(
        resource=known.resource,
        field="workload_name",
        old=left,
        new=name,
        uid=Change.uids_of(claims),
    )
    if not change.allowed(consents):
        raise StatefastError(
            reader.resource,
            "workload_name",
            name,
            f"but its data is in {left}, which are called after the name that it had: it would"
            " start with new and empty volumes",
            f"write that name back, or consent to this one change by adding {change.consent!r} to"
            " consent",
        )
