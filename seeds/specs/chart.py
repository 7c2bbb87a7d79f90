"""One patient's history as FHIR R4 resources."""

from datetime import timedelta

from seeds.specs import codes, practice
from seeds.specs.fhir import codeable, coded, coding, local, quantity, stamp
from seeds.specs.findings import Findings
from seeds.specs.model import (
    Allergy,
    Booking,
    Condition,
    Medication,
    Order,
    Plan,
    Procedure,
    Relative,
    Visit,
)
from seeds.specs.practice import Resource

SETTINGS = {
    "office": ("AMB", "ambulatory"),
    "phone": ("VR", "virtual"),
    "emergency": ("EMER", "emergency"),
    "inpatient": ("IMP", "inpatient encounter"),
}
ROUTES = {
    "oral": ("26643006", "Oral route"),
    "inhaled": ("447694001", "Respiratory tract route"),
    "topical": ("6064005", "Topical route"),
    "subcutaneous": ("34206005", "Subcutaneous route"),
    "intramuscular": ("78421000", "Intramuscular route"),
}
DOSE_UNITS = {
    "mg": "mg",
    "g": "g",
    "mcg": "ug",
    "mL": "mL",
    "IU": "[iU]",
    "puff": "{puff}",
    "bouffée": "{puff}",
    "application": "{application}",
}


class Chart(Findings):
    """Renders a history; ids are ``<patient>-<key>`` or ``<patient>-<day>-<measure>``."""

    def resources(self) -> list[Resource]:
        """The patient first, then everything that refers to the patient."""
        h = self.history
        return [
            self.patient(),
            self.coverage(),
            *map(self.encounter, h.visits),
            *map(self.diagnosis, h.conditions),
            *map(self.allergy, h.allergies),
            *map(self.medication, h.medications),
            *(self.immunization(day, key) for day, key in h.vaccines),
            *map(self.procedure, h.procedures),
            *(self.smoking(day, key) for day, key in h.smoking),
            *(sign for visit in h.visits for sign in self.vitals(visit)),
            *(found for results in h.results for found in self.results(results)),
            *(report for results in h.results for report in self.panels(results)),
            *map(self.study, h.studies),
            *map(self.relative, h.relatives),
            *map(self.plan, h.plans),
            *map(self.order, h.orders),
            *map(self.booking, h.bookings),
        ]

    def patient(self) -> Resource:
        h = self.history
        french = h.language == "fr"
        language = coding("urn:ietf:bcp:47", h.language, "French" if french else "English")
        spoken = {"coding": [language], "text": "Français" if french else "English"}
        record = coding(codes.HL7 + "v2-0203", "MR", "Medical record number")
        telecom = [{"system": "phone", "value": h.phone, "use": "mobile", "rank": 1}]
        if h.email:
            telecom.append({"system": "email", "value": h.email, "use": "home"})
        contact: Resource = {}
        if h.contact:
            emergency = coding(codes.HL7 + "v2-0131", "C", "Emergency Contact")
            contact = {
                "relationship": [{"coding": [emergency], "text": h.contact.relation}],
                "name": {"text": h.contact.name},
                "telecom": [{"system": "phone", "value": h.contact.phone, "use": "mobile"}],
            }
        marital = {"M": "Married", "S": "Never Married", "W": "Widowed", "D": "Divorced"}
        status = coding(codes.HL7 + "v3-MaritalStatus", h.marital, marital.get(h.marital, ""))
        return {
            "resourceType": "Patient",
            "id": h.id,
            "identifier": [
                {
                    "use": "usual",
                    "type": {"coding": [record], "text": "MRN"},
                    "system": "https://cedar-hill.example/mrn",
                    "value": h.mrn,
                    "assigner": {"reference": practice.ORGANIZATION},
                }
            ],
            "active": True,
            "name": [{"use": "official", "family": h.family, "given": list(h.given)}],
            "telecom": telecom,
            "gender": h.gender,
            "birthDate": h.born,
            "address": [
                {
                    "use": "home",
                    "line": [h.street],
                    "city": h.city,
                    "state": "ME",
                    "postalCode": h.postcode,
                    "country": "US",
                }
            ],
            "maritalStatus": {"coding": [status]} if h.marital else None,
            "contact": [contact] if contact else None,
            "communication": [{"language": spoken, "preferred": True}],
            "generalPractitioner": [self.clinician(h.clinician)],
            "managingOrganization": {
                "reference": practice.ORGANIZATION,
                "display": "Cedar Hill Medical Group",
            },
        }

    def coverage(self) -> Resource:
        h = self.history
        private = h.payer == "payer-pine-state"
        kind = ("EHCPOL", "extended healthcare") if private else ("PUBLICPOL", "public healthcare")
        related = "child" if h.subscriber else "self"
        relationship = coding(codes.HL7 + "subscriber-relationship", related, related.capitalize())
        return {
            "resourceType": "Coverage",
            "id": self.id("coverage"),
            "status": "active",
            "type": {"coding": [coding(codes.HL7 + "v3-ActCode", *kind)]},
            "policyHolder": {"display": h.subscriber} if h.subscriber else self.reference,
            "subscriberId": h.member,
            "beneficiary": self.reference,
            "relationship": {"coding": [relationship]},
            "period": {"start": h.covered_since},
            "payor": [
                {"reference": f"Organization/{h.payer}", "display": practice.PAYERS[h.payer]}
            ],
        }

    def encounter(self, visit: Visit) -> Resource:
        reason: Resource = {"text": visit.reason}
        if visit.checkup:
            reason["coding"] = [coded(codes.CHECKUP)]
        elif visit.about:
            reason["coding"] = [coded(c) for c in self.problem(visit.about[0]).concept.codings]
        kind = codes.CHECKUP if visit.checkup else codes.PROBLEM_VISIT
        away = visit.setting in ("emergency", "inpatient")
        start = local(visit.at)
        return {
            "resourceType": "Encounter",
            "id": self.visit_id(visit),
            "status": "finished",
            "class": coding(codes.HL7 + "v3-ActCode", *SETTINGS[visit.setting]),
            "type": [{"coding": [coded(kind)], "text": visit.reason}],
            "subject": self.reference,
            "participant": None if away else [{"individual": self.clinician(visit.clinician)}],
            "period": {"start": stamp(start), "end": stamp(self.end(visit))},
            "reasonCode": [reason],
            "reasonReference": self.reasons(*visit.about),
            "location": [{"location": {"reference": practice.LOCATION}}]
            if visit.setting == "office"
            else None,
            "serviceProvider": {"display": practice.HOSPITAL}
            if away
            else {"reference": practice.ORGANIZATION, "display": "Cedar Hill Medical Group"},
        }

    def diagnosis(self, condition: Condition) -> Resource:
        clinical = "active"
        if condition.abated or condition.remission:
            clinical = "remission" if condition.remission else "resolved"
        category = "encounter-diagnosis" if condition.acute else "problem-list-item"
        grades = {
            "mild": codes.sct("255604002", "Mild"),
            "moderate": codes.sct("6736007", "Moderate"),
            "severe": codes.sct("24484000", "Severe"),
        }
        grade = grades.get(condition.severity)
        return {
            "resourceType": "Condition",
            "id": self.id(condition.key),
            "clinicalStatus": codeable("condition-clinical", clinical),
            "verificationStatus": codeable("condition-ver-status", "confirmed"),
            "category": [codeable("condition-category", category)],
            "severity": {"coding": [coded(grade)]} if grade else None,
            "code": self.concept(condition.concept),
            "subject": self.reference,
            "encounter": self.encounter_on(condition.recorded),
            "onsetDateTime": condition.onset,
            "abatementDateTime": condition.abated,
            "recordedDate": condition.recorded,
            "recorder": self.clinician(),
            "note": self.note(condition.note),
        }

    def allergy(self, allergy: Allergy) -> Resource:
        known = bool(allergy.reactions)
        reaction = {
            "manifestation": [self.concept(seen) for seen in allergy.reactions],
            "severity": allergy.severity,
        }
        return {
            "resourceType": "AllergyIntolerance",
            "id": self.id(allergy.key),
            "clinicalStatus": codeable("allergyintolerance-clinical", "active"),
            "verificationStatus": codeable("allergyintolerance-verification", "confirmed"),
            "type": allergy.type if known else None,
            "category": [allergy.category] if known else None,
            "criticality": allergy.criticality if known else None,
            "code": self.concept(allergy.concept),
            "patient": self.reference,
            "onsetDateTime": allergy.onset,
            "recordedDate": allergy.recorded,
            "recorder": self.clinician(),
            "note": self.note(allergy.note),
            "reaction": [reaction] if known else None,
        }

    def medication(self, order: Medication) -> Resource:
        status = "active"
        if order.stop:
            status = "stopped" if order.why_stopped else "completed"
        period, unit = order.every
        dose = quantity(order.dose, order.unit, DOSE_UNITS[order.unit])
        dosage = {
            "text": order.sig,
            "timing": {
                "repeat": {
                    "boundsPeriod": {"start": order.start, "end": order.stop},
                    "frequency": order.times,
                    "period": period,
                    "periodUnit": unit,
                }
            },
            "asNeededCodeableConcept": {"text": order.as_needed} if order.as_needed else None,
            "route": {"coding": [coding(codes.SNOMED, *ROUTES[order.route])]},
            "doseAndRate": [{"type": codeable("dose-rate-type", "ordered"), "doseQuantity": dose}],
        }
        return {
            "resourceType": "MedicationRequest",
            "id": self.id(order.key),
            "status": status,
            "statusReason": {"text": order.why_stopped} if order.why_stopped else None,
            "intent": "order",
            "category": [codeable("medicationrequest-category", "community")],
            "medicationCodeableConcept": self.concept(order.concept),
            "subject": self.reference,
            "encounter": self.encounter_on(order.start),
            "authoredOn": self.moment(order.start, 18),
            "requester": self.clinician_on(order.start),
            "reasonReference": self.reasons(order.reason),
            "note": self.note(order.note),
            "dosageInstruction": [dosage],
        }

    def immunization(self, day: str, key: str) -> Resource:
        code, display, english, french = codes.VACCINES[key]
        text = self.say(english, french)
        return {
            "resourceType": "Immunization",
            "id": self.id(f"{day}-{key}"),
            "status": "completed",
            "vaccineCode": {"coding": [coding(codes.CVX, code, display)], "text": text},
            "patient": self.reference,
            "encounter": self.encounter_on(day),
            "occurrenceDateTime": self.moment(day, 15),
            "primarySource": True,
        }

    def procedure(self, procedure: Procedure) -> Resource:
        actor = {"display": procedure.by} if procedure.by else self.clinician()
        return {
            "resourceType": "Procedure",
            "id": self.id(procedure.key),
            "status": "completed",
            "code": self.concept(procedure.concept),
            "subject": self.reference,
            "encounter": self.encounter_on(procedure.day),
            "performedDateTime": self.moment(procedure.day, 10),
            "performer": [{"actor": actor}],
            "reasonReference": self.reasons(procedure.reason),
            "note": self.note(procedure.note),
        }

    def relative(self, relative: Relative) -> Resource:
        roles = {
            "FTH": "father",
            "MTH": "mother",
            "BRO": "brother",
            "SIS": "sister",
            "MGRMTH": "maternal grandmother",
            "PGRFTH": "paternal grandfather",
        }
        role = coding(codes.HL7 + "v3-RoleCode", relative.role, roles[relative.role])
        illness = {
            "code": self.concept(relative.illness),
            "onsetAge": self.age(relative.onset_age),
        }
        return {
            "resourceType": "FamilyMemberHistory",
            "id": self.id(relative.key),
            "status": "completed",
            "patient": self.reference,
            "date": self.history.visits[0].at[:10],
            "relationship": {"coding": [role], "text": relative.name},
            "deceasedAge": self.age(relative.died_at) if relative.died_at else None,
            "condition": [illness],
        }

    def plan(self, plan: Plan) -> Resource:
        assess = coding(
            "http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "assess-plan", ""
        )
        return {
            "resourceType": "CarePlan",
            "id": self.id(plan.key),
            "status": "active",
            "intent": "plan",
            "category": [{"coding": [assess]}],
            "title": plan.title,
            "subject": self.reference,
            "period": {"start": plan.start},
            "created": plan.start,
            "author": self.clinician(),
            "addresses": self.reasons(*plan.about),
            "activity": [
                {"detail": {"status": "in-progress", "description": activity}}
                for activity in plan.activities
            ],
        }

    def order(self, order: Order) -> Resource:
        return {
            "resourceType": "ServiceRequest",
            "id": self.id(order.key),
            "status": "completed" if order.done else "active",
            "intent": "order",
            "code": self.concept(order.concept),
            "subject": self.reference,
            "encounter": self.encounter_on(order.authored),
            "occurrenceDateTime": order.due,
            "authoredOn": self.moment(order.authored, 18),
            "requester": self.clinician_on(order.authored),
            "reasonReference": self.reasons(order.reason),
            "note": self.note(order.note),
        }

    def booking(self, booking: Booking) -> Resource:
        start = local(booking.at)
        who = (self.reference, self.clinician(), {"reference": practice.LOCATION})
        return {
            "resourceType": "Appointment",
            "id": self.id(booking.key),
            "status": "booked",
            "description": booking.title,
            "start": stamp(start),
            "end": stamp(start + timedelta(minutes=booking.minutes)),
            "minutesDuration": booking.minutes,
            "participant": [{"actor": actor, "status": "accepted"} for actor in who],
        }
