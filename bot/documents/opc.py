"""The container of Office files (Open Packaging Conventions, ECMA-376 part 2): checks, parts, relations, properties."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple, Self
from urllib.parse import unquote

from bot.documents.dates import find_date
from bot.errors import UnreadableDocument

Element = Any  # lxml's, which has no types

MAX_UNPACKED = 1024**3  # bytes, of all parts
MAX_TREE = 128 * 1024**2  # bytes of XML held as a tree, which takes some twelve times as many
MAX_PARTS = 50_000
MAX_RATIO = 200  # how many times XML may shrink; long sheets of equal rows come to 20, a made-up bomb to 1000
_RATIO_FROM = 16 * 1024**2  # bytes; smaller parts do no harm however well they shrink
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # the first bytes of Office files before 2007, and of encrypted ones
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP_ENCRYPTED = 1  # bit of a member's flags
_STRICT = "http://purl.oclc.org/ooxml/"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Who programs and their templates say wrote a file, where nobody told them.
_NOBODY = re.compile(
    r"(python-?docx|openpyxl|xlsxwriter|phpword|phpexcel|phpspreadsheet|phppowerpoint|pptxgenjs|apache poi|aspose.*|"
    r"steve canny|libreoffice|openoffice.*|wps( office)?|kingsoft.*|microsoft.*|ms ?office.*|微软.*|windows.*|"
    r"administrators?|admin|root|users?|guest|owner|author|作者|unknown|未知|none|null|"
    r"hp|dell|lenovo|acer|asus|pc|thinkpad|联想|用户|个人用户|系统管理员|管理员|user-?\w*\d+\w*|(pc|desktop|laptop)-\w+)",
    re.IGNORECASE,
)
_UNTITLED = re.compile(
    r"(powerpoint\s*(presentation|演示文稿)|演示文稿\s*\d*|幻灯片\s*\d*|slide\s*\d*|presentation\s*\d*|word document|"
    r"文档\s*\d*|document\s*\d*|工作簿\s*\d*|book\s*\d*|无标题|untitled|microsoft .*)",
    re.IGNORECASE,
)
_TEMPLATES = {"2013-12-23", "2013-01-27"}  # the days of python-docx's and python-pptx's own, which date no document
_FIRST_DAY = "1990"  # earlier ones are where a clock begins to count, such as 1601-01-01


class Relation(NamedTuple):
    """Where a part refers to."""

    kind: str  # such as "image" or "header"
    target: str  # the other part's name; empty where it lies outside the file


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says of its document; empty where it, or only the program, says something."""

    title: str = ""
    author: str = ""
    date: str = ""  # YYYY-MM-DD


class Package:
    """An open Office file, to be used in a `with`.

    Raises UnreadableDocument where it is encrypted, of another kind, or unpacks to more than can be read.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            if file.read(len(_OLE)) == _OLE:
                raise _ole_error(file, path.suffix)
        self._zip = zipfile.ZipFile(path)
        try:
            _check(self._zip.infolist())
            # Names differ by case, and some programs write the separators of Windows.
            self._parts = {_folded(info.filename): info for info in self._zip.infolist()}
            kinds = {relation.kind: relation for relation in self.relations("").values()}
            self.main = kinds["officeDocument"].target if "officeDocument" in kinds else ""
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def open(self, name: str) -> IO[bytes] | None:
        """A part's bytes as a file, or None where there is no such part."""
        info = self._parts.get(_folded(name))
        return self._zip.open(info) if info else None

    def parse(self, name: str) -> Element | None:
        """A part's XML, or None where there is no such part. Entities are not expanded."""
        from lxml import etree

        info = self._parts.get(_folded(name))
        if info is None:
            return None
        if info.file_size > MAX_TREE:
            raise UnreadableDocument(f"{name} in it unpacks to over {MAX_TREE // 1024**2} MiB; split the document")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        root = etree.fromstring(self._zip.read(info), parser)
        _choose_alternatives(root)
        return root

    def parse_main(self, tag: str) -> Element:
        """The main part's XML. Raises UnreadableDocument where its root is another element than this."""
        root = self.parse(self.main)
        if root is None or root.tag != tag:
            raise UnreadableDocument("is an Office file of another kind; give it the ending of its kind")
        return root

    def relations(self, name: str) -> dict[str, Relation]:
        """What a part refers to, by the ids that it uses; the empty name stands for the file itself."""
        folder, file = posixpath.split(name)
        root = self.parse(posixpath.join(folder, "_rels", f"{file}.rels"))
        return {} if root is None else dict(_relations(root, folder))

    def related(self, name: str, kind: str) -> list[str]:
        """The names of the parts of a kind that a part refers to."""
        return [relation.target for relation in self.relations(name).values() if relation.kind == kind]

    def properties(self) -> Properties:
        """What the file says of its document."""
        found: dict[str, str] = {}
        for name in self.related("", "core-properties")[:1]:
            root = self.parse(name)
            for element in root.iterchildren("*") if root is not None else ():
                found[element.tag.rpartition("}")[2]] = " ".join((element.text or "").split())
        day = find_date(found.get("created", "")[:10])
        return Properties(
            title="" if _UNTITLED.fullmatch(found.get("title", "")) else found.get("title", ""),
            author="" if _NOBODY.fullmatch(found.get("creator", "")) else found.get("creator", ""),
            date="" if day in _TEMPLATES or day < _FIRST_DAY else day,
        )


def relation_id(element: Element, name: str = "id") -> str:
    """The id of the relation that an element uses."""
    return element.get(_RELATION + name) or ""


def is_on(element: Element | None, attribute: str, default: str = "1") -> bool:
    """Whether an element is there and its attribute says on; `default` stands for an attribute that is not there."""
    return element is not None and element.get(attribute, default) not in ("0", "false", "off", "none")


def _check(members: list[zipfile.ZipInfo]) -> None:
    """Raises UnreadableDocument where a zip's own list of members tells that it is none of an Office file."""
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise UnreadableDocument(f"unpacks to over {MAX_UNPACKED / 1024**3:.3g} GiB; save it anew without its pictures")
    if len(members) > MAX_PARTS:
        raise UnreadableDocument(f"holds over {MAX_PARTS} parts; split the document")
    for member in members:
        if member.flag_bits & _ZIP_ENCRYPTED:
            raise UnreadableDocument("is protected by a password; save it without one")
        packed, unpacked = member.compress_size, member.file_size
        if member.filename.endswith(".xml") and unpacked > max(_RATIO_FROM, MAX_RATIO * packed):
            raise UnreadableDocument(f"unpacks to over {MAX_RATIO} times its size; copy its text into a new document")


def _ole_error(file: IO[bytes], suffix: str) -> UnreadableDocument:
    if _ENCRYPTED in file.read():
        return UnreadableDocument("is protected by a password; save it without one")
    return UnreadableDocument(f"is in the format of before 2007; open it and save it as {suffix}")


def _relations(root: Element, folder: str) -> Iterator[tuple[str, Relation]]:
    for element in root.iterchildren("{*}Relationship"):
        kind = element.get("Type", "")
        if kind.startswith(_STRICT):
            raise UnreadableDocument("is in the format Strict Open XML; save it in the ordinary one")
        inside = element.get("TargetMode") != "External"
        # A target with a slash before it counts from the file's root, any other from the part's folder.
        target = posixpath.normpath(posixpath.join("/", folder, unquote(element.get("Target", ""))))
        yield element.get("Id", ""), Relation(kind.rpartition("/")[2], target.lstrip("/") if inside else "")


def _choose_alternatives(root: Element) -> None:
    """Puts the first way in which each content is given in the place of all of them."""
    for both in list(root.iter(f"{_ALTERNATIVES}AlternateContent")):
        chosen = both.find(f"{_ALTERNATIVES}Choice")
        if chosen is None:
            chosen = both.find(f"{_ALTERNATIVES}Fallback")
        parent = both.getparent()
        if parent is not None:
            for element in list(chosen) if chosen is not None else ():
                both.addprevious(element)
            parent.remove(both)


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
