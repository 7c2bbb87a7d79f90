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
    "level-picked": _("Level of the visit picked"),
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
    "two-patients": _(
        "The words turn to another person. What was said there was left out; check whose each "
        "sentence is."
    ),
    "allergy-conflict": _("The patient is recorded as allergic to this medicine."),
    "allergy-cross-reaction": _("The patient is recorded as allergic to a related medicine."),
    "allergy-denied": _("The patient denies an allergy that the record holds."),
    "dose-conflict": _("The dose said differs from the dose in the record."),
    "side-conflict": _("The side said differs from the side in the record."),
    "side-slip": _("This side is said here only: the rest of the visit says the other one."),
    "release-not-in-force": _(
        "The installed code list is not the one in force on the visit's date. Check the codes."
    ),
}
CHECK_REASONS: dict[str, Text] = {
    **FLAGS,
    "dose": _("A dose: check the number and the unit"),
    "medicine": _("A medicine: check its name"),
    "self-harm": _("Thoughts of harming oneself or others"),
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
# Where codes and note disagree, in both directions alike (`ehr.selectors.balance`).
CODE_BALANCE: dict[str, Text] = {
    "unsupported": _("Accepted, but no sentence that stands says it."),
    "unnamed": _("Added by a person, but no sentence that stands names it."),
    "undecided": _("Stated as a diagnosis, but no code was decided for it."),
}
# Evaluation and management (`summarizer.em`), in words of our own.
EM_LEVELS: dict[int, Text] = {
    1: _("Straightforward"),
    2: _("Low"),
    3: _("Moderate"),
    4: _("High"),
}
EM_ELEMENTS: dict[str, Text] = {
    "problems": _("Problems addressed"),
    "data": _("Data reviewed"),
    "risk": _("Risk of what was decided"),
}
EM_RULES: dict[str, Text] = {
    "minor": _("Minor problem"),
    "acute": _("Acute, uncomplicated problem or injury"),
    "acute-systemic": _("Acute problem with general symptoms"),
    "chronic-stable": _("Chronic problem, stable"),
    "chronic-worse": _("Chronic problem that is worse or not at its goal"),
    "chronic-severe": _("Chronic problem, severely worse"),
    "undiagnosed": _("New problem without a diagnosis yet"),
    "threat": _("Possible threat to life or function"),
    "test": _("Test ordered or reviewed"),
    "notes": _("Notes from elsewhere reviewed"),
    "historian": _("History from somebody else"),
    "interpretation": _("Images or tracing looked at by the physician"),
    "discussion": _("Discussed with another professional"),
    "minimal": _("Measures without a medicine"),
    "over-the-counter": _("Medicine without prescription"),
    "prescription": _("Prescription medicine managed"),
    "surgery": _("Decision about a procedure"),
    "emergency-surgery": _("Decision about an emergency procedure"),
    "circumstances": _("Social circumstances limit the care"),
    "toxicity": _("Medicine watched closely for toxicity"),
    "hospital": _("Decision about hospital care"),
    "limits-of-care": _("Decision about limits of care"),
}
EM_VERDICTS: dict[str, Text] = {
    "less": _("The note documents less than this level. Complete the note or pick another level."),
    "within": _("The note documents this level."),
    "more": _("The note documents more than this level. Check the note or pick another level."),
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
    "other-person": _("It was said of or to another person"),
    "evidence-does-not-hold": _("Its evidence did not hold"),
}


def labelled(labels: dict[str, Text], code: str) -> Text:
    """The words for a code; a code without words is shown as plain words itself."""
    return labels.get(code) or code.replace("-", " ").replace("_", " ").capitalize()
