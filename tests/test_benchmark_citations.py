"""The checker over HTTP catches what is not exact: answers are doctored, one promise at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.citations import Checked, Client, Sheet, answer_faults, check, letters, main, page_faults, report
from bot.config import Config
from bot.links import document_link, text_version
from bot.types import Question
from bot.web.app import create_app
from bot.wire import answer_to_json
from tests.fake_encoder import ROOT, write_files
from tests.fakes import QUOTE_START, TEXT, FakeBot

Json = dict[str, Any]
Doctor = Callable[[Json], None]


class Doctored(Client):
    """The web application without a socket, whose answers are doctored on their way."""

    def __init__(self, doctor: Doctor = lambda answer: None, page: str | None = None) -> None:
        super().__init__("")
        self._web = create_app(FakeBot(), Config()).test_client()
        self._doctor = doctor
        self._page = page

    def ask(self, question: str, documents: Sequence[str] = ()) -> Json:
        answer = copy.deepcopy(answer_to_json(FakeBot().ask(Question(question))))
        self._doctor(answer)
        return answer

    def document(self, id_: str) -> Json:
        reply = self._web.get(f"/api/documents/{id_}")
        if reply.status_code != 200:
            raise OSError(f"HTTP {reply.status_code}")
        told: Json = reply.get_json()
        return told

    def page(self, id_: str, start: int, end: int) -> str:
        version = text_version(self.document(id_)["text"])
        return self._page or self._web.get(document_link("", id_, start, end, version)).get_data(as_text=True)


@pytest.mark.parametrize(
    ("question", "status", "citations"),
    [("止付", "answered", 1), ("隐藏", "masked", 1), ("冲突", "conflict", 2), ("无", "not_found", 0)],
)
def test_an_exact_answer_has_no_fault(question: str, status: str, citations: int) -> None:
    assert check(Doctored(), question) == Checked(question, status, citations, 0, ())


def first(**fields: object) -> Doctor:
    """Doctors an answer's first citation."""
    return lambda answer: answer["citations"][0].update(fields)


def whole(**fields: object) -> Doctor:
    return lambda answer: answer.update(fields)


@pytest.mark.parametrize(
    ("question", "doctor", "fault"),
    [
        ("止付", first(quote="紧急止付涉案资金8.01亿元"), "the quote is '紧急止付涉案资金8.01亿元'"),
        ("止付", first(start=QUOTE_START - 1), "the text has"),
        ("止付", first(answer_end=len(TEXT)), "is not inside"),
        ("止付", first(answer_start=QUOTE_START - 1), "is not inside"),
        ("止付", first(answer_start=QUOTE_START), "the value '3.01亿元' is not what citation 1 marks"),
        ("止付", first(start=0, end=10**6), "or the quote not in the text"),
        ("止付", first(n=2), "citations out of number"),
        ("止付", first(duplicates=[{"document": {"id": "d1"}, "start": 0, "end": 10**6}]), "is outside its document"),
        ("止付", first(duplicates=[{"document": {"id": "d9"}, "start": 0, "end": 1}]), "HTTP 404"),
        ("止付", first(document={"id": "d9", "date": None}), "HTTP 404"),
        ("止付", first(document={"id": "d1", "date": None, "title": "别的"}), "told otherwise by its own address"),
        (
            "止付",
            whole(answers=[{"text": "8.01亿元", "citation": 1}], answer="8.01亿元"),
            "is not what citation 1 marks",
        ),
        ("止付", whole(answers=[{"text": "3.01亿元", "citation": 2}]), "is not what citation 2 marks"),
        ("止付", whole(answer="3亿元"), "is not its first value"),
        ("止付", whole(answers=[], answer=None), "status answered with 0 values"),
        ("止付", whole(status="masked"), "status masked with 1 values"),
        ("止付", whole(status="not_found", reason="nothing_close"), "status not_found with 1 values"),
        ("止付", whole(status="sure"), "status sure"),
        ("止付", whole(reason="nothing_close"), "with the reason nothing_close"),
        ("无", whole(reason=None), "with the reason None"),
        ("无", whole(reason="tired"), "with the reason tired"),
        ("止付", whole(confidence=1.01), "a confidence of 1.01"),
        ("止付", whole(confidence=True), "a confidence of True"),
        ("止付", lambda answer: answer.pop("citations"), "KeyError"),
    ],
)
def test_a_false_answer_is_caught(question: str, doctor: Doctor, fault: str) -> None:
    found = check(Doctored(doctor), question).faults
    assert any(fault in told for told in found), found


def test_a_citation_with_several_faults_counts_once() -> None:
    told = check(Doctored(first(quote="无", answer_start=QUOTE_START)), "止付")
    assert (told.citations, told.not_exact) == (1, 1)
    assert len(told.faults) == 2


def test_a_quote_may_be_longer_than_120_characters_only_where_its_answer_is() -> None:
    class Long(Doctored):
        def document(self, id_: str) -> Json:
            return super().document(id_) | {"text": "甲" * 200}

        def page(self, id_: str, start: int, end: int) -> str:
            return f'<article class="sheet"><mark>{"甲" * (end - start)}</mark></article>'

    def quoted(answer_end: int) -> Json:
        return {"start": 0, "end": 130, "quote": "甲" * 130, "answer_start": 0, "answer_end": answer_end}

    def faults(answer_end: int) -> Sequence[str]:
        return check(Long(first(**quoted(answer_end))), "隐藏").faults

    assert faults(130) == ()
    assert faults(129) == ("d1:0-130: a quote of 130 characters",)


def test_a_conflict_whose_newest_does_not_come_first_is_caught() -> None:
    answer = answer_to_json(FakeBot().ask(Question("冲突")))
    answer["citations"][1]["document"]["date"] = "2023-01-01"
    assert list(answer_faults(answer)) == ["a conflict whose newest does not come first: ['2022-01-06', '2023-01-01']"]


@pytest.mark.parametrize(
    ("sheet", "fault"),
    [
        ("<mark>紧急止付</mark>涉案资金3.01亿元", "the page marks '紧急止付'"),
        ("紧急止付涉案资金3.01亿元", "the page marks ''"),
        ("别的话<mark>紧急止付涉案资金3.01亿元</mark>", "stands elsewhere"),
    ],
)
def test_a_page_that_marks_something_else_is_caught(sheet: str, fault: str) -> None:
    client = Doctored(page=f'<article class="sheet">{sheet}</article>')
    (told, *_) = page_faults(client.ask("止付")["citations"][0], client)
    assert fault in told


def test_a_sheets_mark_is_read_over_several_elements_and_page_numbers_are_not_its_text() -> None:
    sheet = Sheet(
        '<p>头</p><article class="sheet"><p class="about">报社</p><h1>题</h1><p class="page">第 2 页</p><p>前'
        '<mark id="mark">甲<span class="break">\n</span>乙&lt;</mark></p><td><mark>丙</mark></td>后</article>'
    )
    assert (sheet.before, sheet.marked) == ("题前", "甲\n乙<丙")
    assert letters("甲\n乙 | ***起、×") == "甲乙***起×"


def test_a_report_counts_and_names_the_first_faults() -> None:
    told = report([Checked("甲？", "answered", 1, 0, ()), Checked("乙？", "failed", 0, 0, ("x",) * 22)], 3).splitlines()
    assert told[2:7] == [
        "| questions asked | 2 (answered 1, failed 1) |",
        "| citations checked | 1 |",
        "| of these not exact | 0 |",
        "| answers with any fault | 1 |",
        "| answers suppressed by the server's own check | 3 |",
    ]
    assert told[8:] == ["- 乙？: x"] * 20 + ["- and 2 more"]


def test_the_samples_are_asked_of_a_server_of_their_own_and_all_is_exact(
    samples_config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (ROOT / "tests" / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.dumps({"question": json.loads(line)["question"], "answers": []}) for line in lines[:4]]
    file = write_files(tmp_path, {"q.jsonl": "\n".join(questions)}) / "q.jsonl"
    arguments = [str(file), "--index", str(samples_config.index_dir)]
    assert main(arguments, tmp_path, ROOT, tmp_path / "work") == 0
    told = capsys.readouterr().out
    assert "| questions asked | 4 (" in told
    assert "| of these not exact | 0 |" in told
    assert "failed" not in told
