"""The command line: index, ask, mcp, replay, eval, tune, doctor."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from bot import __version__
from bot.config import Config, load_config
from bot.errors import BadConfig, BadInput, BotError, NoRecord
from bot.progress import ProgressLine
from bot.report import details, summary
from bot.text import has_cjk
from bot.types import Answer, Status
from bot.wire import answer_to_json, clean, question_from_json

if TYPE_CHECKING:
    from bot.bot import Bot

_SURE = 0.4  # confidence below which a person is told that it is low, as on the page


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit status: 0 done, 1 the work failed, 2 the call was wrong."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = _parser().parse_args(arguments)
    try:
        status = int(options.run(options, configured(options)))
        sys.stdout.flush()
        return status
    except (BadInput, BadConfig) as error:
        return _failed(error, 2)
    except BotError as error:
        return _failed(error, 1)
    except BrokenPipeError:
        _forget_output()
        return 1
    except (OSError, sqlite3.Error) as error:
        _forget_output()
        return _failed(f"{error}; see that the disk has room and may be written, then run the same again", 1)
    except KeyboardInterrupt:
        print("\nstopped; what was computed is kept, run the same command again to go on", file=sys.stderr)
        return 1


def _forget_output() -> None:
    """Lets what is still to be printed go nowhere: there is no reader, or no room."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def configured(options: argparse.Namespace) -> Config:
    """The configuration of a call: flag over environment over file."""
    return load_config(options.config or os.environ.get("BOT_CONFIG") or None).overridden(
        options.index, os.environ.get("BOT_HOST") or None, os.environ.get("BOT_PORT") or None
    )


def _failed(error: BotError | str, status: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Answers questions from Chinese documents.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--config", metavar="FILE", help="the configuration (BOT_CONFIG; config.toml)")
    stored = argparse.ArgumentParser(add_help=False, parents=[shared])
    stored.add_argument("--index", metavar="DIR", help="the index's folder, in place of the configuration's")

    command = commands.add_parser("index", parents=[stored], help="make the index match the documents")
    command.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files and folders; none: the configured")
    command.add_argument("--forget", action="append", default=[], type=Path, metavar="PATH", help="drop this path")
    command.add_argument("--only", action="store_true", help="drop everything that lies under no PATH")
    command.add_argument("--dry-run", action="store_true", help="read and report, but encode and write nothing")
    command.set_defaults(run=_index)

    command = commands.add_parser("ask", parents=[stored], help="ask one question, or a file of them")
    command.add_argument("question", nargs="*", metavar="QUESTION")
    command.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    command.add_argument("--previous", metavar="Q", help="the question before, where this one follows it up")
    command.add_argument("--batch", metavar="FILE", help="a JSON object a line, as for POST /api/ask; - reads stdin")
    command.set_defaults(run=_ask)

    command = commands.add_parser(
        "mcp", parents=[stored], help="serve the Model Context Protocol on standard input and output"
    )
    command.set_defaults(run=_mcp)

    command = commands.add_parser(
        "replay", parents=[stored], help="give a recorded answer again, and say if it is the same"
    )
    command.add_argument("id", metavar="ID", help="the answer's id")
    command.add_argument(
        "--audit", action="store_true", help="print what was looked at, with scores and spans, as JSON"
    )
    command.set_defaults(run=_replay)

    labelled = argparse.ArgumentParser(add_help=False, parents=[stored])
    labelled.add_argument("files", nargs="+", type=Path, metavar="FILE", help="labelled questions")
    labelled.add_argument("--distractors", type=Path, metavar="FILE", help="documents to add to the paragraphs")
    labelled.add_argument("--limit", type=int, default=2000, metavar="N", help="how many of them (2000)")
    labelled.add_argument("--seed", type=int, default=0, metavar="S", help="which of them (0)")
    labelled.add_argument("--sample", type=int, default=0, metavar="N", help="ask only N questions a file, by the seed")
    labelled.add_argument("--json", action="store_true", help="print JSON in place of a table")

    command = commands.add_parser("eval", parents=[labelled], help="score labelled questions")
    command.add_argument("--given", action="store_true", help="ask each question within its own paragraph")
    command.set_defaults(run=_eval)

    command = commands.add_parser(
        "tune", parents=[labelled], help="fit search's weight and confidence on labelled questions"
    )
    command.set_defaults(run=_tune)

    command = commands.add_parser("doctor", parents=[stored], help="say what works and what does not")
    command.set_defaults(run=_doctor)
    return parser


def _index(options: argparse.Namespace, config: Config) -> int:
    from bot.indexer import index, survey

    paths = options.paths or ([] if options.forget else list(config.document_paths))
    if options.dry_run:
        if options.forget or options.only:
            raise BadInput("--dry-run says what would be read; leave out --forget and --only")
        with ProgressLine(sys.stderr) as line:
            report = survey(config, paths, line.show)
    else:
        from bot.bot import open_encoder

        encoder = open_encoder(config)
        with ProgressLine(sys.stderr) as line:
            report = index(config, encoder, paths, options.forget, options.only, line.show)
    for told in details(report):
        print(told, file=sys.stderr)
    print(summary(report))
    return 0


def _ask(options: argparse.Namespace, config: Config) -> int:
    from bot.bot import Bot

    if bool(options.question) == (options.batch is not None):
        raise BadInput('ask one thing: python -m bot ask "QUESTION", or --batch FILE')
    if options.previous is not None and options.batch is not None:
        raise BadInput('a line of --batch names its own "previous"; leave out --previous')
    if options.batch is not None:
        from bot.batch import answer_lines, open_lines

        with open_lines(options.batch) as lines:
            bot = Bot.open(config)
            failed = 0
            for reply in answer_lines(lambda asked: answer_to_json(bot.ask(replace(asked, via="batch"))), lines):
                failed += "error" in reply
                print(json.dumps(reply, ensure_ascii=False), flush=True)
            bot.close()
        return 1 if failed else 0
    question = question_from_json({"question": " ".join(options.question), "previous": options.previous})
    bot = Bot.open(config)
    answer = bot.ask(replace(question, via="json" if options.json else "text"))
    bot.close()
    print(json.dumps(answer_to_json(answer), ensure_ascii=False, indent=2) if options.json else for_a_person(answer))
    return 0


def _mcp(_: argparse.Namespace, config: Config) -> int:
    import logging
    import signal

    from bot.bot import Bot
    from bot.mcp import serve_stdio

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        bot.close()
        os._exit(0)  # a thread waits for input, and nothing but input wakes it

    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    bot = Bot.open(config)
    for stopping in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stopping, stop)
    serve_stdio(bot)
    bot.close()
    return 0


def _replay(options: argparse.Namespace, config: Config) -> int:
    from bot.bot import Bot
    from bot.record import answer_bytes, as_recorded, audit, config_then, differences, find_record
    from bot.store import Store

    record = find_record(config.index_dir, clean(options.id))
    if options.audit:
        print(json.dumps(audit(record), ensure_ascii=False, indent=2), flush=True)
    if not Store(config.index_dir).has(record.generation):
        raise NoRecord(
            f"the generation {record.generation} that answer {record.id} came from is gone; "
            "set [record] generations to more, so that later ones stay"
        )
    bot = Bot.open(config_then(record, config), generation=record.generation)
    answer = as_recorded(bot.trail(record.question).answer, record)
    if not options.audit:
        print(_as_sent(answer, bot, record.question.via))
    if answer_bytes(answer) == record.answer:
        print(f"identical: {record.generation}, recorded {record.at}", file=sys.stderr)
        return 0
    for line in differences(json.loads(record.answer), answer_to_json(answer)):
        print(f"differs: {line}", file=sys.stderr)
    then = record.settings["version"]
    raise BotError(f"answer {record.id} is another now; it was given by version {then}, this is {__version__}")


def _as_sent(answer: Answer, bot: Bot, via: str) -> str:
    """The JSON of an answer as the edge that asked sends it; on one line where that sends words."""
    if via.startswith("http"):
        from bot.web.asking import with_links

        payload = with_links(answer, bot, via.removeprefix("http"))
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(answer_to_json(answer), ensure_ascii=False, indent=2 if via == "json" else None)


def for_a_person(answer: Answer) -> str:
    """An answer as text, with where each quote stands."""
    lines = [answer.text]
    if answer.understood != answer.question:
        lines.insert(
            0, f"理解为：{answer.understood}" if has_cjk(answer.question) else f"Taken as: {answer.understood}"
        )
    if answer.status is Status.ANSWERED and answer.confidence < _SURE:
        lines[-1] += "（不太有把握）" if has_cjk(answer.question) else " (not very sure)"
    for citation in answer.citations:
        document = citation.document
        told = [document.title, document.publisher, document.date, f"第 {citation.page} 页" if citation.page else None]
        place = f"{document.source}:{citation.answer_start}-{citation.answer_end}"
        lines.append(f"[{citation.n}] {' · '.join(part for part in told if part)} ({place})")
    if not answer.citations:
        for hit in answer.passages[:3]:
            opening = " ".join(hit.text.split())
            lines.append(f"  · {hit.document.title}: {opening[:60]}{'…' if len(opening) > 60 else ''}")
    return "\n".join(lines)


def _eval(options: argparse.Namespace, config: Config) -> int:
    from bot.evaluate import Sampling, evaluate, table

    sampling = Sampling(options.distractors, options.limit, options.seed, options.sample)
    with ProgressLine(sys.stderr) as line:
        scores = evaluate(config, options.files, options.given, sampling, line.show)
    print(json.dumps(scores, ensure_ascii=False, indent=2) if options.json else table(scores))
    return 0


def _tune(options: argparse.Namespace, config: Config) -> int:
    from bot import calibration
    from bot.evaluate import Sampling
    from bot.tune import table, tune

    sampling = Sampling(options.distractors, options.limit, options.seed, options.sample)
    with ProgressLine(sys.stderr) as line:
        tuned, calibrated = tune(config, options.files, sampling, line.show)
    if options.json:
        print(json.dumps({**asdict(tuned), "calibration": asdict(calibrated)}, ensure_ascii=False, indent=2))
    else:
        print(f"{table(tuned)}\n{calibration.table(calibrated)}")
    return 0


def _doctor(options: argparse.Namespace, config: Config) -> int:
    from bot.doctor import checks

    can_ask = True
    for check in checks(config, os.environ):
        mark = "ok  " if check.ok else "FAIL" if check.needed else "note"
        print(f"{mark} {check.name}: {check.finding}", flush=True)
        can_ask = can_ask and (check.ok or not check.needed)
    return 0 if can_ask else 1


if __name__ == "__main__":
    sys.exit(main())
