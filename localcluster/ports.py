"""The one TCP port of a cluster: everything else talks through unix sockets."""

import random
import socket

from .errors import LocalClusterError

HOST = "127.0.0.1"

# Below the range the kernel takes ports for outgoing connections from (32768 and up on Linux):
# a port there could be in use as the source of some connection when the cluster comes back.
_RANGE = range(20000, 32000)


def is_free(port: int) -> bool:
    """Says whether a server could listen on a port of the loopback interface.

    Args:
        port: The port to try.

    Returns:
        True when nothing listens there.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As Go's listeners do: connections of a past server that linger are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def choose() -> int:
    """Chooses a free port, at random so that parallel clusters do not race for the same one.

    Returns:
        The port.

    Raises:
        LocalClusterError: When no port of a long list is free.
    """
    for port in random.sample(_RANGE, 200):
        if is_free(port):
            return port
    raise LocalClusterError(
        f"no free port on {HOST} between {_RANGE.start} and {_RANGE.stop - 1}: "
        "stop some of the servers that listen there"
    )
