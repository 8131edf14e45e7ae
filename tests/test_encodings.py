"""Bytes become the text that was saved, or are refused: never other text."""

from __future__ import annotations

import codecs
import random

import pytest

from bot.documents.encodings import decode
from bot.documents.everyday import likeness
from bot.errors import UnreadableDocument
from tests.fake_encoder import ROOT

NOTICE = (
    "关于召开防汛工作会议的通知\n各乡镇人民政府、县直各单位：\n定于本月十二日上午九时在县政府三楼会议室召开防汛工作会议，"
    "请各单位主要负责同志准时参加，并于会前报送书面材料。\n会议由副县长主持，水务局、气象局先后通报水情和雨情，"
    "各乡镇汇报值班安排和物资储备情况，最后由县长部署下一阶段工作。\n"
)
BULLETIN = (
    "關於舉辦社區衛生講座的通知\n為提升居民的健康知識，本中心定於下週三下午二時在活動室舉辦講座，"
    "由市立醫院內科主任主講，內容包括高血壓的預防與飲食調理，歡迎居民踴躍參加。\n"
    "報名請於三日前向服務台登記，名額有限，額滿為止；需要接送的長者請在登記時說明。\n"
)
STAFF = "王志强 李秀兰 张建军 刘雨桐 陈思远 杨帆 赵敏 黄文博 周子轩 吴佳怡\n"

JAPANESE = (
    "市役所の窓口は午前九時から開いています。",
    "総務部人事課長殿",
    "サーバーの点検を行います",
    "平成三十年度予算案概要",
)
KOREAN = ("시청 민원실은 아홉 시부터 운영합니다", "사업계획서를제출하여주십시오", "건강보험증을 지참하시기 바랍니다")
RUSSIAN = ("Совещание состоится в понедельник.", "Отделкадров", "Просим представить план работы")
WESTERN = ("Café déjà vu à Zürich", "Die Straße führt über die Brücke", "Résumé")
FOREIGN = [
    *((text, encoding) for text in JAPANESE for encoding in ("euc_jp", "shift_jis", "iso2022_jp")),
    *((text, encoding) for text in KOREAN for encoding in ("euc_kr", "johab", "iso2022_kr")),
    *((text, encoding) for text in RUSSIAN for encoding in ("cp1251", "koi8_r", "cp866", "iso8859_5")),
    *((text, encoding) for text in WESTERN for encoding in ("latin-1", "cp437", "mac_roman")),
]


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableDocument) as refused:
        decode(data)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((NOTICE, encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030")),
        *((NOTICE, encoding) for encoding in ("utf-16-le", "utf-16-be")),
        *((BULLETIN, encoding) for encoding in ("utf-8", "big5", "cp950", "big5hkscs", "gb18030", "utf-16-le")),
        (STAFF, "gb18030"),
        (NOTICE + "㵲溪𠀀", "gb18030"),
        (BULLETIN + "里𨋢一〇一號", "big5hkscs"),
        (BULLETIN + "の", "big5hkscs"),
        (BULLETIN + "粧～／", "cp950"),
        ("┌──┬──┐\n│项目│金额│\n└──┴──┘\n" * 20 + NOTICE, "gb18030"),
        ("name,tel\n" * 400 + "王志强，水务局值班室\n", "gb18030"),
    ],
)
def test_a_text_is_decoded_as_it_was_saved(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("length", [6, 10, 16, 24])
def test_a_stretch_of_a_line_is_decoded_as_it_was_saved_or_refused(length: int, encoding: str) -> None:
    right = wrong = 0
    for text in (NOTICE, BULLETIN):
        for start in range(len(text) - length):
            data = text[start : start + length].encode(encoding, "ignore")
            try:
                found = decode(data)
            except UnreadableDocument:
                continue
            right += found == data.decode(encoding)
            wrong += found != data.decode(encoding)
    assert wrong == 0
    assert right > (40 if length < 10 else 70)


@pytest.mark.parametrize(("text", "encoding"), FOREIGN)
def test_text_in_an_encoding_of_other_languages_is_refused_at_every_length(text: str, encoding: str) -> None:
    for repeated in (text, f"{text}\n" * 10):
        assert "UTF-8" in refusal(repeated.encode(encoding))
    for start in range(max(1, len(text) - 8)):
        piece = text[start : start + 8]
        try:
            assert decode(piece.encode(encoding)) == piece
        except UnreadableDocument:
            continue


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-7", "is UTF-7;"), ("hz", "is HZ;"), ("iso2022_jp", "is ISO-2022;")]
)
def test_an_encoding_that_looks_like_ascii_is_refused_by_name(encoding: str, told: str) -> None:
    assert told in refusal("会议定于上午九时在县政府三楼召开".encode(encoding, "ignore"))


@pytest.mark.parametrize(
    "text", ["call +8613800138000 or +861088886666", "a ~{ b ~} c", "x += y + z", "1+1=2\t~{}\n" * 50]
)
def test_ascii_with_the_marks_of_such_an_encoding_is_ascii(text: str) -> None:
    assert decode(text.encode("ascii")) == text


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (NOTICE.encode("utf-8")[:-2], "is UTF-8 and cut short in its last character; copy it anew"),
        (NOTICE.encode("gb18030")[:-2], "is GB18030 and cut short in its last character; copy it anew"),
        (codecs.BOM_UTF8 + NOTICE.encode("utf-8")[:-2], "is UTF-8 and cut short in its last character; copy it anew"),
        (codecs.BOM_UTF16_LE + NOTICE.encode("utf-16-le")[:-1], "is UTF-16 and cut short in its last character;"),
        (NOTICE.encode("utf-8").replace("会前".encode(), b"\xff"), "is UTF-8 but for byte 221, in line 3; mend that "),
        (NOTICE.encode("gbk").replace("会前".encode("gbk"), b"\xff"), "is GB18030 but for byte 148, in line 3; mend"),
        (BULLETIN.encode("big5").replace("飲食".encode("big5"), b"\xff"), "is Big5 but for byte 137, in line 2;"),
        (b"\xef\xbb\xbf" + NOTICE.encode("gb18030"), "is UTF-8 but for byte 3, in line 1;"),
        (NOTICE.encode("utf-8") + NOTICE.encode("gb18030"), "its encoding cannot be told; save it as UTF-8"),
        (NOTICE.encode("gb18030") + NOTICE.encode("utf-8"), "its encoding cannot be told; save it as UTF-8"),
        (3 * NOTICE.encode("gbk") + "防汛值班电话登记\n".encode() + NOTICE.encode("gbk"), "from line 13 on;"),
        (NOTICE.encode("utf-8") + b"\0" * 512, "is binary, not text; save it as UTF-8 text"),
        (NOTICE.encode("gb18030") + b"\0" * 512, "is binary, not text; save it as UTF-8 text"),
        (NOTICE.encode("utf-32"), "is UTF-32; save it as UTF-8"),
        (NOTICE.encode("utf-32-le"), "is binary, not text; save it as UTF-8 text"),
    ],
)  # fmt: skip
def test_damage_is_told_with_its_place(data: bytes, told: str) -> None:
    assert told in refusal(data)


def test_a_lost_byte_shifts_what_follows_and_is_noticed() -> None:
    whole = (NOTICE * 3).encode("gb18030")
    middle = whole.index("，水务局".encode("gb18030"))
    assert "line" in refusal(whole[: middle + 1] + whole[middle + 2 :])


@pytest.mark.parametrize("seed", range(40))
def test_random_bytes_are_refused(seed: int) -> None:
    dice = random.Random(seed)
    refusal(dice.randbytes(20 + 40 * seed))
    refusal(bytes(dice.randrange(0xA1, 0xFF) for _ in range(20 + 4 * seed)))  # all pairs of these are GB 2312's


def test_a_long_text_is_looked_at_to_its_end() -> None:
    text = NOTICE * 2000
    assert decode(text.encode("gb18030")) == text
    assert "from line 8001 on" in refusal(text.encode("gb18030") + "防汛值班电话登记\n".encode() + NOTICE.encode("gbk"))


def test_likeness_tells_chinese_from_garbage() -> None:
    assert likeness("会议") == pytest.approx(4.4)
    assert likeness("，a1\n") == pytest.approx(1.2)
    assert likeness("鐨\ufffdのЖ\0") == pytest.approx(-17.5)
    assert likeness("") == 0


def test_the_samples_are_decoded_from_every_encoding_that_holds_them() -> None:
    for path in (ROOT / "samples").glob("*.txt"):
        text = decode(path.read_bytes())
        for encoding in ("gb18030", "utf-16-le"):
            assert decode(text.encode(encoding)) == text
