"""The description of the HTTP API: made of the routes themselves, valid, and what they keep to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NotRequired

import pytest
import schemathesis
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from typing_extensions import TypedDict

from benchmarks.fuzz import fuzzed, settings
from bot import schemas
from bot.access import Scope
from bot.jobs import JobState
from bot.json_schema import schema_of, schemas_of
from bot.schemas import Keywords
from bot.slack.app import add_slack_routes
from bot.web.app import create_app
from bot.web.described import described, gives, refuses
from bot.web.openapi import description
from bot.web.shapes import Done
from bot.web.visitors import needs
from tests.fake_encoder import config_in
from tests.fakes import FakeBot

TOKEN = "boss-0123456789abcdef"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return create_app(FakeBot(), config_in(tmp_path))  # type: ignore[arg-type]


def test_the_description_is_valid_openapi(app: Flask) -> None:
    told = description(app)
    assert told["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(told).iter_errors()) == []


def test_it_is_made_once_for_an_app_whatever_its_address(app: Flask) -> None:
    here, there = description(app), description(app, "/bot")
    assert (here["servers"], there["servers"]) == ([{"url": "/"}], [{"url": "/bot"}])
    assert here["paths"] is there["paths"]


def test_every_operation_has_a_name_of_its_own_and_a_summary(app: Flask) -> None:
    told = [operation for path in description(app)["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in told}) == len(told)
    assert all(operation["summary"] for operation in told)


def test_a_route_that_says_nothing_of_itself_is_left_out(app: Flask) -> None:
    def forgotten() -> str:
        return ""

    app.add_url_rule("/forgotten", view_func=forgotten)
    add_slack_routes(app, None)  # type: ignore[arg-type]
    paths = description(app)["paths"]
    assert "/forgotten" not in paths and not [path for path in paths if path.startswith("/slack")]


def test_a_route_is_described_by_what_it_says_of_itself_and_by_its_rule(app: Flask) -> None:
    @needs(Scope.READ)
    @described("count", gives(Done, "counted", 202), errors=(404,))
    def count(kind: str, name: str) -> str:
        """Counts things.

        More is for who reads the code.
        """
        return ""

    app.add_url_rule("/api/things/<kind>/<document:name>", methods=["PUT"], view_func=count)
    told = description(app)["paths"]["/api/things/{kind}/{name}"]["put"]
    assert (told["operationId"], told["summary"]) == ("count", "Counts things")
    assert [parameter["name"] for parameter in told["parameters"]] == ["kind", "name"]
    assert list(told["responses"]) == ["202", "400", "401", "403", "404", "415", "429", "503"]
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Done"}}}
    assert told["responses"]["202"] == {"description": "counted", "content": content}
    assert told["security"] == [{"token": ["read"]}, {"session": ["read"]}]


def test_people_are_told_of_errors_on_a_page_and_programs_in_json(app: Flask) -> None:
    paths = description(app)["paths"]
    assert list(paths["/api/documents"]["get"]["responses"]["403"]["content"]) == ["application/json"]
    assert list(paths["/index"]["get"]["responses"]["403"]["content"]) == ["application/json", "text/html"]
    assert "303" in paths["/index"]["get"]["responses"] and "303" not in paths["/api/index"]["get"]["responses"]
    assert list(refuses(404, for_people=True).content) == ["application/json", "text/html"]


def test_who_is_told_to_come_again_is_told_when(app: Flask) -> None:
    for path in description(app)["paths"].values():
        for operation in path.values():
            assert operation["responses"].get("429", {"headers": {"Retry-After": 1}})["headers"].keys() == {
                "Retry-After"
            }


@pytest.mark.parametrize("name", ["Question", "Query", "Filters", "Rating", "WendaOptions"])
def test_what_is_sent_has_no_other_keys(app: Flask, name: str) -> None:
    assert description(app)["components"]["schemas"][name]["additionalProperties"] is False


@pytest.mark.parametrize("name", ["Citation", "Duplicate", "Passage"])
def test_over_http_what_stands_in_a_document_has_its_link(app: Flask, name: str) -> None:
    assert "link" in description(app)["components"]["schemas"][name]["required"]
    assert "link" not in schema_of(getattr(schemas, name))["required"]


# Requests that fit it, and requests that do not


class Untouched(FakeBot):
    """Its documents' files are gone."""

    def original(self, document_id: str) -> None:
        return None


class NoJob:
    """Indexes nothing."""

    def start(self, paths: Sequence[Path] = ()) -> JobState:
        return JobState()

    state = start


def test_whatever_is_sent_is_answered_as_described(tmp_path: Path) -> None:
    tables = {"uploads": {"folder": "uploads"}, "server": {"download_originals": True}, "limits": {"per_minute": 0}}
    (tmp_path / "docs").mkdir()
    made = config_in(tmp_path, documents={"paths": ["docs"]}, **tables)
    made.index_dir.mkdir()  # where the journal lies
    tokens = {"BOT_API_TOKENS": f"boss:ask+read+write+admin:{TOKEN}"}
    app = create_app(Untouched(), made, tokens, NoJob())  # type: ignore[arg-type]

    def whole(environ: Any, start: Any) -> list[bytes]:
        """The app, read to its end, as a server does; the test client would leave what is streamed unread."""
        parts = app(environ, start)
        try:
            return [b"".join(parts)]
        finally:
            parts.close()  # type: ignore[attr-defined]

    schema = schemathesis.openapi.from_wsgi("/openapi.json", whole, config=settings(1, 20, TOKEN))
    done = fuzzed(schema)
    described = {f"{method.upper()} {path}" for path, told in description(app)["paths"].items() for method in told}
    assert (done.errors, done.faults) == ((), [])
    assert {case.operation for case in done.cases} == described
    assert {200, 202, 303, 400, 404, 415} <= {case.status for case in done.cases} and len(done.cases) > 1200


# Types as JSON Schema


class Tree(TypedDict):
    """A tree."""

    name: Annotated[str, Keywords(minLength=1)]
    age: NotRequired[Annotated[int | None, Keywords(minimum=0, description="in years")]]


class Wood(TypedDict):
    """Trees."""

    trees: list[Tree]


TREE = {
    "type": "object",
    "description": "A tree.",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "age": {"type": ["integer", "null"], "minimum": 0, "description": "in years"},
    },
    "required": ["name"],
}
WOOD = {"type": "object", "description": "Trees.", "required": ["trees"]}


def test_a_schema_that_stands_alone_has_what_it_refers_to() -> None:
    trees = {"trees": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}}
    assert schema_of(Wood) == {**WOOD, "properties": trees, "$defs": {"Tree": TREE}}


def test_schemas_that_share_types_refer_to_them_by_name() -> None:
    made, named = schemas_of([Wood, str, Tree], "#/components/schemas/{model}")
    assert made == [{"$ref": "#/components/schemas/Wood"}, {"type": "string"}, {"$ref": "#/components/schemas/Tree"}]
    trees = {"trees": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}
    assert named == {"Tree": TREE, "Wood": {**WOOD, "properties": trees}}
