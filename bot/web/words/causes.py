"""In Chinese: why a file was not read, how to mend that, and what else a line from the bot says. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

LONGEST = 1000  # characters of a line; only names that a file holds, such as those of its sheets, make longer ones
_MOST = 16  # marks of one kind that may part a line

# What is said, and the same in Chinese. `{}` is a word or a number and `{*}` any text, both kept as they are and in
# order; `{s}` is an s or nothing. What is in brackets may be missing, as in the causes of groups; so it is in Chinese.
CAUSES = (
    # Why a file is not read
    ("{} files are not read", "不读取 {} 文件"),
    ("this format is not read", "不读取这种格式"),
    ("is really {}, and {} files are not read", "其实是 {}，不读取 {} 文件"),
    ("is really {}, and this format is not read", "其实是 {}，不读取这种格式"),
    ("is a program's own file, not a document", "是程序自己用的文件，不是文档"),
    ("is a pipe or a device, not a file", "是管道或设备，不是文件"),
    ("is text, not {}", "内容是纯文本，不是 {}"),
    ("is a name that Windows keeps for itself", "是 Windows 保留的名称"),
    ("a file was sent without a name", "文件没有名称"),
    ("holds no text (it is a scan, page{s} {*})", "没有文字（是扫描件，第 {} 页）"),
    (
        "holds no text (its fonts do not say what their characters are, page{s} {*})",
        "没有文字（字体没有说明各是什么字，第 {} 页）",
    ),
    ("holds no page", "里面没有网页"),
    ("is damaged or not what its name says ({*})", "文件损坏，或格式与名称不符（{}）"),
    ("is damaged: no page can be read ({*})", "文件损坏，没有一页能读出（{}）"),
    ("is damaged or of two encodings from line {} on", "从第 {} 行起损坏，或混用了两种编码"),
    ("is a damaged picture ({*})", "图片损坏（{}）"),
    ("is a picture", "是图片"),
    ("is a picture of over {} pixels", "图片超过 {} 像素"),
    ("is protected by a password", "有密码保护"),
    ("is protected in a way that is not known ({*})", "加密方式无法识别（{}）"),
    ("is an Office file of another kind", "是另一种 Office 文件"),
    ("is in the format of before 2007", "是 2007 年以前的格式"),
    ("is in the format Strict Open XML", "是 Strict Open XML 格式"),
    ("is {} but for byte {}, in line {}", "是 {} 编码，但第 {} 字节有误，在第 {} 行"),
    ("is {} and cut short in its last character", "是 {} 编码，但最后一个字不完整"),
    ("is UTF-32", "是 UTF-32 编码"),
    ("is ISO-2022", "是 ISO-2022 编码"),
    ("is UTF-7", "是 UTF-7 编码"),
    ("is HZ", "是 HZ 编码"),
    ("is binary, not text", "是二进制文件，不是文本"),
    ("its encoding cannot be told", "无法判断编码"),
    ("its HTML cannot be read whole ({*})", "网页内容无法完整读出（{}）"),
    ("nests over {} elements deep", "嵌套超过 {} 层"),
    ("needs more memory than its reader may have", "读取所需内存超出限制"),
    ("takes longer than {} s to read", "读取超过 {} 秒"),
    ("its reader was killed, most often for want of memory", "读取被系统中止，多半因为内存不足"),
    ("crashes its reader ({*})", "读取时程序崩溃（{}）"),
    ("cannot be opened ({*})", "无法打开（{}）"),
    ("cannot be read with what is installed ({*})", "现有的安装无法读取（{}）"),
    ("LibreOffice cannot convert it", "LibreOffice 无法转换"),
    ("LibreOffice takes longer than {} s to convert it", "LibreOffice 转换超过 {} 秒"),
    ("LibreOffice makes nothing readable of it ({*})", "LibreOffice 转换后无法读取（{}）"),
    ("has a quotation mark that is never closed", "有一个引号没有配对"),
    ("has over {} filled cells", "有内容的单元格超过 {} 个"),
    ("has {} pages", "有 {} 页"),
    ("is over {} MiB", "超过 {} MiB"),
    ("{} in it unpacks to over {} MiB", "其中的 {} 解压后超过 {} MiB"),
    ("unpacks to over {} GiB", "解压后超过 {} GiB"),
    ("unpacks to over {} times its size", "解压后超过原大小的 {} 倍"),
    ("holds over {} parts", "超过 {} 个部件"),
    ("line {} is not JSON in UTF-8", "第 {} 行不是 UTF-8 编码的 JSON"),
    ('line {} has no "text"', '第 {} 行没有 "text"'),
    ("line {} has a blank text", "第 {} 行的文字为空"),
    ("line {} is over {} MiB", "第 {} 行超过 {} MiB"),
    ("has {} bad lines up to line {}, where reading stops", "已有 {} 行有误，读到第 {} 行为止"),
    ("the id {*} was there before", "编号 {} 前面已经用过"),
    # How to mend a file
    ("convert it to {}, or install LibreOffice and index again", "转换成 {}，或安装 LibreOffice 后重新索引"),
    ("convert it to one of {*}", "转换成以下格式之一：{}"),
    ("export it as PDF from the OFD reader", "用 OFD 阅读器导出为 PDF"),
    ("export it as PDF from its own reader", "用专用阅读器导出为 PDF"),
    ("export it as PDF from its own program", "用原来的程序导出为 PDF"),
    ("export it as PDF or .png", "导出为 PDF 或 .png"),
    ("export its text as .txt, .csv or .jsonl", "把文字导出为 .txt、.csv 或 .jsonl"),
    ("save it as .html or .txt from the mail program", "用邮件程序另存为 .html 或 .txt"),
    ("unpack it into the folder", "解压到文件夹里"),
    ("put its words into a .txt file", "把里面的话写成 .txt 文件"),
    ("take it out of the folder", "从文件夹里移走"),
    ("close the document and take the one beside it", "关闭文档，改用旁边的那一份"),
    ("name it .txt, or .csv where it is a table", "改名为 .txt，是表格就改为 .csv"),
    ("name it, with its format's ending, such as .docx", "取个名称，带上格式的扩展名，如 .docx"),
    ("rename the file", "换一个名称"),
    ("give it the ending of its kind", "改成对应的扩展名"),
    ("it has 0 bytes, so copy or save it anew", "文件是空的，重新复制或保存一次"),
    ("if it holds pictures of text, run OCR on it first", "如果是文字的图片，先做 OCR"),
    (
        "run OCR on it, or: pip install 'wenda[ocr]' and index again",
        "先做 OCR，或运行 pip install 'wenda[ocr]' 后重新索引",
    ),
    ("save it without one", "去掉密码再保存"),
    ("save it without", "去掉加密再保存"),
    ("save it anew", "重新保存一次"),
    ("save it anew as plain HTML", "另存为普通的 HTML"),
    ("save it anew as HTML", "另存为 HTML"),
    ("save it anew as {}", "另存为 {}"),
    ("save it anew without its pictures", "去掉图片再保存"),
    ("save it as UTF-8", "另存为 UTF-8 编码"),
    ("save it as UTF-8 text", "另存为 UTF-8 编码的文本"),
    ("save it in the ordinary one", "另存为普通格式"),
    ("open it and save it as {}", "打开后另存为 {}"),
    ("mend that place and save it as UTF-8", "改好这一处，另存为 UTF-8 编码"),
    ("mend that line", "改好这一行"),
    ("mend them", "把它们改好"),
    ("leave that line out", "去掉这一行"),
    ("each line is an object like {*}", "每行要写成 {} 这样"),
    ("close it or take it out", "补上或去掉"),
    ("copy it anew", "重新复制一次"),
    ("copy its text into a new document", "把文字复制到新文档"),
    ("scale it down", "把图片缩小"),
    ("split it", "拆成几份"),
    ("split it, or raise [documents] max_seconds", "拆成几份，或调大 [documents] max_seconds"),
    ("split it into smaller files", "拆成几个小一些的文件"),
    ("split it into parts of at most {}", "拆成每份最多 {} 页"),
    ("split the document", "把文档拆成几份"),
    ("split that document", "把这份文档拆成几份"),
    ("check that it is whole and may be read", "看看文件是否完整、是否有读取权限"),
    ("install wenda anew, and index again", "重新安装 wenda，再重新索引"),
    ("give it another", "换一个编号"),
    ("give it another, or drop {*} with --forget", "换一个编号，或用 --forget 去掉 {}"),
    # What is odd about a file that is read
    ("is named {}, but is {}", "名称是 {}，其实是 {}"),
    ("was converted from {} by LibreOffice", "由 LibreOffice 从 {} 转换而来"),
    ("was read by OCR", "文字由 OCR 识别"),
    ("page{s} {*} was read by OCR", "第 {} 页由 OCR 识别"),
    ("page{s} {*} were read by OCR", "第 {} 页由 OCR 识别"),
    ("its words may hold errors", "可能有错字"),
    ("their words may hold errors", "可能有错字"),
    (
        "{} of {} pages hold no text (page{s} {*}): run OCR on it, or: pip install 'wenda[ocr]' and index again",
        "有 {} 页没有文字，共 {} 页（第 {} 页）：先做 OCR，或运行 pip install 'wenda[ocr]' 后重新索引",
    ),
    ("{} of {} pages cannot be read (page{s} {*}: {*})", "有 {} 页无法读出，共 {} 页（第 {} 页：{}）"),
    ("save the file anew", "重新保存一次"),
    (
        "{} characters stand as \ufffd, for their fonts do not say what they are (page{s} {*})",
        "有 {} 个字显示为 \ufffd，因为字体没有说明是什么字（第 {} 页）",
    ),
    ("export the file anew from its own program", "用原来的程序重新导出"),
    ("{} characters are damaged and stand as \ufffd", "有 {} 个字损坏，显示为 \ufffd"),
    ("hidden slides are left out: {*}", "没有读入隐藏的幻灯片：{}"),
    ("hidden sheets are left out: {*}", "没有读入隐藏的工作表：{}"),
    ("hidden cells of the sheet {*} are left out: {} row{s}", "没有读入工作表 {} 里隐藏的 {} 行"),
    ("hidden cells of the sheet {*} are left out: {} column{s}", "没有读入工作表 {} 里隐藏的 {} 列"),
    (
        "hidden cells of the sheet {*} are left out: {} row{s} and {} column{s}",
        "没有读入工作表 {} 里隐藏的 {} 行、{} 列",
    ),
    ("{} formula has no stored value", "有 {} 个公式没有保存结果"),
    ("{} formulas have no stored value", "有 {} 个公式没有保存结果"),
    ("open and save the file in Excel or LibreOffice", "用 Excel 或 LibreOffice 打开，保存一次"),
    # Sending files
    ("cannot be kept ({*})", "无法保存（{}）"),
    ("see that the disk has room and may be written", "看看磁盘是否有空间、是否可写"),
    ("the form is too large: its files may have {} MiB together", "表单太大：文件加起来不能超过 {} MiB"),
    ("send them one by one, or split them", "一个一个发送，或拆成几份"),
    ("{} files are too many at once", "一次发送 {} 个文件太多"),
    ("send {} at most", "最多 {} 个"),
    ("there is no file", "没有文件"),
    ("send each in a part named file", "每个文件放在名为 file 的部分里"),
    (
        "send the files as multipart/form-data, each in a part named file",
        "用 multipart/form-data 发送，每个文件放在名为 file 的部分里",
    ),
    ("this server takes no files", "这个服务器不接收文件"),
    ("name a folder for them in [uploads] folder", "在 [uploads] folder 里指定存放的文件夹"),
    ("this token may not see {*}, where files are kept", "这个令牌不能看存放文件的 {}"),
    ("ask for one that may", "换一个可以看的令牌"),
    ("cannot be removed ({*})", "无法删除（{}）"),
    ("see that its folder may be written", "看看所在文件夹是否可写"),
    ("was not sent to this server", "不是发送到本服务器的文件"),
    ("delete its file where it lies, and index again", "请到原处删除文件，再重新索引"),
    # Indexing
    ("indexing failed", "索引失败"),
    ("the server's log says why", "原因见服务器日志"),
    ("ask whoever runs this server", "请联系服务器管理员"),
    ("see that the disk has room and may be written, then index again", "看看磁盘是否有空间、是否可写，再重新索引"),
    ("no document could be read under {*} ({*})", "{} 里没有能读的文档（{}）"),
    ("name a folder with {*} files", "指定有 {} 文件的文件夹"),
    ("no such file or folder", "没有这个文件或文件夹"),
    ("name one that is there", "换一个存在的"),
    ("is not in the index, so it cannot be forgotten", "不在索引里，没法去掉"),
    ("indexed is {*}", "已索引的是 {}"),
    ("another process is indexing into {*}", "另一个进程正在更新 {} 里的索引"),
    ("wait until it is done", "等它完成"),
    ("no index is open", "没有可用的索引"),
    ("there is no index in {*}", "{} 里没有索引"),
    ("the index in {*} was built with another model or token limit", "{} 里的索引用的是另一个模型或长度限制"),
    ("the index in {*} is of another version of this program", "{} 里的索引属于本程序的另一个版本"),
    ("the index in {*} cannot be opened ({*})", "{} 里的索引打不开（{}）"),
    ("the index in {*} cannot be written ({*})", "{} 里的索引无法写入（{}）"),
    ("the index file {*} is damaged", "索引文件 {} 损坏"),
    ("{*}manifest.json is missing or damaged", "{}manifest.json 缺失或损坏"),
    ("{*}current cannot be read ({*})", "{}current 无法读取（{}）"),
    ("run: python -m bot index", "运行 python -m bot index"),
    ("delete it and run: python -m bot index", "删掉它，再运行 python -m bot index"),
    (
        "run: python -m bot index; it was not used, so only what was named now is indexed",
        "没有用它，只索引了这次指定的内容；要全部重建，运行 python -m bot index",
    ),
    (
        "delete it and run: python -m bot index; it was not used, so only what was named now is indexed",
        "没有用它，只索引了这次指定的内容；要全部重建，删掉它，再运行 python -m bot index",
    ),
    ("set [index] dir or --index", "改设 [index] dir 或 --index"),
    ("{*} cannot be written ({*})", "{} 无法写入（{}）"),
    ("set BOT_CACHE to a folder", "把 BOT_CACHE 设为一个文件夹"),
    ("original files are not given out", "不提供原文件下载"),
    ("[server] download_originals = true changes that", "设 [server] download_originals = true 即可提供"),
    ("the file was changed since it was indexed, or is gone", "原文件在编入索引后改过，或已不在"),
    ("index again", "重新索引"),
    # Questions and feedback
    ("feedback is off on this server", "这个服务器没有开启评价"),
    (
        "set [journal] feedback = true in its config.toml to take it",
        "在 config.toml 里设 [journal] feedback = true 即可开启",
    ),
    ("this answer is no longer known", "这个回答已不在记录里"),
    ("ask again", "再问一次"),
    ("{*}.sqlite cannot be read ({*})", "{}.sqlite 无法读取（{}）"),
    ("put back a copy, or delete it", "放回备份，或删掉它"),
    (
        "make its folder one that can be written, or set [journal] feedback = false",
        "让它的文件夹可写，或设 [journal] feedback = false",
    ),
    ("no such document", "没有这份文档"),
    ("its id is in the answer's citations", "文档的编号在回答的引文里"),
    ("the body is not UTF-8", "请求体不是 UTF-8 编码"),
    ("encode it as UTF-8", "改用 UTF-8 编码"),
    ("the body is not valid JSON (line {}, column {})", "请求体不是有效的 JSON（第 {} 行，第 {} 列）"),
    ('send {"{*}}', '请发送 {"{}}'),
    ("send JSON with the header Content-Type: application/json", "请发送 JSON，并带上 Content-Type: application/json"),
    ("the body must be a JSON object such as {*}", "请求体须是 JSON 对象，如 {}"),
    ("messages must be a list such as {*}", "messages 须是列表，如 {}"),
    ("{} has no role", "{} 没有 role"),
    ("each is an object like {*}", "每条要写成 {} 这样"),
    ("no message has the role user", "没有 role 为 user 的消息"),
    ("the last that has it is the question", "这种消息的最后一条就是问题"),
    ("{} holds a part that is not text", "{} 里有不是文字的部分"),
    ("{} is not supported", "不支持 {}"),
    ("{} must be true or false", "{} 须是 true 或 false"),
    ("{} must be an object", "{} 须是对象"),
    ("no such model", "没有这个模型"),
    ("GET /v1/models lists what there is", "可用的模型见 GET /v1/models"),
    ("the conversation is over {} MiB", "对话超过 {} MiB"),
    ("leave out its oldest messages", "去掉最早的消息"),
    ("filters must be a JSON object", "filters 须是 JSON 对象"),
    ("filters.document must be a document's id or a list of ids", "filters.document 须是文档编号，或编号的列表"),
    (
        "filters.source must be the beginning of a source, such as reports/2022/",
        "filters.source 须是来源的开头，如 reports/2022/",
    ),
    ("is not a JSON object, such as {*}", "不是 JSON 对象，要写成 {} 这样"),
    ("is not a JSON object in UTF-8, such as {*}", "不是 UTF-8 编码的 JSON 对象，要写成 {} 这样"),
    ("the batch has {} lines", "这一批有 {} 行"),
    (
        "send a JSON object a line with the header Content-Type: application/x-ndjson",
        "每行发送一个 JSON 对象，并带上 Content-Type: application/x-ndjson",
    ),
    ("cursor must be the next of a reply before", "cursor 须是上一次回复里的 next"),
    ("leave it out to begin with the first", "从头开始就去掉它"),
    ("{} is missing", "缺少 {}"),
    ("{} is blank", "{} 是空的"),
    ("write what you want to know", "写下想知道的事"),
    ("{} has {} characters", "{} 有 {} 个字"),
    ("at most {} are allowed, shorten it", "最多 {} 个字，请缩短"),
    ("{} holds control characters", "{} 里有控制字符"),
    ("send plain text", "请发送普通文字"),
    ("{} must be a text", "{} 须是文字"),
    ("{} must be a text of at most {} characters, or null", "{} 须是最多 {} 个字的文字，或 null"),
    ("{} must be a whole number from {} to {}", "{} 须是 {} 到 {} 的整数"),
    ("{} must be a date written YYYY-MM-DD", "{} 须是日期，写成 YYYY-MM-DD"),
    ("{} must be {*} or null", "{} 须是 {} 或 null"),
    ("send {*} or null", "请发送 {} 或 null"),
    ("id must be the id of an answer, as POST /api/ask gave it", "id 须是 POST /api/ask 给出的回答编号"),
    ("reason goes with the verdict down alone", "只有评价为 down 时才能带 reason"),
    ("note goes with a verdict", "有评价时才能带 note"),
    ("leave it out", "去掉它"),
    ("unknown key {*}", "不认识的键 {}"),
    ("the keys are {*}", "可用的键有 {}"),
    # Addresses and visitors
    ("nothing lives at this address", "这个地址什么也没有"),
    ("GET /openapi.json lists what does", "可用的地址见 GET /openapi.json"),
    ("this address does not take that method", "这个地址不支持这种方法"),
    ("its methods are {*}", "可用的方法有 {}"),
    ("the body is too large", "请求体太大"),
    ("send at most {} KiB", "最多 {} KiB"),
    ("the server failed", "服务器出错"),
    ("its log says why", "原因见日志"),
    ("this server does not go by the name {}", "本服务器不叫 {}"),
    (
        "the Host header is not one host with or without a port",
        "Host 标头不是一个带或不带端口的主机名",
    ),
    ("add it to [server] hosts if it is to", "要用这个名称，请加到 [server] hosts 里"),
    ("the body is packed", "请求体是压缩过的"),
    ("send it without Content-Encoding", "请不带 Content-Encoding 发送"),
    ("{*} is there twice", "{} 出现了两次"),
    ("send it once", "请只发送一次"),
    ("send the name of this server", "请发送本服务器的名称"),
    ("not there", "不存在"),
    ("set [documents] paths", "改 config.toml 里的 [documents] paths"),
    ("another site sent this", "这个请求来自别的网站"),
    ("open this server's own page", "请打开本服务器的网页"),
    ("nobody is let in here: the route names no scope", "这里不放行任何人：没有指明权限"),
    ("this needs the scope {}", "需要权限 {}"),
    ("ask whoever runs this server for a token with it", "请向管理员要带这个权限的令牌"),
    ("date_from is after date_to", "date_from 晚于 date_to"),
    ("swap them", "请对调"),
    ("the metrics count all sources", "指标统计全部来源"),
    ("send this line again", "请重新发送这一行"),
    ("the token is wrong", "令牌不对"),
    ("see that it is one of BOT_API_TOKENS", "看看是否在 BOT_API_TOKENS 里"),
    ("a token is needed", "需要令牌"),
    ("send it as Authorization: Bearer TOKEN", "用 Authorization: Bearer TOKEN 发送"),
    ("too many wrong tokens", "输错令牌的次数太多"),
    ("too many requests", "请求太多"),
    ("the server is busy", "服务器正忙"),
    ("the server is stopping", "服务器正在停止"),
    ("try again in {} seconds", "请在 {} 秒后再试"),
    ("{} in the index's folder cannot be read ({*})", "索引文件夹里的 {} 无法读取（{}）"),
    ("{} in the index's folder cannot be written ({*})", "索引文件夹里的 {} 无法写入（{}）"),
    ("{} in the index's folder cannot be used ({*})", "索引文件夹里的 {} 无法使用（{}）"),
    ("delete it, and sign in again", "删掉它，再登录一次"),
    ("the journal tells of all sources", "提问记录涉及全部来源"),
    ("this token sees some of them alone", "这个令牌只能看其中一部分"),
)

_SYNTAX = re.compile(r" \(|\)|\{\*\}|\{s\}|\{\}")
_REGEX = {" (": r"(?: \(", ")": r"\))?", "{*}": "(.*?)", "{s}": "s?", "{}": r"(\S+)"}
_BRACKETS = re.compile("（[^）]*）")


@lru_cache(maxsize=16_384)  # an index's lines are asked for again and again, at 0.1 to 0.3 ms each
def in_chinese(line: str) -> str:
    """A line such as ``root/a.doc: why; mend`` in Chinese, its source as it is.

    The source or the mend may be missing. A why or a mend that `CAUSES` does not have stays in English, as does a line
    over `LONGEST` characters.
    """
    if len(line) > LONGEST:
        return line
    source, why, mend = max(_readings(line), key=_known)  # the first of the best: the one with the shortest source
    between = "；" if why.chinese and mend.chinese else "; "
    return f"{source}{why.chinese or why.english}{between if mend.english else ''}{mend.chinese or mend.english}"


@dataclass(frozen=True, slots=True)
class _Said:
    """A why or a mend; `chinese` is empty where it is not known."""

    english: str
    chinese: str


_Reading = tuple[str, _Said, _Said]


def _readings(line: str) -> Iterator[_Reading]:
    """The ways to part a line into a source, a why and a mend: each may hold what parts them."""
    for start in (0, *(place + 2 for place in _places(": ", line))):
        said = line[start:]
        yield line[:start], _said(said), _said("")
        for end in _places("; ", said):
            yield line[:start], _said(said[:end]), _said(said[end + 2 :])


def _places(mark: str, text: str) -> Iterator[int]:
    """Where a mark stands in a text, the first times; names in a file may hold any number."""
    return (found.start() for found in islice(re.finditer(mark, text), _MOST))


def _known(reading: _Reading) -> tuple[bool, bool, bool]:
    """How much of a reading is known: all of it, its why, its mend; compared in this order."""
    _, why, mend = reading
    return bool(why.chinese and (mend.chinese or not mend.english)), bool(why.chinese), bool(mend.chinese)


def _said(english: str) -> _Said:
    found = _table()[0].fullmatch(english)
    return _Said(english, _filled(found) if found else "")


def _filled(found: re.Match[str]) -> str:
    """The Chinese of the cause that was found, with what its places hold."""
    cause = found.lastindex or 0  # of nested groups the outer one, which is the cause's, ends last
    chinese, places = _table()[1][cause]
    held = found.groups()[cause : cause + places]
    if None in held:
        chinese = _BRACKETS.sub("", chinese)
    kept = iter([text for text in held if text is not None])
    return re.sub(r"\{\}", lambda _: next(kept), chinese)


def _regex(english: str) -> str:
    """A cause as a regular expression, in a group, with a group for each of its places."""
    literal = map(re.escape, _SYNTAX.split(english))
    special = [_REGEX[found] for found in _SYNTAX.findall(english)]
    return "(" + "".join(text + mark for text, mark in zip(literal, [*special, ""], strict=True)) + ")"


@cache
def _table() -> tuple[re.Pattern[str], dict[int, tuple[str, int]]]:
    """What matches any cause; and by the group that a cause has in it its Chinese, and how many places that has."""
    by_group, group = {}, 1
    for _, chinese in CAUSES:
        places = chinese.count("{}")
        by_group[group] = (chinese, places)
        group += 1 + places
    return re.compile("|".join(_regex(english) for english, _ in CAUSES), re.DOTALL), by_group
