"""What every format's reader gives, and what they share: decoding, dates, titles, furniture."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.errors import UnreadableDocument
from bot.text import paragraphs
from bot.types import Block, BlockKind

_SENTENCE_END = "。！？!?；;，,：:、…”"
_HEADING = re.compile(
    r"(第[一二三四五六七八九十百零\d]+[章节篇部分]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）])\s*\S"
)
_BREADCRUMB = re.compile(r"(>>|»|\s>\s|›)")
_DATELINE = re.compile(r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?.{0,40}(来源|來源|作者|责编|编辑|阅读)")
_FURNITURE = re.compile(
    r"(小字号|大字号|中字号|分享让更多人看到|返回顶部|返回首页|打印本页|关闭窗口|扫一扫.{0,12}|点击(查看|进入).{0,10}"
    r"|[（(](责任?编辑?|编辑|责编|記者|记者|作者)[：: ].{1,30}[)）]|责任编辑[：:].{0,20})"
)
_DATE = re.compile(r"(?<!\d)(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?!\d)")
_LABELLED_DATE = re.compile(
    r"(发布|發布|发稿|印发|成文|更新|刊发|时间|日期|报道日期|编制)[^\n\d]{0,6}"
    r"(\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2})"
)
_PUBLISHER = re.compile(r"(?:来源|來源|稿源)\s*[：:]\s*([^\s|｜　]{2,30})")
_SIGNATURE = re.compile(
    r"([^\s　\d，。]{2,20}(?:社|报|网|台|局|办|部|委|院|会|办公室|中心|集团|公司|政府))[ 　]+(?=\d{4}\s*[年./-])"
)
_MAX_TITLE = 60  # characters


@dataclass(slots=True)
class Extracted:
    """A document's text and what its file says of it; empty where it says nothing."""

    text: str
    blocks: Sequence[Block]
    title: str = ""
    publisher: str = ""
    date: str = ""  # YYYY-MM-DD
    url: str = ""
    id: str = ""
    part: str = ""  # tells apart the documents of one file
    page_starts: Sequence[int] = field(default_factory=tuple)


def normalised(text: str) -> str:
    """The stored form: no byte order mark, CRLF as LF, lone surrogates as U+FFFD, all else as it was."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def decode(data: bytes) -> str:
    """The text in the bytes of a file: UTF-8, UTF-16 with its mark, GB18030 or Big5.

    Raises UnreadableDocument where it is none of them for sure: a wrong guess is worse.
    """
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        raise UnreadableDocument("is UTF-32; save it as UTF-8")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _decode_as("utf-16", data)
    if b"\0" in data[:4096]:
        raise UnreadableDocument("is binary, not text; save it as UTF-8 text")
    try:
        return normalised(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    guesses = {}
    for encoding in ("gb18030", "big5"):
        try:
            guesses[encoding] = data.decode(encoding)
        except UnicodeDecodeError:
            continue
    shares = {encoding: _common_share(text) for encoding, text in guesses.items()}
    best = max(shares, key=shares.__getitem__, default="")
    if not best or shares[best] < 0.5:
        raise UnreadableDocument("its encoding cannot be told; save it as UTF-8")
    return normalised(guesses[best])


def _decode_as(encoding: str, data: bytes) -> str:
    try:
        return normalised(data.decode(encoding))
    except UnicodeDecodeError:
        raise UnreadableDocument(f"is damaged: it says it is {encoding} and is not; save it as UTF-8") from None


def _common_share(text: str) -> float:
    """The share of characters beyond ASCII that are everyday ones: the two hundred commonest, and punctuation."""
    beyond = [char for char in text if ord(char) > 127]
    return 2.5 * sum(char in _COMMON for char in beyond) / len(beyond) if beyond else 0.0


# A fifth to a half of running Chinese text, in either script, is made of these; text decoded
# in the wrong encoding has next to none of them.
_COMMON = frozenset(
    "的一是不了在人有我他这個个中大來来上为為和国國地到以說说时時要就出会會可也你对對生能而子那得于著着下自之年"
    "过過发發后後作里裡用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些"
    "主样樣理心她本前开開但因只从從想实實日军軍者意无無力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業"
    "外将將两兩高间間由问問很最重并物手应應战戰向头頭文体體政美相见見被利什二等产產或新己制身果加西斯月话話合回特代"
    "内內信表化老给給世位次度门門任常先海通教儿兒原东東声聲提立及比员員解水名真论論处處走义義各入几幾口认認条條平系气氣"
    "题題活尔爾更别別打女变變四神总總何电電数數安少报報才结結反受目太量再感建务務做接必场場件计計管期市直德资資命山金"
    "，。、；：？！“”‘’（）《》「」『』—…"
)


def _is_dateline(line: str) -> bool:
    """Whether a line is a date with no sentence around it: alone, or with who published it and the time."""
    if not _DATE.search(line) or line[-1] in _SENTENCE_END or len(line) > 60:
        return False
    rest = _DATE.sub("", line).strip(" 　年月日（）()[]")
    return len(rest) <= 4 or bool(_SIGNATURE.match(line)) or bool(_DATE.match(line.strip("（( ")) and len(rest) <= 16)


def find_date(text: str) -> str:
    """The first complete date in a text as YYYY-MM-DD, or the empty text."""
    for match in _DATE.finditer(text):
        try:
            return datetime.date(*map(int, match.groups())).isoformat()
        except ValueError:
            continue
    return ""


def line_blocks(text: str) -> list[Block]:
    """The blocks of plain text, a line each: headings by their numbering, furniture by its words."""
    lines = list(paragraphs(text))
    crumbs = [i for i, span in enumerate(lines[:12]) if _BREADCRUMB.search(text[slice(*span)])]
    blocks = []
    for i, (start, end) in enumerate(lines):
        line = text[start:end]
        kind = BlockKind.PARAGRAPH
        if (crumbs and i <= crumbs[-1] and end - start <= 40) or is_furniture(line):
            kind = BlockKind.FURNITURE
        elif is_heading(line):
            kind = BlockKind.HEADING
        blocks.append(Block(start, end, kind))
    return blocks


def is_furniture(line: str) -> bool:
    """Whether a line is a button, a dateline or an editor's line, and no part of what is told."""
    return bool(_FURNITURE.fullmatch(line)) or (len(line) <= 80 and bool(_DATELINE.match(line)))


def is_heading(line: str) -> bool:
    """Whether a line of plain text is numbered as a heading is and ends without punctuation."""
    return len(line) <= 40 and line[-1] not in _SENTENCE_END and bool(_HEADING.match(line))


def head_metadata(text: str, blocks: Sequence[Block]) -> tuple[str, str, str]:
    """Title, publisher and date as the head of a plain text gives them; empty where it does not.

    The title is the first line that is not furniture, if it is short and no sentence. The date is
    that of a dateline or a label, never one in a sentence or a caption.
    """
    told = [block for block in blocks if block.kind is not BlockKind.FURNITURE]
    title = text[told[0].start : told[0].end].lstrip("#").strip() if told else ""
    if len(title) > _MAX_TITLE or title[-1:] in _SENTENCE_END or len(told) < 2:
        title = ""
    publisher = date = ""
    for block in [*blocks[:12], *blocks[-4:]]:
        line = text[block.start : block.end]
        if len(line) > 120:
            continue
        if match := _PUBLISHER.search(line):
            publisher = publisher or match.group(1).strip("()（）")
        if block.kind is BlockKind.FURNITURE or _is_dateline(line) or _LABELLED_DATE.search(line):
            date = date or find_date(line)
            signed = _SIGNATURE.match(line)
            publisher = publisher or (signed.group(1) if signed and _is_dateline(line) else "")
    return title, publisher, date
