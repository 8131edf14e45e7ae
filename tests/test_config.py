"""The configuration: what the file documents is what the code does, and what is wrong is told by name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import server
from bot.__main__ import _parser, configured
from bot.config import Channel, Config, config_from, load_config
from bot.errors import BadConfig
from tests.fake_encoder import ROOT

FILE = ROOT / "config.toml"


def options() -> dict[str, Any]:
    """Every option there is in the code, ``table.key``, and its default."""
    config = Config()
    return {
        f"{table.name}.{option.name}": getattr(getattr(config, table.name), option.name)
        for table in fields(Config)
        if table.name != "base"
        for option in fields(getattr(config, table.name))
    }


def lines() -> dict[str, str]:
    """Every option there is in config.toml, ``table.key``, and its line."""
    found, table = {}, ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            table = match.group(1)
        elif match := re.match(r"(\w+) = ", line):
            found[f"{table}.{match.group(1)}"] = line
    return found


# The file and the code


def test_the_file_holds_every_option_in_the_order_of_the_code() -> None:
    assert list(lines()) == list(options())


@pytest.mark.parametrize("name", sorted(options()))
def test_an_option_is_documented_and_has_its_default(name: str) -> None:
    table, key = name.split(".")
    value = tomllib.loads(FILE.read_text(encoding="utf-8"))[table][key]
    assert (tuple(value) if isinstance(value, list | dict) else value) == options()[name]
    assert re.search(r"\S\s+# \S.{9,}", lines()[name]), f"{name} has no comment of its own"


def test_a_range_that_a_comment_names_is_the_range_that_is_taken() -> None:
    ranges = {name: re.search(r"(\d+) to (\d+)", line) for name, line in lines().items()}
    named = {name: match.groups() for name, match in ranges.items() if match}
    assert len(named) >= 7
    for name, (low, high) in named.items():
        table, key = name.split(".")
        for value in (int(low), int(high)):
            config_from({table: {key: value}})
        for value in (int(low) - 1, int(high) + 1):
            with pytest.raises(BadConfig, match=f"from {low} to {high}"):
                config_from({table: {key: value}})


def test_the_file_says_what_no_file_says() -> None:
    loaded = load_config(FILE)
    assert {name: getattr(getattr(loaded, name.split(".")[0]), name.split(".")[1]) for name in options()} == options()


def test_every_option_says_what_it_takes() -> None:
    for name in options():
        table, key = name.split(".")
        with pytest.raises(BadConfig) as caught:
            config_from({table: {key: object()}})
        assert re.fullmatch(rf"config: {table}\.{key} = <object .*> is wrong; it takes \S.*", str(caught.value))


# What is wrong


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[servr]\nport = 1", "unknown key [servr]; the tables are documents, index, model, passages, retriever"),
        ("port = 8000", "unknown key [port]"),
        ("server = 8000", "server must be a table, written [server]"),
        ("[server]\nprot = 1", "unknown key server.prot; [server] takes host, port, public_url, hosts, "),
        ("[server]\nport = 0", "server.port = 0 is wrong; it takes a whole number from 1 to 65535"),
        ("[server]\nport = 65536", "server.port = 65536 is wrong; it takes a whole number from 1 to 65535"),
        ("[server]\nport = '8000'", "server.port = '8000' is wrong; it takes a whole number from 1 to 65535"),
        ("[server]\nport = true", "server.port = True is wrong; it takes a whole number from 1 to 65535"),
        ("[server]\nport = 80.0", "server.port = 80.0 is wrong; it takes a whole number from 1 to 65535"),
        ("[server]\nhost = ''", "server.host = '' is wrong; it takes a host name or address"),
        ("[server]\npublic_url = 'example.org'", "server.public_url = 'example.org' is wrong; it takes empty, or"),
        ("[server]\nproxy = 'nginx'", "server.proxy = 'nginx' is wrong; it takes the IP address of a proxy, or empty"),
        ("[server]\nhosts = ['a:80']", "server.hosts = ['a:80'] is wrong; it takes a list of host names or addresses"),
        ("[server]\nhosts = ['']", "server.hosts = [''] is wrong; it takes a list of host names"),
        ("[server]\nhosts = 'a'", "server.hosts = 'a' is wrong; it takes a list of host names"),
        ("[server]\ncors_origins = ['*']", "server.cors_origins = ['*'] is wrong; it takes a list of origins"),
        ("[server]\ncors_origins = ['https://a.b/']", "server.cors_origins = ['https://a.b/'] is wrong; it takes"),
        ("[server]\ncors_origins = ['null']", "server.cors_origins = ['null'] is wrong; it takes a list of origins"),
        ("[server]\ncors_origins = ['https://A.b']", "server.cors_origins = ['https://A.b'] is wrong; it takes a list"),
        ("[documents]\npaths = 'samples'", "documents.paths = 'samples' is wrong; it takes a list of texts"),
        ("[documents]\npaths = [1]", "documents.paths = [1] is wrong; it takes a list of texts"),
        ("[documents]\nwatch = 1", "documents.watch = 1 is wrong; it takes true or false"),
        ("[reader]\nenabled = 0", "reader.enabled = 0 is wrong; it takes true or false"),
        ("[reader]\ntokens = 0", "reader.tokens = 0 is wrong; it takes a whole number from 1 to 10000"),
        ("[index]\ndir = ''", "index.dir = '' is wrong; it takes a folder"),
        ("[retriever]\ndense_weight = nan", "retriever.dense_weight = nan is wrong; it takes a number from 0 to 1"),
        ("[retriever]\ndense_weight = 1.5", "retriever.dense_weight = 1.5 is wrong; it takes a number from 0 to 1"),
        ("[retriever]\ndense_weight = true", "retriever.dense_weight = True is wrong; it takes a number from 0 to 1"),
        ("[answers]\nsupport = 1.0", "answers.support = 1.0 is wrong; it takes [slope, intercept], a number from 0.01"),
        ("[answers]\nsupport = [1.0]", "answers.support = [1.0] is wrong; it takes [slope, intercept]"),
        ("[answers]\nsupport = [1, 0, 0]", "answers.support = [1, 0, 0] is wrong; it takes [slope, intercept]"),
        ("[answers]\nconfidence = [0, 0]", "answers.confidence = [0, 0] is wrong; it takes [slope, intercept]"),
        ("[answers]\nconfidence = [-1, 0]", "answers.confidence = [-1, 0] is wrong; it takes [slope, intercept]"),
        ("[answers]\nconfidence = [1, 10.1]", "answers.confidence = [1, 10.1] is wrong; it takes [slope, intercept]"),
        ("[answers]\nconfidence = [1, true]", "answers.confidence = [1, True] is wrong; it takes [slope, intercept]"),
        ("[log]\nlevel = 'loud'", "log.level = 'loud' is wrong; it takes one of debug, info, warning, error"),
        ("[log]\nlevel = ['info']", "log.level = ['info'] is wrong; it takes one of debug, info, warning, error"),
        ("[log]\nquestions = 'no'", "log.questions = 'no' is wrong; it takes true or false"),
        ("[slack]\nchannels = ['']", "slack.channels = [''] is wrong; it takes a list of channel ids such as"),
        ("[slack]\nchannels = ['#general']", "slack.channels = ['#general'] is wrong; it takes a list of channel ids"),
        ("[slack]\nanswer = 'always'", "slack.answer = 'always' is wrong; it takes one of mention, thread, all, never"),
        ("[slack]\nworkspaces = 'T1'", "slack.workspaces = 'T1' is wrong; it takes a list of team ids"),
        ("[slack]\npeople = '#help'", "slack.people = '#help' is wrong; it takes a channel id such as C0123456789"),
        ("[slack]\nwaiting = 0", "slack.waiting = 0 is wrong; it takes a whole number from 1 to 1000000"),
        ("[slack.channels.C1]\nanser = 'all'", "unknown key slack.channels.C1.anser; [slack.channels.C1] takes answer"),
        ("[slack.channels.C1]\nlanguage = 'fr'", "slack.channels.C1.language = 'fr' is wrong; it takes one of auto"),
        ("[slack.channels]\nC1 = 'all'", "slack.channels = {'C1': 'all'} is wrong; it takes a list of channel ids"),
        ("[access]\nsources = ['a']", "access.sources = ['a'] is wrong; it takes a table of token names and what"),
        ("[access]\nsources = { a = 'b' }", "access.sources = {'a': 'b'} is wrong; it takes a table"),
        ("[access]\nsources = { a = [''] }", "access.sources = {'a': ['']} is wrong; it takes a table"),
        ("[access]\nsources = { a = ['/b'] }", "access.sources = {'a': ['/b']} is wrong; it takes a table"),
        ("[access]\nsources = { a = ['b/../c'] }", "without a slash before them and without .., or [\"*\"]"),
        ("[access]\nsources = { a = ['..'] }", "access.sources = {'a': ['..']} is wrong; it takes a table"),
        ("[access]\nsources = { a = ['b//c'] }", "access.sources = {'a': ['b//c']} is wrong; it takes a table"),
        ("[access]\nsession_days = 0", "access.session_days = 0 is wrong; it takes a whole number from 1 to 365"),
        ("[server\nport = 1", "is not valid TOML: "),
        ("[log]\nlevel = 'info'\nlevel = 'debug'", "is not valid TOML: "),
    ],
)  # fmt: skip
def test_an_unknown_key_or_a_bad_value_is_named_with_what_it_takes(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "my.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfig) as caught:
        load_config(file)
    told = str(caught.value)
    assert told.startswith(f"{file}: ")
    assert message in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda file: None, "no such file; name an existing one with --config or BOT_CONFIG"),
        (lambda file: file.mkdir(), "cannot be read as UTF-8 text"),
        (lambda file: file.write_bytes(b"# \xff\xfe"), "cannot be read as UTF-8 text"),
    ],
    ids=["missing", "a folder", "not UTF-8"],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, prepare: Any, message: str) -> None:
    prepare(tmp_path / "my.toml")
    with pytest.raises(BadConfig, match=re.escape(f"{tmp_path / 'my.toml'}: {message}")):
        load_config(tmp_path / "my.toml")


def test_a_scale_is_taken_as_slope_and_intercept() -> None:
    answers = config_from({"answers": {"confidence": [0.82, -0.36], "support": [1, 0]}}).answers
    assert (answers.confidence, answers.support) == ((0.82, -0.36), (1, 0))


def test_what_tokens_may_see_is_taken_by_name() -> None:
    access = config_from({"access": {"sources": {"sales": ["reports/sales", "公文/"], "boss": ["*"]}}}).access
    assert access.sources == (("sales", ("reports/sales", "公文/")), ("boss", ("*",)))


def test_a_file_that_is_empty_or_begins_with_a_mark_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"")
    (tmp_path / "b.toml").write_bytes(b"\xef\xbb\xbf[server]\nport = 9000")
    assert load_config(tmp_path / "a.toml") == Config(base=tmp_path)
    assert load_config(tmp_path / "b.toml").server.port == 9000


# Where things are


def test_relative_paths_count_from_the_file_and_absolute_ones_from_nothing(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text("[documents]\npaths = ['docs', '/abs']\n[index]\ndir = 'sub/idx'", encoding="utf-8")
    config = load_config(file)
    assert config.document_paths == (tmp_path / "docs", Path("/abs"))
    assert config.index_dir == tmp_path / "sub/idx"


def test_without_a_name_the_folders_own_file_is_taken_or_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config() == Config()
    (tmp_path / "config.toml").write_text("[server]\nport = 9001", encoding="utf-8")
    assert load_config().server.port == 9001


@pytest.mark.parametrize(
    ("table", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 9000}, "http://0.0.0.0:9000"),
        ({"public_url": "https://bot.example.org/"}, "https://bot.example.org"),
    ],
)
def test_links_begin_with_the_public_address_or_the_servers(table: Mapping[str, Any], url: str) -> None:
    assert config_from({"server": table}).server.url == url


# Flag over environment over file


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three configurations, one of them the folder's own."""
    monkeypatch.chdir(tmp_path)
    for name, port in (("config", 9001), ("by-environment", 9002), ("by-flag", 9003)):
        (tmp_path / f"{name}.toml").write_text(
            f"[server]\nhost = '127.0.0.{port - 9000}'\nport = {port}\n[index]\ndir = '{name}'", encoding="utf-8"
        )
    return tmp_path


@pytest.mark.parametrize(
    ("flags", "environ", "host", "port", "folder"),
    [
        ([], {}, "127.0.0.1", 9001, "config"),
        ([], {"BOT_CONFIG": "by-environment.toml"}, "127.0.0.2", 9002, "by-environment"),
        (["--config", "by-flag.toml"], {"BOT_CONFIG": "by-environment.toml"}, "127.0.0.3", 9003, "by-flag"),
        ([], {"BOT_HOST": "localhost", "BOT_PORT": "9010"}, "localhost", 9010, "config"),
        (["--port", "9020"], {"BOT_HOST": "localhost", "BOT_PORT": "9010"}, "localhost", 9020, "config"),
        (["--host", "0.0.0.0"], {"BOT_HOST": "localhost", "BOT_PORT": "9010"}, "0.0.0.0", 9010, "config"),
        (["--index", "elsewhere"], {}, "127.0.0.1", 9001, "elsewhere"),
        ([], {"BOT_CONFIG": "", "BOT_HOST": "", "BOT_PORT": ""}, "127.0.0.1", 9001, "config"),  # empty is not set
    ],
)
def test_the_server_takes_flag_over_environment_over_file(
    files: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], environ: dict[str, str], host: str, port: int,
    folder: str,
) -> None:  # fmt: skip
    served: list[Config] = []
    monkeypatch.setattr(server, "serve", lambda config, environ: served.append(config))
    assert server.main(flags, environ) == 0
    (config,) = served
    assert (config.server.host, config.server.port, config.index_dir) == (host, port, files / folder)


@pytest.mark.parametrize(
    ("flags", "named", "folder"),
    [
        ([], None, "config"),
        ([], "by-environment.toml", "by-environment"),
        (["--config", "by-flag.toml"], "by-environment.toml", "by-flag"),
        (["--config", "by-flag.toml", "--index", "elsewhere"], None, "elsewhere"),
    ],
)
def test_the_command_line_takes_flag_over_environment_over_file(
    files: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], named: str | None, folder: str
) -> None:
    if named:
        monkeypatch.setenv("BOT_CONFIG", named)
    assert configured(_parser().parse_args(["ask", "止付", *flags])).index_dir == files / folder


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "80.5", "٨٠٠٠", "8_000", " 8000"])
def test_a_port_that_is_none_is_told_with_what_it_takes(port: str) -> None:
    with pytest.raises(BadConfig, match=r"server\.port = '?[^']*'? is wrong; it takes a whole number from 1 to 65535"):
        Config().overridden(port=port)


# Slack's channels


def test_a_channels_own_table_says_what_differs_there_and_the_rest_holds_as_for_all() -> None:
    tables = {"answer": "mention", "source": "reports/", "channels": {"C1": {"answer": "all"}, "C2": {"source": ""}}}
    slack = config_from({"slack": tables}).slack
    assert slack.in_channel("C1") == Channel("all", "reports/", "auto")
    assert slack.in_channel("C2") == Channel("mention", "", "auto")
    assert (slack.in_channel("C3").answer, slack.in_channel("C3").source) == ("mention", "reports/")


def test_a_list_of_channels_names_the_only_ones_that_are_answered() -> None:
    slack = config_from({"slack": {"language": "en", "channels": ["C1"]}}).slack
    assert slack.in_channel("C1") == Channel("thread", "", "en")
    assert slack.in_channel("C2").answer == "never"
