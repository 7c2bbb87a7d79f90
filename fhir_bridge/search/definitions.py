"""From the official R4 package to the compact table of search parameters, once per installation.

`build` reads the SearchParameters, StructureDefinitions, CompartmentDefinitions and value sets of
hl7.fhir.r4.core (CC0) and writes one JSON file; `load` reads that file. Parameter numbers follow
from the sorted definitions, so every installation has the same ones.
"""

import os
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any

import orjson

from fhir_bridge.search.expressions import Compiler, Element, ExpressionError, Path

FORMAT = 2  # part of the file's name: a change of layout never meets an old file
PACKAGE = "google/fhir/r4/data/hl7.fhir.r4.core.tgz"
_WANTED = ("SearchParameter-", "StructureDefinition-", "CompartmentDefinition-", "ValueSet-")
# Examples that the package carries among the definitions.
_EXAMPLES = {"example", "example-extension"}
# Answered by the server itself, not by index rows.
BUILT_IN = ("_id", "_lastUpdated")
# Answered by something else than the rows of this parameter.
SPECIAL = ("_text", "_content", "_filter", "_list")
# Parameters without an expression, and one whose path leaves the resource: not offered.
NOT_OFFERED = {
    "_query": "named queries",
    "age": "changes every day; search birthdate instead",
    "birthOrderBoolean": "the definition has no expression",
    "composition": "the value is a whole resource inside a Bundle, not a reference",
    "message": "the value is a whole resource inside a Bundle, not a reference",
}
# Slips in the published definitions, each put right (see tests/fhir/search/test_definitions.py).
_EXPRESSIONS = {"InsurancePlan-name": "InsurancePlan.name | InsurancePlan.alias"}
_EXTENSIONS = {
    "patient-extensions-Patient-mothersMaidenName": "patient-mothersMaidenName",
    "observation-geneticsAminoAcidChangeName": "observation-geneticsAminoAcidChange",
}
_SWAPPED_COMPONENTS = {"DocumentReference-relationship"}  # code is the token, target the reference
# The data types that have a value for each search type (https://hl7.org/fhir/R4/search.html);
# a choice's other types have none: an onsetString is no date.
_TEXT = {"string", "markdown", "code", "id", "uri", "url", "canonical"}
_NUMBERS = {"decimal", "integer", "positiveInt", "unsignedInt"}
ACCEPTED = {
    "token": {"Coding", "CodeableConcept", "Identifier", "ContactPoint", "boolean"}
    | {"exists-not-false", "oid", "uuid"}
    | _TEXT,
    "string": {"HumanName", "Address"} | _TEXT,
    "reference": {"Reference", "canonical", "uri", "url", "oid", "uuid"},
    "date": {"date", "dateTime", "instant", "Period", "Timing"},
    "number": {"Range"} | _NUMBERS,
    "quantity": {"Quantity", "Age", "Count", "Distance", "Duration", "Money", "Range"},
    "uri": {"uri", "url", "canonical", "oid", "uuid"},
    "special": {"BackboneElement"},  # Location.position
}
_SIMPLE = "http://hl7.org/fhirpath/System."


def artifact_path(data_dir: FilePath) -> FilePath:
    """Where the compiled table is kept."""
    return data_dir / f"search-parameters-r4-v{FORMAT}.json"


def load(data_dir: FilePath, assets_dir: FilePath) -> dict[str, Any]:
    """The compiled table, built first if this installation has none yet (about three seconds).

    Raises:
        FileNotFoundError: neither the table nor the R4 package is there: run `make setup`.
    """
    path = artifact_path(data_dir)
    if not path.exists():
        build(assets_dir / PACKAGE, path)
    loaded: dict[str, Any] = orjson.loads(path.read_bytes())
    return loaded


def build(package: FilePath, out: FilePath) -> None:
    """Compile the package into `out`, atomically: a reader sees the whole file or none."""
    if not package.exists():
        raise FileNotFoundError(f"the R4 definitions are not at {package}: run `make setup`")
    table = compile_table(read_package(package))
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=out.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(table))
        os.replace(name, out)
    except BaseException:
        FilePath(name).unlink(missing_ok=True)
        raise


def read_package(package: FilePath) -> list[dict[str, Any]]:
    """The definitions that search needs, in the package's order."""
    found = []
    with tarfile.open(package) as archive:
        for member in archive:
            name = member.name.rsplit("/", 1)[-1]
            if name.startswith(_WANTED) and name.endswith(".json"):
                file = archive.extractfile(member)
                if file is not None:
                    found.append(orjson.loads(file.read()))
    return found


def compile_table(definitions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The table: {"parameters": {type: {code: entry}}, "compartments": {...}, "failed": {...}}.

    An entry has `number`, `type`, `url`, `targets` and either `paths` or, for a composite,
    `components`. `failed` names the expressions that could not be compiled (none in R4 4.0.1).
    """
    definitions = list(definitions)
    compiler = Compiler(_elements(definitions), _systems(definitions))
    resource_types = sorted(
        d["type"]
        for d in definitions
        if d["resourceType"] == "StructureDefinition"
        and d["kind"] == "resource"
        and d.get("derivation") == "specialization"
        and not d["abstract"]
    )
    chosen = _by_type(definitions, resource_types)
    parameters: dict[str, dict[str, Any]] = {t: {} for t in resource_types}
    failed: dict[str, str] = {}
    number = 1
    by_url = {d["url"]: d for d in definitions if d["resourceType"] == "SearchParameter"}
    for type_ in resource_types:
        for code in sorted(chosen[type_]):
            definition = chosen[type_][code]
            # Components take the numbers that follow, so the numbering never depends on what
            # could be compiled.
            width = 1 + len(definition.get("component", ()))
            try:
                entry = _entry(compiler, type_, definition, by_url)
            except (ExpressionError, KeyError) as error:
                failed[f"{type_}.{code}"] = str(error)
            else:
                entry["number"] = number
                parameters[type_][code] = entry
            number += width
    for entries in parameters.values():
        # R4 describes _list without publishing a definition of it.
        entries["_list"] = {"type": "special", "url": "", "targets": [], "paths": [], "number": 0}
        _share_rows(entries)
        _share_groups(entries)
    return {
        "parameters": parameters,
        "compartments": _compartments(definitions),
        "failed": failed,
    }


def _by_type(
    definitions: list[Mapping[str, Any]], resource_types: list[str]
) -> dict[str, dict[str, Mapping[str, Any]]]:
    chosen: dict[str, dict[str, Mapping[str, Any]]] = {t: {} for t in resource_types}
    for definition in definitions:
        if definition["resourceType"] != "SearchParameter" or definition["id"] in _EXAMPLES:
            continue
        for base in definition.get("base", ()):
            types = resource_types if base in ("Resource", "DomainResource") else [base]
            for type_ in types:
                before = chosen[type_].get(definition["code"])
                # Two definitions of Condition.subject: the resource's own one wins.
                if before is None or definition["id"] == f"{type_}-{definition['code']}":
                    chosen[type_][definition["code"]] = definition
    return chosen


def _entry(
    compiler: Compiler,
    type_: str,
    definition: Mapping[str, Any],
    by_url: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    code = definition["code"]
    entry: dict[str, Any] = {
        "type": definition["type"],
        "url": definition["url"],
        "targets": definition.get("target", []),
        "paths": [],
    }
    if code in BUILT_IN or code in NOT_OFFERED or not definition.get("expression"):
        entry["offered"] = code in BUILT_IN or code in SPECIAL
        return entry
    if definition["type"] == "composite":
        entry["roots"], entry["components"] = _composite(compiler, type_, definition, by_url)
        return entry
    paths = compiler.compile(type_, expression(definition))
    entry["paths"] = _usable(paths, definition["type"])
    return entry


def _composite(
    compiler: Compiler,
    type_: str,
    definition: Mapping[str, Any],
    by_url: Mapping[str, Mapping[str, Any]],
) -> tuple[list[list[Any]], list[dict[str, Any]]]:
    roots = compiler.compile(type_, definition["expression"])
    components = []
    parts = list(definition["component"])
    targets = [by_url[part["definition"]] for part in parts]
    if definition["id"] in _SWAPPED_COMPONENTS:
        targets.reverse()
    for component, target in zip(parts, targets, strict=True):
        relative = component["expression"]
        outer = "%resource." in relative
        paths: list[Path] = []
        for root in roots:
            element = type_ if outer else element_path(type_, root)
            inner = compiler.compile_relative(root, element, relative.replace("%resource.", ""))
            paths += [path for path in inner if path not in paths]
        components.append(
            {
                "type": target["type"],
                "code": target["code"],
                "targets": target.get("target", []),
                "outer": outer,
                "paths": _usable(paths, target["type"]),
            }
        )
    return [list(root.steps) for root in roots], components


def element_path(type_: str, root: Path) -> str:
    """The element that a composite's group is: its backbone path or its data type."""
    if root.datatype in ("BackboneElement", "Element"):
        return ".".join([type_, *(step for step in root.steps if isinstance(step, str))])
    return root.datatype


def expression(definition: Mapping[str, Any]) -> str:
    """The definition's expression, its known slips put right."""
    text = str(_EXPRESSIONS.get(definition["id"], definition["expression"]))
    for wrong, right in _EXTENSIONS.items():
        text = text.replace(wrong, right)
    return text


def _usable(paths: Iterable[Path], search_type: str) -> list[dict[str, Any]]:
    """The paths whose data type has a value for this search type, as JSON.

    Raises:
        ExpressionError: none is left.
    """
    kept = [_path_json(path) for path in paths if path.datatype in ACCEPTED[search_type]]
    if not kept:
        raise ExpressionError(f"nothing that the expression finds here is a {search_type}")
    return kept


def _path_json(path: Path) -> dict[str, Any]:
    return {
        "steps": list(path.steps),
        "datatype": path.datatype,
        "targets": list(path.targets),
        "system": path.system,
    }


def _share_rows(entries: dict[str, Any]) -> None:
    """Let a parameter read the rows of others where its values are exactly theirs.

    `patient` is `subject` limited to Patients, `combo-code` is `code` and `component-code`: storing
    them twice would only cost. `rows` lists the numbers to read, `limit` the types to keep.
    """
    plain = {
        code: {_key(path) for path in entry["paths"]}
        for code, entry in entries.items()
        if entry["paths"]
    }
    # The parameter with less to say owns its rows; one limited to a type never does.
    owners: list[str] = []
    for code in sorted(plain, key=lambda c: (len(plain[c]), _limited(entries[c]), c)):
        entry = entries[code]
        limits = {tuple(path["targets"]) for path in entry["paths"]}
        parts = _cover(plain[code], entry["type"], owners, plain, entries)
        if parts and len(limits) == 1:
            entry["rows"] = [entries[part]["number"] for part in parts]
            entry["limit"] = list(limits.pop())
            entry["paths"] = []
        else:
            owners.append(code)


def _share_groups(entries: dict[str, Any]) -> None:
    """The same for composites: `combo-code-value-quantity` reads the component rows of
    `component-code-value-quantity`, and what has the whole resource as its group names the
    parameters (`parts`) that its components are then."""
    composites = {code: entry for code, entry in entries.items() if entry.get("components")}
    owners: dict[str, int] = {}
    for code in sorted(composites, key=lambda c: (len(composites[c]["roots"]), c)):
        entry = composites[code]
        inner = [root for root in entry["roots"] if root]
        paths = [part["paths"] for part in entry["components"]]
        if inner:
            key = orjson.dumps([inner, paths]).decode()
            entry["shares"] = owners.setdefault(key, entry["number"])
        if [] in entry["roots"]:
            entry["parts"] = [_whole_part(entries, part) for part in entry["components"]]


def _whole_part(entries: dict[str, Any], part: Mapping[str, Any]) -> str:
    wanted = {_key(path) for path in part["paths"]}
    usable = [
        (len(entry["paths"]), code)
        for code, entry in entries.items()
        if entry["type"] == part["type"] and wanted <= {_key(path) for path in entry["paths"]}
    ]
    return min(usable)[1]


def _limited(entry: Mapping[str, Any]) -> bool:
    return any(path["targets"] for path in entry["paths"])


def _cover(
    wanted: set[str],
    type_: str,
    owners: list[str],
    plain: Mapping[str, set[str]],
    entries: Mapping[str, Any],
) -> list[str]:
    parts: list[str] = []
    covered: set[str] = set()
    for owner in owners:
        usable = entries[owner]["type"] == type_ and not _limited(entries[owner])
        if usable and plain[owner] <= wanted and not plain[owner] & covered:
            parts.append(owner)
            covered |= plain[owner]
    return parts if covered == wanted else []


def _key(path: Mapping[str, Any]) -> str:
    return orjson.dumps([path["steps"], path["datatype"]]).decode()


def _elements(definitions: list[Mapping[str, Any]]) -> dict[str, Element]:
    elements: dict[str, Element] = {}
    for definition in definitions:
        if definition["resourceType"] != "StructureDefinition" or "snapshot" not in definition:
            continue
        if definition.get("derivation") == "constraint" or definition["kind"] == "logical":
            continue
        for element in definition["snapshot"]["element"]:
            path = element["path"]
            choice = path.endswith("[x]")
            binding = element.get("binding", {})
            content = element.get("contentReference", "").lstrip("#")
            types = tuple(_type_name(t["code"]) for t in element.get("type", ()))
            elements[path.removesuffix("[x]")] = Element(
                types=types or ("BackboneElement",),
                choice=choice,
                content=content,
                binding=(
                    binding.get("valueSet", "").split("|")[0]
                    if binding.get("strength") == "required"
                    else ""
                ),
            )
    return elements


def _type_name(code: str) -> str:
    return code.removeprefix(_SIMPLE).lower() if code.startswith(_SIMPLE) else code


def _systems(definitions: list[Mapping[str, Any]]) -> dict[str, str]:
    systems = {}
    for definition in definitions:
        if definition["resourceType"] == "ValueSet":
            include = definition.get("compose", {}).get("include", [])
            named = {part.get("system", "") for part in include}
            if len(named) == 1 and not any("valueSet" in part for part in include):
                systems[definition["url"]] = named.pop()
    return systems


def _compartments(definitions: list[Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    return {
        definition["code"]: {
            resource["code"]: resource["param"]
            for resource in definition["resource"]
            if resource.get("param")
        }
        for definition in definitions
        if definition["resourceType"] == "CompartmentDefinition"
    }
