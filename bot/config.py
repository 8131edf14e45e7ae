"""Config from TOML: every option typed, checked, and named in the error when it is wrong."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bot.access import is_loopback
from bot.errors import BadConfig
from bot.options import (
    GRANTS,
    HOSTS,
    ORIGINS,
    SCALE,
    SWITCH,
    TEXT,
    TEXTS,
    is_address,
    is_name,
    number,
    one_of,
    option,
    whole,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Documents:
    """What is indexed."""

    paths: tuple[str, ...] = option(("samples",), *TEXTS)
    watch: bool = option(False, *SWITCH)
    max_seconds: int = option(120, *whole(1, 86400))


@dataclass(frozen=True, slots=True)
class Index:
    """Where the index lies."""

    dir: str = option(".index", "a folder", is_name)


@dataclass(frozen=True, slots=True)
class Model:
    """What encodes."""

    name: str = option("", *TEXT)
    backend: str = option("openvino", *one_of("openvino", "onnx", "torch"))
    max_tokens: int = option(512, *whole(16, 8192))
    batch_size: int = option(4, *whole(1, 1024))
    threads: int = option(0, *whole(0, 256))


@dataclass(frozen=True, slots=True)
class Passages:
    """How long passages are."""

    min_chars: int = option(100, *whole(1, 2000))
    max_chars: int = option(350, *whole(50, 4000))


@dataclass(frozen=True, slots=True)
class Retriever:
    """How passages are found."""

    depth: int = option(10, *whole(1, 50))
    candidates: int = option(50, *whole(10, 1000))
    dense_weight: float = option(0.5, *number(0, 1))
    synonyms: str = option("", *TEXT)
    dictionary: str = option("", *TEXT)


@dataclass(frozen=True, slots=True)
class Answers:
    """When an answer is given."""

    min_support: float = option(0.25, *number(0, 1))
    min_read_support: float = option(0.42, *number(0, 1))
    fold_masked_copies: bool = option(True, *SWITCH)
    confidence: tuple[float, float] = option((1.0, 0.0), *SCALE)
    support: tuple[float, float] = option((1.0, 0.0), *SCALE)


@dataclass(frozen=True, slots=True)
class Reader:
    """The trained span reader."""

    enabled: bool = option(True, *SWITCH)
    model: str = option("", *TEXT)
    tokens: int = option(300, *whole(1, 10_000))
    sure: float = option(0.75, *number(0, 1))
    threads: int = option(0, *whole(0, 64))


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server listens, and what it shows."""

    host: str = option("127.0.0.1", "a host name or address", lambda value: isinstance(value, str) and bool(value))
    port: int = option(8000, *whole(1, 65535))
    public_url: str = option(
        "",
        "empty, or an address that begins with http:// or https://",
        lambda value: isinstance(value, str) and (not value or value.startswith(("http://", "https://"))),
    )
    hosts: tuple[str, ...] = option((), *HOSTS)
    cors_origins: tuple[str, ...] = option((), *ORIGINS)
    proxy: str = option("", "the IP address of a proxy, or empty", is_address)
    open: bool = option(False, *SWITCH)
    threads: int = option(4, *whole(1, 64))
    stop_seconds: int = option(20, *whole(0, 3600))
    link_documents: bool = option(True, *SWITCH)
    download_originals: bool = option(False, *SWITCH)

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the server: it listens there alone, and no proxy passes others on."""
        passed_on = urlsplit(self.public_url).hostname
        return is_loopback(self.host) and (passed_on is None or is_loopback(passed_on))

    @property
    def url(self) -> str:
        """The address that links to this server begin with, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one client may ask for in a minute, and how much may wait."""

    per_minute: int = option(600, *whole(0, 100_000))
    waiting: int = option(32, *whole(0, 1000))


@dataclass(frozen=True, slots=True)
class Access:
    """Who sees what, where BOT_API_TOKENS is set, and for how long a sign-in lasts."""

    sources: tuple[tuple[str, tuple[str, ...]], ...] = option((), *GRANTS)
    session_days: int = option(30, *whole(1, 365))


@dataclass(frozen=True, slots=True)
class Uploads:
    """What people may add over HTTP."""

    folder: str = option("", "a folder, or empty", lambda value: not value or is_name(value))
    max_mb: int = option(50, *whole(1, 2000))

    @property
    def max_bytes(self) -> int:
        """A file's size limit, in bytes."""
        return self.max_mb * 1024**2


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch("[A-Z][A-Z0-9]*", value))


def _are_ids(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_id, value))


def _are_channels(value: Any) -> bool:
    return _are_ids(value) or (
        isinstance(value, Mapping)
        and all(map(_is_id, value))
        and all(isinstance(own, Mapping) for own in value.values())
    )


@dataclass(frozen=True, slots=True)
class Channel:
    """When and how the bot answers in a channel of Slack, and from what."""

    answer: str = option("thread", *one_of("mention", "thread", "all", "never"))
    source: str = option("", *TEXT)
    language: str = option("auto", *one_of("auto", "zh", "en"))


@dataclass(frozen=True, slots=True)
class Slack(Channel):
    """What holds in every channel of Slack that has no rules of its own, and what the bot does in all of Slack."""

    workspaces: tuple[str, ...] = option((), "a list of team ids such as T0123456789", _are_ids)
    people: str = option("", "a channel id such as C0123456789, or empty", lambda value: value == "" or _is_id(value))
    waiting: int = option(200, *whole(1, 1_000_000))
    channels: tuple[tuple[str, Channel], ...] = option(
        (), "a list of channel ids such as C0123456789, or tables [slack.channels.C0123456789]", _are_channels
    )

    def in_channel(self, channel: str) -> Channel:
        """What holds in a channel."""
        return dict(self.channels).get(channel, self)


@dataclass(frozen=True, slots=True)
class Log:
    """What is logged."""

    level: str = option("info", *one_of("debug", "info", "warning", "error"))
    format: str = option("text", *one_of("text", "json"))
    questions: bool = option(False, *SWITCH)


@dataclass(frozen=True, slots=True)
class Record:
    """What is recorded of answers."""

    enabled: bool = option(False, *SWITCH)
    keep: int = option(10_000, *whole(1, 10_000_000))
    generations: int = option(10, *whole(0, 1000))


@dataclass(frozen=True, slots=True)
class Journal:
    """What is kept of questions, and of what people say of the answers."""

    questions: bool = option(False, *SWITCH)
    feedback: bool = option(True, *SWITCH)
    days: int = option(90, *whole(1, 3650))


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be set; ``base`` is the folder relative paths count from."""

    documents: Documents = field(default_factory=Documents)
    index: Index = field(default_factory=Index)
    model: Model = field(default_factory=Model)
    passages: Passages = field(default_factory=Passages)
    retriever: Retriever = field(default_factory=Retriever)
    answers: Answers = field(default_factory=Answers)
    reader: Reader = field(default_factory=Reader)
    server: Server = field(default_factory=Server)
    limits: Limits = field(default_factory=Limits)
    access: Access = field(default_factory=Access)
    uploads: Uploads = field(default_factory=Uploads)
    slack: Slack = field(default_factory=Slack)
    log: Log = field(default_factory=Log)
    record: Record = field(default_factory=Record)
    journal: Journal = field(default_factory=Journal)
    base: Path = Path()

    @property
    def index_dir(self) -> Path:
        """The index's folder."""
        return self.base / self.index.dir

    @property
    def synonyms_file(self) -> Path | None:
        """The file of synonyms, or None."""
        return self.base / self.retriever.synonyms if self.retriever.synonyms else None

    @property
    def dictionary_file(self) -> Path | None:
        """The file of words that jieba does not know, or None."""
        return self.base / self.retriever.dictionary if self.retriever.dictionary else None

    @property
    def document_paths(self) -> tuple[Path, ...]:
        """The files and folders to index, that of uploads among them once it is there."""
        paths = tuple(self.base / path for path in self.documents.paths)
        folder = self.upload_folder
        return (*paths, folder) if folder and folder.exists() else paths

    @property
    def upload_folder(self) -> Path | None:
        """The folder that uploaded files are kept in, or None."""
        return self.base / self.uploads.folder if self.uploads.folder else None

    def overridden(self, index: str | None = None, host: str | None = None, port: str | int | None = None) -> Config:
        """This configuration with what flags or the environment say in place of the file. Raises BadConfig."""
        if isinstance(port, str) and port.isascii() and port.isdigit():
            port = int(port)
        given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
        server = _section(Server, "server", {**asdict(self.server), **given}, "flags and environment")
        folder = self.index if index is None else Index(str(Path(index).absolute()))
        return replace(self, server=server, index=folder)


def load_config(file: str | os.PathLike[str] | None = None) -> Config:
    """The configuration in a file; without one, in ``config.toml`` of this folder, or the defaults.

    Raises BadConfig with the key's name where the file is missing, is not TOML, or holds a key
    or a value that is not understood.
    """
    path = Path(file) if file is not None else Path("config.toml")
    if file is None and not path.exists():
        return Config()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BadConfig(f"{path}: no such file; name an existing one with --config or BOT_CONFIG") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path}: cannot be read as UTF-8 text ({error}); mend or replace it") from None
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{path}: is not valid TOML: {error}; mend that line") from None
    return config_from(tables, base=path.resolve().parent, where=str(path))


def config_from(tables: Mapping[str, Any], base: Path = Path(), where: str = "config") -> Config:
    """The configuration that parsed TOML tables describe; see `load_config`."""
    sections: dict[str, Any] = {}
    known = {item.name: item for item in fields(Config) if item.name != "base"}
    for name, table in tables.items():
        if name not in known:
            raise BadConfig(f"{where}: unknown key [{name}]; the tables are {', '.join(known)}")
        if not isinstance(table, Mapping):
            raise BadConfig(f"{where}: {name} must be a table, written [{name}]")
        if name == "slack":
            sections[name] = _slack(table, where)
        else:
            sections[name] = _section(known[name].default_factory, name, table, where)  # type: ignore[arg-type]
    config = Config(**sections, base=base)
    if config.passages.min_chars > config.passages.max_chars:
        raise BadConfig(f"{where}: passages.min_chars is over passages.max_chars; make it smaller")
    _check_upload_folder(config, where)
    return config


def _check_upload_folder(config: Config, where: str) -> None:
    """Raises BadConfig where uploads would lie among documents: their sources begin with their own folder's name."""
    if config.upload_folder is None:
        return
    folder = os.path.realpath(config.upload_folder)
    for name in config.documents.paths:
        path = os.path.realpath(config.base / name)
        if os.path.commonpath([folder, path]) in {folder, path}:
            raise BadConfig(
                f"{where}: uploads.folder = {config.uploads.folder!r} overlaps with {name!r} of documents.paths; "
                "name a folder beside it"
            )


def _slack(table: Mapping[str, Any], where: str) -> Slack:
    """[slack] with its channels: a table has what differs in one of them, a list the only ones that it answers in."""
    slack = _section(Slack, "slack", table, where)
    given = table.get("channels", ())
    general = {item.name: getattr(slack, item.name) for item in fields(Channel)}
    if isinstance(given, Mapping):
        own = {
            name: _section(Channel, f"slack.channels.{name}", {**general, **one}, where) for name, one in given.items()
        }
        return replace(slack, channels=tuple(own.items()))
    if given:
        return replace(slack, answer="never", channels=tuple((name, Channel(**general)) for name in given))
    return slack


def _section(kind: Callable[..., T], name: str, table: Mapping[str, Any], where: str) -> T:
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise BadConfig(f"{where}: unknown key {name}.{key}; [{name}] takes {', '.join(known)}")
        if not known[key].metadata["check"](value):
            raise BadConfig(f"{where}: {name}.{key} = {value!r} is wrong; it takes {known[key].metadata['takes']}")
        if isinstance(value, Mapping):
            value = tuple((name, tuple(listed)) for name, listed in value.items())
        elif isinstance(value, list):
            value = tuple(value)
        elif isinstance(known[key].default, float):
            value = float(value)
        values[key] = value
    return kind(**values)
