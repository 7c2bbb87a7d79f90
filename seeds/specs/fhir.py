"""FHIR R4 data types, as the builder writes them: https://hl7.org/fhir/R4/datatypes.html."""

from datetime import datetime, timedelta

from seeds.specs import codes
from seeds.specs.model import Coding, Language
from seeds.specs.practice import Resource

DISPLAYS = {"H": "High", "L": "Low", "N": "Normal", "POS": "Positive", "NEG": "Negative"}


def _sunday(year: int, month: int, nth: int) -> datetime:
    first = datetime(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1), hours=2)


def local(text: str) -> datetime:
    """A time on the practice's wall clock, without an offset."""
    return datetime.fromisoformat(text)


def stamp(moment: datetime) -> str:
    """``moment`` as a FHIR dateTime with the offset of the US Eastern time of that day.

    Daylight saving runs from the second Sunday of March to the first of November (15 U.S.C. 260a).
    """
    summer = _sunday(moment.year, 3, 2) <= moment < _sunday(moment.year, 11, 1)
    return moment.isoformat(timespec="seconds") + ("-04:00" if summer else "-05:00")


def coding(system: str, code: str, display: str) -> Resource:
    """A Coding; without a code, nothing."""
    return {"system": system, "code": code, "display": display} if code else {}


def coded(code: Coding) -> Resource:
    """A Coding from the specification's."""
    return coding(code.system, code.code, code.display)


def codeable(system: str, code: str) -> Resource:
    """A CodeableConcept of one code from an HL7 terminology."""
    return {"coding": [{"system": codes.HL7 + system, "code": code}]}


def quantity(value: float, unit: str, ucum: str) -> Resource:
    """A Quantity in UCUM; whole numbers are written without a fraction."""
    number = int(value) if float(value).is_integer() else value
    return {"value": number, "unit": unit, "system": codes.UCUM, "code": ucum}


def measure_code(name: str, language: Language) -> Resource:
    """The code of a measure, named in the patient's language."""
    measure = codes.MEASURES[name]
    code = coding(codes.LOINC, measure.code, measure.display)
    return {"coding": [code] if code else [], "text": measure.names[language]}


def amount(name: str, value: float) -> Resource:
    """A measured value in the measure's unit."""
    measure = codes.MEASURES[name]
    return quantity(value, measure.unit, measure.ucum)


def flag(code: str) -> list[Resource]:
    """An Observation's interpretation."""
    return [{"coding": [coding(codes.HL7 + "v3-ObservationInterpretation", code, DISPLAYS[code])]}]


def interpretation(value: float, bounds: codes.Range) -> list[Resource]:
    """High, low or normal against ``bounds``; nothing where there are none."""
    low, high = bounds
    if low is None and high is None:
        return []
    if low is not None and value < low:
        return flag("L")
    return flag("H" if high is not None and value > high else "N")


def reference_range(name: str, bounds: codes.Range) -> list[Resource]:
    """``bounds`` in the measure's unit; nothing where there are none."""
    low, high = bounds
    ends: Resource = {
        "low": amount(name, low) if low is not None else {},
        "high": amount(name, high) if high is not None else {},
    }
    return [ends] if any(ends.values()) else []
