"""Types as JSON Schema, made by pydantic."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic.json_schema import GenerateJsonSchema

JSON = dict[str, Any]


def schemas_of(kinds: Sequence[Any], references: str) -> tuple[list[JSON], dict[str, JSON]]:
    """The schema of each type, in their order, and the schemas by name that these refer to.

    `references` has ``{model}`` in the place of a name: ``#/components/schemas/{model}``.
    """
    from pydantic import TypeAdapter

    made, told = TypeAdapter.json_schemas(
        [(place, "validation", TypeAdapter(kind)) for place, kind in enumerate(kinds)],
        ref_template=references,
        union_format="primitive_type_array",
        schema_generator=_generator(),
    )
    return [made[place, "validation"] for place in range(len(kinds))], told.get("$defs", {})


@cache
def schema_of(kind: type) -> JSON:
    """The schema of an object's type that stands alone; what it refers to is in its ``$defs``."""
    (schema,), defined = schemas_of([kind], "#/$defs/{model}")
    own = defined.pop(schema["$ref"].rpartition("/")[2]) if "$ref" in schema else schema
    return {**own, "$defs": defined} if defined else own


@cache
def _generator() -> type[GenerateJsonSchema]:
    """pydantic's, but without titles that repeat names."""
    from pydantic.json_schema import GenerateJsonSchema

    class Untitled(GenerateJsonSchema):
        def field_title_should_be_set(self, schema: Any) -> bool:
            return False

        def typed_dict_schema(self, schema: Any) -> JSON:
            return _untitled(super().typed_dict_schema(schema))

        def enum_schema(self, schema: Any) -> JSON:
            return _untitled(super().enum_schema(schema))

    return Untitled


def _untitled(schema: JSON) -> JSON:
    return {key: value for key, value in schema.items() if key != "title"}
