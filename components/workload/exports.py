"""What users of a workload need to know, under the names a stack exports it by."""

from collections.abc import Mapping

from .deployment import PersistentDeployment
from .stateful_set import PersistentStatefulSet

__all__ = ["exports_of"]


def exports_of(
    made: PersistentDeployment | PersistentStatefulSet,
) -> Mapping[str, object]:
    """Claims, host, port and strategy; of a StatefulSet its peers, too.

    Plain values, as none of them is known later: an Output within an Output costs more than the
    workload, where there are a hundred of them.
    """
    return made.plain
