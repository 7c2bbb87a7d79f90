"""Words for stable codes, translated when they are shown."""

from django.utils.translation import gettext_lazy as _

from ehr.exceptions import Text

SPECIALTIES: dict[str, Text] = {
    "primary-care": _("Primary care"),
    "cardiology": _("Cardiology"),
    "paediatrics": _("Paediatrics"),
    "pediatrics": _("Paediatrics"),
    "psychiatry": _("Psychiatry"),
    "surgery": _("Surgery"),
    "post-operative": _("Post-operative check"),
}
TEMPLATES: dict[str, Text] = {
    "soap": _("SOAP note"),
    "h&p": _("History and physical"),
    "progress": _("Progress note"),
    "consult-letter": _("Consult letter"),
    "referral-letter": _("Referral letter"),
    "discharge-summary": _("Discharge summary"),
    "after-visit": _("After-visit summary for the patient"),
}
GENDERS: dict[str, Text] = {
    "male": _("Male"),
    "female": _("Female"),
    "other": _("Other"),
    "unknown": _("Unknown"),
}
ROLES: dict[str, Text] = {
    "clinician": _("Clinician"),
    "patient": _("Patient"),
    "caregiver": _("Caregiver"),
    "other": _("Other"),
    "unknown": _("Speaker"),
}
STEPS: dict[str, Text] = {
    "record": _("Reading the record"),
    "read": _("Reading the words"),
    "segment": _("Finding the topics"),
    "extract": _("Collecting the facts"),
    "write": _("Writing"),
    "verify": _("Checking against the sources"),
    "code": _("Looking for codes"),
}
ACTIONS: dict[str, Text] = {
    "drafted": _("Drafted by the engine"),
    "sentence-edited": _("Sentence edited"),
    "sentence-accepted": _("Sentence accepted"),
    "sentence-rejected": _("Sentence rejected"),
    "sentence-restored": _("Sentence restored"),
    "sentence-added": _("Sentence added"),
    "sentence-moved": _("Sentence moved"),
    "section-accepted": _("Section accepted"),
    "flag-resolved": _("Warning checked"),
    "code-accepted": _("Code accepted"),
    "code-rejected": _("Code rejected"),
    "code-restored": _("Code restored"),
    "code-added": _("Code added"),
    "query-answered": _("Coding question answered"),
    "signed": _("Signed"),
    "amendment-started": _("Amendment started"),
}
FLAGS: dict[str, Text] = {
    "sentences-withheld": _("Some sentences were withheld: their evidence did not hold."),
    "codes-withheld": _("Some codes were withheld: their evidence did not hold."),
    "roles-inferred": _("The words do not say who speaks; the speakers were inferred."),
    "roles-swapped": _("The speakers' labels looked exchanged and were put right."),
    "language-uncertain": _("The language of the words is not certain."),
    "translated": _("The note is in another language than the words. Check it against them."),
    "instruction-in-words": _(
        "The words hold what reads like an order to a machine. It was not followed."
    ),
    "nothing-drafted": _("Nothing in the words could be drafted. Write the note, or check them."),
    "allergy-conflict": _("The patient is recorded as allergic to this medicine."),
    "allergy-cross-reaction": _("The patient is recorded as allergic to a related medicine."),
    "allergy-denied": _("The patient denies an allergy that the record holds."),
    "dose-conflict": _("The dose said differs from the dose in the record."),
    "side-conflict": _("The side said differs from the side in the record."),
    "release-not-in-force": _(
        "The installed code list is not the one in force on the visit's date. Check the codes."
    ),
}
CHECK_REASONS: dict[str, Text] = {
    **FLAGS,
    "dose": _("A dose: check the number and the unit"),
    "medicine": _("A medicine: check its name"),
    "low-confidence": _("The engine is not sure of this sentence"),
    "plan": _("A step of the plan"),
    "medications": _("A medicine of the patient's"),
    "allergies": _("An allergy"),
    "assessment": _("A diagnosis or an assessment"),
    "followup": _("An instruction to the patient"),
}
# How firmly the note states what a code was suggested for (`summarizer.coding.calibration`).
CODE_BANDS: dict[str, Text] = {
    "stated": _("Stated as a diagnosis"),
    "stated-open": _("Stated as a diagnosis, and more could be said"),
    "near": _("Stated in other words than the list's"),
    "told": _("Told to the patient"),
    "mentioned": _("Mentioned in passing"),
    "medicine": _("A medicine that is taken"),
    "circumstance": _("How an injury came about"),
}
SET_ASIDE: dict[str, Text] = {
    "other-language": _("It cannot be said in the note's language"),
    "not-in-template": _("The template has no place for it"),
    "fragment": _("It was cut off"),
    "not-clinical": _("It says nothing of the patient's health"),
    "less-telling": _("Another sentence says it better"),
    "unverified": _("It did not agree with its source"),
    "question": _("It was asked, not answered"),
    "not-used": _("It was not used"),
    "evidence-does-not-hold": _("Its evidence did not hold"),
}


def labelled(labels: dict[str, Text], code: str) -> Text:
    """The words for a code; a code without words is shown as plain words itself."""
    return labels.get(code) or code.replace("-", " ").replace("_", " ").capitalize()
