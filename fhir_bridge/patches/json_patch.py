"""JSON Patch on a parsed resource. https://www.rfc-editor.org/rfc/rfc6902

No library: those at hand compare and copy numbers as floats, and bound neither depth nor growth.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from fhir_bridge.documents import MAX_DEPTH, dumps, parse
from fhir_bridge.outcomes import TooLarge
from fhir_bridge.patches import MAX_OPERATIONS, inapplicable, malformed

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_ESCAPE = re.compile(r"~(?![01])")
_NEEDS = {
    "add": "value",
    "replace": "value",
    "test": "value",
    "remove": "",
    "move": "from",
    "copy": "from",
}


def read(content: bytes) -> list[dict[str, Any]]:
    """The operations of a patch document. Raises Invalid for what is no JSON Patch."""
    # Inside an object, the strict reader of resources reads it: no key twice, no NaN, depth.
    wrapped = parse(b'{"patch":' + content + b"}").value
    operations = wrapped["patch"]
    if len(wrapped) > 1 or not isinstance(operations, list):
        raise malformed("A JSON Patch is an array of operations", "structure")
    if len(operations) > MAX_OPERATIONS:
        raise malformed(f"A patch has at most {MAX_OPERATIONS} operations", "too-costly")
    for number, each in enumerate(operations):
        if not isinstance(each, dict) or str(each.get("op")) not in _NEEDS:
            raise malformed(f"Operation {number}: op is one of {', '.join(_NEEDS)}")
        needed = _NEEDS[each["op"]]
        if needed and needed not in each:
            raise malformed(f"Operation {number}: {each['op']} needs {needed}", "required")
        _pointer(each.get("path"), number)
        if needed == "from":
            _pointer(each["from"], number)
    return operations


def applied(resource: dict[str, Any], operations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The resource after all operations; `resource` itself is used up.

    Raises Invalid (422) for a path that is not there, a failed test, or an object that is no more;
    TooLarge when copies would grow it beyond what may be sent.
    """
    holder: dict[str, Any] = {"": resource}
    room = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    for number, each in enumerate(operations):
        path = _pointer(each["path"], number)
        match each["op"]:
            case "add":
                room -= _added(holder, path, each["value"], number)
            case "remove":
                _removed(holder, path, number)
            case "replace":
                _found(holder, path, number)
                room -= _replaced(holder, path, each["value"], number)
            case "move":
                source = _pointer(each["from"], number)
                if len(source) < len(path) and path[: len(source)] == source:
                    raise inapplicable(f"Operation {number}: a value cannot move into itself")
                room -= _added(holder, path, _removed(holder, source, number), number)
            case "copy":
                room -= _added(
                    holder, path, _found(holder, _pointer(each["from"], number), number), number
                )
            case "test":
                if not _same(_found(holder, path, number), each["value"]):
                    raise inapplicable(f"Operation {number}: the test failed")
        if room < 0:
            raise TooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    result = holder.get("")
    if not isinstance(result, dict):
        raise inapplicable("Nothing is left of the resource")
    return result


def _pointer(text: Any, number: int) -> tuple[str, ...]:
    """The keys of a JSON Pointer, below a holder whose only key is "" (RFC 6901)."""
    if not isinstance(text, str) or (text and not text.startswith("/")) or _ESCAPE.search(text):
        raise malformed(f"Operation {number}: path and from are JSON Pointers", "value")
    keys = tuple(key.replace("~1", "/").replace("~0", "~") for key in text.split("/"))
    if len(keys) > MAX_DEPTH:
        raise malformed(f"Operation {number}: the path is too deep", "too-costly")
    return keys


def _found(holder: Any, path: Sequence[str], number: int) -> Any:
    for key in path:
        if isinstance(holder, dict) and key in holder:
            holder = holder[key]
        elif isinstance(holder, list) and _INDEX.fullmatch(key) and int(key) < len(holder):
            holder = holder[int(key)]
        else:
            raise inapplicable(f"Operation {number}: its path names nothing in this resource")
    return holder


def _added(holder: Any, path: Sequence[str], value: Any, number: int) -> int:
    """Add a copy of the value, so that later operations change one place only; its size."""
    content = dumps(value)
    own = parse(b'{"v":' + content + b"}").value["v"]
    parent, key = _found(holder, path[:-1], number), path[-1]
    if isinstance(parent, dict):
        parent[key] = own
    elif isinstance(parent, list) and key == "-":
        parent.append(own)
    elif isinstance(parent, list) and _INDEX.fullmatch(key) and int(key) <= len(parent):
        parent.insert(int(key), own)
    else:
        raise inapplicable(f"Operation {number}: its path is no place in this resource")
    return len(content)


def _replaced(holder: Any, path: Sequence[str], value: Any, number: int) -> int:
    parent, key = _found(holder, path[:-1], number), path[-1]
    content = dumps(value)
    own = parse(b'{"v":' + content + b"}").value["v"]
    parent[int(key) if isinstance(parent, list) else key] = own
    return len(content)


def _removed(holder: Any, path: Sequence[str], number: int) -> Any:
    _found(holder, path, number)
    parent, key = _found(holder, path[:-1], number), path[-1]
    return parent.pop(int(key) if isinstance(parent, list) else key)


def _same(one: Any, other: Any) -> bool:
    """Equality of RFC 6902: numbers by value, true is not 1, objects without order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(map(_same, one.values(), map(other.get, one)))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)
