"""What a document says of itself, and questions about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.about import read_about, subject
from bot.answerer import choose
from bot.composer import compose
from bot.config import Answers
from bot.documents.lines import line_blocks
from bot.documents.metadata import told_by
from bot.types import About, Answer, Question, StoredDocument
from tests.corpus.handmade import hits_of, stored

TODAY = "2024-05-01"
LONG = "全镇围绕这项工作召开了三次调度会，逐条研究了群众反映的问题，并明确了责任人和时限。"
NEWS = f"""河东网
河东网>>镇街频道>>河东

河东镇部署防汛工作

2023年01月06日09:55 | 来源:河东晨讯
小字号

{LONG}(记者 黄青禾)

(责编:刘青、张雪冬)
返回顶部
"""
LETTER = f"""云汀市人民政府办公室文件
云政办发〔2023〕17号

关于加强汛期值守的通知

各镇人民政府：
{LONG}
云汀市人民政府办公室
二〇二三年三月二十四日
"""


def facts(text: str) -> dict[str, str]:
    told = told_by(text, line_blocks(text))
    found: dict[str, str] = {}
    for fact in told.facts:
        found.setdefault(fact.about.value, text[fact.start : fact.end])
    return found


def test_a_news_page_tells_title_publisher_author_editor_and_date() -> None:
    told = told_by(NEWS, line_blocks(NEWS))
    assert (told.title, told.publisher, told.author, told.editor, told.date) == (
        *("河东镇部署防汛工作", "河东晨讯", "黄青禾", "刘青、张雪冬", "2023-01-06"),
    )
    assert facts(NEWS) == {
        "date": "2023年01月06日",
        "publisher": "河东晨讯",
        "author": "黄青禾",
        "editor": "刘青、张雪冬",
    }


def test_an_official_letter_tells_its_number_office_and_date() -> None:
    told = told_by(LETTER, line_blocks(LETTER))
    assert (told.number, told.publisher, told.date) == ("云政办发〔2023〕17号", "云汀市人民政府办公室", "2023-03-24")
    assert facts(LETTER)["date"] == "二〇二三年三月二十四日"


def test_captions_are_neither_title_nor_date() -> None:
    text = f"2021年5月21日，河东镇召开会议。\n\n李向山 摄\n\n河东：从“有水”到“安澜”\n\n王青禾 陈默\n\n{LONG}"
    told = told_by(text, line_blocks(text))
    assert (told.title, told.date, told.author) == ("河东：从“有水”到“安澜”", "", "王青禾、陈默")


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("云政办发〔2023〕17号", "云政办发〔2023〕17号"),
        ("河府函[2022]第5号", "河府函[2022]第5号"),
        ("根据《关于防汛的通知》（云政办发〔2023〕17号）要求，现通知如下。", ""),
        ("2023年第14期", ""),
    ],
)
def test_a_documents_number_stands_by_itself(line: str, number: str) -> None:
    text = f"防汛通知\n{line}\n{LONG}"
    assert told_by(text, line_blocks(text)).number == number


def test_a_source_of_growth_is_no_publisher() -> None:
    text = f"年度报告\n增长主要来源：一是管网改造带动销售\n{LONG}"
    assert told_by(text, line_blocks(text)).publisher == ""


def test_every_fact_stands_in_the_text_where_it_is_said_to() -> None:
    for text in (NEWS, LETTER):
        for fact in told_by(text, line_blocks(text)).facts:
            assert 0 <= fact.start < fact.end <= len(text)
            assert text[fact.start : fact.end].strip() == text[fact.start : fact.end]


# Questions


def document(text: str, name: str) -> StoredDocument:
    told = told_by(text, line_blocks(text))
    made = stored(text, name, told.title, told.date or None, told.publisher or None)
    about = replace(made.document, author=told.author or None, editor=told.editor or None, number=told.number or None)
    return replace(made, document=about, facts=tuple(told.facts))


def answer(question: str, *documents: StoredDocument) -> Answer | None:
    """What is answered from the documents' facts; None where the question is not about a document."""
    by_id = {d.document.id: d for d in documents}
    told = subject(question, TODAY)
    if told is None:
        return None
    hits = hits_of(documents)
    candidates = read_about(told, hits, [d.document for d in documents], by_id.get)
    chosen = choose(told.asked, candidates, hits, Answers())
    return compose(Question(question), [chosen], hits, by_id.get, "hand-made", 0)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("写这篇稿子的记者是谁", "黄青禾"),
        ("河东镇防汛那篇报道是谁写的", "黄青禾"),
        ("河东防汛的报道责任编辑是谁", "刘青、张雪冬"),
        ("哪家报纸报道了河东镇的防汛工作", "河东晨讯"),
        ("河东镇部署防汛工作这篇新闻是什么时候发布的", "2023年01月06日"),
        ("汛期值守通知的文号是多少", "云政办发〔2023〕17号"),
        ("汛期值守的通知是哪个单位印发的", "云汀市人民政府办公室"),
        ("加强汛期值守的通知什么时候印发的", "二〇二三年三月二十四日"),
    ],
)
def test_a_question_about_a_document_is_answered_from_its_own_lines(question: str, said: str) -> None:
    told = answer(question, document(NEWS, "news"), document(LETTER, "letter"))
    assert told is not None
    assert told.answer == said
    (citation,) = told.citations
    assert citation.quote[citation.answer_start - citation.start : citation.answer_end - citation.start] == said


@pytest.mark.parametrize(
    "question",
    ["《河东志》的作者是谁", "镇长是谁", "防汛工作什么时候开始", "谁主持了会议", "通知要求什么", "哪家公司中标"],
)
def test_a_question_about_what_is_told_is_not_about_the_document(question: str) -> None:
    assert subject(question, TODAY) is None


def test_without_a_word_of_which_document_is_meant_only_a_single_one_answers() -> None:
    other = document(NEWS.replace("黄青禾", "陈默").replace("河东镇部署", "河西镇部署"), "other")
    one = answer("写这篇稿子的记者是谁", document(NEWS, "news"))
    two = answer("写这篇稿子的记者是谁", document(NEWS, "news"), other)
    assert one and one.answer == "黄青禾"
    assert two and two.status.value == "not_found"


def test_another_documents_author_never_answers_for_one_that_names_none() -> None:
    silent = document(f"河西镇部署抗旱工作\n{LONG}\n抗旱工作已经展开。", "silent")
    told = answer("河西镇抗旱那篇报道是谁写的", silent, document(NEWS, "news"))
    assert told and told.status.value == "not_found"


def test_a_masked_author_is_masked() -> None:
    told = answer("河东镇防汛那篇报道是谁写的", document(NEWS.replace("黄青禾", "***"), "news"))
    assert told and told.status.value == "masked"


def test_what_is_asked_of_a_document_is_told() -> None:
    told = subject("河东镇防汛那篇报道的责编是谁", TODAY)
    assert told and (told.about, told.role, told.asked.places) == (About.EDITOR, "责编", ("河东",))
