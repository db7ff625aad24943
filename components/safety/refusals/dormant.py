"""Claims of ordinals that do not run now: an edit that they speak against is refused before they
are needed, and not when the set is scaled up again.
"""

import re
from collections.abc import Collection, Mapping

from ...errors import StatefastError
from ...schema.quantity import binary_text
from ..fields import OURS, Fields
from ..preflight import Reader, owner_of_run
from ..read.live import LiveClaim

__all__ = ["refuse_shrinking"]


def refuse_shrinking(
    reader: Reader,
    *,
    namespace: str,
    stateful_set: str,
    sizes: Mapping[str, int],
    mounted: Collection[str],
    first_ordinal: int,
    fields: Fields = OURS,
) -> None:
    """Refuses a size below what claims have that come back when the set is scaled up.

    Args:
        reader: Of the component; it gets a note of those that only come back with an earlier
            first ordinal.
        namespace: Of the set.
        stateful_set: Its name.
        sizes: By name of the volume, the size wanted in bytes.
        mounted: The claims that this run has a pod for; they are planned one by one.
        first_ordinal: Where the ordinals start.
        fields: What the fields of the set are called.

    Raises:
        StatefastError: a claim of this stack has, or was promised, more.
    """
    claims = reader.read("claims", namespace, "whether claims of ordinals to come would shrink")
    owner = owner_of_run()
    for name, item in sorted((claims or {}).items()):
        if f"-{stateful_set}-" not in name:
            continue
        found = re.fullmatch(rf"(.+)-{re.escape(stateful_set)}-(\d+)", name)
        if found is None or found[1] not in sizes or name in mounted:
            continue
        live, wanted = LiveClaim.of(item), sizes[found[1]]
        # As for a claim that is mounted: a growth that has not happened may be taken back.
        if live.owner != owner or wanted >= live.asked or wanted > live.capacity:
            continue
        has = binary_text(live.capacity)
        if int(found[2]) < first_ordinal:
            reader.note(
                f"claim {namespace}/{name} is of an ordinal before the first and has {has}: should"
                f" it come back, it cannot shrink to the {binary_text(wanted)} written here"
            )
            continue
        raise StatefastError(
            reader.resource,
            fields.volume(found[1], "size"),
            binary_text(wanted),
            f"but claim {namespace}/{name}, which no pod mounts now, has {has} and would be mounted"
            " by the next scale-up, and no volume can shrink",
            f"write {binary_text(live.asked)!r} or more, or delete the claim if nobody needs its"
            f" data: kubectl delete pvc {name} -n {namespace}",
        )
