"""What every resource of one patient needs: its references, its ids and its times."""

from datetime import datetime, timedelta

from seeds.specs import practice
from seeds.specs.fhir import coded, local, quantity, stamp
from seeds.specs.model import Concept, Condition, History, Visit
from seeds.specs.practice import Resource


class Subject:
    """The patient that a history is about."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.reference: Resource = {
            "reference": f"Patient/{history.id}",
            "display": " ".join((*history.given, history.family)),
        }

    def say(self, english: str, french: str) -> str:
        """The text in the patient's language."""
        return french if self.history.language == "fr" else english

    def id(self, key: str) -> str:
        """A resource id that names the patient."""
        return f"{self.history.id}-{key}"

    def visit_id(self, visit: Visit) -> str:
        """An encounter's id; a patient has one encounter a day at most."""
        return self.id(f"visit-{visit.at[:10]}")

    def end(self, visit: Visit) -> datetime:
        """When the encounter ended."""
        return local(visit.at) + timedelta(days=visit.days, minutes=visit.minutes)

    def visit_on(self, day: str) -> Visit | None:
        """The encounter that was under way on ``day``."""
        for visit in self.history.visits:
            if visit.at[:10] <= day <= self.end(visit).date().isoformat():
                return visit
        return None

    def encounter_on(self, day: str) -> Resource:
        """A reference to the encounter of ``day``; nothing where there was none."""
        visit = self.visit_on(day)
        return {"reference": f"Encounter/{self.visit_id(visit)}"} if visit else {}

    def moment(self, day: str, minutes: int) -> str:
        """So many minutes into the visit of ``day``, or into a morning without a visit."""
        visit = self.visit_on(day)
        opened = visit.at if visit and visit.at[:10] == day else f"{day}T08:10"
        return stamp(local(opened) + timedelta(minutes=minutes))

    def clinician(self, key: str = "") -> Resource:
        """A reference to a practitioner; without a key, to the patient's own."""
        name = key or self.history.clinician
        return {"reference": f"Practitioner/{name}", "display": practice.PRACTITIONERS[name]}

    def clinician_on(self, day: str) -> Resource:
        """The practitioner seen on ``day``, or the patient's own."""
        visit = self.visit_on(day)
        return self.clinician(visit.clinician if visit else "")

    def problem(self, key: str) -> Condition:
        """The condition of that key; KeyError where the specification has none."""
        return {condition.key: condition for condition in self.history.conditions}[key]

    def condition(self, key: str) -> Resource:
        """A reference to the condition of that key."""
        problem = self.problem(key)
        return {"reference": f"Condition/{self.id(key)}", "display": problem.concept.text}

    def reasons(self, *keys: str) -> list[Resource]:
        """References to the conditions of those keys; an empty key is none."""
        return [self.condition(key) for key in keys if key]

    def concept(self, concept: Concept) -> Resource:
        """A CodeableConcept."""
        return {"coding": [coded(code) for code in concept.codings], "text": concept.text}

    def note(self, text: str) -> list[Resource]:
        """An Annotation, if there is something to note."""
        return [{"text": text}] if text else []

    def age(self, years: int) -> Resource:
        """An Age."""
        return quantity(years, self.say("years", "ans"), "a")
