"""The ICD-10-CM release as a FHIR CodeSystem."""

from config.management.commands.prepare import icd10cm_code_system
from fhir_bridge.documents import document
from fhir_bridge.validation import validate
from summarizer.coding import Terminology


def test_every_code_is_there_with_its_parent_and_whether_it_can_be_billed(
    terminology: Terminology,
) -> None:
    made = icd10cm_code_system(terminology)
    validate(document(made))
    assert made["url"] == "http://hl7.org/fhir/sid/icd-10-cm"
    assert len(made["concept"]) == len(terminology.codes())
    for each in made["concept"]:
        code = terminology.get(each["code"])
        assert code is not None
        said = {
            one["code"]: one.get("valueCode", one.get("valueBoolean")) for one in each["property"]
        }
        parent = {"parent": code.parent} if code.parent else {}
        assert each["display"] == code.description
        assert said == {"billable": code.billable} | parent
