"""The page of the journal, for those with the scope: what was asked, what people say of the answers, and its export."""

from __future__ import annotations

import csv
import hmac
import io
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, islice

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, url_for

from bot.access import Scope
from bot.journal import Entry, Feedback
from bot.links import document_address
from bot.types import Status
from bot.web import shapes
from bot.web.asking import app_journal
from bot.web.described import FORM, described, leads, sends, shows
from bot.web.visitors import needs, see, visitor

MOST = 100  # rows of a table on the page
_LINES = 500  # of an export that are sent at once
_FORMULA = "=+-@\t\r\n＝＋－＠"  # what a cell begins with that spreadsheets take for a formula (OWASP, CSV Injection)
_QUESTIONS = "at id visitor via question understood status reason answer confidence took_ms source documents".split()
_FEEDBACK = "at id visitor verdict reason note question understood status answer documents".split()

routes = Blueprint("admin", __name__)


def register(app: Flask) -> None:
    """Adds the page; its form is taken from this process alone."""
    app.extensions["admin_form"] = secrets.token_urlsafe()
    app.register_blueprint(routes)


@routes.before_request
def refuse_who_sees_part() -> None:
    """Ends with 403 where a visitor sees some sources alone: questions and answers tell of the others."""
    if visitor().visible is not None:
        abort(403, "the journal tells of all sources; this token sees some of them alone")


@routes.get("/admin")
@needs(Scope.ADMIN)
@described("showJournal", shows(), query=shapes.JournalQuery)
def journal() -> str:
    """The page of what was asked, and of what people say of the answers."""
    kept = app_journal()
    return render_template(
        "admin.html",
        settings=kept.settings,
        counts=kept.counts(),
        not_found=kept.tallies(MOST, Status.NOT_FOUND),
        most_asked=kept.tallies(MOST),
        latest=list(kept.entries(MOST)),
        feedback=list(kept.feedback(MOST)),
        most=MOST,
        form_token=current_app.extensions["admin_form"],
        cleared=request.args.get("cleared"),
        address=partial(document_address, request.script_root),
    )


@routes.get("/admin/questions.csv")
@needs(Scope.ADMIN)
@described("exportQuestions", sends("text/csv"))
def questions_csv() -> Response:
    """Every question that is kept, the latest first."""
    return _download(_csv(_QUESTIONS, app_journal().entries()), "questions.csv", "text/csv")


@routes.get("/admin/feedback.csv")
@needs(Scope.ADMIN)
@described("exportFeedback", sends("text/csv"))
def feedback_csv() -> Response:
    """All feedback that is kept: what is wrong first, and then the latest."""
    return _download(_csv(_FEEDBACK, app_journal().feedback()), "feedback.csv", "text/csv")


@routes.get("/admin/labels.jsonl")
@needs(Scope.ADMIN)
@described("exportLabels", sends("application/x-ndjson"))
def labels() -> Response:
    """Labelled questions for `python -m bot eval`, from the feedback that tells an answer."""
    lines = (json.dumps(label, ensure_ascii=False) + "\n" for label in app_journal().labels())
    return _download(lines, "labels.jsonl", "application/x-ndjson")


@routes.post("/admin/clear")
@needs(Scope.ADMIN)
@described(
    "clearJournal",
    leads("back to the page, which says what was done"),
    takes={FORM: shapes.ClearForm},
    errors=(413,),
)
def clear() -> Response:
    """Deletes questions and feedback, where the page's own form says so with its box ticked."""
    ours = hmac.compare_digest(request.form.get("form", "").encode(), current_app.extensions["admin_form"].encode())
    confirmed = ours and request.form.get("confirm") == "yes"
    if confirmed:
        app_journal().clear()
    return see(url_for("admin.journal", cleared="yes" if confirmed else "no"))


@routes.after_request
def _not_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"  # questions are private
    return response


@routes.app_template_filter("moment")
def _moment(at: str) -> str:
    """A time of the journal as the server's clock had it."""
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")


def _csv(columns: Sequence[str], items: Iterable[Entry | Feedback]) -> Iterator[str]:
    """A file of RFC 4180, a line at a time; its byte order mark tells Excel that it is UTF-8."""
    yield "\ufeff" + _line(columns)
    for item in items:
        yield _line([_cell(getattr(item, column)) for column in columns])


def _line(cells: Sequence[object]) -> str:
    told = io.StringIO(newline="")
    csv.writer(told).writerow(cells)
    return told.getvalue()


def _cell(value: object) -> object:
    """A value as a spreadsheet may open it: no text is a formula."""
    if isinstance(value, tuple):
        value = " ".join(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(tuple(_FORMULA)) else value


def _download(lines: Iterator[str], name: str, mimetype: str) -> Response:
    """A file that is sent as it is read. What cannot be read at all is told before anything is sent."""
    parts = iter(lambda: "".join(islice(lines, _LINES)), "")
    whole = chain([next(parts, "")], parts)
    return Response(whole, mimetype=mimetype, headers={"Content-Disposition": f"attachment; filename={name}"})
