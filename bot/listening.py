"""The socket a server listens on."""

from __future__ import annotations

import errno
import socket

from bot.errors import BadConfig, BotError, PortInUse


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one.

    Raises BadConfig for an address that is not this machine's, PortInUse where the port is taken.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except (socket.gaierror, UnicodeError):
        raise BadConfig(f"{host}: no such host; set [server] host or --host to an address of this machine") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            mend = "stop what listens there, or choose another with --port"
            raise PortInUse(f"{host}:{port} is taken; {mend}") from None
        if error.errno == errno.EADDRNOTAVAIL:
            raise BadConfig(f"{host} is not an address of this machine; set [server] host or --host") from None
        raise BotError(f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port") from None
