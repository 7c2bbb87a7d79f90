"""Code systems, and the tables of measures, panels, vaccines and smoking statuses.

A code is listed only where it is certain; everything else stays text. Sources: LOINC, SNOMED CT,
RxNorm, ICD-10-CM, and CDC's CVX list. The measures are in ``measures.csv``.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from seeds.specs.model import Coding, Concept

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"
NPI = "http://hl7.org/fhir/sid/us-npi"
HL7 = "http://terminology.hl7.org/CodeSystem/"

Range = tuple[float | None, float | None]


def sct(code: str, display: str) -> Coding:
    """A SNOMED CT coding."""
    return Coding(SNOMED, code, display)


def icd(code: str, display: str) -> Coding:
    """An ICD-10-CM coding."""
    return Coding(ICD10CM, code, display)


def rx(code: str, display: str) -> Coding:
    """An RxNorm coding: a clinical drug, or an ingredient in an allergy."""
    return Coding(RXNORM, code, display)


def loinc(code: str, display: str) -> Coding:
    """A LOINC coding."""
    return Coding(LOINC, code, display)


def concept(text: str, *codings: Coding) -> Concept:
    """A concept whose text is in the patient's language."""
    return Concept(text, codings)


@dataclass(frozen=True)
class Measure:
    """What a result measures: its code, its names, its unit and its reference ranges.

    ``unit`` is printed, ``ucum`` is the code. A range is (low, high), both inclusive, None where
    open; ``women`` and ``children`` replace ``adults`` where they differ.
    """

    category: str
    code: str
    display: str
    names: dict[str, str]
    unit: str
    ucum: str
    adults: Range
    women: Range
    children: Range


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _measures(path: Path) -> dict[str, Measure]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            row["key"]: Measure(
                category=row["category"],
                code=row["loinc"],
                display=row["display"],
                names={"en": row["en"], "fr": row["fr"]},
                unit=row["unit"],
                ucum=row["ucum"],
                adults=(_number(row["low"]), _number(row["high"])),
                women=(_number(row["women_low"]), _number(row["women_high"])),
                children=(_number(row["children_low"]), _number(row["children_high"])),
            )
            for row in csv.DictReader(lines)
        }


MEASURES = _measures(Path(__file__).with_name("measures.csv"))


@dataclass(frozen=True)
class Panel:
    """Results that are reported together once two of them are known on the same day."""

    coding: Coding
    en: str
    fr: str
    measures: tuple[str, ...]


PANELS: dict[str, Panel] = {
    "lipids": Panel(
        loinc("24331-1", "Lipid 1996 panel - Serum or Plasma"),
        "Lipid panel",
        "Bilan lipidique",
        ("cholesterol", "ldl", "hdl", "triglycerides"),
    ),
    "metabolic": Panel(
        loinc("24321-2", "Basic metabolic 2000 panel - Serum or Plasma"),
        "Basic metabolic panel",
        "Bilan métabolique de base",
        ("glucose", "sodium", "potassium", "urea", "creatinine", "egfr", "calcium"),
    ),
    "blood-count": Panel(
        loinc("58410-2", "CBC panel - Blood by Automated count"),
        "Complete blood count",
        "Numération formule sanguine",
        ("hemoglobin", "hematocrit", "mcv", "leukocytes", "platelets"),
    ),
    "liver": Panel(
        loinc("24325-3", "Hepatic function 2000 panel - Serum or Plasma"),
        "Liver panel",
        "Bilan hépatique",
        ("alt", "ast", "alp", "bilirubin"),
    ),
    "urinalysis": Panel(
        loinc("24357-6", "Urinalysis macro (dipstick) panel - Urine"),
        "Urine dipstick",
        "Bandelette urinaire",
        ("urine_leukocytes", "urine_nitrite", "urine_blood"),
    ),
}

# key: (CVX code, CVX short name, English, French)
VACCINES: dict[str, tuple[str, str, str, str]] = {
    "flu": (
        "140",
        "Influenza, split virus, trivalent, PF",
        "Seasonal influenza vaccine",
        "Vaccin contre la grippe saisonnière",
    ),
    "flu-quad": (
        "150",
        "Influenza, split virus, quadrivalent, PF",
        "Seasonal influenza vaccine",
        "Vaccin contre la grippe saisonnière",
    ),
    "flu-high-dose": (
        "135",
        "Influenza, high-dose, trivalent, PF",
        "Seasonal influenza vaccine, high dose",
        "Vaccin contre la grippe, haute dose",
    ),
    "tdap": (
        "115",
        "Tdap",
        "Tetanus, diphtheria, pertussis booster",
        "Rappel tétanos, diphtérie, coqueluche",
    ),
    "pcv20": (
        "216",
        "Pneumococcal conjugate PCV20, polysaccharide CRM197 conjugate, adjuvant, PF",
        "Pneumococcal conjugate vaccine (PCV20)",
        "Vaccin pneumococcique conjugué (PCV20)",
    ),
    "pcv13": (
        "133",
        "Pneumococcal conjugate PCV 13",
        "Pneumococcal conjugate vaccine (PCV13)",
        "Vaccin pneumococcique conjugué (PCV13)",
    ),
    "zoster": (
        "187",
        "zoster recombinant",
        "Recombinant zoster vaccine",
        "Vaccin recombinant contre le zona",
    ),
    "dtap-hepb-ipv": (
        "110",
        "DTaP-Hep B-IPV",
        "DTaP, hepatitis B and polio vaccine",
        "Vaccin DTCa, hépatite B et polio",
    ),
    "dtap": ("20", "DTaP", "DTaP vaccine", "Vaccin DTCa"),
    "dtap-ipv": ("130", "DTaP-IPV", "DTaP and polio vaccine", "Vaccin DTCa et polio"),
    "hib": ("48", "Hib (PRP-T)", "Hib vaccine", "Vaccin Haemophilus influenzae b"),
    "rotavirus": (
        "119",
        "rotavirus, monovalent",
        "Rotavirus vaccine",
        "Vaccin contre le rotavirus",
    ),
    "mmr": ("03", "MMR", "Measles, mumps, rubella vaccine", "Vaccin rougeole, oreillons, rubéole"),
    "varicella": ("21", "varicella", "Varicella vaccine", "Vaccin contre la varicelle"),
    "hepa": ("83", "Hep A, ped/adol, 2 dose", "Hepatitis A vaccine", "Vaccin contre l'hépatite A"),
    "hepb": (
        "08",
        "Hep B, adolescent or pediatric",
        "Hepatitis B vaccine",
        "Vaccin contre l'hépatite B",
    ),
}

# key: (coding, English, French)
SMOKING: dict[str, tuple[Coding, str, str]] = {
    "never": (sct("266919005", "Never smoked tobacco"), "Never smoker", "N'a jamais fumé"),
    "former": (sct("8517006", "Ex-smoker"), "Former smoker", "Ancien fumeur"),
    "daily": (sct("449868002", "Smokes tobacco daily"), "Smokes every day", "Fume tous les jours"),
}

CHECKUP = sct("185349003", "Encounter for check up (procedure)")
PROBLEM_VISIT = sct("185347001", "Encounter for problem")
NO_KNOWN_ALLERGY = sct("716186003", "No known allergy")
