"""The latest observations of each code. https://hl7.org/fhir/R4/observation-operation-lastn.html"""

from urllib.parse import urlencode

from django.http import HttpResponse

from fhir_bridge import search
from fhir_bridge.asked import parameters_of, whole
from fhir_bridge.documents import Stored
from fhir_bridge.operations import CORE, bundles, operation
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, resource_response

# Observations of one patient that are looked through; more is an error, not half an answer.
MOST = 10_000
_Key = tuple[str, str]


@operation("lastn", f"{CORE}/Observation-lastn", "Observation")
def lastn(request: Request) -> HttpResponse:
    """`max` (default 1) of each code, newest first, of what the search parameters select."""
    given = parameters_of(request)
    wanted = max((whole(value, "max", 1) for name, value in given if name == "max"), default=1)
    plain = [each for each in given if each[0] not in ("max", "_format", "_pretty")]
    if not any(name.partition(":")[0].partition(".")[0] in ("patient", "subject")
               for name, _ in plain):  # fmt: skip
        raise Invalid([Issue("required", "$lastn needs a patient or subject")])
    if any(name in ("_sort", "_count") for name, _ in plain):
        raise Invalid([Issue("not-supported", "$lastn has its own order: newest first")])
    found = search.find(request.who, "Observation", [*plain, ("_sort", "-date")], limit=MOST + 1)
    if len(found) > MOST:
        raise Invalid([Issue("too-costly", f"More than {MOST} observations: narrow the search")])
    latest = latest_of_each_code(found, wanted)
    address = f"{request.base}/Observation/$lastn?{urlencode(given, safe=':/|,')}"
    link = {"relation": "self", "url": address}
    return resource_response(
        bundles.searchset(request.base, latest, links=[link], total=len(latest))
    )


def latest_of_each_code(found: list[Stored], wanted: int) -> list[Stored]:
    """The first `wanted` of each group; observations that share a coding are of one group."""
    groups: dict[_Key, int] = {}
    taken: dict[int, int] = {}
    kept = []
    for each in found:
        keys = _keys(each)
        group = next((groups[key] for key in keys if key in groups), len(taken))
        groups |= {key: group for key in keys if key not in groups}
        taken[group] = taken.get(group, 0) + 1
        if taken[group] <= wanted:
            kept.append(each)
    return kept


def _keys(stored: Stored) -> list[_Key]:
    code = stored.resource["code"]
    codings = [
        (str(each.get("system", "")), str(each["code"]))
        for each in code.get("coding", [])
        if "code" in each
    ]
    return codings or [("", str(code.get("text", "")))]
