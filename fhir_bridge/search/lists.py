"""`_list`: the resources that a List names, or that one of R4's functional lists means.

Source: https://hl7.org/fhir/R4/search.html#list. A functional list ($current-problems ...) is a
search that every record answers, without a List being stored; what it means here is written below.
"""

from collections.abc import Callable, Mapping, Sequence

from fhir_bridge.search import parameters
from fhir_bridge.search.conditions import unescape
from fhir_bridge.search.fragments import Every, Guard, Has, Own, Sql, Test
from fhir_bridge.search.problems import BadValue, problem
from fhir_bridge.search.values import is_id

Pairs = Sequence[tuple[str, str]]
_BELIEVED = ("verification-status:not", "entered-in-error,refuted")
_ALLERGY = (("clinical-status", "active"), _BELIEVED)

FUNCTIONAL: Mapping[str, Mapping[str, Pairs]] = {
    "$current-problems": {
        "Condition": (("clinical-status", "active,recurrence,relapse"), _BELIEVED),
    },
    "$current-medications": {
        "MedicationRequest": (("status", "active"),),
        "MedicationStatement": (("status", "active"),),
    },
    "$current-allergies": {"AllergyIntolerance": _ALLERGY},
    "$current-drug-allergies": {"AllergyIntolerance": (*_ALLERGY, ("category", "medication"))},
}


def member(
    resource_type: str, value: str, guard: Guard, searched: Callable[[str, Pairs], list[Test]]
) -> Test:
    """The test that a resource is in the list with this id, or in this functional list.

    Raises:
        BadValue: no id and no functional list.
        Invalid: the functional list has no resources of this type; Lists may not be searched.
    """
    text = unescape(value).strip().removeprefix("List/")
    if text.startswith("$"):
        meant = FUNCTIONAL.get(text)
        if meant is None:
            raise BadValue(f"the id of a List, or one of {', '.join(FUNCTIONAL)}")
        if resource_type not in meant:
            raise problem(f"_list: that list has {' and '.join(meant)} only")
        return Every(resource_type, tuple(searched(resource_type, meant[resource_type])))
    if not is_id(text):
        raise BadValue("the id of a List")
    item = parameters.get("List", "item")
    guards = guard("List")
    if guards is None or item is None:
        raise problem("_list: List may not be searched", "forbidden", 403)
    named = Own("List", Sql("{t}.fhir_id = %s", (text,)), ordered=True)
    return Has(resource_type, "List", item.rows, (named, *guards))
