"""The HTTP API described in OpenAPI 3.1: what its routes say of themselves, put together by apispec."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask

from bot import __version__
from bot.access import Scope
from bot.json_schema import schema_of, schemas_of
from bot.web.described import Operation, Reply, leads, operations, refuses
from bot.web.failures import FOR_PROGRAMS
from bot.web.visitors import needed

if TYPE_CHECKING:
    from apispec import APISpec
    from werkzeug.routing import Rule

JSON = dict[str, Any]

_ABOUT = (
    "Answers questions in the words of the indexed documents, with exact citations. Errors, and why files "
    "were not read, are told in English, or in Chinese where Accept-Language prefers it. Every response "
    "has an X-Request-Id, its request's own where that is 1 to 64 letters, digits and ._-, as in the log."
)
_TOKENS = "where the server has tokens (BOT_API_TOKENS)"
_SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": f"a token, {_TOKENS}"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "wenda",
        "description": f"what signing in gives, {_TOKENS}; over TLS __Host-wenda",
    },
}
_ALWAYS = (400, 403, 415, 503)  # what any request may meet: its Host or body is refused, or the server stops
_DOOR = (401, 429)  # what one may meet besides that needs a scope
_AGAIN = {"Retry-After": {"description": "seconds", "required": True, "schema": {"type": "integer", "minimum": 1}}}
_EXTENSION = "openapi"


def description(app: Flask, base_url: str = "") -> JSON:
    """The OpenAPI document of an app whose routes begin at ``base_url``; made once for each app."""
    made: JSON | None = app.extensions.get(_EXTENSION)
    if made is None:
        made = app.extensions[_EXTENSION] = _made(app)
    return {**made, "servers": [{"url": base_url or "/"}]}


def _made(app: Flask) -> JSON:
    from apispec import APISpec
    from apispec_webframeworks.flask import FlaskPlugin

    info = {"description": _ABOUT}
    spec = APISpec("文档问答", __version__, "3.1.0", info=info, plugins=[FlaskPlugin()])
    for name, scheme in _SECURITY.items():
        spec.components.security_scheme(name, scheme)
    routes = list(_routes(app))
    schemas = _Schemas(spec, [kind for route in routes for kind in route.kinds()])
    for route in routes:
        spec.path(view=route.view, app=app, operations={route.method: _operation(route, schemas)})
    return spec.to_dict()


@dataclass(frozen=True, slots=True)
class _Route:
    """A rule for one method, and what its view says of itself."""

    rule: Rule
    view: Callable[..., object]
    told: Operation
    scope: Scope | None  # that it needs; None: it is open to all

    @property
    def method(self) -> str:
        """The method, as OpenAPI writes it."""
        return (self.told.method or min((self.rule.methods or set()) - {"HEAD", "OPTIONS"})).lower()

    def replies(self) -> Iterator[Reply]:
        """All that a request may be answered with; what the view says of a status comes first."""
        yield from self.told.replies
        for_people = not (self.rule.rule.startswith(FOR_PROGRAMS) or self.rule.endpoint.startswith("api."))
        for status in sorted({*self.told.errors, *_ALWAYS, *(_DOOR if self.scope else ())}):
            yield refuses(status, for_people)
        if for_people and self.scope:
            yield leads("to the sign-in page, for a browser")

    def kinds(self) -> Iterator[Any]:
        """The types of all bodies that it takes and gives."""
        yield from self.told.takes.values()
        for reply in self.replies():
            yield from reply.content.values()


def _routes(app: Flask) -> Iterator[_Route]:
    """All that is described."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for told in operations(view):
            yield _Route(rule, view, told, needed(app, rule.endpoint))


class _Schemas:
    """The schemas of the types that a description is of; those with names are its components."""

    def __init__(self, spec: APISpec, kinds: Sequence[Any]) -> None:
        made, components = schemas_of(kinds, "#/components/schemas/{model}")
        self._made = dict(zip(kinds, made, strict=True))
        for name, schema in components.items():
            spec.components.schema(name, _with_links(schema))

    def content(self, kinds: Mapping[str, Any]) -> JSON:
        """The content of a body."""
        return {media_type: {"schema": dict(self._made[kind])} for media_type, kind in kinds.items()}


def _with_links(schema: JSON) -> JSON:
    """The schema of an object that over HTTP has a link, where it may have one."""
    if "link" not in schema.get("properties", {}):
        return schema
    return {**schema, "required": [*schema["required"], "link"]}


def _operation(route: _Route, schemas: _Schemas) -> JSON:
    summary, _, _ = (route.view.__doc__ or "").partition("\n")
    operation: JSON = {"operationId": route.told.name, "summary": summary.rstrip("."), "responses": {}}
    if parameters := [*_in_path(route.rule), *_in_query(route.told)]:
        operation["parameters"] = parameters
    if route.told.takes:
        operation["requestBody"] = {"required": True, "content": schemas.content(route.told.takes)}
    for reply in route.replies():
        _add(operation["responses"], reply, schemas)
    if route.scope:
        operation["security"] = [{name: [route.scope.value]} for name in _SECURITY]
    return operation


def _add(responses: JSON, reply: Reply, schemas: _Schemas) -> None:
    response: JSON = responses.setdefault(str(reply.status), {"description": reply.what})
    if reply.content:
        response["content"] = {**schemas.content(reply.content), **response.get("content", {})}
    if reply.status == 429:
        response["headers"] = _AGAIN


def _in_path(rule: Rule) -> Iterator[JSON]:
    for name in sorted(rule.arguments):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _in_query(told: Operation) -> Iterator[JSON]:
    if told.query is None:
        return
    schema = schema_of(told.query)
    for name, field in schema["properties"].items():
        yield {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": field}
