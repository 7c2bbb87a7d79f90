"""Which lists there are, and how one is loaded: whole, or not at all."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from fhir_bridge import definitions
from fhir_bridge.code_lists import ccam, cim10fr, cpt, hcpcs
from fhir_bridge.code_lists.common import CodeList, CodeListError

KINDS: Mapping[str, Callable[[bytes], CodeList]] = {
    "hcpcs": hcpcs.read,
    "cpt": cpt.read,
    "cim-10-fr": cim10fr.read,
    "ccam": ccam.read,
}
MOST_BYTES = 256 * 1024 * 1024


def code_list_read(kind: str, path: Path) -> CodeList:
    """Raises CodeListError, KeyError for no such list, OSError."""
    if path.stat().st_size > MOST_BYTES:
        raise CodeListError("The file is larger than 256 MB.")
    return KINDS[kind](path.read_bytes())


def code_list_load(kind: str, path: Path) -> CodeList:
    """Read a list and put it in its predecessor's place; nothing changes where it cannot be read.

    The same file again changes nothing. Processes that run read it when they are started anew.
    Raises as `code_list_read`.
    """
    found = code_list_read(kind, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    definitions.code_system_write(f"{kind}.{digest}", found.resource)
    return found
