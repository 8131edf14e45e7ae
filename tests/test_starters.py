"""Questions to start with: how a sentence becomes one, which are left out, and that the bot answers them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot import starters as module
from bot.access import sees
from bot.bot import Bot
from bot.indexer import index
from bot.starters import ASKED, MOST, starters
from bot.store import Store
from bot.types import Answer, Filters, Question, Status
from tests.fake_encoder import FakeEncoder, config_in, write_files
from tests.fakes import FakeBot

FILES = {
    "水利/渠.txt": "青禾县水利局新建灌溉渠道共36条，浇上了最远的地。",
    "教育/校.txt": "松岭县第二小学创办于1952年，校舍翻修过两次。",
    "医疗/院.txt": "松岭县人民医院院长何秋实表示，门诊不再排长队。",
    "交通/桥.txt": "松岭县石桥镇跨江大桥总投资3.6亿元，两岸从此通了车。",
}


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[dict[str, str]], Bot]:
    """A bot over these files, with the fake encoder."""

    def call(files: dict[str, str]) -> Bot:
        config = config_in(tmp_path)
        index(config, FakeEncoder(), [write_files(tmp_path / "docs", files)])
        return Bot.open(config, FakeEncoder())

    return call


Opened = Callable[[dict[str, str]], Bot]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("青禾县水利局新建灌溉渠道共36条，浇上了最远的地。", "青禾县水利局新建灌溉渠道共多少条？"),
        ("据了解，青禾县现代农业园共有1.2万名职工，都住在园里。", "青禾县现代农业园共有多少名职工？"),
        ("截至2022年底，青禾县图书馆共有读者3.5万人。", "截至2022年底，青禾县图书馆共有读者多少人？"),
        ("青禾县跨江大桥总投资约3.6亿元，两岸通了车。", "青禾县跨江大桥总投资多少元？"),
        ("松岭县第二小学创办于1952年，校舍翻修过两次。", "松岭县第二小学创办于哪一年？"),
        ("松嶺縣第二小學創辦於1952年，校舍翻修過兩次。", "松嶺縣第二小學創辦於哪一年？"),
        ("9月8日，松岭县文化馆开馆。", "松岭县文化馆开馆是哪一天？"),
        ("松岭县人民医院院长何秋实表示，门诊不再排长队。", "松岭县人民医院院长是谁？"),
    ],
)
def test_a_question_word_takes_the_place_of_what_a_sentence_tells(opened: Opened, text: str, question: str) -> None:
    assert opened({"a.txt": text}).starters() == (question,)


@pytest.mark.parametrize(
    ("title", "text", "question"),
    [
        ("包头：一年见成效", "共新建社区食堂53家，家家有热饭。", "包头共新建社区食堂多少家？"),
        ("松岭县的茶香", "松岭县满山是茶。全县种茶的农户有8200户。", "松岭县种茶的农户有多少户？"),
        ("松岭县博物馆开放公告", "松岭县博物馆请您来。本馆创立于1987年，在老街上。", "松岭县博物馆创立于哪一年？"),
    ],
)
def test_what_a_document_says_of_its_subject_names_that_subject(
    opened: Opened, title: str, text: str, question: str
) -> None:
    assert opened({"a.md": f"# {title}\n\n{text}\n"}).starters() == (question,)


@pytest.mark.parametrize(
    "text",
    [
        "这条路共有36座桥，最长的一座叫青禾桥。",  # leans on the sentence before
        "其中松岭县新建渠道共36条，浇上了最远的地。",
        "今年松岭县水利局新建渠道共36条，浇上了最远的地。",  # leans on the day it was written
        "松岭县工业总产值为36亿元，迈上了新台阶。",  # of a year that it does not tell
        "松岭县水利局新建渠道共**条，浇上了最远的地。",  # masked
        "松岭县水利局新建渠道36条和水闸12座，浇上了最远的地。",  # two figures
        "新建灌溉渠道共36条，浇上了最远的地。",  # whose?
        "松岭县水利局的“清泉计划共36条，浇上了最远的地。",  # a quotation that goes on
        "松岭县12岁女童学会了游泳，教练很高兴。",  # tells something else
        "The county built 36 new canals last year, and they reach every field.",
    ],
)
def test_a_sentence_that_does_not_stand_alone_makes_none(opened: Opened, text: str) -> None:
    assert opened({"a.txt": text}).starters() == ()


def test_a_table_makes_none(opened: Opened) -> None:
    table = "单位,数量\n松岭县水利局新建灌溉渠道,共36条\n青禾县水利局新建灌溉渠道,共48条\n"
    assert opened({"a.csv": table}).starters() == ()


def test_starters_are_of_different_documents_folders_and_kinds(opened: Opened) -> None:
    bot = opened(FILES)
    found = bot.starters()
    assert sorted(found) == sorted(
        [
            "青禾县水利局新建灌溉渠道共多少条？",
            "松岭县第二小学创办于哪一年？",
            "松岭县人民医院院长是谁？",
            "松岭县石桥镇跨江大桥总投资多少元？",
        ]
    )
    assert bot.starters() == found


def test_starters_are_of_what_is_visible_alone_and_asked_of_that_alone(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, asked = opened(FILES), list[Question]()
    trail = bot.trail
    monkeypatch.setattr(bot, "trail", lambda question: (asked.append(question), trail(question))[1])
    assert bot.starters(("docs/教育", "docs/医疗/")) == ("松岭县人民医院院长是谁？", "松岭县第二小学创办于哪一年？")
    assert {question.filters for question in asked} == {Filters(visible=("docs/教育", "docs/医疗/"))}
    assert {question.via for question in asked} == {""}  # nothing is recorded
    assert bot.starters(()) == bot.starters(("docs/教",)) == ()


def test_a_question_that_is_not_answered_is_no_starter_and_few_are_asked(opened: Opened, tmp_path: Path) -> None:
    letters = "甲乙丙丁戊己庚辛壬癸"
    opened({f"{one}{two}.txt": f"松岭县{one}{two}小学创办于1952年，校舍很新。" for one in letters for two in letters})
    asked = list[str]()

    def unanswered(question: Question) -> Answer:
        asked.append(question.text)
        return FakeBot().ask(Question("没有"))

    with_texts = Store(tmp_path / "index").open(None)
    assert starters(with_texts, unanswered, None) == ()
    assert len(asked) == len(set(asked)) == ASKED


def test_the_documents_looked_at_are_bounded_and_spread(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = opened({f"{number:02}.txt": f"第{number}号文件说的是别的事。" for number in range(20)})
    looked = list[str]()
    monkeypatch.setattr(module, "_DOCUMENTS", 5)
    monkeypatch.setattr("bot.texts.Texts.passages_of", lambda self, document, most: looked.append(document) or [])
    assert bot.starters() == ()
    sources = {document.id: document.source for document in bot.overview().documents}
    assert [sources[document] for document in looked] == [f"docs/{n:02}.txt" for n in (0, 13, 6, 19, 12)]


def test_the_samples_suggest_four_questions_that_the_bot_answers(bot: Bot) -> None:
    found = bot.starters()
    assert found == (
        "2022年，云汀澄岳仪器股份有限公司实现营业收入多少元？",
        "鄂尔多斯公安机关破获各类电信网络诈骗案件共多少起？",
        "云汀地铁2号线开通初期运营是哪一天？",
        "嵐溪市立民俗博物館創立於哪一年？",
    )
    answers = [bot.ask(Question(text)) for text in found]
    assert [answer.answer for answer in answers] == ["18.46亿元", "537起", "9月5日", "1987年"]
    assert {answer.status for answer in answers} == {Status.ANSWERED}
    assert len({answer.citations[0].document.id for answer in answers}) == MOST


@pytest.mark.parametrize(
    ("visible", "source", "seen"),
    [
        (None, "docs/a.txt", True),
        ((), "docs/a.txt", False),
        (("docs",), "docs/a.txt", True),
        (("docs/",), "docs/a.txt", True),
        (("docs/a.txt",), "docs/a.txt", True),
        (("doc",), "docs/a.txt", False),
        (("other", "docs"), "docs/a.txt", True),
    ],
)
def test_a_source_is_seen_below_a_prefix(visible: tuple[str, ...] | None, source: str, seen: bool) -> None:
    assert sees(visible, source) is seen
