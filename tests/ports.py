"""Ports for servers under test."""

import random
import socket

# Below those that systems give to outgoing connections (Linux: from 32768), one of which might take it meanwhile.
_PORTS = range(20_000, 32_000)


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    for port in random.SystemRandom().sample(_PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no port is free between {_PORTS[0]} and {_PORTS[-1]}")
