"""Follow-ups: what a question leaves out is taken over from the one before, and a whole one stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.bot import Bot
from bot.follow_up import resolve
from bot.indexer import index
from bot.parts import take_apart
from bot.types import Question, Status
from tests.fake_encoder import FakeEncoder, Result, config_in, write_files

TODAY = "2023-06-01"
SIGNS = "那鄂尔多斯包头电诈止付返还多少谁哪年里的是呢它该市2020比了吗？ ,whataboutI\ud800去今"

# The question before, the follow-up, and what it is taken as.
ANOTHER_PLACE_OR_PERIOD = [
    ("鄂尔多斯2020年电诈止付多少", "2021呢", "鄂尔多斯2021年电诈止付多少"),
    ("鄂尔多斯电诈止付多少", "那巴彦淖尔呢？", "巴彦淖尔电诈止付多少"),
    ("鄂尔多斯电诈止付多少", "巴彦淖尔呢", "巴彦淖尔电诈止付多少"),
    ("鄂尔多斯电诈止付多少", "巴彦淖尔的呢", "巴彦淖尔电诈止付多少"),
    ("鄂尔多斯电诈止付多少", "那包头市的呢？", "包头市电诈止付多少"),
    ("鄂尔多斯电诈止付多少", "巴彦淖尔？", "巴彦淖尔电诈止付多少"),
    ("鄂尔多斯电诈止付多少", "包头", "包头电诈止付多少"),
    ("鄂尔多斯市电诈止付多少", "包头呢", "包头电诈止付多少"),
    ("鄂尔多斯市委书记是谁", "包头呢", "包头市委书记是谁"),
    ("湖北省武汉市人口多少", "那长沙呢", "长沙人口多少"),
    ("有多少网格员？", "包头呢", "包头有多少网格员？"),
    ("鄂尔多斯电诈止付多少", "2021年呢？", "2021年鄂尔多斯电诈止付多少"),
    ("鄂尔多斯2020年电诈止付多少", "2021年呢？", "鄂尔多斯2021年电诈止付多少"),
    ("鄂尔多斯2020年电诈止付多少", "去年呢", "鄂尔多斯去年电诈止付多少"),
    ("鄂尔多斯2020年5月破获多少起", "6月呢", "鄂尔多斯2020年6月破获多少起"),
    ("鄂尔多斯2020年上半年破获多少起", "2021年呢", "鄂尔多斯2021年上半年破获多少起"),
    ("鄂尔多斯2020年破获多少起", "那包头2021年呢", "包头2021年破获多少起"),
    ("鄂尔多斯治安案件2020年比2017年下降了多少？", "2021年呢", "鄂尔多斯治安案件2021年比2017年下降了多少？"),
    ("鄂尔多斯治安案件2020年比2017年下降了多少？", "比2018年呢", "鄂尔多斯治安案件2020年比2018年下降了多少？"),
]
ANOTHER_SUBJECT = [
    ("鄂尔多斯治安案件2020年比2017年下降了多少？", "刑事案件呢？", "鄂尔多斯刑事案件2020年比2017年下降了多少？"),
    ("鄂尔多斯电诈止付多少", "返还呢", "鄂尔多斯电诈返还多少"),
    ("鄂尔多斯破获电信诈骗案件多少起", "刑事案件呢", "鄂尔多斯破获刑事案件多少起"),
    ("鄂尔多斯网格员有多少人？", "乌兰牧骑呢", "鄂尔多斯乌兰牧骑有多少人？"),
    ("澄岳仪器2022年营业收入是多少？", "那研发投入呢", "澄岳仪器2022年研发投入是多少？"),
    ("澄岳仪器的董事长是谁", "总经理呢", "澄岳仪器的总经理是谁"),
    ("第三实验小学采购了多少套学生课桌椅？", "办公桌呢", "第三实验小学采购了多少套办公桌？"),
    ("第三实验小学采购了多少套学生课桌椅？", "第四实验小学呢", "第四实验小学采购了多少套学生课桌椅？"),
    ("多多评平台是哪家公司研发的", "小巷议事会呢？", "小巷议事会是哪家公司研发的"),
    ("鄂尔多斯止付多少", "电诈资金呢", "鄂尔多斯电诈资金止付多少"),
]
NOTHING_SAID_OF_THE_SUBJECT = [
    ("小巷议事会是哪个镇的创新举措？", "在哪个县？", "小巷议事会在哪个县？"),
    ("小巷议事会是哪个镇的创新举措？", "什么时候开始的？", "小巷议事会什么时候开始的？"),
    ("多多评平台叫什么名字", "是谁研发的？", "多多评平台是谁研发的？"),
    ("哪个城市获得长安杯", "什么时候获得的？", "长安杯什么时候获得的？"),
    ("鄂尔多斯哪一年获得长安杯？", "在哪里颁发的", "鄂尔多斯长安杯在哪里颁发的"),
    ("谁是市委书记", "是哪里人？", "市委书记是哪里人？"),
    ("鄂尔多斯破获了多少起诈骗案件？", "什么时候破获的？", "鄂尔多斯诈骗案件什么时候破获的？"),
    ("鄂尔多斯刑事案件下降了多少", "为什么？", "为什么鄂尔多斯刑事案件下降？"),
    ("鄂尔多斯刑事案件下降了多少", "为什么呢", "为什么鄂尔多斯刑事案件下降？"),
    ("鄂尔多斯刑事案件下降了多少", "百分之几？", "鄂尔多斯刑事案件百分之几？"),
]
NO_PLACE = [
    ("鄂尔多斯电诈止付多少", "那返还了多少？", "鄂尔多斯返还了多少？"),
    ("鄂尔多斯电诈止付多少", "返还了多少", "鄂尔多斯返还了多少"),
    ("鄂尔多斯2020年电诈止付多少", "那返还了多少？", "鄂尔多斯2020年返还了多少？"),
    ("鄂尔多斯治安案件下降了多少", "刑事案件下降了多少？", "鄂尔多斯刑事案件下降了多少？"),
    ("鄂尔多斯电诈止付多少", "那网格员有多少人？", "鄂尔多斯网格员有多少人？"),
    ("鄂尔多斯电诈止付多少", "有多少网格员？", "鄂尔多斯有多少网格员？"),
    ("云汀地铁2号线有几座车站", "那运营了多少年？", "云汀地铁2号线运营了多少年？"),
    ("澄岳仪器2022年营业收入是多少？", "那员工有多少人？", "澄岳仪器2022年员工有多少人？"),
    ("鄂尔多斯治安案件2020年比2017年下降了多少？", "包头下降了多少", "包头治安案件2020年比2017年下降了多少？"),
    ("鄂尔多斯哪年获得长安杯", "包头是哪一年？", "包头哪年获得长安杯"),
]
A_PRONOUN = [
    ("鄂尔多斯的智能社区平台叫什么", "它是谁研发的？", "鄂尔多斯的智能社区平台是谁研发的？"),
    ("鄂尔多斯的智能社区平台叫什么", "这个平台有多少用户", "鄂尔多斯的智能社区平台有多少用户"),
    ("鄂尔多斯的智能社区平台叫什么", "那个平台什么时候上线的", "鄂尔多斯的智能社区平台什么时候上线的"),
    ("鄂尔多斯电诈止付多少", "该市有多少网格员", "鄂尔多斯有多少网格员"),
    ("鄂尔多斯电诈止付多少", "那里有多少网格员", "鄂尔多斯有多少网格员"),
    ("鄂尔多斯电诈止付多少", "在当地有多少网格员", "在鄂尔多斯有多少网格员"),
    ("澄岳仪器的董事长是谁", "他是哪里人？", "澄岳仪器的董事长是哪里人？"),
    ("闻砚秋是哪家公司的董事长", "她多大年纪", "闻砚秋多大年纪"),
    ("澄岳仪器的总部在哪里", "该公司有多少员工", "澄岳仪器有多少员工"),
    ("澄岳仪器在哪里", "其营业收入是多少", "澄岳仪器的营业收入是多少"),
    ("鄂尔多斯电诈止付多少", "其中返还了多少", "鄂尔多斯其中返还了多少"),
    ("鄂尔多斯电诈止付多少", "那巴彥淖爾呢？", "巴彥淖爾电诈止付多少"),
    ("巴彦淖尔电诈止付多少", "那2021年呢？", "2021年巴彦淖尔电诈止付多少"),
    ("小巷议事会在哪个县？", "什么时候开始的？", "小巷议事会什么时候开始的？"),
    ("鄂尔多斯破获了多少起诈骗案件？", "包头也是吗", "包头破获了多少起诈骗案件？"),
    ("五原县获奖了吗", "什么时候？", "五原县获奖什么时候？"),
]
IN_ENGLISH = [
    ("How many cases were solved in Ordos?", "what about Baotou?", "How many cases were solved in Baotou?"),
    ("How many cases were solved in Ordos in 2020?", "And 2021?", "How many cases were solved in Ordos in 2021?"),
    ("How many cases were solved in Ordos?", "how about fires?", "How many fires were solved in Ordos?"),
    ("How many cases were solved?", "and in Baotou?", "How many cases were solved in Baotou?"),
    ("鄂尔多斯电诈止付多少", "what about 包头?", "包头电诈止付多少"),
]
ANOTHER_DEED = [
    (
        "鄂尔多斯公安机关破获各类电信网络诈骗案件共多少起？",
        "那返还了多少？",
        "鄂尔多斯公安机关返还了多少？",
    ),
    ("包头消防部门扑救火灾多少起", "那疏散了多少人", "包头消防部门疏散了多少人"),
    ("澄岳仪器2022年采购了多少台服务器", "花了多少钱", "澄岳仪器2022年花了多少钱"),
    ("澄岳仪器2022年采购了多少台服务器", "去年花了多少", "澄岳仪器去年花了多少"),
    ("返还包头群众多少钱", "止付了多少", "包头止付了多少"),
]
A_DEED_OR_A_WORD_ALONE = [
    ("投影仪谁保管", "多少钱", "投影仪多少钱"),
    ("投影仪谁保管", "花了多少", "投影仪花了多少"),
    ("团建预算多少", "谁负责", "团建预算谁负责"),
    ("例会谁主持", "几点开始", "例会几点开始"),
    ("例会谁主持", "在哪里开", "例会在哪里开"),
    ("访客向谁登记", "需要带什么证件", "访客需要带什么证件"),
    ("投影仪谁保管", "还要登记吗", "投影仪还要登记吗"),
    ("年假有几天", "怎么申请", "年假怎么申请"),
    ("植树多少棵", "成活了多少", "植树成活了多少"),
    ("值班补助多少", "什么时候发放", "值班补助什么时候发放"),
    ("云汀地铁2号线全长多少", "什么时候开通的", "云汀地铁2号线什么时候开通的"),
]
ANOTHER_MEASURE = [
    ("青石蜜橘产量多少", "产值呢", "青石蜜橘产值多少"),
    ("投影仪谁保管", "那价格呢", "投影仪价格"),
    ("投影仪谁保管", "价格", "投影仪价格"),
    ("包头刑事案件下降了多少", "同比呢", "包头刑事案件同比下降了多少"),
    ("投影仪谁保管", "服务器呢", "服务器谁保管"),
    ("白予宁是哪里的学生", "她的成绩是多少", "白予宁的成绩是多少"),
    ("第一食堂几点开门", "第二食堂也是吗", "第二食堂几点开门"),
]
# The question before as it was typed, itself a follow-up.
AFTER_A_FOLLOW_UP = [
    ("那返还了多少？", "包头呢", "包头返还了多少？"),
    ("那巴彦淖尔呢？", "2021年呢？", "2021年巴彦淖尔呢？"),
    ("止付了多少", "那巴彦淖尔呢", "巴彦淖尔止付了多少"),
]
# The question before, and one that stands alone.
STANDS_ALONE = [
    ("鄂尔多斯电诈止付多少", "谢谢"),
    ("鄂尔多斯电诈止付多少", "好的"),
    ("鄂尔多斯电诈止付多少", "那谢谢"),
    ("鄂尔多斯电诈止付多少", "那好吧"),
    ("鄂尔多斯电诈止付多少", "嗯呢"),
    ("鄂尔多斯电诈止付多少", "呢"),
    ("鄂尔多斯电诈止付多少", "？"),
    ("鄂尔多斯电诈止付多少", "办公电话"),
    ("鄂尔多斯电诈止付多少", "巴彦淖尔有多少网格员？"),
    ("鄂尔多斯电诈止付多少", "澄岳仪器的董事长是谁"),
    ("鄂尔多斯电诈止付多少", "哪个城市获得长安杯"),
    ("鄂尔多斯电诈止付多少", "大别山那座城市叫什么"),
    ("鄂尔多斯电诈止付多少", "转载的那篇平安账本里，该市建成反诈宣传站多少个？"),
    ("鄂尔多斯电诈止付多少", "这篇报道是哪天发表的？"),
    ("鄂尔多斯电诈止付多少", "写这篇稿子的记者是谁"),
    ("鄂尔多斯电诈止付多少", "清明值班补助每班多少钱"),
    ("How many cases were solved in Ordos?", "Who is the director?"),
    ("How many cases were solved in Ordos?", "thanks"),
    ("小巷议事会在哪个县？", "谁是市委书记"),
]
# The same, of office matters: jieba takes many of their subjects (例会, 访客, 验收) for verbs.
NAMES_ITS_OWN_SUBJECT = [
    ("服务器谁保管", "年会预算多少"),
    ("投影仪谁保管", "年会预算"),
    ("投影仪谁保管", "合同谁审批"),
    ("投影仪谁保管", "值班电话"),
    ("投影仪谁保管", "转正要多久"),
    ("打印机谁保管", "团建预算是多少"),
    ("打印机谁保管", "团建预算"),
    ("员工餐补多少钱", "例会谁主持"),
    ("员工餐补多少钱", "例会多少人参加"),
    ("高铁坐几等座？", "访客向谁登记？"),
    ("高铁票怎么报销", "快递放在哪里"),
    ("差旅住宿标准是多少", "周会谁主持"),
    ("加班补贴多少钱", "公章找谁盖"),
    ("食堂几点开门", "班车几点发车"),
    ("食堂几点开门", "停车费每月多少"),
    ("会议室怎么预订", "电梯坏了找谁"),
    ("会议室怎么预订", "谁负责采购"),
    ("服务器多少钱", "空调维修电话"),
    ("年假有几天", "体检什么时候做"),
    ("年假有几天", "验收由谁负责"),
    ("员工宿舍在几楼", "新员工培训几天"),
    ("云汀地铁2号线有几座车站", "蜜橘产值多少"),
    ("澄岳仪器的董事长是谁", "水库蓄水量多少"),
    ("鄂尔多斯电诈止付多少", "马拉松冠军是谁"),
    ("返还受骗群众多少钱", "止付了多少"),
    ("止付了多少", "返还了多少"),
]
TAKEN_OVER = [
    *ANOTHER_PLACE_OR_PERIOD,
    *ANOTHER_SUBJECT,
    *NOTHING_SAID_OF_THE_SUBJECT,
    *NO_PLACE,
    *A_PRONOUN,
    *ANOTHER_DEED,
    *A_DEED_OR_A_WORD_ALONE,
    *ANOTHER_MEASURE,
    *IN_ENGLISH,
    *AFTER_A_FOLLOW_UP,
]


@pytest.mark.parametrize(("previous", "question", "understood"), TAKEN_OVER)
def test_a_follow_up_takes_over_what_it_leaves_out(previous: str, question: str, understood: str) -> None:
    assert resolve(question, previous, TODAY) == understood


@pytest.mark.parametrize(("previous", "question"), [*STANDS_ALONE, *NAMES_ITS_OWN_SUBJECT])
def test_a_question_that_is_whole_and_small_words_stay_as_they_are(previous: str, question: str) -> None:
    assert resolve(question, previous, TODAY) is None


@pytest.mark.parametrize("question", sorted({previous for previous, _, _ in TAKEN_OVER if previous[0] != "那"}))
def test_a_question_asked_again_stays_as_it_is(question: str) -> None:
    assert resolve(question, question, TODAY) is None


def test_a_follow_up_of_a_follow_up_keeps_what_both_took_over() -> None:
    first = resolve("那包头呢？", "鄂尔多斯2020年刑事案件下降了多少？", TODAY)
    assert first == "包头2020年刑事案件下降了多少？"
    second = resolve("2021年呢？", first, TODAY)
    assert second == "包头2021年刑事案件下降了多少？"
    assert resolve("治安案件呢？", second, TODAY) == "包头2021年治安案件下降了多少？"


def test_a_word_of_the_dictionary_is_taken_as_one() -> None:
    assert take_apart("多多评呢", TODAY, "多多评\n").phrases == [(0, 3)]
    assert resolve("多多评呢", "小巷议事会是谁研发的", TODAY, "多多评\n") == "多多评是谁研发的"


def test_what_would_be_too_long_a_question_is_left_as_it_was_typed() -> None:
    assert resolve("那返还了多少？", "鄂尔多斯" + "电诈" * 490 + "止付多少", TODAY) == "鄂尔多斯返还了多少？"
    assert resolve("包头呢", "鄂尔多斯" + "电诈" * 500 + "止付多少", TODAY) is None


@given(st.text(st.sampled_from(SIGNS), max_size=20), st.text(st.sampled_from(SIGNS), min_size=1, max_size=20))
@settings(deadline=None)
@example("呢", "？")
@example("那", "那")
@example("它", "\ud800")
@example("2020年呢", "比2017年")
def test_any_two_questions_can_follow_each_other(question: str, previous: str) -> None:
    understood = resolve(question, previous, TODAY)
    assert understood is None or understood.strip()


@pytest.fixture
def two_cities(tmp_path: Path) -> Iterator[Bot]:
    """A bot with the fake encoder over what two cities tell."""
    docs = {
        "docs/a.txt": "鄂尔多斯全年紧急止付涉案资金3.01亿元，返还受骗群众800余万元。",
        "docs/b.txt": "包头全年紧急止付涉案资金1.26亿元，返还受骗群众530万元。",
    }
    write_files(tmp_path, docs)
    config = config_in(tmp_path)
    index(config, FakeEncoder(), [tmp_path / "docs"])
    bot = Bot.open(config, FakeEncoder())
    yield bot
    bot.close()


def test_the_bot_searches_for_the_whole_question_and_says_how_it_was_understood(two_cities: Bot) -> None:
    before = two_cities.ask(Question("鄂尔多斯止付涉案资金多少"))
    answer = two_cities.ask(Question("那包头呢？", previous=before.understood))
    assert (before.answer, before.understood) == ("3.01亿元", "鄂尔多斯止付涉案资金多少")
    assert (answer.question, answer.understood) == ("那包头呢？", "包头止付涉案资金多少")
    assert (answer.status, answer.answer) == (Status.ANSWERED, "1.26亿元")
    assert two_cities.ask(Question("那包头呢？")).understood == "那包头呢？"


def test_a_conversation_is_understood_from_its_beginning_or_its_last_twenty_questions(two_cities: Bot) -> None:
    asked, follow_up = "鄂尔多斯2020年止付涉案资金多少", "那包头呢？"
    assert two_cities.understood([asked]) == asked
    assert two_cities.understood([asked, follow_up, "2021年呢？"]) == "包头2021年止付涉案资金多少"
    assert two_cities.understood([asked, follow_up, "去年呢？"], today="2024-05-01") == "包头去年止付涉案资金多少"
    assert two_cities.understood([asked, *[follow_up] * 19]) == "包头2020年止付涉案资金多少"
    assert two_cities.understood([asked, *[follow_up] * 20]) == "包头呢？"


def test_a_reply_is_in_the_language_that_was_typed(two_cities: Bot) -> None:
    answer = two_cities.ask(Question("what about 2021?", previous="包头2020年止付涉案资金多少"))
    assert answer.understood == "包头2021年止付涉案资金多少"
    assert answer.text == "No answer found: what comes close is about another time."


def test_ask_takes_the_question_before_and_shows_the_whole_one(cli: Callable[..., Result], tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/b.txt": "包头全年紧急止付涉案资金1.26亿元。"})
    at = ("--index", tmp_path / "index")
    assert cli("index", tmp_path / "docs", *at).status == 0
    done = cli("ask", "那包头呢？", "--previous", "鄂尔多斯止付涉案资金多少", *at)
    assert done.out.splitlines()[:2] == ["理解为：包头止付涉案资金多少", "1.26亿元。"]
    assert cli("ask", "--batch", "-", "--previous", "止付多少", *at).status == 2
    assert cli("ask", "那包头呢？", "--previous", " ", *at).status == 2
