"""A shape as JSON Schema, by which editors complete and check files while they are written."""

import ast
import inspect
import textwrap
import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, ForwardRef, Union, get_args, get_origin, is_typeddict

from .shape import Between, Form, Limit, OneOf, alternatives_of, camel, keys_of

__all__ = ["json_schema"]

Schema = dict[str, Any]

_SCALARS: Mapping[Any, str] = {str: "string", int: "integer", bool: "boolean"}


def json_schema(shape: type) -> Schema:
    """The schema of files that have this shape, keys in camelCase."""
    definitions: dict[str, Schema] = {}
    schema = _mapping(shape, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": inspect.getdoc(shape),
        **schema,
        "$defs": dict(sorted(definitions.items())),
    }


def _mapping(shape: type, definitions: dict[str, Schema]) -> Schema:
    keys = keys_of(shape)
    said = _docs(shape)
    properties: dict[str, Schema] = {}
    for name, key in keys.items():
        takes = _kind(key.kind, definitions)
        properties[camel(name)] = {**takes, **_limit(key.limit), "description": said.get(name, "")}
    required = [camel(name) for name, key in keys.items() if key.required]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        **({"required": required} if required else {}),
        **_alternatives(alternatives_of(shape)),
    }


def _kind(
    kind: Any,  # noqa: ANN401
    definitions: dict[str, Schema],
) -> Schema:
    origin: Any = get_origin(kind) or kind
    if origin in (Union, types.UnionType):
        # What is known only later is not in a file.
        plain = [one for one in get_args(kind) if not isinstance(one, ForwardRef)]
        return _kind(plain[0], definitions)
    if origin in _SCALARS:
        return {"type": _SCALARS[origin]}
    if is_typeddict(origin):
        name = camel(origin.__name__.removesuffix("Args"))
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = {
                "description": (inspect.getdoc(origin) or "").partition("\n\n")[0],
                **_mapping(origin, definitions),
            }
        return {"$ref": f"#/$defs/{name}"}
    if origin is Sequence:
        return {"type": "array", "items": _kind(get_args(kind)[0], definitions)}
    if origin is Mapping:
        values = _kind(get_args(kind)[1], definitions)
        return {"type": "object", "additionalProperties": values}
    return {}


def _limit(limit: Limit | None) -> Schema:
    if isinstance(limit, Between):
        return {"minimum": limit.low, "maximum": limit.high}
    if isinstance(limit, OneOf):
        return {"enum": list(limit.choices)}
    if isinstance(limit, Form):
        return {"pattern": f"^({limit.pattern.removeprefix('(?s)')})$", "examples": [limit.like]}
    return {}


def _alternatives(sets: Sequence[tuple[str, ...]]) -> Schema:
    among = {key for keys in sets for key in keys}
    ways = [
        {
            "required": [camel(key) for key in keys],
            "not": {"anyOf": [{"required": [camel(key)]} for key in sorted(among - set(keys))]},
        }
        for keys in sets
    ]
    return {"oneOf": ways} if ways else {}


@cache
def _docs(shape: type) -> Mapping[str, str]:
    """The docstring of each key, of whichever base it comes from."""
    said: dict[str, str] = {}
    for base in _family(shape):
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for line, doc in pairwise(statements):
            if (
                isinstance(line, ast.AnnAssign)
                and isinstance(line.target, ast.Name)
                and isinstance(doc, ast.Expr)
                and isinstance(doc.value, ast.Constant)
            ):
                said.setdefault(line.target.id, " ".join(str(doc.value.value).split()))
    return said


def _family(shape: type) -> Iterator[type]:
    """The shape and its bases, which a TypedDict does not know: they are in its source."""
    yield shape
    module = inspect.getmodule(shape)
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(shape))).body
    for base in definition.bases if isinstance(definition, ast.ClassDef) else ():
        found = getattr(module, base.id, None) if isinstance(base, ast.Name) else None
        if found is not None and is_typeddict(found):
            yield from _family(found)
