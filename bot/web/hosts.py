"""The names that this server goes by: a request for another one is refused, whoever sends it."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request

from bot.access import is_loopback
from bot.config import Server

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")  # what a Host header holds (RFC 9110, 7.2)


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a server goes by, whatever the port: behind a proxy that is the proxy's."""

    known: frozenset[str]
    loopback: bool  # whether those of this machine for itself are among them
    addresses: bool  # whether any IP address is: no name that somebody else owns leads to one

    @classmethod
    def of(cls, server: Server) -> Names:
        """The names of a server: what it listens on, `public_url` and `hosts`.

        One that listens on all addresses, and was told no name, goes by any address and by the machine's name.
        """
        told = {urlsplit(server.public_url).hostname or "", *map(_bare, server.hosts)} - {""}
        listens = _bare(server.host)
        address = _address(listens)
        if address is None or not address.is_unspecified:
            return cls(frozenset({*told, listens}), is_loopback(listens), addresses=False)
        return cls(frozenset(told or {socket.gethostname().lower()}), True, addresses=not told)

    def have(self, name: str) -> bool:
        """Whether a name, or an address without brackets, is one of these."""
        name = name.lower()
        return (
            name in self.known
            or (self.loopback and is_loopback(name))
            or (self.addresses and _address(name) is not None)
        )


def register(app: Flask, server: Server) -> None:
    """Has every request that is for another server refused."""
    app.extensions["names"] = Names.of(server)
    app.before_request(_check)


def _check() -> None:
    """Lets a request for this server pass, or ends it."""
    sent = request.headers.get("Host", "")
    if (found := _HOST.fullmatch(sent)) is None:
        abort(400, "the Host header is not one host with or without a port; send the name of this server")
    names: Names = current_app.extensions["names"]
    if not names.have(_bare(found[1])):
        abort(403, f"this server does not go by the name {found[1]}; add it to [server] hosts if it is to")


def _bare(host: str) -> str:
    return host.strip("[]").lower()


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
