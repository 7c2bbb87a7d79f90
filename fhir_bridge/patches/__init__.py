"""Changes to a part of a resource: JSON Patch, FHIRPath Patch, JSON Merge Patch; on parsed JSON.

All take the resource as documents.parse gives it, so numbers keep their digits, and give the
changed one; none knows of the store. Whether the result is a valid resource is the store's
question. https://hl7.org/fhir/R4/http.html#patch
"""

from fhir_bridge.outcomes import Invalid, Issue

MAX_OPERATIONS = 1_000


def malformed(diagnostics: str, code: str = "invalid") -> Invalid:
    """The patch itself cannot be read: 400."""
    return Invalid([Issue(code, diagnostics)])


def inapplicable(diagnostics: str, code: str = "processing") -> Invalid:
    """The patch is well formed and does not fit this resource: 422."""
    return Invalid([Issue(code, diagnostics)], status=422)
