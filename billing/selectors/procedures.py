"""Service codes in the lists that this installation has loaded (`manage.py load_codes`)."""

from datetime import date

from fhir_bridge import definitions
from fhir_bridge.code_lists.common import in_use


def procedure_problem(system: str, code: str, day: date) -> str:
    """ "" when the code may be used that day, or no list of its system is loaded; else unknown or
    not-in-force."""
    listed = definitions.code_system(system)
    if listed is None:
        return ""
    concept = listed.find(code)
    if concept is None:
        return "unknown"
    return "" if in_use(concept.more.get("property", ()), day) else "not-in-force"


def procedure_name(system: str, code: str) -> str:
    """The list's text, "" where none is loaded or it has no such code."""
    listed = definitions.code_system(system)
    concept = listed.find(code) if listed is not None else None
    return concept.display if concept is not None else ""
