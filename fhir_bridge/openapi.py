"""The OpenAPI 3.1 description of the FHIR API, generated from the route table.

Types of resources are a parameter of the address, as in the specification: what each of them can be
searched by is in the CapabilityStatement. https://spec.openapis.org/oas/v3.1.0
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fhir_bridge import policy
from fhir_bridge.formats import FORM
from fhir_bridge.rest import Interaction, Operation, Route

Schema = dict[str, Any]

_GROUP = re.compile(r"\(\?P<(\w+)>([^()]*)\)")
_OPTIONAL = re.compile(r"\(\?:((?:[^()]|\([^()]*\))*)\)\?")
_ESCAPED = re.compile(r"\\(.)")
_FHIR = ("application/fhir+json", "application/fhir+xml")
_TEXT: Schema = {"type": "string"}
_WHOLE: Schema = {"type": "integer", "minimum": 0}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_FREE: Schema = {
    "type": "object",
    "additionalProperties": {"type": "string"},
}
_SHAPE: dict[str, Schema] = {
    "_format": {"type": "string", "enum": ["json", "xml", *_FHIR]},
    "_pretty": {"type": "boolean"},
    "_summary": {"type": "string", "enum": ["true", "text", "data", "count", "false"]},
    "_elements": _TEXT,
}
_SEARCH: dict[str, Schema] = _SHAPE | {
    "_count": _WHOLE,
    "_total": {"type": "string", "enum": ["none", "estimate", "accurate"]},
    "_id": _TEXT,
    "_lastUpdated": _TEXT,
    "_tag": _TEXT,
    "_profile": _TEXT,
    "_security": _TEXT,
    "_source": _TEXT,
    "_text": _TEXT,
    "_content": _TEXT,
    "_filter": _TEXT,
    "_list": _TEXT,
}
_OF_TYPE: dict[str, Schema] = {"_sort": _TEXT, "_include": _TEXT, "_revinclude": _TEXT}
_HISTORY: dict[str, Schema] = _SHAPE | {"_count": _WHOLE, "_since": _INSTANT, "_at": _TEXT}
_JOB: dict[str, Schema] = {"_outputFormat": _TEXT, "_since": _INSTANT, "_type": _TEXT}
# What an interaction reads from the query, by name. `parameters` stands for any other name.
_QUERIES: Mapping[str, dict[str, Schema]] = {
    "capabilities": {"mode": {"type": "string", "enum": ["full", "normative", "terminology"]}},
    "read": _SHAPE,
    "vread": _SHAPE,
    "search-type": _SEARCH | _OF_TYPE | {"parameters": _FREE},
    "search-compartment": _SEARCH | {"parameters": _FREE},
    "search-system": _SEARCH | {"_type": _TEXT, "parameters": _FREE},
    "history-instance": _HISTORY,
    "history-type": _HISTORY,
    "history-system": _HISTORY,
    "create": {"parameters": _FREE},
    "conditional-update": {"parameters": _FREE},
    "conditional-patch": {"parameters": _FREE},
    "conditional-delete": {"parameters": _FREE},
    "export": _JOB,
}
_PREFER = ("Prefer",)
_HEADERS: Mapping[str, Sequence[str]] = {
    "read": ("If-None-Match", "If-Modified-Since"),
    "vread": ("If-None-Match", "If-Modified-Since"),
    "create": ("If-None-Exist", *_PREFER),
    "update": ("If-Match", "If-None-Match", *_PREFER),
    "conditional-update": ("If-Match", *_PREFER),
    "patch": ("If-Match", *_PREFER),
    "conditional-patch": ("If-Match", *_PREFER),
    "delete": ("If-Match", *_PREFER),
    "conditional-delete": ("If-Match", *_PREFER),
    "search-type": _PREFER,
    "search-compartment": _PREFER,
    "search-system": _PREFER,
    "transaction": _PREFER,
    "export": _PREFER,
    "import": _PREFER,
}
_WRITES = frozenset(["create", "update", "conditional-update"])
_PATCHES = frozenset(["patch", "conditional-patch"])
_SEARCHES = frozenset(["search-type", "search-compartment", "search-system"])
_STATUS: Mapping[str, Mapping[str, str]] = {
    "create": {"200": "One matched already", "201": "Created"},
    "update": {"200": "Replaced", "201": "Created"},
    "conditional-update": {"200": "Replaced", "201": "Created"},
    "delete": {"204": "Deleted, or was not there"},
    "conditional-delete": {"204": "Deleted, or nothing matched"},
    "read": {"200": "The resource", "304": "The client has it"},
    "vread": {"200": "The version", "304": "The client has it"},
    "job-status": {"200": "Done", "202": "Not yet"},
    "job-cancel": {"202": "Cancelled"},
    "export": {"202": "Accepted: see Content-Location"},
    "import": {"202": "Accepted: see Content-Location"},
}
_OWN_FORMAT = {"job-file": "application/fhir+ndjson"}


def description(base: str, routes: Sequence[Route]) -> dict[str, Any]:
    """The description of these routes at this address ("https://host/fhir")."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for path, groups in _paths(route.pattern) if route.methods else ():
            item = paths.setdefault(path, {})
            item["parameters"] = [_path_parameter(name, rule) for name, rule in groups]
            for method, interaction in route.methods.items():
                item[method.lower()] = _operation(method, path, interaction)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Plume",
            "version": "4.0.1",
            "summary": "A FHIR R4 patient record",
            "description": "GET /metadata says what each type can be searched by.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Type": {"type": "string", "enum": sorted(policy.CLIENT_TYPES)},
                "Id": {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"},
                "Resource": _resource(None),
                **{name: _resource(name) for name in ("Bundle", "OperationOutcome", "Parameters")},
            },
        },
    }


def _resource(name: str | None) -> Schema:
    kind = _TEXT if name is None else {"const": name}
    return {"type": "object", "required": ["resourceType"], "properties": {"resourceType": kind}}


def _paths(pattern: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The templates of a route's pattern with (name, rule) of what is open in each: two where a
    part of the address may be left out."""
    optional = _OPTIONAL.search(pattern)
    if optional:
        before, after = pattern[: optional.start()], pattern[optional.end() :]
        yield from _paths(before + after)
        yield from _paths(before + optional[1] + after)
        return
    if pattern == "/?":
        yield "/", []
        return
    literal = {name: rule for name, rule in _GROUP.findall(pattern) if rule.isalpha()}
    open_ = [(name, rule) for name, rule in _GROUP.findall(pattern) if name not in literal]
    template = _GROUP.sub(lambda group: literal.get(group[1], f"{{{group[1]}}}"), pattern)
    yield _ESCAPED.sub(r"\1", template), open_


def _path_parameter(name: str, rule: str) -> Schema:
    schema: Schema
    if name in ("type", "compartment"):
        schema = {"$ref": "#/components/schemas/Type"}
        if r"\*" in rule:
            schema = {"anyOf": [schema, {"const": "*"}]}
    elif name in ("id", "compartment_id"):
        schema = {"$ref": "#/components/schemas/Id"}
    else:
        schema = {"type": "string", "pattern": f"^({rule})$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _operation(method: str, path: str, interaction: Interaction) -> dict[str, Any]:
    posted_search = method == "POST" and interaction.name in _SEARCHES
    words = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-") or "base"
    made: dict[str, Any] = {
        "operationId": f"{method.lower()}-{words}",
        "tags": ["operations" if isinstance(interaction, Operation) else "interactions"],
        "summary": interaction.name,
        "responses": _responses(interaction),
    }
    queries = {} if posted_search else _QUERIES.get(interaction.name, {})
    if isinstance(interaction, Operation):
        made["summary"] = f"${interaction.name}"
        if interaction.definition.startswith("http"):
            made["externalDocs"] = {"url": interaction.definition}
        queries = {"parameters": _FREE} if not queries and method == "GET" else queries
    parameters = [_query(name, schema) for name, schema in queries.items()]
    parameters += [
        {"name": name, "in": "header", "schema": _TEXT}
        for name in _HEADERS.get(interaction.name, ())
    ]
    if parameters:
        made["parameters"] = parameters
    if method in ("POST", "PUT", "PATCH"):
        made["requestBody"] = _body(interaction, posted_search)
    if interaction.public:
        made["security"] = []
    return made


def _query(name: str, schema: Schema) -> Schema:
    found: Schema = {"name": name, "in": "query", "schema": schema}
    return found | ({"style": "form", "explode": True} if schema is _FREE else {})


def _body(interaction: Interaction, posted_search: bool) -> Schema:
    if posted_search:
        return {"content": {FORM: {"schema": _FREE}}}
    json_type, xml_type = _FHIR
    if interaction.name in _PATCHES:
        operations = {"type": "array", "items": {"type": "object"}}
        return {
            "required": True,
            "content": {
                "application/json-patch+json": {"schema": operations},
                "application/merge-patch+json": {"schema": {"type": "object"}},
                json_type: {"schema": {"$ref": "#/components/schemas/Parameters"}},
            },
        }
    name = "Resource" if interaction.name in _WRITES or interaction.name == "validate" else ""
    name = name or ("Bundle" if interaction.name == "transaction" else "Parameters")
    body: Schema = {
        "content": {
            json_type: {"schema": {"$ref": f"#/components/schemas/{name}"}},
            xml_type: {"schema": _TEXT},
        }
    }
    needed = not isinstance(interaction, Operation)
    return body | ({"required": True} if needed else {})


def _responses(interaction: Interaction) -> dict[str, Any]:
    if interaction.name in _OWN_FORMAT:
        content: Schema = {_OWN_FORMAT[interaction.name]: {"schema": _TEXT}}
    elif not interaction.negotiated:
        content = {"application/json": {"schema": {"type": "object"}}}
    else:
        content = _content("Resource")
    answers = _STATUS.get(interaction.name, {"200": "The answer"})
    found: dict[str, Any] = {}
    for status, says in answers.items():
        found[status] = {"description": says}
        if status in ("200", "201"):
            found[status]["content"] = content
    found["default"] = {
        "description": "What was wrong",
        "content": _content("OperationOutcome"),
    }
    return found


def _content(name: str) -> Schema:
    json_type, xml_type = _FHIR
    return {
        json_type: {"schema": {"$ref": f"#/components/schemas/{name}"}},
        xml_type: {"schema": _TEXT},
    }
