"""The practice that the demo's patients belong to: Cedar Hill Medical Group.

The NPIs pass the check-digit test; they begin with 2, a range from which none has been issued.
"""

from seeds.specs.codes import HL7, NPI, SNOMED

Resource = dict[str, object]

ORGANIZATION = "Organization/cedar-hill"
LOCATION = "Location/cedar-hill-main"
HOSPITAL = "Lakeside Regional Hospital"
PRACTITIONERS = {
    "dr-claire-martin": "Claire Martin, MD",
    "dr-samuel-hayes": "Samuel Hayes, MD",
}
PAYERS = {
    "payer-pine-state": "Pine State Health Plan",
    "payer-medicare": "Medicare",
    "payer-medicaid": "State Medicaid Program",
}

ADDRESS: Resource = {
    "use": "work",
    "line": ["240 Cedar Hill Road", "Suite 3"],
    "city": "Lewiston",
    "state": "ME",
    "postalCode": "04240",
    "country": "US",
}


def _phone(number: str) -> list[Resource]:
    return [{"system": "phone", "value": number, "use": "work"}]


def _language(code: str, name: str) -> Resource:
    return {"coding": [{"system": "urn:ietf:bcp:47", "code": code, "display": name}], "text": name}


def _organization(key: str, name: str, code: str, display: str) -> Resource:
    kind = {"system": HL7 + "organization-type", "code": code, "display": display}
    return {
        "resourceType": "Organization",
        "id": key,
        "active": True,
        "type": [{"coding": [kind], "text": display}],
        "name": name,
    }


def _practitioner(
    key: str, given: str, family: str, gender: str, npi: str, languages: list[Resource]
) -> Resource:
    return {
        "resourceType": "Practitioner",
        "id": key,
        "identifier": [{"system": NPI, "value": npi}],
        "active": True,
        "name": [
            {
                "use": "official",
                "text": PRACTITIONERS[key],
                "family": family,
                "given": [given],
                "prefix": ["Dr."],
                "suffix": ["MD"],
            }
        ],
        "telecom": _phone("(207) 555-0100"),
        "address": [ADDRESS],
        "gender": gender,
        "communication": languages,
    }


def _role(practitioner: str, taxonomy: str, specialty: str) -> Resource:
    doctor = {"system": SNOMED, "code": "158965000", "display": "Medical practitioner"}
    nucc = {
        "system": "http://nucc.org/provider-taxonomy",
        "code": taxonomy,
        "display": specialty,
    }
    return {
        "resourceType": "PractitionerRole",
        "id": f"{practitioner}-role",
        "active": True,
        "practitioner": {
            "reference": f"Practitioner/{practitioner}",
            "display": PRACTITIONERS[practitioner],
        },
        "organization": {"reference": ORGANIZATION, "display": "Cedar Hill Medical Group"},
        "code": [{"coding": [doctor], "text": "Physician"}],
        "specialty": [{"coding": [nucc], "text": specialty}],
        "location": [{"reference": LOCATION, "display": "Cedar Hill Medical Group, main clinic"}],
        "telecom": _phone("(207) 555-0100"),
    }


def practice_resources() -> list[Resource]:
    """The resources of ``_practice.json``, which every patient's bundle refers to."""
    english, french = _language("en", "English"), _language("fr", "French")
    clinic = _organization("cedar-hill", "Cedar Hill Medical Group", "prov", "Healthcare Provider")
    clinic["identifier"] = [{"system": NPI, "value": "2000100000"}]
    clinic["telecom"] = _phone("(207) 555-0100")
    clinic["address"] = [ADDRESS]
    location: Resource = {
        "resourceType": "Location",
        "id": LOCATION.removeprefix("Location/"),
        "status": "active",
        "name": "Cedar Hill Medical Group, main clinic",
        "mode": "instance",
        "telecom": _phone("(207) 555-0100"),
        "address": ADDRESS,
        "managingOrganization": {"reference": ORGANIZATION},
    }
    return [
        clinic,
        *(_organization(key, name, "pay", "Payer") for key, name in PAYERS.items()),
        location,
        _practitioner(
            "dr-claire-martin", "Claire", "Martin", "female", "2000100018", [english, french]
        ),
        _practitioner("dr-samuel-hayes", "Samuel", "Hayes", "male", "2000100026", [english]),
        _role("dr-claire-martin", "207Q00000X", "Family Medicine"),
        _role("dr-samuel-hayes", "207RC0000X", "Internal Medicine, Cardiovascular Disease"),
    ]
