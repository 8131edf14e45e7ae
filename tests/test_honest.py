"""What is no answer, however near it stands; what is told of several things; what is a goal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answerer import choose
from bot.asked import in_short, understand
from bot.composer import checked, compose
from bot.config import Answers
from bot.reader import Sheet
from bot.types import Answer, Question, Status, StoredDocument
from tests.corpus.handmade import TODAY, answer_to, hits_of, stored

NEWS = "云汀市平安建设通报\n"


def told(question: str, text: str, title: str = "云汀市通报", date: str | None = "2023-08-01") -> str | None:
    """What is answered of one document."""
    return answer_to(question, stored(text, title=title, date=date)).answer


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("全市法院新收案件多少件", "上半年，全市法院审结案件7430件，同比上升9%。"),
        ("治安案件同比下降多少", "全市刑事案件同比下降12.5%，群众满意度提升。"),
        ("第五届荷花节来了多少游客", "第六届荷花节开幕，来了3万名游客。"),
        ("云汀集团第一季度营收多少", "云汀集团第二季度营收26.6亿元，同比增长8%。"),
        ("龙舟赛的冠军是谁", "龙舟赛由王建国主持，共有12支队伍参加。"),
        ("扫黑行动抓获多少犯罪嫌疑人", "扫黑行动打掉涉恶组织25个。"),
        ("隧道是哪年开工的", "隧道于2023年7月26日双洞贯通。"),
        ("对接会是哪天举行的", "对接会在2022年取得成果，签约项目很多。"),
        ("出口额是多少亿元", "全年进口额3.2亿元，创下新高。"),
    ],
)
def test_the_figure_of_a_neighbour_is_no_answer(question: str, text: str) -> None:
    assert told(question, text) is None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("员工餐补每人每天多少元", "25元"),
        ("员工餐补原来每人每天多少元", "20元"),
        ("员工餐补由多少元提高到25元", "20元"),
    ],
)
def test_of_a_value_that_was_changed_the_present_one_is_told(question: str, answer: str) -> None:
    assert told(question, "本月起，员工餐补由每人每天20元提高到25元，按出勤发放。") == answer


@pytest.mark.parametrize("this", ["本届", "本次"])
def test_an_event_told_of_as_this_one_is_no_other(this: str) -> None:
    text = f"云汀马拉松鸣枪。{this}赛事参赛人数为12000人，天气晴好。"
    assert told("2023云汀马拉松参赛人数是多少", text) == "12000人"


def test_a_namesake_in_another_place_is_no_answer() -> None:
    text = "云汀市教育局公布名单。白洛市特殊教育学校校长何景明出席了会议。"
    assert told("云汀市特殊教育学校校长是谁", text) is None


def test_the_next_figure_of_a_document_does_not_stand_in_for_one_of_something_else() -> None:
    text = "上半年，全市法院审结海事案件7430件。全市法院新收租赁案件5.7万件，同比增长29%。"
    assert told("上半年全市法院新收海事案件多少件", text) is None


@pytest.mark.parametrize(("year", "answer"), [("2022", "46.3%"), ("2023", None)])
def test_last_year_is_counted_from_the_documents_date(year: str, answer: str | None) -> None:
    text = "记者获悉，去年全市行政复议调解成功率达46.3%，居全省前列。"
    assert told(f"云汀{year}年行政复议调解成功率是多少", text, date="2023-08-14") == answer


def test_where_two_are_asked_for_respectively_both_are_told() -> None:
    text = "侵财、盗窃案件同比分别下降26.5%和31.1%。"
    assert told("侵财案件、盗窃案件同比分别下降多少", text) == "26.5%和31.1%"


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("服务站包括哪几个室", "服务站包括调解室、监控室、网格室等场所。", "调解室、监控室、网格室"),
        ("为什么保留二次供水设备", "为防止水压不足，二次供水设备仍然保留。", "防止水压不足"),
        ("去看雕塑要门票吗", "工作人员告诉本报记者，该景点属于免费开放景区，不收门票。", "不收门票"),
    ],
)
def test_a_list_a_reason_and_the_deciding_clause_are_cut_to_size(question: str, text: str, answer: str) -> None:
    assert told(question, text) == answer


def test_a_goal_is_called_one_and_a_result_comes_before_it() -> None:
    goal = stored("云汀市力争到2025年绿化率达到95%。", title="云汀市规划")
    answer = answer_to("绿化率的目标是多少", goal)
    assert [(value.text, value.target) for value in answer.answers] == [("95%", True)]
    assert answer.text.startswith("95%（目标或预计）。")
    both = stored("绿化率已达到82%，力争到2025年绿化率达到95%。", title="云汀市规划")
    assert answer_to("绿化率达到多少", both).answer == "82%"


def test_names_that_differ_are_a_conflict() -> None:
    one = stored("电影《山河》由导演陆明川执导，八月上映。", "d1", "影讯一", "2023-08-01")
    other = stored("电影《山河》由导演周子昂执导，八月上映。", "d2", "影讯二", "2023-08-02")
    answer = answer_to("电影《山河》的导演是谁", one, other)
    assert answer.status is Status.CONFLICT
    assert [value.text for value in answer.answers] == ["周子昂", "陆明川"]


def chosen_of(question: str, answers: Answers, *documents: StoredDocument) -> Answer:
    by_id = {document.document.id: document for document in documents}
    asked, hits = understand(question, TODAY), hits_of(documents)
    chosen = choose(asked, Sheet(asked, hits, by_id.get).candidates(), hits, answers)
    return compose(Question(question), [chosen], hits, by_id.get, "hand-made", 0)


def test_a_masked_copy_keeps_its_mask_where_the_configuration_says_so() -> None:
    masked = stored("全市紧急止付涉案资金*.**亿元，返还群众***万元。", "d1", "**市通报")
    question = "紧急止付涉案资金多少"
    source = stored("全市紧急止付涉案资金3.01亿元，返还群众800万元。", "d2", "云汀市通报")
    assert chosen_of(question, Answers(), masked, source).answer == "3.01亿元"
    assert chosen_of(question, Answers(fold_masked_copies=False), masked, source).status is Status.MASKED


def parts_of(*questions: str) -> tuple[Answer, StoredDocument]:
    document = stored("2021年香港经济增长6.4%。2021年澳门经济增长18%。", title="年报")
    hits = hits_of([document])
    chosen = []
    for question in questions:
        asked = understand(question, TODAY)
        one = choose(asked, Sheet(asked, hits, {"d1": document}.get).candidates(), hits, Answers())
        chosen.append(replace(one, part=in_short(question, asked)))
    asked_whole = Question("2021年香港和澳门的经济增长了多少")
    return compose(asked_whole, chosen, hits, {"d1": document}.get, "hand-made", 0), document


def test_a_question_of_two_parts_has_two_answers_each_with_its_quote() -> None:
    answer, document = parts_of("2021年香港经济增长了多少", "2021年澳门经济增长了多少")
    assert (answer.status, answer.answer) == (Status.ANSWERED, "6.4%")
    assert [(value.text, value.citation) for value in answer.answers] == [("6.4%", 1), ("18%", 2)]
    assert [citation.quote for citation in answer.citations] == ["2021年香港经济增长6.4%。", "2021年澳门经济增长18%。"]
    assert answer.text.split("\n")[:2] == ["2021年香港经济：6.4%。", "2021年澳门经济：18%。"]
    assert checked(answer, {"d1": document}.get) == answer


def test_of_a_question_of_two_parts_the_one_without_an_answer_is_told_as_such() -> None:
    answer, _ = parts_of("2021年香港经济增长了多少", "2021年台湾失业率是多少")
    assert answer.status is Status.ANSWERED
    assert [part.status for part in answer.parts] == [Status.ANSWERED, Status.NOT_FOUND]
    assert answer.text.split("\n")[1].startswith("2021年台湾失业率：没有找到")


def test_a_part_whose_value_is_not_in_its_citation_stops_the_answer() -> None:
    answer, document = parts_of("2021年香港经济增长了多少", "2021年澳门经济增长了多少")
    wrong = replace(answer, answers=(answer.answers[0], replace(answer.answers[1], text="19%")))
    assert checked(wrong, {"d1": document}.get).status is Status.NOT_FOUND


@pytest.mark.parametrize(
    ("question", "wants"), [("方文清是谁", "phrase"), ("冠军是谁", "person"), ("局长是谁", "person")]
)
def test_who_somebody_is_asks_what_he_is(question: str, wants: str) -> None:
    assert understand(question, TODAY).wants == wants
