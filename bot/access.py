"""Who may do what, and see which documents: the tokens of BOT_API_TOKENS. Pure."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.errors import BadConfig

VARIABLE = "BOT_API_TOKENS"
ALL = "*"  # in place of a source prefix

_FORM = "name:scope+scope:token, several parted by commas"
_NAME = re.compile(r"[\w.-]{1,64}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")  # what a Bearer header (RFC 6750) and a link carry unchanged
_MAKE = "make one with: python -c 'import secrets; print(secrets.token_urlsafe())'"


class Scope(StrEnum):
    """What a token lets its holder do."""

    ASK = "ask"
    READ = "read"  # documents and the index
    WRITE = "write"  # add documents, and index
    ADMIN = "admin"  # what was asked, by all


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever sends a request: the name of the token, what it lets do, and the sources it lets see."""

    name: str
    scopes: frozenset[Scope]
    visible: tuple[str, ...] | None = None  # source prefixes; None: all


ANYONE = Visitor("", frozenset(Scope))  # where no tokens are set
PASSER_BY = Visitor("", frozenset({Scope.ASK, Scope.READ}))  # the same on an address that others reach
STRANGER = Visitor("", frozenset(), ())  # without a token, where tokens are set


@dataclass(frozen=True, slots=True)
class Key:
    """A token: what its holder is, and its SHA-256. The token itself is not kept."""

    visitor: Visitor
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The tokens of a server; without any, everyone who reaches it is `anyone`."""

    keys: tuple[Key, ...] = ()
    anyone: Visitor = ANYONE

    @classmethod
    def read(cls, environ: Mapping[str, str], sources: Mapping[str, tuple[str, ...]], is_local: bool) -> Keyring:
        """The tokens in an environment. `sources` has the source prefixes that each may see; empty: all see all.

        Without tokens everyone may do everything where only this machine reaches the server (`is_local`).

        Raises BadConfig where an entry is malformed, or where `sources` and the tokens do not fit. No
        message holds anything of an entry before its token is known to be in its place.
        """
        told = environ.get(VARIABLE, "").strip()
        if not told and sources:
            raise BadConfig(
                f"[access] sources bounds what tokens see, but {VARIABLE} is not set; set it, or empty sources"
            )
        if not told:
            return cls((), ANYONE if is_local else PASSER_BY)
        keys = [_key(entry.strip(), place) for place, entry in enumerate(told.split(","), 1)]
        names = [key.visitor.name for key in keys]
        if repeated := _repeated(names):
            raise BadConfig(f"{VARIABLE} has the name {repeated} twice; give each token a name of its own")
        if len({key.digest for key in keys}) < len(keys):
            raise BadConfig(f"{VARIABLE} has one token under two names; {_MAKE}")
        if unknown := sorted(set(sources) - set(names)):
            raise BadConfig(f"[access] sources grants to {unknown[0]}, which {VARIABLE} does not name; mend the name")
        return cls(tuple(_granted(key, sources) for key in keys))

    def key(self, digest: bytes) -> Key | None:
        """The key of a token with this digest. All are compared, so that the time taken tells nothing."""
        found = None
        for key in self.keys:
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found


def refuse_if_open(keyring: Keyring, url: str, is_local: bool, is_meant: bool) -> None:
    """Raises BadConfig where a server that others reach would let them in without tokens, unless that is meant."""
    if not (keyring.keys or is_local or is_meant):
        raise BadConfig(
            f"whoever reaches {url} could ask and read; set {VARIABLE}, or [server] open = true if that is meant"
        )


def digest(secret: str) -> bytes:
    """The SHA-256 of a secret, as it is kept and compared."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def sees(visible: tuple[str, ...] | None, source: str) -> bool:
    """Whether a document's source is one of the visible ones, or lies below it."""
    return visible is None or any(source == path or source.startswith(f"{path.rstrip('/')}/") for path in visible)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _key(entry: str, place: int) -> Key:
    where = f"entry {place} of {VARIABLE}"
    name, _, rest = entry.partition(":")
    scopes, _, token = rest.partition(":")
    if not (_NAME.fullmatch(name) and scopes and token):
        raise BadConfig(f"{where} is malformed; write {_FORM}")
    if not _TOKEN.fullmatch(token):
        raise BadConfig(f"the token of {where} is not 16 or more letters, digits and -._~+/=; {_MAKE}")
    if not set(scopes.split("+")) <= set(Scope):
        raise BadConfig(f"{where} has a scope that there is not; the scopes are {', '.join(Scope)}")
    return Key(Visitor(name, frozenset(map(Scope, scopes.split("+")))), digest(token))


def _granted(key: Key, sources: Mapping[str, tuple[str, ...]]) -> Key:
    """The key with the sources that it may see."""
    name, scopes = key.visitor.name, key.visitor.scopes
    if not sources:
        return key
    if name not in sources:
        raise BadConfig(f'[access] sources has no "{name}"; add {name} = ["*"], or the sources that this token may see')
    visible = None if ALL in sources[name] else sources[name]
    return Key(Visitor(name, scopes, visible), key.digest)


def _repeated(names: Sequence[str]) -> str:
    return next((name for place, name in enumerate(names) if name in names[:place]), "")
