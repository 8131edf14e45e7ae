"""The trained reader's part in an answer: it proposes, and the rules score and veto."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.answerer import choose, may_answer
from bot.asked import Asked, understand
from bot.confidence import logits, was_read
from bot.config import Answers, Reader
from bot.errors import BadModel
from bot.evidence import Evidence
from bot.read_spans import exact, likelihood, proposed
from bot.reader import Candidate, Sheet
from bot.trained import open_reader, read_hits
from bot.types import Reason, Status, StoredDocument
from reading.reader import Reading
from tests.corpus.handmade import TODAY, hits_of, stored
from tests.test_rows import GRID, document

BY_RULE = (
    *("270亿美元", "6.3%", "天正16年", "1588年", "8公斤", "3600", "2014年1月27日"),
    *("习近平", "刘冬红", "艾森豪"),
)
UNHEARD = ("甲", "乙", "丙", "丁")  # before what a reader holds for possible only
NEVER, ALWAYS = 1.0, 0.0  # thresholds of confidence


def reading_of(text: str, *likely: str) -> Reading:
    """What a reader says that holds these stretches for the answer, the first for the likeliest."""
    starts, ends = (np.full(len(text), -12, dtype=np.float32) for _ in range(2))
    for rank, words in enumerate(likely):
        if words in text:
            place = text.index(words)
            starts[place], ends[place + len(words) - 1] = 8 - rank, 8 - rank
    return Reading([(i, i + 1) for i in range(len(text))], starts, ends)


class Sayer:
    """A reader that holds some words for the answer, and remembers what it was given."""

    fingerprint = "hand-made"

    def __init__(self, *likely: str) -> None:
        self.likely = likely
        self.given: list[str] = []

    def read(self, question: str, texts: Iterable[str], tokens: int) -> list[Reading]:
        told = [text for text, _ in zip(texts, range(tokens), strict=False)]  # a text is a token
        self.given += told
        return [reading_of(text, *self.likely) for text in told]


def candidates(question: str, reader: Sayer | None, *documents: StoredDocument, **options: float) -> list[Candidate]:
    asked, hits = understand(question, TODAY), hits_of(documents)
    sheet = Sheet(asked, hits, {one.document.id: one for one in documents}.get)
    return read_hits(asked, sheet, hits, reader, Reader(**{"sure": NEVER, **options}), Answers())


def asked_of(question: str, reader: Sayer | None, *documents: StoredDocument) -> tuple[Asked, list[Candidate]]:
    return understand(question, TODAY), candidates(question, reader, *documents)


def spans(question: str, text: str, *likely: str) -> list[str]:
    """What is proposed in a text of one sentence."""
    asked = understand(question, TODAY)
    return [text[slice(*span)] for span in proposed(asked, text, (0, len(text)), reading_of(text, *likely))]


def test_the_words_that_the_reader_picks_are_the_answer() -> None:
    text = stored("该厂的水源主要来自城北的一座水库,夏天也够用。")
    assert candidates("该厂的水源来自什么", Sayer("城北的一座水库"), text)[0].text == "城北的一座水库"


def test_what_is_not_of_the_place_asked_of_is_vetoed_whatever_the_reader_says() -> None:
    texts = stored("包头市查处案件30起。", "d1"), stored("呼和浩特市查处案件55起。", "d2")
    found = candidates("呼和浩特查处案件多少起", Sayer("30起"), *texts)
    assert next(one.text for one in found if one.place_ok) == "55起"


def test_a_value_is_asked_for_and_words_without_a_number_are_no_answer() -> None:
    assert spans("有多少人", "共有三百多位村民参加", "三百多位村民") == ["三百多位村民"]
    assert spans("有多少人", "许多村民都参加了", "许多村民") == []


def test_a_mask_stays_a_mask() -> None:
    found = candidates("止付涉案资金多少", Sayer("*.**亿元"), stored("紧急止付涉案资金*.**亿元。"))
    assert found[0].masked


@pytest.mark.parametrize(
    ("text", "picked", "proposal"),
    [
        ("达到98%以上", "8%以上", "98%以上"),  # a number is not cut
        ("使用windows系统", "dows系统", "windows系统"),
        ("获得《平安中国》奖", "《平安中国", "《平安中国》"),
        ("他说:“很好”", "“很好”", "很好"),
        ("来自水库,夏天也够", "来自水库,", "来自水库"),
        ("共有(三座水库", "(三座水库", "三座水库"),
    ],
)
def test_a_span_is_cut_where_the_rules_would_cut_it(text: str, picked: str, proposal: str) -> None:
    assert spans("什么情况", text, picked)[0] == proposal


@pytest.mark.parametrize(
    ("question", "text", "picked", "kept"),
    [
        ("出口额预计多少美元", "将增长约6.3%,达到270亿美元", "约6.3%,达到270亿美元", ["270亿美元"]),
        ("哪年去世", "他于天正16年(1588年)去世", "天正16年(1588年)", []),  # the reader's bounds stand
        ("体重多少", "约只有8公斤重", "约只有8公斤", []),
        ("转速多少", "转速为3600转/分钟左右", "3600转/分钟", []),
        (
            "哪天上市",
            "2014年1月27日成立及于深圳证券交易所上市",
            "2014年1月27日成立及于深圳证券交易所上市",
            ["2014年1月27日"],
        ),
        ("谁提出了理念", "在安吉的习近平提出", "安吉的习近平", ["习近平"]),
        ("谁帮着解决了", "居民刘冬红口中的议事会", "刘冬红口中", ["刘冬红"]),
        ("输给谁", "他输给德怀特艾森豪", "德怀特艾森豪", []),
        ("什么情况", "在安吉的习近平提出", "安吉的习近平", []),
    ],
)
def test_of_values_and_persons_the_rules_know_the_bounds(
    question: str, text: str, picked: str, kept: list[str]
) -> None:
    by_rule = [(text.index(words), text.index(words) + len(words)) for words in BY_RULE if words in text]
    start = text.index(picked)
    found = exact(understand(question, TODAY), text, (start, start + len(picked)), by_rule)
    assert [text[slice(*one)] for one in found if text[slice(*one)] in kept] == kept
    assert bool(found) == bool(kept)


def test_bounds_that_the_rules_know_take_over_what_the_reader_says() -> None:
    text = stored("本财年药品的出口额估计将增长约6.3%,达到270亿美元。")
    found = candidates("药品出口额预计达到多少美元", Sayer("约6.3%,达到270亿美元"), text)
    assert (found[0].text, found[0].evidence.read) == ("270亿美元", 1.0)


def test_a_sure_reader_is_heard_where_a_sentence_puts_the_question_in_other_words() -> None:
    text = stored("比赛在体育场举行,全场由李明执法。")
    assert [one.text for one in may_answer(*asked_of("这场比赛的裁判长是谁", None, text))] == []
    assert may_answer(*asked_of("这场比赛的裁判长是谁", Sayer("李明"), text))[0].text == "李明"


def test_an_unsure_reader_is_not() -> None:
    text = stored("比赛在体育场举行,全场由李明执法。")
    assert may_answer(*asked_of("这场比赛的裁判长是谁", Sayer(*UNHEARD, "李明"), text)) == []


def test_a_value_that_a_sure_reader_finds_needs_fewer_of_the_words_of_the_question() -> None:
    text = stored("杨浦坐落着十四所院校,其中四所由教育部直属。")
    question = "杨浦范围之内高等学府的数量是多少所"
    assert may_answer(*asked_of(question, None, text)) == []
    assert [one.text for one in may_answer(*asked_of(question, Sayer("十四所"), text))][:1] == ["十四所"]


@pytest.mark.parametrize(("read", "kept"), [(-1.0, True), (0.2, False), (0.7, True)])
def test_a_name_that_a_reader_has_read_and_is_not_sure_of_needs_most_of_the_question(read: float, kept: bool) -> None:
    asked, found = asked_of("谁是校长", None, stored("校长是李明。"))
    evidence = replace(found[0].evidence, sentence=0.4, told=read, read=read)
    assert bool(may_answer(asked, [replace(found[0], evidence=evidence)])) is kept


def test_why_nothing_is_found_is_told_by_the_rules() -> None:
    text = stored("包头市紧急止付涉案资金3.01亿元。", "d1")
    asked, found = asked_of("鄂尔多斯紧急止付涉案资金多少", Sayer("包头"), text)
    chosen = choose(asked, found, hits_of([text]), Answers())
    assert (chosen.status, chosen.reason) == (Status.NOT_FOUND, Reason.OTHER_PLACE)


def test_a_reader_that_doubts_a_value_lowers_the_confidence_of_the_rules_only_by_half() -> None:
    question, text = "破获电信网络诈骗案件多少起", stored("共破获电信网络诈骗案件537起。")
    asked, alone = asked_of(question, None, text)
    _, doubted = asked_of(question, Sayer(), text)
    by_rules, by_both = (logits(asked.wants, found[0], found).confidence for found in (alone, doubted))
    by_reader = 2 * by_both - by_rules
    assert (doubted[0].text, was_read(alone), was_read(doubted)) == ("537起", False, True)
    assert by_reader < by_both < by_rules


def test_support_is_held_against_a_threshold_of_its_own_where_a_reader_has_read() -> None:
    text, question = stored("共破获电信网络诈骗案件537起。"), "破获电信网络诈骗案件多少起"
    asked, found = asked_of(question, Sayer("537起"), text)
    hits = hits_of([text])
    assert choose(asked, found, hits, Answers(min_support=1.0)).status is Status.ANSWERED
    assert choose(asked, found, hits, Answers(min_read_support=1.0)).status is Status.NOT_FOUND


def test_a_sibling_that_the_reader_likes_does_not_put_the_right_one_out() -> None:
    text = stored("诈骗案件同比下降12.5%,盗窃案件同比下降31.1%。")
    fitting = may_answer(*asked_of("盗窃案件同比下降多少", Sayer("12.5%", "31.1%"), text))
    assert fitting[0].text == "31.1%"


def test_the_words_of_the_question_are_no_answer_to_it() -> None:
    assert spans("平安中国建设是什么", "平安中国建设很重要", "平安中国建设") == []


def test_whether_something_is_so_is_left_to_the_rules() -> None:
    reader = Sayer("警方")
    assert candidates("案件是否已经破获", reader, stored("警方已经破获该案件。"))[0].evidence.read == -1.0
    assert reader.given == []


@pytest.mark.parametrize(
    ("question", "text", "picked", "proposal"),
    [
        ("包括哪几个室", "包括“法律室、调处室、监控室、网格室”等", "法律室、调处室", "法律室、调处室、监控室、网格室"),
        ("包括哪几个室", "包括法律室、调处室、监控室等", "监控室", "法律室、调处室、监控室"),
        (
            "分成什么",
            "通过乘物游心、理融神畅、蓄素守中三个单元呈现",
            "理融神畅、蓄素守中",
            "乘物游心、理融神畅、蓄素守中",
        ),
        ("在什么地方", "张三、李四在上海", "上海", "上海"),
        ("谁去了上海", "张三、李四去了上海", "李四", "李四"),  # one is asked for, and one is said
    ],
)
def test_a_list_is_proposed_whole(question: str, text: str, picked: str, proposal: str) -> None:
    assert spans(question, text, picked)[0] == proposal


@pytest.mark.parametrize(
    ("question", "text", "picked"),
    [
        ("哪一年举办", "连续举办了五届", "连续举办了五届"),
        ("花了多少钱", "共有三百个人参加", "三百个人"),
        ("比例是多少", "共有三百个人参加", "三百个人"),
        ("排名第几", "共有三百个人参加", "三百个人"),
    ],
)
def test_what_lacks_the_unit_asked_for_is_not_proposed(question: str, text: str, picked: str) -> None:
    assert spans(question, text, picked) == []


def test_of_what_is_hidden_a_reader_has_learned_nothing() -> None:
    found = candidates("止付涉案资金多少", Sayer("紧急"), stored("紧急止付涉案资金*.**亿元。"))
    assert (found[0].masked, found[0].evidence.read) == (True, 0.0)


# When it is asked


def test_a_reader_that_is_switched_on_without_a_model_is_told_with_its_mend(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"cannot be opened .*; .*python -m training export"):
        open_reader(Reader(enabled=True, model="nowhere"), tmp_path)
    assert open_reader(Reader(enabled=False, model="nowhere"), tmp_path) is None


def test_where_the_rules_are_sure_the_reader_is_not_asked() -> None:
    reader = Sayer("537起")
    found = candidates("破获电信网络诈骗案件多少起", reader, stored("共破获电信网络诈骗案件537起。"), sure=ALWAYS)
    assert found[0].text == "537起"
    assert reader.given == []


def test_without_a_reader_the_rules_answer_alone() -> None:
    found = candidates("破获电信网络诈骗案件多少起", None, stored("共破获电信网络诈骗案件537起。"))
    assert found[0].text == "537起"
    assert found[0].evidence.read == found[0].evidence.told == -1.0


def test_it_reads_the_likeliest_passages_and_no_more() -> None:
    texts = [stored(f"第{i}号仓库的钥匙由{name}保管。", f"d{i}") for i, name in enumerate("张王李赵")]
    reader = Sayer("王")
    candidates("1号仓库的钥匙由什么人保管", reader, *texts, tokens=2)
    assert len(reader.given) == 2
    assert any("1号" in text for text in reader.given)


def test_without_hits_nothing_is_read() -> None:
    reader = Sayer("537起")
    assert candidates("破获多少起", reader) == []
    assert reader.given == []


def test_its_log_odds_are_evidence_from_minus_one_to_one() -> None:
    said = reading_of("甲乙丙", "乙")
    assert likelihood(said.score(1, 2)) == 1.0
    assert -1.0 < likelihood(said.score(0, 1)) < -0.9
    assert Evidence.of_fact(1.0, 0).read == -1.0


def test_a_row_of_a_table_is_left_to_the_rules() -> None:
    reader = Sayer("5780个")
    assert candidates("巴彦淖尔的网格员有多少", reader, document(GRID))[0].text == "23700人"
    assert reader.given == []
