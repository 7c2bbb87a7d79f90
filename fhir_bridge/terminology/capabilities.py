"""What the terminology service can do: the TerminologyCapabilities resource.

R4's own code systems are listed; what an organisation stores is its own affair.
https://hl7.org/fhir/R4/terminologycapabilities.html
"""

from functools import cache
from typing import Any

from fhir_bridge import definitions
from fhir_bridge.terminology.grammars import grammars

_PARAMETERS = (
    *("url", "valueSet", "valueSetVersion", "context", "filter", "offset", "count"),
    *("includeDesignations", "designation", "includeDefinition", "activeOnly", "excludeNested"),
    *("displayLanguage", "system-version", "check-system-version", "force-system-version"),
    *("exclude-system", "tx-resource"),
)


def terminology_capabilities(base: str, *, date: str) -> dict[str, Any]:
    """The resource; `base` is this server's address."""
    return {
        "resourceType": "TerminologyCapabilities",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "Plume"},
        "implementation": {"description": "Plume, a FHIR R4 patient record", "url": base},
        "codeSystem": _code_systems(),
        "expansion": {
            "hierarchical": True,
            "paging": True,
            "incomplete": False,
            "parameter": [{"name": name} for name in _PARAMETERS],
            "textFilter": "Every word has to be in the code, the display or a designation",
        },
        "codeSearch": "all",
        "validateCode": {"translations": False},
        "translation": {"needsMap": True},
    }


@cache
def _code_systems() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = [
        {"uri": url, "subsumption": False} for url in sorted(grammars())
    ]
    for url in definitions.urls("CodeSystem"):
        system = definitions.code_system(url) if "|" not in url else None
        if system is not None and system.count:
            version = [{"code": system.version, "isDefault": True}] if system.version else []
            listed.append(
                {"uri": url, **({"version": version} if version else {}), "subsumption": True}
            )
    return listed
