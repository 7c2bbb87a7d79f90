"""Are the codes of an element in the value set that it is bound to?

Required bindings make errors, extensible ones warnings, preferred ones information. What rests on
a code system that is not held here is no fault: `unheld` gathers those, to be said once.

https://hl7.org/fhir/R4/terminologies.html#binding
"""

from collections.abc import Iterator

from fhir_bridge.concepts import CodeSystem
from fhir_bridge.outcomes import FhirError, Issue
from fhir_bridge.profiles.instances import Node
from fhir_bridge.profiles.tree import Binding
from fhir_bridge.terminology import Evaluator, Unknown
from fhir_bridge.terminology.wording import is_word

_SEVERITY = {"required": "error", "extensible": "warning", "preferred": "information"}


class Bindings:
    """Judges codes for one validation; each question about a code is asked once."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._answers: dict[tuple[str, str, str], bool | None] = {}
        self.unheld: dict[str, None] = {}

    def issues(self, binding: Binding, node: Node) -> Iterator[Issue]:
        """What is wrong with a node's codes under a binding."""
        severity = _SEVERITY.get(binding.strength)
        codes = codes_of(node)
        if codes is None:
            return
        if not codes:
            if severity == "error":
                yield Issue("required", f"A code of {binding.value_set} is required", node.at)
        elif binding.largest and not self.among(binding.largest, codes):
            yield Issue("code-invalid", f"No code of this element is in {binding.largest}", node.at)
        elif severity is not None and not self.among(binding.value_set, codes):
            yield Issue(
                "code-invalid",
                f"No code of this element is in {binding.value_set} ({binding.strength})",
                node.at,
                severity=severity,
            )

    def among(self, value_set: str, codes: list[tuple[str, str]], *, unknown: bool = True) -> bool:
        """Whether one of the codes is in a value set; `unknown` is what an unknown one counts."""
        answers = [self._answer(value_set, system, code) for system, code in codes]
        return any(answers) or (unknown and None in answers)

    def coding_issues(self, node: Node) -> Iterator[Issue]:
        """What a code system that is held here says against a Coding."""
        value = node.value if isinstance(node.value, dict) else {}
        url, code, display = (value.get(name) for name in ("system", "code", "display"))
        if not isinstance(url, str) or not isinstance(code, str):
            return
        system = self._evaluator.system(url)
        if system is None:
            return
        concept = system.find(code)
        if concept is None:
            if system.complete and value.get("version", system.version) == system.version:
                yield Issue("code-invalid", f"{url} has no such code", f"{node.at}.code", "warning")
        elif isinstance(system, CodeSystem) and display and not is_word(concept, display):
            yield Issue(
                "invalid", "The display is not one of this code", f"{node.at}.display", "warning"
            )

    def _answer(self, value_set: str, system: str, code: str) -> bool | None:
        key = (value_set, system, code)
        if key not in self._answers:
            self._answers[key] = self._asked(value_set, system, code)
        return self._answers[key]

    def _asked(self, canonical: str, system: str, code: str) -> bool | None:
        found = self._evaluator.value_set(canonical)
        if found is None:
            # The version that a definition names may be another than the one held.
            found = self._evaluator.value_set(canonical.partition("|")[0])
        if found is None:
            self.unheld[canonical] = None
            return None
        try:
            answer = self._evaluator.member(found, system, code)
        except FhirError:
            self.unheld[canonical] = None
            return None
        if isinstance(answer, Unknown):
            self.unheld[answer.system] = None
            return None
        return answer is not None


def codes_of(node: Node) -> list[tuple[str, str]] | None:
    """The (system, code) pairs of a coded element; None for an element without codes to judge."""
    value = node.value
    if isinstance(value, str):
        return [("", value)]
    if not isinstance(value, dict):
        return None
    match node.type:
        case "CodeableConcept":
            return [
                (str(each.get("system", "")), str(each["code"]))
                for each in value.get("coding", [])
                if "code" in each
            ]
        case "Coding" | "Quantity" | "Age" | "Duration" | "Distance" | "Count" | "MoneyQuantity":
            return [(str(value.get("system", "")), str(value["code"]))] if "code" in value else []
    return None
