"""Documents over HTTP: files are taken, indexed and asked of; what they were read from is given back."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from bot.access import ANYONE, Scope, Visitor
from bot.bot import Bot
from bot.config import Config
from bot.indexer import index
from bot.jobs import IndexJob, JobState, Stage
from bot.web.app import create_app
from tests.fake_encoder import FakeEncoder, config_in, write_files
from tests.fakes import FakeBot
from tests.test_watcher import until

NEWS = "甲市紧急止付涉案资金3.01亿元。"


class Served:
    """An app over a real index with the fake encoder, and a client of it."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.bot = Bot.open(config, FakeEncoder())
        self.job = IndexJob(config, FakeEncoder())
        self.app = create_app(self.bot, config, job=self.job)
        self.client = self.app.test_client()

    def send(self, *files: tuple[str, str | bytes], **headers: str) -> TestResponse:
        """The reply to a form with these files."""
        # Encoded here: the client leaves a long form's temporary file open.
        data, _, boundary = stream_encode_multipart({"file": list(map(part, files))}, use_tempfile=False)
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post("/api/documents", data=data.read(), content_type=kind, headers=headers)

    def indexed(self) -> dict[str, Any]:
        """GET /api/index when no job runs."""
        assert until(lambda: self.index()["job"]["state"] != "running")
        return self.index()

    def index(self) -> dict[str, Any]:
        told: dict[str, Any] = self.client.get("/api/index").get_json()
        return told

    def answer(self, question: str, **filters: str) -> Any:
        return self.client.post("/api/ask", json={"question": question, "filters": filters}).get_json()["answer"]

    def close(self) -> None:
        self.job.close()
        self.bot.close()


def part(file: tuple[str, str | bytes]) -> FileStorage:
    name, data = file
    return FileStorage(io.BytesIO(data.encode() if isinstance(data, str) else data), name)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write_files(tmp_path / "docs", {"a.txt": NEWS})
    made = config_in(
        tmp_path,
        documents={"paths": ["docs"]},
        uploads={"folder": "uploads", "max_mb": 1},
        server={"download_originals": True},
    )
    index(made, FakeEncoder(), made.document_paths)
    return made


@pytest.fixture
def serve(config: Config) -> Iterator[Callable[..., Served]]:
    """Makes what is served, with tables of the configuration replaced; it ends with the test."""
    opened = []

    def make(**tables: Any) -> Served:
        opened.append(Served(replace(config, **tables)))
        return opened[-1]

    yield make
    for served in opened:
        served.close()


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    return serve()


def error(response: TestResponse) -> tuple[int, str, str]:
    """Status, code and message of a refusal."""
    told = response.get_json()["error"]
    return response.status_code, told["code"], told["message"]


def seen_as(app: Flask, visitor: Visitor) -> None:
    """Makes every request of an app that visitor's."""

    def sign_in() -> None:
        g.visitor = visitor

    app.before_request_funcs[None].insert(0, sign_in)  # ahead of the door, which then finds them known


def id_of(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]


# ---- adding ----


def test_a_file_is_sent_and_answered_from_a_moment_later(served: Served) -> None:
    response = served.send(("简报.txt", "乙市紧急止付涉案资金9.5亿元。"))
    assert response.status_code == 202
    told = response.get_json()
    assert told["files"] == [{"name": "简报.txt", "source": "uploads/简报.txt", "bytes": 42, "new": True}]
    assert (told["job"]["state"], told["job"]["ended"]) == ("running", None)
    held = served.indexed()
    assert (held["documents"], held["skipped"]) == (2, [])
    assert list(held["job"]) == ["state", "what", "done", "of", "skipped", "error", "started", "ended"]
    assert (held["job"]["state"], held["job"]["skipped"], held["job"]["error"]) == ("done", [], None)
    assert held["job"]["started"] <= held["job"]["ended"]
    assert served.answer("乙市止付多少") == "9.5亿元"
    assert served.answer("止付多少", source="uploads/简报.txt") == "9.5亿元"
    assert served.answer("甲市止付多少") == "3.01亿元"


def test_what_cannot_be_read_is_kept_and_named_with_the_mend(served: Served) -> None:
    told = served.send(("坏.pdf", b"no pdf"), ("好.txt", "丙市紧急止付7亿元。")).get_json()
    assert [file["source"] for file in told["files"]] == ["uploads/坏.pdf", "uploads/好.txt"]
    held = served.indexed()
    (line,) = held["job"]["skipped"]
    assert line.startswith("uploads/坏.pdf: ") and "; " in line
    assert held["skipped"] == [line]
    assert served.answer("丙市止付多少") == "7亿元"


def test_the_first_upload_of_all_that_cannot_be_read_is_named_too(served: Served) -> None:
    assert served.send(("空.txt", "")).status_code == 202
    held = served.indexed()
    line = "uploads/空.txt: holds no text; it has 0 bytes, so copy or save it anew"
    assert (held["job"]["state"], held["job"]["skipped"], held["documents"]) == ("done", [line], 1)


def test_of_several_files_each_is_told_what_became_of_it(served: Served) -> None:
    served.send(("a.txt", "甲"))
    told = served.send(("a.txt", "甲"), ("a.txt", "乙"), ("x.exe", "MZ"), ("../d/b.md", "丙")).get_json()
    assert told["files"] == [
        {"name": "a.txt", "source": "uploads/a.txt", "bytes": 3, "new": False},
        {"name": "a (2).txt", "source": "uploads/a (2).txt", "bytes": 3, "new": True},
        {"name": "x.exe", "error": "x.exe: .exe files are not read; take it out of the folder"},
        {"name": "b.md", "source": "uploads/b.md", "bytes": 3, "new": True},
    ]


def test_where_none_is_kept_nothing_is_begun(served: Served) -> None:
    assert error(served.send(("x.exe", "MZ"))) == (
        400, "bad_request", "x.exe: .exe files are not read; take it out of the folder",
    )  # fmt: skip
    assert error(served.send(("x.exe", "MZ"), ("CON.txt", "")))[2].splitlines() == [
        "x.exe: .exe files are not read; take it out of the folder",
        "CON.txt: is a name that Windows keeps for itself; rename the file",
    ]
    assert served.index()["job"]["state"] == "idle"


def test_whoever_prefers_chinese_is_told_in_chinese(served: Served) -> None:
    spoken = {"Accept-Language": "zh-CN,en;q=0.5"}
    response = served.send(("空.txt", ""), ("x.exe", "MZ"), **spoken)
    assert response.get_json()["files"][1] == {"name": "x.exe", "error": "x.exe: 不读取 .exe 文件；从文件夹里移走"}
    assert response.headers["Vary"] == "Accept-Language"
    served.indexed()
    job = served.client.get("/api/index", headers=spoken).get_json()["job"]
    assert job["skipped"] == ["uploads/空.txt: 没有文字；文件是空的，重新复制或保存一次"]
    refused = served.send(("x.exe", "MZ"), ("CON.txt", ""), **spoken)
    assert error(refused) == (
        400,
        "bad_request",
        "x.exe: 不读取 .exe 文件；从文件夹里移走\nCON.txt: 是 Windows 保留的名称；换一个名称",
    )
    assert refused.headers["Vary"] == "Accept-Language"


def test_why_indexing_failed_is_told_in_chinese_too(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = JobState(Stage.FAILED, error="indexing failed; the server's log says why")
    monkeypatch.setattr(served.job, "state", lambda: failed)
    told = served.client.get("/api/index", headers={"Accept-Language": "zh"}).get_json()
    assert told["job"]["error"] == "索引失败；原因见服务器日志"
    assert served.index()["job"]["error"] == "indexing failed; the server's log says why"


def test_a_disk_that_takes_nothing_is_told(served: Served) -> None:
    (served.config.base / "uploads").write_text("a file", encoding="utf-8")
    status, code, message = error(served.send(("a.txt", "甲")))
    assert (status, code) == (503, "failed")
    assert message == "a.txt: cannot be kept (File exists); see that the disk has room and may be written"


def test_a_file_over_the_limit_is_refused(served: Served) -> None:
    told = (413, "too_large", "a.txt: is over 1 MiB; split it")
    assert error(served.send(("a.txt", b"a" * (1024**2 + 1)))) == told


def test_a_body_over_the_limit_is_refused_before_it_is_read(served: Served) -> None:
    message = "the form is too large: its files may have 1 MiB together; send them one by one, or split them"
    assert error(served.send(("a.txt", b"a" * 600_000), ("b.txt", b"b" * 600_000))) == (413, "too_large", message)
    assert not (served.config.base / "uploads").exists()


def test_of_too_many_files_none_is_kept(served: Served) -> None:
    response = served.send(*[(f"{number}.txt", "甲") for number in range(21)])
    assert error(response) == (413, "too_large", "21 files are too many at once; send 20 at most")
    assert not (served.config.base / "uploads").exists()


def test_other_routes_take_no_more_than_before(served: Served) -> None:
    response = served.client.post("/api/ask", data=b" " * 70_000, content_type="application/json")
    assert error(response) == (413, "too_large", "the body is too large; send at most 64 KiB")


@pytest.mark.parametrize("data", [{}, {"other": "甲"}, {"file": "甲"}])
def test_a_form_without_a_file_is_refused(served: Served, data: dict[str, str]) -> None:
    response = served.client.post("/api/documents", data=data, content_type="multipart/form-data")
    assert error(response) == (400, "bad_request", "there is no file; send each in a part named file")


def test_what_is_no_form_is_refused(served: Served) -> None:
    message = "send the files as multipart/form-data, each in a part named file"
    assert error(served.client.post("/api/documents", json={})) == (415, "unsupported_media_type", message)


def test_a_name_in_another_header_form_is_taken_too(served: Served) -> None:
    body = (
        b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''%E7%AE%80%E6%8A%A5.txt\r\n\r\n"
        b"\xe7\x94\xb2\r\n--x--\r\n"
    )
    response = served.client.post("/api/documents", data=body, content_type="multipart/form-data; boundary=x")
    assert [file["name"] for file in response.get_json()["files"]] == ["简报.txt"]


def test_a_server_without_a_folder_takes_no_files(serve: Callable[..., Served], config: Config) -> None:
    served = serve(uploads=replace(config.uploads, folder=""))
    message = "this server takes no files; name a folder for them in [uploads] folder"
    assert error(served.send(("a.txt", "甲"))) == (403, "forbidden", message)


def test_without_an_index_nothing_is_taken(config: Config) -> None:
    client = create_app(None, config).test_client()
    response = client.post("/api/documents", data={"file": part(("a.txt", "甲"))})
    assert error(response) == (503, "no_index", "no index is open; run: python -m bot index")
    assert not (config.base / "uploads").exists()


@pytest.mark.parametrize("path", ["/api/documents", "/api/index"])
def test_a_page_of_another_site_can_send_nothing(served: Served, path: str) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:1", "http://localhost.evil.example"):
        assert served.client.post(path, headers={"Origin": origin}).status_code == 403
    assert served.index()["job"]["state"] == "idle"


def test_the_servers_own_page_can_send(serve: Callable[..., Served], config: Config) -> None:
    served = serve(server=replace(config.server, public_url="https://wenda.example/"))
    seen_as(served.app, ANYONE)
    assert served.send(("a.txt", "甲"), Origin="http://localhost").status_code == 202
    assert served.send(("a.txt", "甲"), Origin="https://wenda.example").status_code == 202


# ---- who may ----


@pytest.mark.parametrize("path", ["/api/documents", "/api/index"])
def test_adding_and_indexing_take_the_scope_for_it(served: Served, path: str) -> None:
    seen_as(served.app, Visitor("甲", frozenset({Scope.ASK, Scope.READ, Scope.ADMIN})))
    assert served.client.post(path, data={"file": part(("a.txt", "甲"))}).status_code == 403


def test_whoever_may_not_see_the_folder_adds_nothing_to_it(served: Served) -> None:
    seen_as(served.app, Visitor("甲", frozenset(Scope), ("docs", "uploads/a")))
    message = "this token may not see uploads, where files are kept; ask for one that may"
    assert error(served.send(("a.txt", "甲"))) == (403, "forbidden", message)


def test_what_was_skipped_is_told_to_those_who_may_see_it(served: Served) -> None:
    served.send(("坏.pdf", b"no pdf"), ("a.txt", "甲"))
    assert len(served.indexed()["job"]["skipped"]) == 1
    seen_as(served.app, Visitor("甲", frozenset(Scope), ("docs",)))
    assert served.index()["job"]["skipped"] == []


# ---- listing ----


def listed(served: Served, **asked: object) -> tuple[list[str], int, str | None]:
    """The sources that are listed, how many match, and the cursor of the rest."""
    told = served.client.get("/api/documents", query_string=asked).get_json()
    assert list(told) == ["documents", "found", "next", "index"]
    return [document["source"] for document in told["documents"]], told["found"], told["next"]


def test_documents_are_listed_in_the_order_of_their_sources(served: Served) -> None:
    served.send(("b.txt", "乙市年报"), ("B２.txt", "丙市年报"))
    served.indexed()
    assert listed(served) == (["docs/a.txt", "uploads/B２.txt", "uploads/b.txt"], 3, None)
    assert listed(served, source="uploads/") == (["uploads/B２.txt", "uploads/b.txt"], 2, None)
    assert listed(served, q=" b2 ") == (["uploads/B２.txt"], 1, None)
    assert listed(served, q="b", source="docs/") == ([], 0, None)
    (document,) = served.client.get("/api/documents?q=docs").get_json()["documents"]
    assert {**document, "text": NEWS} == served.client.get(f"/api/documents/{document['id']}").get_json()


def test_a_list_goes_on_from_its_cursor_where_the_index_is_another_by_then(served: Served) -> None:
    served.send(("b.txt", "乙"), ("d.txt", "丁"))
    served.indexed()
    first, found, cursor = listed(served, limit=2)
    assert (first, found) == (["docs/a.txt", "uploads/b.txt"], 3)
    served.send(("a.txt", "甲"), ("c.txt", "丙"))
    (served.config.base / "uploads/b.txt").unlink()
    served.client.post("/api/index")
    served.indexed()
    assert listed(served, limit=2, cursor=cursor) == (["uploads/c.txt", "uploads/d.txt"], 4, None)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        *(
            ({"limit": limit}, "limit must be a whole number from 1 to 500")
            for limit in ("0", "501", "x", "", "1.5", "²")
        ),
        *(
            ({"cursor": cursor}, "cursor must be the next of a reply before; leave it out to begin with the first")
            for cursor in ("x", "猫", "W10", "WzEsMl0", "bnVsbA", "eyJhIjoxLCJiIjoyfQ", "Ww" * 50_000)
        ),
    ],
)
def test_a_list_that_cannot_be_given_is_refused(served: Served, asked: dict[str, str], message: str) -> None:
    response = served.client.get("/api/documents", query_string=asked)
    assert error(response) == (400, "bad_request", message)


# ---- deleting ----


def test_an_uploaded_document_is_deleted_with_its_file(served: Served) -> None:
    served.send(("简报.txt", "乙市紧急止付涉案资金9.5亿元。"))
    served.indexed()
    address = f"/api/documents/{id_of('uploads/简报.txt')}"
    response = served.client.delete(address)
    told = response.get_json()
    assert (response.status_code, told["source"], told["job"]["state"]) == (202, "uploads/简报.txt", "running")
    assert not (served.config.base / "uploads/简报.txt").exists()
    assert (served.indexed()["documents"], served.index()["job"]["error"]) == (1, None)
    assert served.client.get(address).status_code == 404
    assert error(served.client.delete(address))[0] == 404
    assert served.answer("乙市止付多少") != "9.5亿元"


def test_a_document_from_elsewhere_is_not_deleted(served: Served) -> None:
    told = "docs/a.txt: was not sent to this server; delete its file where it lies, and index again"
    assert error(served.client.delete(f"/api/documents/{id_of('docs/a.txt')}")) == (403, "forbidden", told)
    assert (served.config.base / "docs/a.txt").exists()
    assert served.index()["job"]["state"] == "idle"


def test_a_link_in_the_folder_that_leads_out_of_it_is_not_deleted(served: Served) -> None:
    served.send(("b.txt", "乙"))
    served.indexed()
    document = id_of("uploads/b.txt")
    upload = served.config.base / "uploads/b.txt"
    upload.rename(served.config.base / "outside.txt")
    upload.symlink_to(served.config.base / "outside.txt")
    assert error(served.client.delete(f"/api/documents/{document}"))[0] == 403
    assert upload.is_symlink() and (served.config.base / "outside.txt").exists()


def test_a_file_that_was_changed_since_is_not_deleted(served: Served) -> None:
    served.send(("b.txt", "乙"))
    served.indexed()
    document = id_of("uploads/b.txt")
    (served.config.base / "uploads/b.txt").write_text("另一份", encoding="utf-8")
    told = "the file was changed since it was indexed, or is gone; index again"
    assert error(served.client.delete(f"/api/documents/{document}")) == (410, "gone", told)
    assert (served.config.base / "uploads/b.txt").exists()


@pytest.mark.parametrize("path", ["../docs/a.txt", "..%2Fdocs%2Fa.txt", "uploads/b.txt", "%2Fetc%2Fpasswd", "."])
def test_no_path_in_a_request_deletes_anything(served: Served, path: str) -> None:
    served.send(("b.txt", "乙"))
    served.indexed()
    assert served.client.delete(f"/api/documents/{path}").status_code in {404, 405}
    assert listed(served)[0] == ["docs/a.txt", "uploads/b.txt"]
    assert (served.config.base / "uploads/b.txt").exists() and (served.config.base / "docs/a.txt").exists()


def test_deleting_takes_the_scope_and_the_sight_of_the_folder(served: Served) -> None:
    served.send(("b.txt", "乙"))
    served.indexed()
    address = f"/api/documents/{id_of('uploads/b.txt')}"
    for visitor in (Visitor("甲", frozenset({Scope.ASK, Scope.READ})), Visitor("甲", frozenset(Scope), ("docs",))):
        app = create_app(served.bot, served.config, job=served.job)
        seen_as(app, visitor)
        assert app.test_client().delete(address).status_code == 403
    assert (served.config.base / "uploads/b.txt").exists()


def test_a_disk_that_lets_nothing_go_is_told(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    served.send(("b.txt", "乙"))
    served.indexed()
    monkeypatch.setattr(Path, "unlink", refuse)
    told = "b.txt: cannot be removed (Permission denied); see that its folder may be written"
    assert error(served.client.delete(f"/api/documents/{id_of('uploads/b.txt')}")) == (503, "failed", told)


# ---- indexing ----


def test_indexing_takes_up_what_changed_in_documents_and_uploads(served: Served) -> None:
    served.send(("b.txt", "乙市紧急止付9亿元。"))
    served.indexed()
    (served.config.base / "docs/a.txt").write_text("甲市紧急止付4亿元。", encoding="utf-8")
    (served.config.base / "uploads/b.txt").write_text("乙市紧急止付8亿元。", encoding="utf-8")
    response = served.client.post("/api/index")
    assert (response.status_code, list(response.get_json())) == (202, ["job"])
    assert served.indexed()["job"]["state"] == "done"
    assert (served.answer("甲市止付多少"), served.answer("乙市止付多少")) == ("4亿元", "8亿元")


# ---- originals ----


def test_the_original_comes_byte_for_byte_as_a_file_to_be_saved(served: Served) -> None:
    data = b"\xef\xbb\xbf\xe7\x94\xb2\r\n<script>alert(1)</script>"
    served.send(("报 告;.html", data))
    served.indexed()
    response = served.client.get(f"/originals/{id_of('uploads/报 告;.html')}")
    assert (response.status_code, response.data) == (200, data)
    assert {name: response.headers[name] for name in (
        "Content-Type", "Content-Length", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy",
    )} == {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(len(data)),
        "Content-Disposition": "attachment; filename=\" ;.html\"; filename*=UTF-8''%E6%8A%A5%20%E5%91%8A%3B.html",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }  # fmt: skip
    response.close()


GONE = (410, "gone", "the file was changed since it was indexed, or is gone; index again")


def test_an_original_that_was_changed_is_not_given(served: Served) -> None:
    file = served.config.base / "docs/a.txt"
    address = f"/originals/{id_of('docs/a.txt')}"
    same_length = NEWS.replace("甲", "乙")
    for change in (
        lambda: file.write_text(same_length, encoding="utf-8"),
        lambda: file.write_text(NEWS + "！", encoding="utf-8"),
        file.unlink,
        file.mkdir,
    ):
        change()
        assert error(served.client.get(address)) == GONE
    file.rmdir()
    file.write_text(NEWS, encoding="utf-8")
    with served.client.get(address) as response:
        assert (response.status_code, response.text) == (200, NEWS)


def test_no_path_leads_to_a_file(served: Served) -> None:
    (served.config.base / "secret.txt").write_text("密", encoding="utf-8")
    for asked in ("../secret.txt", "..%2Fsecret.txt", "docs/a.txt", str(served.config.base / "secret.txt"), "%00"):
        assert served.client.get(f"/originals/{asked}").status_code == 404


def test_originals_are_not_given_unless_the_configuration_says_so(serve: Callable[..., Served], config: Config) -> None:
    served = serve(server=replace(config.server, download_originals=False))
    message = "original files are not given out; [server] download_originals = true changes that"
    assert error(served.client.get(f"/originals/{id_of('docs/a.txt')}")) == (404, "not_found", message)


def test_originals_take_the_scope_for_reading(served: Served) -> None:
    seen_as(served.app, Visitor("甲", frozenset({Scope.ASK})))
    assert served.client.get(f"/originals/{id_of('docs/a.txt')}").status_code == 403


# ---- the description ----


def test_the_description_has_what_these_routes_give(served: Served) -> None:
    schemas = served.client.get("/openapi.json").get_json()["components"]["schemas"]
    told = served.send(("a.txt", "甲"), ("x.exe", "MZ")).get_json()
    assert list(schemas["Added"]["properties"]) == list(told)
    kinds = schemas["Added"]["properties"]["files"]["items"]["anyOf"]
    assert kinds == [{"$ref": f"#/components/schemas/{kind}"} for kind in ("Kept", "Refused")]
    assert [list(schemas[kind]["properties"]) for kind in ("Kept", "Refused")] == [list(file) for file in told["files"]]
    assert list(schemas["Job"]["properties"]) == list(told["job"])
    assert list(schemas["Indexing"]["properties"]) == list(served.client.post("/api/index").get_json())


def test_an_app_without_a_job_is_idle() -> None:
    client: FlaskClient = create_app(FakeBot(), Config()).test_client()  # type: ignore[arg-type]
    assert client.get("/api/index").get_json()["job"]["state"] == "idle"
