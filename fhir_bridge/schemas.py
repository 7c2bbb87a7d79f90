"""R4 StructureDefinitions -> JSON Schema (draft 4, where 1.0 is no integer), one entry a type.

Pure. `build` gives every complex type, backbone element and resource a schema that says what the
R4 JSON format allows: known properties only, cardinality, no empty object, array or string,
primitive formats with real calendar dates, at most one of a choice, required codes where their
value set can be listed, and the types that a reference may name.

Resources inside resources (contained, Bundle.entry.resource ...) are opaque here: validation.py
takes each by its own type. So are the nulls that align `given` with `_given`.

Sources: https://hl7.org/fhir/R4/json.html, https://hl7.org/fhir/R4/datatypes.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

_LEAP_YEAR = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_YEAR = r"(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_DAY = (
    rf"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    rf"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_MONTH = rf"{_YEAR}(?:-(?:0[1-9]|1[0-2]))?"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_TEXT = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F]+$"
_SOLID = r"[^\s\x00-\x1F]"
_ID = r"[A-Za-z0-9\-.]{1,64}"
_LONGEST = 1_048_576

PRIMITIVES: Mapping[str, Schema] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647},
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": 2147483647},
    "positiveInt": {"type": "integer", "minimum": 1, "maximum": 2147483647},
    "decimal": {"type": "number"},
    "string": {"type": "string", "pattern": _TEXT, "maxLength": _LONGEST},
    "markdown": {"type": "string", "pattern": _TEXT, "maxLength": _LONGEST},
    "xhtml": {"type": "string", "pattern": r"^\s*<(?:[A-Za-z]+:)?div[\s>/]"},
    "code": {"type": "string", "pattern": rf"^{_SOLID}+(?:\s{_SOLID}+)*$"},
    "id": {"type": "string", "pattern": rf"^{_ID}$"},
    "uri": {"type": "string", "pattern": rf"^{_SOLID}+$"},
    "url": {"type": "string", "pattern": rf"^{_SOLID}+$"},
    "canonical": {"type": "string", "pattern": rf"^{_SOLID}+$"},
    "oid": {"type": "string", "pattern": r"^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$"},
    "uuid": {
        "type": "string",
        "pattern": "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    },
    "base64Binary": {"type": "string", "pattern": r"^(?:\s*[0-9A-Za-z+/]\s*)+(?:=\s*){0,2}$"},
    "date": {"type": "string", "pattern": rf"^(?:{_DAY}|{_MONTH})$"},
    "dateTime": {"type": "string", "pattern": rf"^(?:{_DAY}(?:T{_CLOCK}{_ZONE})?|{_MONTH})$"},
    "instant": {"type": "string", "pattern": rf"^{_DAY}T{_CLOCK}{_ZONE}$"},
    "time": {"type": "string", "pattern": rf"^{_CLOCK}$"},
}
_OPAQUE: Schema = {"type": "object", "required": ["resourceType"]}


def build(structures: Mapping[str, Schema], by_url: Mapping[str, Schema]) -> dict[str, Schema]:
    """The schema of every type by name ("Patient", "Patient.contact", "Reference-Group-Patient").

    `structures` holds the StructureDefinitions by type, `by_url` the value sets and code systems.
    A `$ref` names another entry as "#/definitions/NAME".
    """
    builder = _Builder(by_url)
    for name, structure in structures.items():
        if structure["kind"] != "primitive-type" and name not in ("Resource", "DomainResource"):
            builder.type_add(name, structure)
    return builder.schemas


def closure(schemas: Mapping[str, Schema], name: str) -> Schema:
    """One self-contained schema for a type: itself and every definition it reaches."""
    reached: dict[str, Schema] = {}
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in reached:
            reached[each] = schemas[each]
            waiting.extend(_references(schemas[each]))
    return {"$ref": f"#/definitions/{name}", "definitions": reached}


class _Builder:
    def __init__(self, by_url: Mapping[str, Schema]) -> None:
        self.by_url = by_url
        self.schemas: dict[str, Schema] = {name: dict(each) for name, each in PRIMITIVES.items()}

    def type_add(self, name: str, structure: Schema) -> None:
        elements = structure["snapshot"]["element"]
        children: dict[str, list[Schema]] = {}
        for element in elements[1:]:
            children.setdefault(element["path"].rpartition(".")[0], []).append(element)
        for path, inside in children.items():
            self.schemas[path] = self._object(
                path, inside, children, name if structure["kind"] == "resource" else ""
            )

    def _object(
        self, path: str, inside: list[Schema], children: Mapping[str, Any], resource: str
    ) -> Schema:
        properties: Schema = {}
        required: list[str] = []
        rules: list[Schema] = []
        dependencies: Schema = {}
        if path == resource:
            properties["resourceType"] = {"enum": [resource]}
            required.append("resourceType")
        elif path != "Element":
            # ele-1: an id alone is no content.
            rules.append({"not": {"required": ["id"], "maxProperties": 1}})
        for element in inside:
            if element["max"] == "0":
                continue
            keys = self._element(element, children, properties)
            if element["min"] > 0:
                if len(keys) == 1:
                    required.append(keys[0])
                else:
                    rules.append({"anyOf": [{"required": [key]} for key in keys]})
            self._exclusive(element, keys, dependencies)
        schema: Schema = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            "minProperties": 1,
        }
        if required:
            schema["required"] = required
        if rules:
            schema["allOf"] = rules
        if dependencies:
            schema["dependencies"] = dependencies
        return schema

    def _element(
        self, element: Schema, children: Mapping[str, Any], properties: Schema
    ) -> list[str]:
        """Add the properties that an element may appear as, and return their names."""
        name = element["path"].rpartition(".")[2]
        keys = []
        for each in element.get("type", [{"code": ""}]):
            code = _code(element, each)
            key = name.replace("[x]", code[:1].upper() + code[1:])
            keys.append(key)
            schema = self._value(element, each, code, children)
            primitive = code in PRIMITIVES
            if element["max"] != "1":
                items = {"anyOf": [schema, {"type": "null"}]} if primitive else schema
                schema = {"type": "array", "items": items, "minItems": max(1, element["min"])}
            properties[key] = schema
            # The XHTML of a narrative and an element's own id carry no extension in JSON.
            if primitive and code != "xhtml" and not _system(each):
                beside: Schema = {"$ref": "#/definitions/Element"}
                if element["max"] != "1":
                    beside = {
                        "type": "array",
                        "minItems": 1,
                        "items": {"anyOf": [beside, {"type": "null"}]},
                    }
                properties[f"_{key}"] = beside
                keys.append(f"_{key}")
        return keys

    def _value(
        self, element: Schema, each: Schema, code: str, children: Mapping[str, Any]
    ) -> Schema:
        if "contentReference" in element:
            return {"$ref": "#/definitions/" + element["contentReference"].lstrip("#")}
        if element["path"] in children:
            return {"$ref": "#/definitions/" + element["path"]}
        if code == "Resource":
            return _OPAQUE
        if code == "Reference":
            return {"$ref": "#/definitions/" + self._reference(each.get("targetProfile", []))}
        binding = element.get("binding", {})
        if binding.get("strength") == "required" and "valueSet" in binding:
            concepts = self._concepts(binding["valueSet"])
            if concepts:
                return _bound(code, concepts)
        return {"$ref": f"#/definitions/{code}"}

    def _reference(self, profiles: Iterable[str]) -> str:
        """The name of the schema of a reference to these types, added when it is new."""
        types = sorted({profile.rpartition("/")[2] for profile in profiles})
        if not types or "Resource" in types:
            types = []
        name = "-".join(["Reference", *types])
        if types and name not in self.schemas:
            self.schemas[name] = {
                "allOf": [
                    {"$ref": "#/definitions/Reference"},
                    {"properties": {"reference": {"pattern": reference_pattern(types)}}},
                ]
            }
        return name

    def _exclusive(self, element: Schema, keys: list[str], dependencies: Schema) -> None:
        """At most one type of a choice: each present key forbids those of the other types."""
        if not element["path"].endswith("[x]"):
            return
        for key in keys:
            others = [other for other in keys if other.lstrip("_") != key.lstrip("_")]
            if others:
                dependencies[key] = {"not": {"anyOf": [{"required": [o]} for o in others]}}

    def _concepts(self, url: str) -> dict[str, list[str]] | None:
        """{system: codes} of a value set, or None when it cannot be listed from the package."""
        found = self.by_url.get(url.partition("|")[0])
        if found is None or found["resourceType"] != "ValueSet":
            return None
        compose = found.get("compose", {})
        if "exclude" in compose:
            return None
        listed: dict[str, list[str]] = {}
        for include in compose.get("include", []):
            if "filter" in include:
                return None
            parts = [self._concepts(other) for other in include.get("valueSet", [])]
            if "system" in include:
                if parts:
                    return None
                parts = [self._system_codes(include)]
            for part in parts:
                if part is None:
                    return None
                for system, codes in part.items():
                    listed.setdefault(system, []).extend(codes)
        return listed or None

    def _system_codes(self, include: Schema) -> dict[str, list[str]] | None:
        system = include["system"]
        if "concept" in include:
            return {system: [concept["code"] for concept in include["concept"]]}
        found = self.by_url.get(system)
        if found is None or found.get("content") != "complete" or "concept" not in found:
            return None
        return {system: list(_walk(found["concept"]))}


def reference_pattern(types: Iterable[str]) -> str:
    """What Reference.reference may say: contained, absolute, or [type]/[id] of these types."""
    return (
        rf"^(?:#.*|[A-Za-z][A-Za-z0-9+.\-]*:.+"
        rf"|(?:{'|'.join(types)})(?:/{_ID}(?:/_history/{_ID})?|\?.+))$"
    )


def _references(schema: Any) -> Iterable[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref":
                yield str(value).rpartition("/")[2]
            else:
                yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _walk(concepts: Iterable[Schema]) -> Iterable[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _walk(concept.get("concept", []))


def _bound(code: str, concepts: Mapping[str, list[str]]) -> Schema:
    """The schema of a coded element whose required binding can be listed."""
    if code in ("code", "string", "uri"):
        return {"enum": sorted({each for codes in concepts.values() for each in codes})}
    coding = {
        "anyOf": [
            {
                "properties": {"system": {"enum": [system]}, "code": {"enum": sorted(set(codes))}},
                "required": ["system", "code"],
            }
            for system, codes in concepts.items()
        ]
    }
    if code in ("Coding", "Quantity"):
        return {"allOf": [{"$ref": f"#/definitions/{code}"}, coding]}
    if code == "CodeableConcept":
        # At least one coding of the value set; an extension may say why there is none.
        none_fits = {"properties": {"coding": {"items": {"not": coding}}}}
        return {
            "allOf": [
                {"$ref": "#/definitions/CodeableConcept"},
                {"anyOf": [{"required": ["extension"]}, {"not": none_fits}]},
            ]
        }
    return {"$ref": f"#/definitions/{code}"}


def _system(each: Schema) -> bool:
    return str(each["code"]).startswith("http://hl7.org/fhirpath/System.")


def _code(element: Schema, each: Schema) -> str:
    """The FHIR type of an element; the snapshot names ids and URLs by FHIRPath system types."""
    if not _system(each):
        return str(each["code"])
    if element.get("base", {}).get("path") == "Resource.id":
        return "id"
    return "uri" if element["path"] == "Extension.url" else "string"
