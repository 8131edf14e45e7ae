"""The socket a server listens on."""

from __future__ import annotations

import errno
import os
import socket

from bot.errors import BadConfig, BotError, PortInUse


def bind(host: str, port: int) -> socket.socket:
    """A socket that holds an address, and refuses who connects until it listens; port 0 takes a free one.

    Raises BadConfig for an address that is not this machine's, PortInUse where somebody listens there.
    """
    made = None
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        made = socket.socket(family)
        if os.name == "posix":  # elsewhere it would let two servers share the port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
        return made
    except (socket.gaierror, UnicodeError):
        raise BadConfig(f"{host}: no such host; set [server] host or --host to an address of this machine") from None
    except OSError as error:
        if made is not None:
            made.close()
        raise told(error, host, port) from None


def told(error: OSError, host: str, port: int) -> BotError:
    """Why nobody can listen at an address, in the user's words."""
    if error.errno == errno.EADDRINUSE:
        return PortInUse(f"{host}:{port} is taken; stop what listens there, or choose another with --port")
    if error.errno == errno.EADDRNOTAVAIL:
        return BadConfig(f"{host} is not an address of this machine; set [server] host or --host")
    return BotError(f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port")
