"""How two codes of a code system lie to each other.
https://hl7.org/fhir/R4/codesystem-operation-subsumes.html"""

from django.http import HttpResponse

from fhir_bridge.concepts import CodeSystem
from fhir_bridge.operations import CORE, operation
from fhir_bridge.operations.given import Code, Given, given, output, stored
from fhir_bridge.outcomes import Invalid, Issue, NotFound
from fhir_bridge.rest import Request, resource_response


@operation("subsumes", f"{CORE}/CodeSystem-subsumes", "CodeSystem")
def subsumes(request: Request) -> HttpResponse:
    """equivalent, subsumes (A is the more general), subsumed-by or not-subsumed."""
    asked = given(request, "codeA", "codeB", "system", "version", "codingA", "codingB")
    evaluator = asked.evaluator(request, "CodeSystem", "subsumes")
    one, other = _code(asked, "A"), _code(asked, "B")
    url = one.system or other.system or asked.text("system")
    if request.id:
        resource = stored(request)
        evaluator.sources.add(resource)
        url = url or resource.get("url", "")
        if url != resource.get("url", ""):
            raise Invalid([Issue("invalid", "The codes are of another code system", "Parameters")])
    if not url:
        raise Invalid([Issue("required", "Name the code system: system", "Parameters")])
    if {one.system or url, other.system or url} != {url}:
        raise Invalid([Issue("invalid", "Both codes have to be of one code system", "Parameters")])
    system = evaluator.system(url, one.version or other.version or asked.text("version"))
    if system is None:
        raise NotFound("This server does not hold the code system")
    first, second = system.find(one.code), system.find(other.code)
    if first is None or second is None:
        raise NotFound("The code system has no such code")
    outcome = "not-subsumed"
    if first.code == second.code:
        outcome = "equivalent"
    elif isinstance(system, CodeSystem):
        if first.position in system.above(second):
            outcome = "subsumes"
        elif second.position in system.above(first):
            outcome = "subsumed-by"
    return resource_response(output([("outcome", {"valueCode": outcome})]))


def _code(asked: Given, letter: str) -> Code:
    coding = asked.coding(f"coding{letter}")
    if coding is None:
        coding = Code("", "", asked.text(f"code{letter}"), "")
    if not coding.code:
        raise Invalid([Issue("required", f"Give code{letter} or coding{letter}", "Parameters")])
    return coding
