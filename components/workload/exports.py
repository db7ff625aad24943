"""What users of a workload need to know, under the names a stack exports it by."""

from collections.abc import Mapping

import pulumi

from .deployment import PersistentDeployment
from .stateful_set import PersistentStatefulSet

__all__ = ["exports_of"]


def exports_of(
    made: PersistentDeployment | PersistentStatefulSet,
) -> Mapping[str, pulumi.Output[object]]:
    """Claims, host, port and strategy; of a StatefulSet its peers, too."""
    said: dict[str, pulumi.Output[object]] = {
        "claims": made.claim_names,
        "host": made.service_host,
        "port": made.service_port,
        "strategy": made.strategy,
    }
    return {**said, "peers": made.peers} if isinstance(made, PersistentStatefulSet) else said
