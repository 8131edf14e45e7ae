"""In Chinese: why files were not read. Every message that the sources hold has its Chinese."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import ocr, unread
from bot.web.words.causes import CAUSES, LONGEST, in_chinese

BOT = Path(__file__).parent.parent / "bot"
RUN = "run: python -m bot index"


@pytest.mark.parametrize(
    ("line", "chinese"),
    [
        ("件/a.exe: .exe files are not read; take it out of the folder", "件/a.exe: 不读取 .exe 文件；从文件夹里移走"),
        (
            "件/a.doc: .doc files are not read; convert it to .docx, or install LibreOffice and index again",
            "件/a.doc: 不读取 .doc 文件；转换成 .docx，或安装 LibreOffice 后重新索引",
        ),
        (
            "件/a.txt: is really .zip, and .zip files are not read; unpack it into the folder",
            "件/a.txt: 其实是 .zip，不读取 .zip 文件；解压到文件夹里",
        ),
        (
            "件/a.xlsx: is damaged or not what its name says (no (b); see: c; d); save it anew",
            "件/a.xlsx: 文件损坏，或格式与名称不符（no (b); see: c; d）；重新保存一次",
        ),
        (
            "件/a.txt: holds no text; it has 0 bytes, so copy or save it anew",
            "件/a.txt: 没有文字；文件是空的，重新复制或保存一次",
        ),
        (
            f"件/a.pdf: holds no text (it is a scan, pages 2, 5-6); {ocr.MEND}",
            "件/a.pdf: 没有文字（是扫描件，第 2, 5-6 页）；先做 OCR，或运行 pip install 'wenda[ocr]' 后重新索引",
        ),
        (
            f"件/a.pdf: 2 of 9 pages hold no text (pages 1, 4): {ocr.MEND}",
            "件/a.pdf: 有 2 页没有文字，共 9 页（第 1, 4 页）：先做 OCR，或运行 pip install 'wenda[ocr]' 后重新索引",
        ),
        (
            "件/a.csv: has over 1,000,000 filled cells; split it into smaller files",
            "件/a.csv: 有内容的单元格超过 1,000,000 个；拆成几个小一些的文件",
        ),
        (
            '件/a.jsonl: line 7 has no "text"; each line is an object like {"text": "…"}',
            '件/a.jsonl: 第 7 行没有 "text"；每行要写成 {"text": "…"} 这样',
        ),
        (
            "件/a.xlsx: hidden cells of the sheet 附 表 are left out: 1 row and 2 columns",
            "件/a.xlsx: 没有读入工作表 附 表 里隐藏的 1 行、2 列",
        ),
        (
            "CON.txt: is a name that Windows keeps for itself; rename the file",
            "CON.txt: 是 Windows 保留的名称；换一个名称",
        ),
        ("21 files are too many at once; send 20 at most", "一次发送 21 个文件太多；最多 20 个"),
        (f"no index is open; {RUN}", "没有可用的索引；运行 python -m bot index"),
        ("indexing failed; the server's log says why", "索引失败；原因见服务器日志"),
        ("question is blank; write what you want to know", "question 是空的；写下想知道的事"),
        ("the body is not valid JSON; send {}", "请求体不是有效的 JSON; send {}"),
    ],
)
def test_a_line_is_put_into_chinese(line: str, chinese: str) -> None:
    assert in_chinese(line) == chinese


@pytest.mark.parametrize(
    ("cause", "chinese"),
    [
        ("line … is not JSON in UTF-8", "第 … 行不是 UTF-8 编码的 JSON"),
        ("is damaged or not what its name says", "文件损坏，或格式与名称不符"),
        ("holds no text", "没有文字"),
        ("… of … pages cannot be read", "有 … 页无法读出，共 … 页"),
        ("save it anew", "重新保存一次"),
    ],
)
def test_the_cause_of_a_group_is_put_into_chinese_without_what_differs(cause: str, chinese: str) -> None:
    assert in_chinese(cause) == chinese


@pytest.mark.parametrize("line", ["", "件/a.txt", "件/a.txt: frobnicates", "a: b; c: d; e", "Save it anew", "文件: 坏"])
def test_what_is_not_known_stays_as_it_is(line: str) -> None:
    assert in_chinese(line) == line


@pytest.mark.parametrize(
    ("line", "chinese"),
    [
        ("件/a.txt: is UTF-32; frobnicate it", "件/a.txt: 是 UTF-32 编码; frobnicate it"),
        ("件/a.txt: frobnicates; save it as UTF-8", "件/a.txt: frobnicates; 另存为 UTF-8 编码"),
    ],
)
def test_a_why_and_a_mend_are_known_each_by_itself(line: str, chinese: str) -> None:
    assert in_chinese(line) == chinese


@pytest.mark.parametrize(
    "source", ["甲: 乙.txt", "甲; 乙.txt", "a: b; c: d; e.txt", "7 pages: x.exe", "甲\n乙.txt", ": ", "; "]
)
def test_a_source_may_hold_what_parts_lines(source: str) -> None:
    assert in_chinese(f"{source}: is UTF-32; save it as UTF-8") == f"{source}: 是 UTF-32 编码；另存为 UTF-8 编码"


def test_a_line_that_is_made_to_cost_time_stays_as_it_is() -> None:
    for line in ("a: b; " * 99 + "x.pdf: is UTF-32; save it as UTF-8", f"a.txt: is over {'7' * LONGEST} MiB"):
        assert in_chinese(line) == line


@given(source=st.text(), why=st.sampled_from(CAUSES), told=st.text(st.characters(exclude_characters="()"), min_size=1))
def test_the_source_is_always_kept(source: str, why: tuple[str, str], told: str) -> None:
    english = why[0].replace("{*}", told).replace("{}", "7").replace("{s}", "s")
    assert in_chinese(f"{source}: {english}; save it anew").startswith(f"{source}: ")


def test_each_cause_has_as_many_places_in_both_languages_and_stands_once() -> None:
    for english, chinese in CAUSES:
        assert english.count("{}") + english.count("{*}") == chinese.count("{}"), english
    assert len({english for english, _ in CAUSES}) == len(CAUSES)


# ---- all that the sources say ----

ERRORS = {
    *("UnreadableDocument", "BadInput", "TooLarge", "Busy", "BotError", "NoIndex", "CorruptIndex", "NoDocuments"),
    *("NoJournal", "abort", "_turn_away", "TooManyRequests", "ServiceUnavailable"),
}
SAY_CAUSES = {
    *("_cause", "cause_of_death", "refusal", "name_refusal", "_damage", "_complaint", "_oddities", "_nothing"),
}  # functions
PAGES = ("page 2", "pages 2, 5-6")
# What stands for an expression within a message, by the module and the expression; for others, a number.
SAMPLES: dict[tuple[str, str], tuple[str, ...]] = {
    ("documents/__init__.py", "refusal(ending, FORMATS)"): (unread.refusal(".exe", ()), unread.refusal(".a", (".b",))),
    ("documents/converted.py", "why"): ("LibreOffice makes nothing readable of it (x)",),
    ("documents/encodings.py", "name"): ("UTF-7", "HZ"),
    ("documents/isolated.py", "limit"): ("takes longer than 7 s to read",),
    ("documents/pdf.py", "_pages(file.failed)"): PAGES,
    ("documents/pdf.py", "_pages(file.pictures)"): PAGES,
    ("documents/pdf.py", "_pages(file.recognised)"): PAGES,
    ("documents/pdf.py", "_pages(pictures)"): PAGES,
    ("documents/pdf.py", "_pages(unmapped)"): PAGES,
    ("documents/pdf.py", "ocr.MEND"): (ocr.MEND,),
    ("documents/pdf.py", "verb"): ("was", "were"),
    ("documents/pdf.py", "why"): ("it is a scan", "its fonts do not say what their characters are"),
    ("documents/picture.py", "ocr.MEND"): (ocr.MEND,),
    ("documents/unread.py", "mend"): tuple(mend for _, mend in unread._MENDS),
    ("documents/xlsx.py", "' and '.join(hidden)"): ("1 row", "2 rows", "1 column", "2 columns", "1 row and 2 columns"),
    ("documents/xlsx.py", "formulas"): ("1 formula has", "2 formulas have"),
    ("indexer.py", "error"): (
        f"the index file 7 is damaged; {RUN}",
        f"/current cannot be read (7); delete it and {RUN}",
    ),
    ("indexer.py", "mend"): ("", ", or drop 7 with --forget"),
    ("indexer.py", "reason"): ("", " (7)"),
    ("jobs.py", "failure"): ("cannot be kept (7)",),  # of the system, in its own words
    ("journal.py", "self._file"): ("7.sqlite",),
    ("journal.py", "mend"): ("make its folder one that can be written, or set [journal] feedback = false",),
    ("store.py", "_REBUILD"): (RUN,),
    ("store.py", "self.folder / 'current'"): ("/current",),
    ("store.py", "folder / 'manifest.json'"): ("/manifest.json",),
    ("web/completions.py", "_EXAMPLE"): ('[{"role": "user", "content": "…"}]',),
    ("web/api.py", "example"): ('{"question": "…"}',),
    ("web/api.py", "where"): ("", " (line 7, column 7)"),
    ("wire.py", "_choices(Verdict)"): ("up, down or null",),
    ("wire.py", "_choices(kind)"): ("up, down or null",),
}


def _modules() -> list[Path]:
    single = [BOT / f"{name}.py" for name in ("uploads", "indexer", "jobs", "store", "journal", "sessions", "wire")]
    return [*sorted(BOT.glob("documents/*.py")), *single, *sorted(BOT.glob("web/*.py"))]


def _said(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions in a module that make a message, or a list of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in ERRORS or name.endswith("skipped.append"):
                yield from node.args[-1:]
            elif name == "_read_as":
                yield node.args[2]
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "oddities")
        elif isinstance(node, ast.FunctionDef) and node.name in SAY_CAUSES:
            yield from (
                inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return | ast.Yield) and inner.value
            )
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"error", "MESSAGES"}:
            yield node.value


def _messages(node: ast.expr, module: str) -> Iterator[str]:
    """The messages that an expression makes, with samples in their places."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr():
            for parts in itertools.product(*(list(_messages(part, module)) for part in node.values)):
                yield "".join(parts)
        case ast.BinOp(op=ast.Add()):
            for left in _messages(node.left, module):
                yield from (left + right for right in _messages(node.right, module))
        case ast.IfExp() | ast.BoolOp():
            for branch in (node.body, node.orelse) if isinstance(node, ast.IfExp) else node.values:
                yield from _messages(branch, module)
        case ast.List() | ast.Dict():
            for item in node.elts if isinstance(node, ast.List) else node.values:
                yield from _messages(item, module)
        case _:
            inner = node.value if isinstance(node, ast.FormattedValue) else node
            yield from SAMPLES.get((module, ast.unparse(inner)), ("7",))


def _all_messages() -> list[str]:
    found = set()
    for path in _modules():
        module = path.relative_to(BOT).as_posix()
        for node in _said(ast.parse(path.read_text(encoding="utf-8"))):
            found |= set(_messages(node, module))
    return sorted(message for message in found if re.search("[a-z]", message))  # others pass on what others say


MESSAGES = _all_messages()


def test_messages_of_every_kind_are_found() -> None:
    assert len(MESSAGES) > 150
    assert {
        "7: is a name that Windows keeps for itself; rename the file",
        "is UTF-32; save it as UTF-8",
        "hidden slides are left out: 7",
        "was converted from 7 by LibreOffice",
        "7 files are not read; take it out of the folder",
        "indexing failed; the server's log says why",
        "this answer is no longer known; ask again",
        "the server failed; its log says why",
    } <= set(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES)
def test_every_message_has_its_chinese(message: str) -> None:
    chinese = in_chinese(message)
    assert chinese != message and "; " not in chinese
