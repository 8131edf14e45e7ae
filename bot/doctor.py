"""What works and what does not, each with its mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.access import VARIABLE, Keyring, refuse_if_open
from bot.config import Config
from bot.errors import BotError, PortInUse
from bot.listening import bind
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `needed` where asking cannot work without it."""

    name: str
    ok: bool
    needed: bool
    finding: str


def checks(config: Config, environ: Mapping[str, str]) -> Iterator[Check]:
    """The findings, each as soon as it is known."""
    fingerprint, model = _model(config)
    yield model
    yield _reader(config)
    yield _index(config, fingerprint)
    yield _documents(config)
    yield _port(config)
    yield _access(config, environ)
    yield from _slack(config, environ)
    yield Check("network", True, False, "not needed: the model, the index and the page are all on this machine")


def _model(config: Config) -> tuple[str | None, Check]:
    from bot.bot import open_encoder

    try:
        encoder = open_encoder(config)
        name = config.model.name or "multilingual-e5-small, built in"
        return encoder.fingerprint, Check("model", True, True, f"{name}, {encoder.dimension} dimensions")
    except BotError as error:
        return None, Check("model", False, True, str(error))


def _reader(config: Config) -> Check:
    from bot.trained import open_reader

    try:
        opened = open_reader(config.reader, config.base)
    except BotError as error:
        return Check("reader", False, True, str(error))
    if opened is None:
        return Check("reader", True, False, "off: [reader] enabled = false; the rules answer alone")
    return Check("reader", True, False, f"{config.reader.model or 'built in'}, {opened.fingerprint}")


def _index(config: Config, fingerprint: str | None) -> Check:
    try:
        generation = Store(config.index_dir).open(fingerprint)
        manifest = generation.manifest
        generation.close()
    except BotError as error:
        return Check("index", False, True, str(error))
    told = f"{manifest.name}: {manifest.documents} documents, {manifest.passages} passages from "
    return Check("index", True, True, told + (", ".join(manifest.roots) or "nowhere"))


def _documents(config: Config) -> Check:
    missing = [str(path) for path in config.document_paths if not path.exists()]
    if missing:
        return Check("documents", False, False, f"{', '.join(missing)}: not there; set [documents] paths")
    return Check("documents", True, False, ", ".join(str(path) for path in config.document_paths))


def _port(config: Config) -> Check:
    host, port = config.server.host, config.server.port
    try:
        bind(host, port).close()
        return Check("port", True, False, f"{host}:{port} is free")
    except PortInUse:
        return Check("port", False, False, f"{host}:{port} is taken (by this bot's server?); else use --port")
    except BotError as error:
        return Check("port", False, False, str(error))


def _access(config: Config, environ: Mapping[str, str]) -> Check:
    server = config.server
    try:
        keyring = Keyring.read(environ, dict(config.access.sources), server.is_local)
        refuse_if_open(keyring, server.url, server.is_local, server.open)
    except BotError as error:
        return Check("access", False, False, str(error))
    if not keyring.keys:
        may = ", ".join(sorted(keyring.anyone.scopes))
        return Check("access", True, False, f"off: {VARIABLE} is not set; whoever reaches the server may {may}")
    holders = (key.visitor for key in keyring.keys)
    return Check("access", True, False, ", ".join(f"{one.name} ({'+'.join(sorted(one.scopes))})" for one in holders))


def _slack(config: Config, environ: Mapping[str, str]) -> Iterator[Check]:
    """What Slack itself says of the tokens; asking here works without it."""
    from bot.slack.diagnosis import diagnosed
    from bot.slack.tokens import read_tokens

    try:
        tokens = read_tokens(environ)
    except BotError as error:
        yield Check("slack", False, False, str(error))
        return
    if tokens is None:
        yield Check("slack", True, False, "off: SLACK_BOT_TOKEN is not set")
        return
    where, troubles = diagnosed(tokens, config.slack.workspaces)
    for trouble in troubles:
        yield Check("slack", False, False, trouble)
    if not troubles:
        yield Check("slack", True, False, where)
