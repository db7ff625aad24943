"""What the CLI starts as its language host: asks a warm server for one, and lives as long as it.

It starts in a hundredth of a second, as it imports next to nothing.
"""

import json
import os
import select
import signal
import socket
import sys


def main(folder: str, checkout: str, own: str, others: str, *, arguments: list[str]) -> None:
    # A CLI that has read the port of its host may interrupt it at once, and that is no error.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    parent = os.getppid()
    asked = {
        "arguments": arguments,
        "folder": os.getcwd(),  # noqa: PTH109  pathlib takes longer than all of this
        "environment": dict(os.environ),
        "client": os.getpid(),
    }
    # The CLI starts its host in the folder of the program.
    inside = f"{asked['folder']}/".startswith(f"{checkout}/")
    servers = (own if inside else others).split(",")
    # A socket's path has to be short, and that of a temporary folder need not be.
    os.chdir(folder)
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(servers[os.urandom(1)[0] % len(servers)])
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


main(*sys.argv[1:5], arguments=sys.argv[5:])
