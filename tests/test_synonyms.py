"""Words that mean the same: read, found by, and no text encoded again for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bot import Bot
from bot.errors import BadConfig
from bot.indexer import index
from bot.synonyms import expanded, groups, others, read_synonyms
from bot.types import Question
from tests.fake_encoder import FakeEncoder, config_in, write_files

KNOWN = groups("电诈 = 电信网络诈骗 = 電信詐騙\n# 一行说明\n\n公粮=爱国粮  # 旧称\n")


def test_groups_are_folded_and_remarks_left_out() -> None:
    assert KNOWN == (("电诈", "电信网络诈骗", "电信诈骗"), ("公粮", "爱国粮"))


def test_the_others_of_a_group_are_told() -> None:
    assert others("电诈", KNOWN) == ("电信网络诈骗", "电信诈骗")
    assert others("缴公粮", KNOWN) == ("缴爱国粮",)
    assert others("刑事", KNOWN) == ()


def test_a_question_is_followed_by_what_its_words_mean() -> None:
    assert expanded("交公粮多少", KNOWN) == "交公粮多少 爱国粮"
    assert expanded("破案多少", KNOWN) == "破案多少"


@pytest.mark.parametrize(
    ("content", "told"),
    [("电诈\n", "line 1 names no two words"), ("a = b\n= c\n", "line 2"), ("a = a", "line 1"), (b"\xff\xfe", "UTF-8")],
)
def test_a_bad_file_is_told_with_its_line(tmp_path: Path, content: str | bytes, told: str) -> None:
    file = write_files(tmp_path, {"s.txt": content}) / "s.txt"
    with pytest.raises(BadConfig, match=told):
        read_synonyms(file)


def test_a_missing_file_is_told_with_the_option(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"set \[retriever\] synonyms"):
        read_synonyms(tmp_path / "none.txt")


def test_a_running_bot_takes_up_synonyms_and_nothing_is_encoded_again(tmp_path: Path) -> None:
    docs = write_files(
        tmp_path / "docs", {"a.txt": "甲县今年收缴爱国粮3700吨。", "b.txt": "乙县办了运动会，120人参加。"}
    )
    write_files(tmp_path, {"s.txt": "苹果 = 蘋果汁\n"})
    config = config_in(tmp_path, retriever={"synonyms": "s.txt"})
    first = index(config, FakeEncoder(), [docs])
    bot = Bot.open(config, FakeEncoder())
    assert bot.ask(Question("甲县收缴公粮多少吨")).answer is None
    write_files(tmp_path, {"s.txt": "公粮 = 爱国粮\n"})
    encoder = FakeEncoder()
    second = index(config, encoder, [docs])
    assert second.generation != first.generation
    assert encoder.encoded == []
    assert bot.ask(Question("甲县收缴公粮多少吨")).answer == "3700吨"
    assert index(config, FakeEncoder(), [docs]).generation == second.generation
