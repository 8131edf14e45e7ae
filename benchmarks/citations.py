"""Checks every citation over HTTP, and trusts nothing of the bot's own code: `python -m benchmarks citations`.

Serves an index in a process of its own, asks it every labelled question, fetches each cited document and each
deep link's page, and holds them against the contract with the standard library alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.serving import Server, open_url
from bot.labelled import LabelFile, read_labels

CLIENTS = 2
MAX_QUOTE = 120  # characters, unless the answer itself is longer
SUPPRESSED = "was not sent: a citation is not exact"  # what the server logs of an answer that broke its promise
REASONS = {"nothing_close", "other_place", "other_period", "kind_missing"}
SHOWN = 20  # faults printed
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of one answer came to."""

    question: str
    status: str
    citations: int
    not_exact: int  # citations with a fault
    faults: tuple[str, ...]


class Client:
    """Asks a server; each document is fetched once."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._documents: dict[str, Json] = {}

    def ask(self, question: str, documents: Sequence[str] = ()) -> Json:
        """The answer to a question, asked of these documents or of all. Raises OSError for any status but 200."""
        body = {"question": question, "filters": {"document": list(documents)}}
        request = urllib.request.Request(
            f"{self._address}/api/ask", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        told: Json = json.loads(_read(request))
        return told

    def document(self, id_: str) -> Json:
        """A document's object, with its text. Raises OSError where there is none."""
        if id_ not in self._documents:
            self._documents[id_] = json.loads(_read(f"{self._address}/api/documents/{quote(id_, safe='')}"))
        return self._documents[id_]

    def page(self, id_: str, start: int, end: int) -> str:
        """The page that a deep link to a span opens."""
        version = hashlib.sha256(self.document(id_)["text"].encode()).hexdigest()[:12]
        return _read(f"{self._address}/documents/{quote(id_, safe='')}?start={start}&end={end}&v={version}").decode()


def _read(request: str | urllib.request.Request) -> bytes:
    with open_url(request, timeout=120) as reply:
        body: bytes = reply.read()
        return body


def check(client: Client, question: str, documents: Sequence[str] = ()) -> Checked:
    """Asks one question and checks all that its answer promises."""
    try:
        answer = client.ask(question, documents)
        faults = list(answer_faults(answer))
        wrong = 0
        for citation in answer["citations"]:
            found = [*citation_faults(citation, client), *page_faults(citation, client)]
            wrong += bool(found)
            faults += found
        return Checked(question, answer["status"], len(answer["citations"]), wrong, tuple(faults))
    except (OSError, ValueError, KeyError, TypeError) as error:  # no answer, or none in the contract's shape
        return Checked(question, "failed", 0, 0, (f"{type(error).__name__}: {error}",))


def answer_faults(answer: Json) -> Iterator[str]:
    """What of an answer contradicts itself or the contract, its documents aside."""
    status, values, citations = answer["status"], answer["answers"], answer["citations"]
    apart = bool(answer.get("parts")) or len({value["text"] for value in values}) == len(values)
    expected = {
        "answered": bool(values and citations),
        "conflict": len(values) > 1 and len(citations) > 1 and apart,
        "masked": bool(citations) and not values,
        "not_found": not citations and not values,
    }
    if not expected.get(status, False):
        yield f"status {status} with {len(values)} values and {len(citations)} citations"
    if (answer["reason"] in REASONS) != (status == "not_found") or (status != "not_found" and answer["reason"]):
        yield f"status {status} with the reason {answer['reason']}"
    if answer["answer"] != (values[0]["text"] if values else None):
        yield f"the answer {answer['answer']!r} is not its first value"
    if isinstance(answer["confidence"], bool) or not 0 <= answer["confidence"] <= 1:
        yield f"a confidence of {answer['confidence']}"
    if [citation["n"] for citation in citations] != list(range(1, len(citations) + 1)):
        yield "citations out of number"
    spans = {citation["n"]: marked(citation) for citation in citations}
    for value in values:
        if spans.get(value["citation"]) != value["text"]:
            yield f"the value {value['text']!r} is not what citation {value['citation']} marks"
    dates = [citation["document"]["date"] or "" for citation in citations]
    if status == "conflict" and dates != sorted(dates, reverse=True):
        yield f"a conflict whose newest does not come first: {dates}"


def marked(citation: Json) -> str:
    """The answer in a citation's quote, by its offsets."""
    words: str = citation["quote"]
    return words[citation["answer_start"] - citation["start"] : citation["answer_end"] - citation["start"]]


def citation_faults(citation: Json, client: Client) -> Iterator[str]:
    """What of a citation is not so in the document it names."""
    told = citation["document"]
    stored = client.document(told["id"])
    start, end, text = citation["start"], citation["end"], stored["text"]
    answer_start, answer_end = citation["answer_start"], citation["answer_end"]
    where = f"{told['id']}:{start}-{end}"
    if not 0 <= start <= answer_start < answer_end <= end <= len(text):
        yield f"{where}: the answer at {answer_start}-{answer_end} is not inside, or the quote not in the text"
    if text[start:end] != citation["quote"]:
        yield f"{where}: the text has {text[start:end]!r}, the quote is {citation['quote']!r}"
    if len(citation["quote"]) > max(MAX_QUOTE, answer_end - answer_start):
        yield f"{where}: a quote of {len(citation['quote'])} characters"
    if any(stored.get(name) != value for name, value in told.items()):
        yield f"{where}: the document is told otherwise by its own address"
    for copy in citation["duplicates"]:
        if not 0 <= copy["start"] < copy["end"] <= len(client.document(copy["document"]["id"])["text"]):
            yield f"{where}: the copy {copy['document']['id']}:{copy['start']}-{copy['end']} is outside its document"


def page_faults(citation: Json, client: Client) -> Iterator[str]:
    """What of a citation's deep link does not open as it should: the span marked, there and nowhere else."""
    id_, start, end = citation["document"]["id"], citation["start"], citation["end"]
    text = client.document(id_)["text"]
    sheet = Sheet(client.page(id_, start, end))
    if sheet.marked != text[start:end] and letters(sheet.marked) != letters(text[start:end]):
        yield f"{id_}:{start}-{end}: the page marks {sheet.marked!r}"
    before = letters(text[max(0, start - 60) : start])
    if not letters(sheet.before).endswith(before):
        yield f"{id_}:{start}-{end}: the page's mark stands elsewhere, after {sheet.before[-60:]!r}"


def letters(text: str) -> str:
    """Letters, digits and masks: the page leaves out what parts a table's cells."""
    return re.sub(r"[^\w*×■]+", "", text)


class Sheet(HTMLParser):
    """The text of a document's page: what is marked, and what stands before the mark."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.before = self.marked = ""
        self._inside = self._skipping = self._marking = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Enters the sheet, a mark, or a line that is not the document's (a page's number, what the head says)."""
        kind = dict(attributes).get("class")
        self._inside = self._inside or (tag == "article" and kind == "sheet")
        self._skipping = self._skipping or (tag == "p" and kind in ("page", "about"))
        self._marking = self._marking or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        """Leaves it."""
        self._inside = self._inside and tag != "article"
        self._skipping = self._skipping and tag != "p"
        self._marking = self._marking and tag != "mark"

    def handle_data(self, data: str) -> None:
        """Takes the document's own words."""
        if self._inside and self._marking:
            self.marked += data
        elif self._inside and not self._skipping and not self.marked:
            self.before += data


def main(arguments: Sequence[str], shared: Path, root: Path, work: Path) -> int:
    """Asks every question of the files, prints what was found; its exit status, 1 where anything is not exact."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks citations", description=__doc__.splitlines()[0])
    known = [*sorted((shared / "eval").glob("*.jsonl")), root / "tests" / "questions" / "own.jsonl"]
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="labelled questions (all that there are)")
    parser.add_argument("--index", type=Path, help="an existing index to serve; else one is made of what FILEs hold")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="every so manieth question, N a file")
    options = parser.parse_args(arguments)
    files = [read_labels(path) for path in options.files or filter(Path.exists, known)]
    if not files:
        parser.error("../shared is not there; name a FILE of labelled questions")
    index = options.index or _indexed(files, shared, root, work / "citations")
    work.mkdir(parents=True, exist_ok=True)
    log = work / "citations.log"
    with Server(root, index.absolute(), log) as server:
        checked = [one for file in files for one in _check_file(Client(server.address), file, options.sample)]
    suppressed = sum(SUPPRESSED in line for line in log.read_text(encoding="utf-8", errors="replace").splitlines())
    print(report(checked, suppressed))
    return int(suppressed > 0 or any(one.faults for one in checked))


def _indexed(files: Sequence[LabelFile], shared: Path, root: Path, folder: Path) -> Path:
    """An index of the seeds, the paragraphs and RGB's passages, made by the command line."""
    folder.mkdir(parents=True, exist_ok=True)
    passages = folder / "passages.jsonl"
    lines = (json.dumps(passage, ensure_ascii=False) + "\n" for file in files for passage in file.passages)
    passages.write_text("".join(lines), encoding="utf-8")
    paths = [shared / "seeds", passages, *(file.path for file in files if file.has_paragraphs)]
    command = [sys.executable, "-m", "bot", "index", "--only", "--index", str(folder.absolute())]
    subprocess.run([*command, *(str(path.absolute()) for path in paths if path.exists())], cwd=root, check=True)
    return folder


def _check_file(client: Client, file: LabelFile, sample: int) -> Iterator[Checked]:
    """Asks the questions of a file, two at a time."""
    step = max(1, len(file.labels) // sample) if sample else 1
    labels = file.labels[::step][: sample or None]
    with ThreadPoolExecutor(CLIENTS) as clients:
        checks = clients.map(lambda label: check(client, label.question[:1000], label.among), labels)
        for number, one in enumerate(checks, 1):
            if number % 100 == 0 or number == len(labels):
                print(f"{file.path.name}: {number}/{len(labels)} questions", file=sys.stderr, flush=True)
            yield one


def report(checked: Sequence[Checked], suppressed: int) -> str:
    """What was asked and found, as a table in Markdown, and the first faults."""
    statuses = Counter(one.status for one in checked)
    rows = {
        "questions asked": f"{len(checked)} ({', '.join(f'{status} {n}' for status, n in sorted(statuses.items()))})",
        "citations checked": sum(one.citations for one in checked),
        "of these not exact": sum(one.not_exact for one in checked),
        "answers with any fault": sum(bool(one.faults) for one in checked),
        "answers suppressed by the server's own check": suppressed,
    }
    lines = ["| what | figure |", "| --- | --- |", *(f"| {name} | {figure} |" for name, figure in rows.items())]
    faults = [f"- {one.question}: {fault}" for one in checked for fault in one.faults]
    more = [f"- and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
    return "\n".join([*lines, *([""] if faults else []), *faults[:SHOWN], *more])
