"""Observations and reports of one patient as FHIR R4 resources."""

from collections.abc import Iterator

from seeds.specs import codes, practice
from seeds.specs.fhir import (
    amount,
    coded,
    coding,
    flag,
    interpretation,
    measure_code,
    reference_range,
)
from seeds.specs.model import Results, Study, Visit
from seeds.specs.practice import Resource
from seeds.specs.subject import Subject

SERVICES = {
    "RAD": "Radiology",
    "RUS": "Radiology Ultrasound",
    "CUS": "Cardiac Ultrasound",
    "EC": "Electrocardiac (e.g., EKG, EEC, Holter)",
    "PF": "Pulmonary Function",
    "SP": "Surgical Pathology",
}
NEGATIVE = codes.sct("260385009", "Negative")
POSITIVE = codes.sct("10828004", "Positive")
FINDINGS = {
    "negative": ("NEG", NEGATIVE),
    "négatif": ("NEG", NEGATIVE),
    "positive": ("POS", POSITIVE),
    "positif": ("POS", POSITIVE),
}
CHILDHOOD_YEARS = 12


class Findings(Subject):
    """Renders vital signs, results, reports and smoking status."""

    def observation(self, key: str, category: str, day: str, minutes: int) -> Resource:
        """What every Observation has; the caller adds its code and value."""
        lab = category == "laboratory"
        clinic = {"reference": practice.ORGANIZATION, "display": "Cedar Hill Medical Group"}
        at = self.moment(day, minutes)
        kind = coding(codes.HL7 + "observation-category", category, category.replace("-", " "))
        return {
            "resourceType": "Observation",
            "id": self.id(key),
            "status": "final",
            "category": [{"coding": [kind]}],
            "code": {},
            "subject": self.reference,
            "encounter": self.encounter_on(day),
            "effectiveDateTime": at,
            "issued": self.moment(day, minutes + 240) if lab else at,
            "performer": [clinic if lab else self.clinician_on(day)],
        }

    def bounds(self, name: str, day: str) -> codes.Range:
        """The reference range for this patient on that day."""
        measure = codes.MEASURES[name]
        age = int(day[:4]) - int(self.history.born[:4])
        if age <= CHILDHOOD_YEARS and measure.children != (None, None):
            return measure.children
        if self.history.gender == "female" and measure.women != (None, None):
            return measure.women
        return measure.adults

    def smoking(self, day: str, key: str) -> Resource:
        answer, english, french = codes.SMOKING[key]
        text = self.say(english, french)
        name = self.say("Tobacco smoking status", "Statut tabagique")
        code = codes.loinc("72166-2", "Tobacco smoking status")
        return {
            **self.observation(f"{day}-smoking", "social-history", day, 3),
            "code": {"coding": [coded(code)], "text": name},
            "valueCodeableConcept": {"coding": [coded(answer)], "text": text},
        }

    def vitals(self, visit: Visit) -> Iterator[Resource]:
        if visit.vitals is None:
            return
        signs = visit.vitals
        day = visit.at[:10]
        measured = signs.weight and visit.setting != "phone"
        height = signs.height or (self.history.height if measured else None)
        values: dict[str, float | None] = {
            "heart_rate": signs.heart_rate,
            "respiratory_rate": signs.respiratory_rate,
            "temperature": signs.temperature,
            "spo2": signs.spo2,
            "weight": signs.weight,
            "height": height,
            "head": signs.head,
            "pain": signs.pain,
        }
        if signs.weight and height:
            values["bmi"] = round(signs.weight / (height / 100) ** 2, 1)
        if signs.bp:
            parts = zip(("systolic", "diastolic"), signs.bp, strict=True)
            yield {
                **self.observation(f"{day}-bp", "vital-signs", day, 5),
                "code": measure_code("bp", self.history.language),
                "component": [
                    {
                        "code": measure_code(part, self.history.language),
                        "valueQuantity": amount(part, value),
                    }
                    for part, value in parts
                ],
            }
        for name, value in values.items():
            if value is not None:
                category = codes.MEASURES[name].category
                slug = name.replace("_", "-")
                yield {
                    **self.observation(f"{day}-{slug}", category, day, 5),
                    "code": measure_code(name, self.history.language),
                    "valueQuantity": amount(name, value),
                }

    def results(self, results: Results) -> Iterator[Resource]:
        for name, value in results.values.items():
            category = codes.MEASURES[name].category
            found = {
                **self.observation(self.result_key(results.day, name), category, results.day, 12),
                "code": measure_code(name, self.history.language),
            }
            if isinstance(value, str):
                sign, answer = FINDINGS.get(value, ("", None))
                codings = [coded(answer)] if answer else []
                found["valueCodeableConcept"] = {"coding": codings, "text": value}
                found["interpretation"] = flag(sign) if sign else None
            else:
                bounds = self.bounds(name, results.day)
                found["valueQuantity"] = amount(name, value)
                found["interpretation"] = interpretation(value, bounds)
                found["referenceRange"] = reference_range(name, bounds)
            yield found

    def panels(self, results: Results) -> Iterator[Resource]:
        for key, panel in codes.PANELS.items():
            members = [name for name in panel.measures if name in results.values]
            if len(members) > 1:
                text = self.say(panel.en, panel.fr)
                code: Resource = {"coding": [coded(panel.coding)], "text": text}
                report_id = f"{results.day}-{key}-panel"
                report = self.report(report_id, results.day, "LAB", code, members)
                yield {**report, "conclusion": results.conclusion}

    def study(self, study: Study) -> Resource:
        code = self.concept(study.concept)
        report = self.report(study.key, study.day, study.service, code, list(study.measures))
        return {**report, "conclusion": study.conclusion}

    def result_key(self, day: str, name: str) -> str:
        """The key of one result."""
        return f"{day}-{name.replace('_', '-')}"

    def report(
        self, key: str, day: str, service: str, code: Resource, members: list[str]
    ) -> Resource:
        """A DiagnosticReport on results of the same day."""
        name = SERVICES.get(service, "Laboratory")
        return {
            "resourceType": "DiagnosticReport",
            "id": self.id(key),
            "status": "final",
            "category": [{"coding": [coding(codes.HL7 + "v2-0074", service, name)]}],
            "code": code,
            "subject": self.reference,
            "encounter": self.encounter_on(day),
            "effectiveDateTime": self.moment(day, 12),
            "issued": self.moment(day, 252),
            "performer": [
                {"reference": practice.ORGANIZATION, "display": "Cedar Hill Medical Group"}
            ],
            "result": [
                {
                    "reference": f"Observation/{self.id(self.result_key(day, member))}",
                    "display": codes.MEASURES[member].names[self.history.language],
                }
                for member in members
            ],
        }
