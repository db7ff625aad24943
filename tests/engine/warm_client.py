"""What the CLI starts as its language host: asks a warm server for one, and lives as long as it.

It starts in a hundredth of a second, as it imports next to nothing.
"""

import json
import os
import select
import signal
import socket
import sys


def main(folder: str, servers: int, arguments: list[str]) -> None:
    # A CLI that has read the port of its host may interrupt it at once, and that is no error.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    parent = os.getppid()
    asked = {
        "arguments": arguments,
        "folder": os.getcwd(),  # noqa: PTH109  pathlib takes longer than all of this
        "environment": dict(os.environ),
        "client": os.getpid(),
    }
    # A socket's path has to be short, and that of a temporary folder need not be.
    os.chdir(folder)
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(f"warm-{os.urandom(1)[0] % servers}")
        socket.send_fds(server, [b"."], [0, 1, 2])
        server.sendall(json.dumps(asked).encode())
        server.shutdown(socket.SHUT_WR)
        until = select.poll()
        until.register(server, select.POLLIN)
        try:
            until.register(os.pidfd_open(parent), select.POLLIN)
        except ProcessLookupError:
            return
        until.poll()


main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
