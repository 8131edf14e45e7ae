"""Feedback over HTTP, the page of the journal, and its export."""

from __future__ import annotations

import csv
import html
import io
import itertools
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from bot.access import Scope, Visitor
from bot.config import Config
from bot.journal import FILE, Journal
from bot.labelled import Label, read_labels
from bot.types import Answer, Question
from bot.web import admin
from bot.web.app import create_app
from bot.web.words import WORDS
from tests.fake_encoder import config_in
from tests.fakes import FakeBot

PAGES = ("/admin", "/admin/questions.csv", "/admin/feedback.csv", "/admin/labels.jsonl")
OK = {"status": "ok"}


class Numbered(FakeBot):
    """The fake bot, whose answers have ids of their own: a1, a2 and so on."""

    def ask(self, question: Question) -> Answer:
        answer = super().ask(question)
        return replace(answer, id=f"a{len(self.asked)}")


def app_in(folder: Path, **journal: Any) -> Flask:
    """An app whose journal is in ``folder/index``, which keeps questions unless it is told not to."""
    (folder / "index").mkdir(exist_ok=True)
    config = config_in(folder, journal={"questions": True, **journal})
    return create_app(Numbered(), config)  # type: ignore[arg-type]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = app_in(tmp_path)
    yield made
    made.extensions["journal"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, *questions: str) -> None:
    """Asks, and waits until the journal has it."""
    for question in questions:
        assert client.post("/api/ask", json={"question": question}).status_code == 200
    client.application.extensions["journal"]._writer.rest().result()


def rate(client: FlaskClient, answer_id: str, verdict: str | None, **more: str) -> tuple[int, Any]:
    response = client.post("/api/feedback", json={"id": answer_id, "verdict": verdict, **more})
    return response.status_code, response.get_json()


def sign_in(app: Flask, *visitors: Visitor) -> None:
    """Has the requests that follow come from these visitors, one after the other, over and over."""
    who = itertools.cycle(visitors)
    before = app.before_request_funcs[None]
    before.insert(0, lambda: setattr(g, "visitor", next(who)))  # ahead of the door, which then finds them known


def error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def table(page: str, name: str) -> list[list[str]]:
    """The rows under a heading, a text a cell."""
    body = page.split(f'id="{name}"')[1].split("<h2")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body.partition("<tbody>")[2], re.DOTALL)
    return [[words_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in rows]


def words_of(markup: str) -> str:
    """The words of a piece of a page, as a person reads them."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", markup)).split())


# Feedback


def test_what_a_person_says_is_kept_replaced_and_taken_back(client: FlaskClient) -> None:
    ask(client, "止付多少")
    journal = client.application.extensions["journal"]
    assert rate(client, "a1", "down", reason="wrong_value", note="是另一年的") == (200, OK)
    assert [(said.verdict, said.reason, said.note) for said in journal.feedback()] == [
        ("down", "wrong_value", "是另一年的")
    ]
    assert rate(client, "a1", "up") == (200, OK)
    assert [(said.verdict, said.reason, said.note) for said in journal.feedback()] == [("up", None, "")]
    assert rate(client, "a1", None) == (200, OK)
    assert list(journal.feedback()) == []


def test_an_answer_that_is_not_known_is_404(client: FlaskClient) -> None:
    assert rate(client, "a1", "up") == (404, error("not_found", "this answer is no longer known; ask again"))


def test_what_the_browser_says_of_the_answer_is_not_taken(client: FlaskClient) -> None:
    ask(client, "止付多少")
    assert rate(client, "a1", "up", answer="9亿元") == (
        400,
        error("bad_request", "unknown key answer; the keys are id, verdict, reason, note"),
    )


@pytest.mark.parametrize(
    ("body", "kind", "status", "message"),
    [
        (b"{", "application/json", 400,
         'the body is not valid JSON (line 1, column 2); send {"id": "…", "verdict": "up"}'),
        (b"{}", "text/plain", 415, "send JSON with the header Content-Type: application/json"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_is_refused(
    client: FlaskClient, body: bytes, kind: str, status: int, message: str
) -> None:
    response = client.post("/api/feedback", data=body, content_type=kind)
    assert (response.status_code, response.get_json()["error"]["message"]) == (status, message)


def test_where_feedback_is_off_it_is_refused_with_the_mend(tmp_path: Path) -> None:
    client = app_in(tmp_path, questions=False, feedback=False).test_client()
    ask(client, "止付多少")
    status, told = rate(client, "a1", "up")
    assert (status, told["error"]["message"]) == (
        403,
        "feedback is off on this server; set [journal] feedback = true in its config.toml to take it",
    )
    assert list((tmp_path / "index").iterdir()) == []


def test_where_the_folder_cannot_be_written_the_app_answers_and_feedback_is_503(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("no folder")
    app = create_app(Numbered(), config_in(tmp_path))  # type: ignore[arg-type]
    ask(app.test_client(), "止付多少")
    status, told = rate(app.test_client(), "a1", "up")
    assert (status, told["error"]["code"]) == (503, "no_journal")
    assert told["error"]["message"].endswith(
        "make its folder one that can be written, or set [journal] feedback = false"
    )


def test_nobody_rates_what_was_answered_to_another(app: Flask) -> None:
    sign_in(app, *(Visitor(name, frozenset(Scope)) for name in ("王芳", "李雷", "王芳")))
    client = app.test_client()
    ask(client, "止付多少")
    assert rate(client, "a1", "up")[0] == 404
    assert rate(client, "a1", "up") == (200, OK)
    assert [said.visitor for said in app.extensions["journal"].feedback()] == ["王芳"]


def test_the_page_names_visitors_where_they_have_names(app: Flask) -> None:
    sign_in(app, Visitor("王芳", frozenset(Scope)))
    app.jinja_env.filters["moment"] = lambda at: "当时"
    ask(app.test_client(), "止付多少")
    assert table(app.test_client().get("/admin").text, "latest") == [
        ["当时", "止付多少", "已回答", "3.01亿元", "0.93", "reports/a.txt", "王芳"]
    ]


def test_no_question_and_no_note_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(client, "止付多少")
        rate(client, "a1", "down", note="是另一年的")
        rate(client, "a2", "down", note="是另一年的")
        rate(client, "a1", "down", reason="是另一年的")
        client.get("/admin")
    assert "asked id=a1" in caplog.text
    assert "止付" not in caplog.text and "另一年" not in caplog.text


# Who may see the page


@pytest.mark.parametrize("address", PAGES)
def test_nobody_without_the_scope_sees_it(app: Flask, address: str) -> None:
    sign_in(app, Visitor("王芳", frozenset(Scope) - {Scope.ADMIN}))
    ask(app.test_client(), "止付多少")
    response = app.test_client().get(address)
    assert response.status_code == 403
    assert "止付" not in response.text
    assert app.test_client().post("/admin/clear", data={"confirm": "yes"}).status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_who_sees_some_sources_alone_does_not_see_it(app: Flask, address: str) -> None:
    sign_in(app, Visitor("王芳", frozenset(Scope), ("reports",)))
    ask(app.test_client(), "止付多少")
    response = app.test_client().get(address)
    assert response.status_code == 403
    assert "止付" not in response.text


@pytest.mark.parametrize("address", PAGES)
def test_nothing_of_it_is_stored_by_a_browser_or_a_proxy(client: FlaskClient, address: str) -> None:
    ask(client, "止付多少")
    assert client.get(address).headers["Cache-Control"] == "no-store"


def test_a_journal_that_cannot_be_read_is_503_before_anything_is_sent(tmp_path: Path) -> None:
    app = app_in(tmp_path, questions=False)
    (tmp_path / "index" / FILE).write_bytes(b"no database" * 1000)
    for address in PAGES:
        response = app.test_client().get(address)
        assert (response.status_code, response.get_json()["error"]["code"]) == (503, "no_journal")


# The page


def test_the_page_says_what_is_kept_and_for_how_long(client: FlaskClient) -> None:
    page = words_of(client.get("/admin").text)
    assert "提问和答案保留 90 天。 评价连同所评的问题和答案保留 90 天。" in page
    assert "没有记录。" in page


def test_the_page_says_which_line_switches_on_what_is_off(tmp_path: Path) -> None:
    page = words_of(app_in(tmp_path, questions=False, feedback=False).test_client().get("/admin?lang=en").text)
    assert "not kept; to keep them, write in config.toml: [journal] questions = true" in page
    assert "not taken; to take it, write in config.toml: [journal] feedback = true" in page


def test_the_page_counts_folds_and_lists(client: FlaskClient) -> None:
    client.application.jinja_env.filters["moment"] = lambda at: "当时"
    ask(client, "水位多高", "止付多少", "水位 多高？", "隐藏多少", "冲突几处", "几点开门")
    page = client.get("/admin").text
    counts = re.search('<dl class="counts">(.*?)</dl>', page, re.DOTALL)
    assert counts and words_of(counts[1]) == "已回答 1 原文隐去 1 说法不一 1 没有找到 3"
    nothing = "没有找到相关内容"
    assert table(page, "not_found") == [
        ["水位 多高？", "2", "当时", nothing],
        ["几点开门", "1", "当时", nothing],
    ]
    assert table(page, "most_asked")[0] == ["水位 多高？", "2", "当时", "没有找到"]
    assert len(table(page, "most_asked")) == 5
    assert table(page, "latest") == [
        ["当时", "几点开门", f"没有找到 {nothing}", "", "0.93", ""],
        ["当时", "冲突几处", "说法不一", "3.01亿元 / 537起", "0.93", "reports/a.txt"],
        ["当时", "隐藏多少", "原文隐去", "", "0.93", "reports/a.txt"],
        ["当时", "水位 多高？", f"没有找到 {nothing}", "", "0.93", ""],
        ["当时", "止付多少", "已回答", "3.01亿元", "0.93", "reports/a.txt"],
        ["当时", "水位多高", f"没有找到 {nothing}", "", "0.93", ""],
    ]
    assert 'href="/documents/d1"' in page


def test_feedback_is_listed_with_what_it_is_of(client: FlaskClient) -> None:
    client.application.jinja_env.filters["moment"] = lambda at: "当时"
    ask(client, "止付多少", "水位多高")
    rate(client, "a1", "up")
    rate(client, "a2", "down", reason="missed", note="在年报里")
    assert table(client.get("/admin").text, "feedback") == [
        ["不对 文档里有，没有找到", "水位多高", "没有找到", "在年报里", "当时"],
        ["有用", "止付多少", "3.01亿元", "", "当时"],
    ]


def test_what_people_wrote_is_text_and_no_markup(client: FlaskClient) -> None:
    ask(client, "<script>alert(1)</script>止付")
    rate(client, "a1", "down", note="<img src=x onerror=alert(2)>")
    page = client.get("/admin").text
    assert "<script>alert" not in page and "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;止付" in page
    assert "&lt;img src=x onerror=alert(2)&gt;" in page


def test_the_page_is_bounded_and_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "MOST", 2)
    ask(client, "水位多高", "几点开门", "止付多少")
    page = client.get("/admin").text
    assert [len(table(page, name)) for name in ("not_found", "most_asked", "latest")] == [2, 2, 2]
    assert page.count("这里最多列出 2 行，导出的文件里有全部。") == 3
    assert len(client.get("/admin/questions.csv").text.splitlines()) == 4


def test_the_page_has_the_same_words_in_both_languages() -> None:
    def keys(words: dict[str, Any]) -> dict[str, Any]:
        return {key: keys(value) if isinstance(value, dict) else None for key, value in words.items()}

    assert keys(WORDS["zh"]["admin"]) == keys(WORDS["en"]["admin"])


# Deleting


def form_of(client: FlaskClient) -> str:
    found = re.search(r'name="form" value="([^"]+)"', client.get("/admin").text)
    assert found
    return found[1]


def test_the_form_deletes_all(client: FlaskClient) -> None:
    ask(client, "止付多少")
    rate(client, "a1", "up")
    response = client.post("/admin/clear", data={"form": form_of(client), "confirm": "yes"})
    assert (response.status_code, response.headers["Location"]) == (303, "/admin?cleared=yes")
    page = client.get("/admin?cleared=yes").text
    assert "已全部删除。" in page
    assert [table(page, name) for name in ("latest", "feedback")] == [[], []]


@pytest.mark.parametrize("sent", [{}, {"confirm": "yes"}, {"confirm": "yes", "form": "旧"}, {"form": "ours"}])
def test_nothing_is_deleted_without_the_box_or_from_another_site(client: FlaskClient, sent: dict[str, str]) -> None:
    ask(client, "止付多少")
    if sent.get("form") == "ours":
        sent = {"form": form_of(client)}
    response = client.post("/admin/clear", data=sent)
    assert (response.status_code, response.headers["Location"]) == (303, "/admin?cleared=no")
    page = client.get("/admin?cleared=no").text
    assert "没有删除。请勾选后再试一次。" in page
    assert len(table(page, "latest")) == 1


# Export


def csv_rows(client: FlaskClient, name: str) -> list[dict[str, str]]:
    response = client.get(f"/admin/{name}")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert response.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def test_questions_are_exported_whole(client: FlaskClient) -> None:
    ask(client, '说"止付"\n多少,', "水位多高")
    first, second = csv_rows(client, "questions.csv")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", first.pop("at")) and second.pop("at")
    assert first == {
        "id": "a2", "visitor": "", "via": "http", "question": "水位多高", "understood": "水位多高",
        "status": "not_found", "reason": "nothing_close", "answer": "", "confidence": "0.93", "took_ms": "7",
        "source": "", "documents": "",
    }  # fmt: skip
    assert (second["question"], second["answer"], second["source"], second["documents"]) == (
        '说"止付"\n多少,', "3.01亿元", "reports/a.txt", "d1",
    )  # fmt: skip


def test_lines_of_a_csv_end_as_rfc_4180_has_it(client: FlaskClient) -> None:
    assert client.get("/admin/feedback.csv").data == (
        "\ufeffat,id,visitor,verdict,reason,note,question,understood,status,answer,documents\r\n".encode()
    )


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1"])
def test_no_cell_is_a_formula(client: FlaskClient, formula: str) -> None:
    ask(client, formula)
    rate(client, "a1", "down", note=formula)
    (asked,), (said,) = csv_rows(client, "questions.csv"), csv_rows(client, "feedback.csv")
    assert (asked["question"], asked["understood"], asked["confidence"]) == (f"'{formula}", f"'{formula}", "0.93")
    assert (said["note"], said["verdict"]) == (f"'{formula}", "down")


@pytest.mark.parametrize("opening", ["\t", "\r", "\n"])
def test_nor_one_that_begins_with_white_space(opening: str) -> None:
    assert admin._cell(f"{opening}=1") == f"'{opening}=1"


def test_labels_are_exported_for_eval(client: FlaskClient, tmp_path: Path) -> None:
    ask(client, "止付多少", "水位多高", "止付共多少")
    client.post("/api/ask", json={"question": "止付了多少", "filters": {"source": "reports/"}})
    for answer_id, verdict, more in (
        ("a1", "up", {}),
        ("a2", "down", {"reason": "not_in_documents"}),
        ("a3", "down", {"reason": "wrong_value", "note": "正确答案：3亿元"}),
        ("a4", "up", {}),
    ):
        assert rate(client, answer_id, verdict, **more) == (200, OK)
    response = client.get("/admin/labels.jsonl")
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert response.headers["Content-Disposition"] == "attachment; filename=labels.jsonl"
    assert [json.loads(line) for line in response.text.splitlines()] == [
        {"question": "止付多少", "answers": ["3.01亿元"], "status": "answered", "documents": ["d1"]},
        {"question": "水位多高", "answers": [], "status": "not_found", "documents": []},
    ]
    (tmp_path / "labels.jsonl").write_bytes(response.data)
    assert read_labels(tmp_path / "labels.jsonl").labels == (
        Label("止付多少", ("3.01亿元",), "answered", ("d1",)),
        Label("水位多高", (), "not_found", ()),
    )


def test_an_export_is_sent_as_it_is_read(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "_LINES", 2)
    read = []
    entries = Journal.entries

    def counted(journal: Journal) -> Iterator[Any]:
        for entry in entries(journal):
            read.append(entry.id)
            yield entry

    monkeypatch.setattr(Journal, "entries", counted)
    ask(client, *(f"止付{number}" for number in range(6)))
    response = client.get("/admin/questions.csv", buffered=False)
    assert read == ["a6"]
    assert len(b"".join(response.iter_encoded()).splitlines()) == 7
    assert read == ["a6", "a5", "a4", "a3", "a2", "a1"]
    response.close()


def test_an_app_without_an_index_shows_the_page(tmp_path: Path) -> None:
    client = create_app(None, Config(base=tmp_path)).test_client()
    assert "没有记录。" in client.get("/admin").text
    assert client.get("/admin/labels.jsonl").data == b""
