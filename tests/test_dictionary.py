"""Words that jieba does not know: read, found by, and taken up with no text encoded or read again for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.asked import understand
from bot.bot import Bot
from bot.config import Config
from bot.dictionary import read_dictionary
from bot.errors import BadConfig
from bot.indexer import index
from bot.lexical import LexicalIndex
from bot.store import Store
from bot.text import search_tokens, tagged_words
from bot.types import Answer, Question
from tests.fake_encoder import FakeEncoder, config_in, write_files

WORD = "多多评 100 nz"  # to jieba 多多 and 评


def reading(folder: Path, content: str | bytes) -> str:
    return read_dictionary(write_files(folder, {"d.txt": content}) / "d.txt")


# The file


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("多多评\n", "多多评 nz"),
        ("多多评 100\n", "多多评 100 nz"),
        ("多多评 nz\n", "多多评 nz"),
        ("多多评 100 nz\n", "多多评 100 nz"),
        ("  多多评\t100   nz  \n", "多多评 100 nz"),
        ("多多评　100　nz\n", "多多评 100 nz"),  # full-width spaces
        ("鄂爾多斯號 ５ ns\nＡＢＣ\n", "鄂尔多斯号 5 ns\nabc nz"),  # folded, as the texts are
        ("# 一行说明\n\n多多评 # 旧称\n#\n码上办\n", "多多评 nz\n码上办 nz"),
        ("\ufeff多多评\r\n码上办 3\r\n", "多多评 nz\n码上办 3 nz"),
        ("C#\n5G办 #口\n", "c# nz\n5g办 nz"),
        ("", ""),
        ("\n # 只有说明\n", ""),
    ],
)
def test_a_word_a_line_is_read_folded_and_without_remarks(tmp_path: Path, content: str, words: str) -> None:
    assert reading(tmp_path, content) == words


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("多多评 码上办\n", "line 1 is no word; write 多多评, or 多多评 100 nz"),
        ("多多评\n\n# 说明\nnew york\n", "line 4 is no word"),
        ("多多评 100 nz nz\n", "line 1 is no word"),
        ("多多评 nz 100\n", "line 1 is no word"),
        ("多多评 -1\n", "line 1 is no word"),
        ("多多,评\n", "line 1 is no word"),  # jieba cuts there whatever it is told
        ("多多评 1.5\n", "line 1 is no word"),
        ("多多评 12345678901\n", "line 1 is no word"),
        ("多多评 100 名词\n", "line 1 is no word"),
        (b"\xff\xfe\x00", "is not UTF-8; save it as UTF-8"),
        ("多多评\n".encode("gb18030"), "is not UTF-8; save it as UTF-8"),
    ],
)
def test_a_bad_file_is_told_with_its_line(tmp_path: Path, content: str | bytes, told: str) -> None:
    with pytest.raises(BadConfig) as caught:
        reading(tmp_path, content)
    assert str(caught.value).startswith(f"{tmp_path / 'd.txt'}: {told}")


def test_a_missing_file_is_told_with_the_option(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"none\.txt: cannot be opened \(No such.*\); set \[retriever\] dictionary"):
        read_dictionary(tmp_path / "none.txt")


def test_a_bad_file_changes_nothing_of_the_index(tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": "甲县推行多多评。"})
    config = config_in(tmp_path, retriever={"dictionary": "d.txt"})
    write_files(tmp_path, {"d.txt": WORD})
    first = index(config, FakeEncoder(), [docs])
    write_files(tmp_path, {"d.txt": "多多 评"})
    with pytest.raises(BadConfig):
        index(config, FakeEncoder(), [docs])
    assert Store(config.index_dir).current() == first.generation


# Its words


def test_a_word_of_the_dictionary_is_one_word() -> None:
    assert "多多评" not in search_tokens("推行多多评。")
    assert "多多评" in search_tokens("推行多多评。", "多多评")
    assert "多多评" in search_tokens("推行多多評。", "多多评")
    assert [word for word, _, _ in tagged_words("推行多多评。")] == ["推行", "多多", "评", "。"]
    assert tagged_words("推行多多评。", WORD) == [("推行", "v", 0), ("多多评", "nz", 2), ("。", "x", 5)]
    assert "多多评" not in search_tokens("推行多多评。")  # nothing is left of it where it is not given


def test_a_passage_that_has_only_the_words_parts_is_no_longer_taken_for_it() -> None:
    # 评 stands alone in the second text; of 多多评, taken as one word, that text has nothing.
    texts = ["推行多多评。", "评。", "别的。"]
    without, within = LexicalIndex.build(texts).scores("多多评"), LexicalIndex.build(texts, WORD).scores("多多评")
    assert [score > 0 for score in without] == [True, True, False]
    assert [score > 0 for score in within] == [True, False, False]


@pytest.mark.parametrize("line", ["", "多多评 100 nz", "多多评 nz", "多多评", "多多评 100"])
def test_a_word_of_the_dictionary_is_among_the_terms_of_a_question(tmp_path: Path, line: str) -> None:
    dictionary = read_dictionary(write_files(tmp_path, {"d.txt": line}) / "d.txt")
    terms = [term.word for term in understand("多多评收到意见多少条", "2024-01-01", (), dictionary).terms]
    assert ("多多评" if dictionary else "多多") in terms


# In a running bot


DOCUMENTS = {
    "a.txt": "甲县推行多多评，收到意见537条。",
    "b.txt": "乙县意见多多，评议，好评，差评，收到意见120条。",
    "c.txt": "丙县办了运动会，60人参加。",
}
ASKED = Question("多多评收到意见多少条")


def asking(config: Config, docs: Path) -> tuple[Bot, Callable[[], Answer]]:
    index(config, FakeEncoder(), [docs])
    bot = Bot.open(config, FakeEncoder())
    return bot, lambda: bot.ask(ASKED)


@pytest.fixture
def no_file_is_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Called, it has the test fail where a document's file is read from then on."""
    with monkeypatch.context() as patch:
        yield lambda: patch.setattr(
            "bot.indexer.IsolatedReader.read", lambda _, file: pytest.fail(f"read {file.source}")
        )


def test_a_running_bot_takes_up_a_dictionary_and_nothing_is_encoded_or_read_again(
    tmp_path: Path, no_file_is_read: Callable[[], None]
) -> None:
    docs = write_files(tmp_path / "docs", DOCUMENTS)
    write_files(tmp_path, {"d.txt": "码上办\n"})
    config = config_in(tmp_path, retriever={"dictionary": "d.txt", "dense_weight": 0})
    bot, answer = asking(config, docs)
    # 乙县's opinions have 多多 and 评 too, so that its number stands against 甲县's …
    before = answer()
    assert (before.status.value, {value.text for value in before.answers}) == ("conflict", {"537条", "120条"})
    no_file_is_read()
    write_files(tmp_path, {"d.txt": "码上办\n多多评 100 nz # 评价系统\n"})
    encoder = FakeEncoder()
    report = index(config, encoder, [docs])
    assert (report.generation != before.index, encoder.encoded, report.documents) == (True, [], 3)
    # … until 多多评 is one word, which only 甲县's have.
    after = answer()
    assert (after.status.value, after.answer, after.index) == ("answered", "537条", report.generation)
    bot.close()


def test_the_dictionary_of_a_generation_goes_with_it_not_with_the_configuration_of_the_bot(tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", DOCUMENTS)
    write_files(tmp_path, {"d.txt": WORD})
    index(config_in(tmp_path, retriever={"dictionary": "d.txt", "dense_weight": 0}), FakeEncoder(), [docs])
    (tmp_path / "d.txt").unlink()
    bot = Bot.open(config_in(tmp_path), FakeEncoder())
    assert bot.ask(ASKED).answer == "537条"
    bot.close()


def test_an_unchanged_dictionary_leaves_the_index_as_it_is(tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", DOCUMENTS)
    write_files(tmp_path, {"d.txt": WORD})
    config = config_in(tmp_path, retriever={"dictionary": "d.txt"})
    first = index(config, FakeEncoder(), [docs])
    write_files(tmp_path, {"d.txt": f"# 说明\n\n{WORD}\n"})  # the same words
    assert index(config, FakeEncoder(), [docs]).generation == first.generation


# Another weight


def test_another_weight_makes_a_new_generation_with_nothing_encoded_or_read_again(
    tmp_path: Path, no_file_is_read: Callable[[], None]
) -> None:
    docs = write_files(tmp_path / "docs", DOCUMENTS)
    first = index(config_in(tmp_path, retriever={"dense_weight": 0.5}), FakeEncoder(), [docs])
    no_file_is_read()
    encoder = FakeEncoder()
    second = index(config_in(tmp_path, retriever={"dense_weight": 0.25}), encoder, [docs])
    assert (encoder.encoded, second.documents, second.passages) == ([], first.documents, first.passages)
    assert second.generation != first.generation
    generation = Store(tmp_path / "index").open("fake-1")
    assert (generation.settings.dense_weight, len(list(generation.entries()))) == (0.25, 3)
    generation.close()
    again = index(config_in(tmp_path, retriever={"dense_weight": 0.25}), FakeEncoder(), [docs])
    assert again.generation == second.generation


def test_a_running_bot_searches_with_the_weight_of_the_generation(tmp_path: Path) -> None:
    # The dense leg knows 水位 and not 车站, the lexical one finds b by a rarer word than 水位.
    files = {"a.txt": "丙河水位四十米。", "b.txt": "戊城车站，站台，车站。", "c.txt": "水位。"}
    docs = write_files(tmp_path / "docs", files)
    asked = Question("水位 车站 站台")

    def found(bot: Bot) -> list[str]:
        return [hit.text for hit in bot.ask(asked).passages]

    index(config_in(tmp_path, retriever={"dense_weight": 1.0}), FakeEncoder(), [docs])
    bot = Bot.open(config_in(tmp_path, retriever={"dense_weight": 1.0}), FakeEncoder())
    assert found(bot)[-1] == "戊城车站，站台，车站。"
    index(config_in(tmp_path, retriever={"dense_weight": 0.0}), FakeEncoder(), [docs])
    assert found(bot)[0] == "戊城车站，站台，车站。"
    bot.close()
