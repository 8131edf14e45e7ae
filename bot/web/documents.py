"""The routes that list documents, add and delete them, index them, and give back the files they were read from."""

from __future__ import annotations

import datetime
import logging
import os
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, request, send_file
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from bot.access import Scope, sees
from bot.errors import BadInput, BotError, TooLarge
from bot.jobs import JobState
from bot.uploads import Kept, Uploads
from bot.web import shapes
from bot.web.asking import app_config, find_document, index_job, open_bot
from bot.web.contents import stretch
from bot.web.described import FILES, described, gives, sends
from bot.web.language import for_program
from bot.web.shapes import LISTED, MAX_LISTED
from bot.web.visitors import needs, visitor
from bot.wire import document_to_json

MAX_FILES = 20  # of one request
_AROUND = 64 * 1024  # bytes of a form beside its files

routes = Blueprint("files", __name__)

log = logging.getLogger(__name__)


@routes.get("/api/documents")
@needs(Scope.READ)
@described(
    "listDocuments",
    gives(shapes.Documents, "some of them, and how to go on"),
    query=shapes.DocumentsQuery,
)
def list_documents() -> Response:
    """The documents, in the order of their sources."""
    overview, asked = open_bot().overview(visitor().visible), request.args
    shown = stretch(overview.documents, asked.get("q", ""), asked.get("source", ""), _limit(), asked.get("cursor", ""))
    return jsonify(
        {
            "documents": [document_to_json(document) for document in shown.documents],
            "found": shown.found,
            "next": shown.next,
            "index": overview.generation,
        }
    )


@routes.delete("/api/documents/<document:document_id>")
@needs(Scope.WRITE)
@described(
    "deleteDocument",
    gives(shapes.Deleted, "the file is gone; indexing has begun", 202),
    errors=(404, 410),
)
def delete_document(document_id: str) -> tuple[Response, int]:
    """Removes the uploaded file that a document was read from, all documents of it, and indexes.

    The path is the index's own, and never made of the request.
    """
    uploads, job = _uploads(), index_job()
    source = find_document(document_id).document.source
    file = open_bot().original(document_id)
    if file is None:
        abort(410, "the file was changed since it was indexed, or is gone; index again")
    with file:
        path = Path(file.name)
    if not uploads.holds(path):
        abort(403, f"{source}: was not sent to this server; delete its file where it lies, and index again")
    uploads.remove(path)
    log.info("%s deleted %s", visitor().name or "a visitor", path.name)
    return jsonify({"source": source, "job": job_json(job.start([uploads.folder]))}), 202


@routes.post("/api/documents")
@needs(Scope.WRITE)
@described(
    "addDocuments",
    gives(shapes.Added, "what became of each file, in their order; indexing has begun", 202),
    takes={FILES: shapes.Files},
    errors=(413,),
)
def add_documents() -> tuple[Response, int]:
    """Keeps files and has them indexed, where the configuration takes any."""
    uploads, job = _uploads(), index_job()
    sent = _sent_files()
    kept = [_kept(uploads, file) for file in sent]
    failed = [error for error in kept if isinstance(error, BotError)]
    if len(failed) == len(kept):
        kinds = {type(error) for error in failed}
        raise (kinds.pop() if len(kinds) == 1 else BadInput)("\n".join(map(str, failed)))
    files = [_file_json(uploads, file, became) for file, became in zip(sent, kept, strict=True)]
    return jsonify({"files": files, "job": job_json(job.start([uploads.folder]))}), 202


@routes.post("/api/index")
@needs(Scope.WRITE)
@described("startIndexing", gives(shapes.Indexing, "indexing has begun", 202))
def start_indexing() -> tuple[Response, int]:
    """Has the index made to match the configured documents, and the uploads."""
    paths = app_config().document_paths
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise BotError(f"{', '.join(path.name for path in missing)}: not there; set [documents] paths")
    return jsonify({"job": job_json(index_job().start(paths))}), 202


@routes.get("/originals/<document:document_id>")
@needs(Scope.READ)
@described(
    "downloadOriginal",
    sends("application/octet-stream", "the file, byte for byte", bytes),
    errors=(404, 410),
)
def download_original(document_id: str) -> Response:
    """The file that a document was read from, where the configuration gives it out; to be saved and never shown."""
    if not app_config().server.download_originals:
        abort(404, "original files are not given out; [server] download_originals = true changes that")
    find_document(document_id)
    file = open_bot().original(document_id)
    if file is None:
        abort(410, "the file was changed since it was indexed, or is gone; index again")
    name = Path(file.name).name
    response = send_file(file, "application/octet-stream", as_attachment=True, download_name=name, conditional=False)
    response.content_length = os.fstat(file.fileno()).st_size
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def job_json(state: JobState) -> shapes.Job:
    """The state of indexing as JSON; to who sees some sources alone, nothing that may name others."""
    visible, said = visitor().visible, for_program()
    skipped = list(state.skipped)
    if visible is not None:  # a source without a folder may be cut short: a root's name may have a colon
        sources = ((line, line.partition(": ")[0]) for line in skipped)
        skipped = [line.partition("; ")[0] for line, source in sources if "/" in source and sees(visible, source)]
    error = state.error if visible is None else state.error and "indexing failed; ask whoever runs this server"
    return {
        "state": state.state,
        "what": state.what,
        "done": state.done,
        "of": state.of,
        "skipped": list(map(said, skipped)),
        "error": error and said(error),
        "started": _time(state.started),
        "ended": _time(state.ended),
    }


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds")


def _limit() -> int:
    """How many documents are asked for."""
    told = request.args.get("limit", str(LISTED))
    if not (told.isascii() and told.isdigit() and len(told) < 5 and 1 <= int(told) <= MAX_LISTED):
        raise BadInput(f"limit must be a whole number from 1 to {MAX_LISTED}")
    return int(told)


def _uploads() -> Uploads:
    """The folder of uploads; the request ends with 403 where there is none, or the visitor may not see it."""
    config = app_config()
    if config.upload_folder is None:
        abort(403, "this server takes no files; name a folder for them in [uploads] folder")
    uploads = Uploads(config.upload_folder, config.uploads.max_bytes)
    if not sees(visitor().visible, uploads.folder.name):
        abort(403, f"this token may not see {uploads.folder.name}, where files are kept; ask for one that may")
    return uploads


def _sent_files() -> list[FileStorage]:
    """The files of the request's form."""
    if request.mimetype != "multipart/form-data":
        abort(415, "send the files as multipart/form-data, each in a part named file")
    most = app_config().uploads
    request.max_content_length = most.max_bytes + _AROUND
    try:
        files = request.files.getlist("file")
    except RequestEntityTooLarge:
        raise TooLarge(
            f"the form is too large: its files may have {most.max_mb} MiB together; send them one by one, or split them"
        ) from None
    if len(files) > MAX_FILES:
        raise TooLarge(f"{len(files)} files are too many at once; send {MAX_FILES} at most")
    if not files:
        raise BadInput("there is no file; send each in a part named file")
    return files


def _kept(uploads: Uploads, file: FileStorage) -> Kept | BotError:
    """The file as it is kept, or why it is not."""
    try:
        return uploads.keep(file.filename or "", file.stream)
    except BotError as error:
        return error


def _file_json(uploads: Uploads, sent: FileStorage, became: Kept | BotError) -> shapes.Kept | shapes.Refused:
    if isinstance(became, BotError):
        return {"name": sent.filename, "error": for_program()(str(became))}
    return {"name": became.name, "source": uploads.source(became.name), "bytes": became.bytes, "new": became.new}
