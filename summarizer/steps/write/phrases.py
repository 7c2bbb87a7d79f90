"""The fixed words of the note in both languages."""

from collections.abc import Mapping

from summarizer.types import Language

SYSTEMS: Mapping[str, Mapping[Language, str]] = {
    "constitutional": {"en": "Constitutional", "fr": "Signes généraux"},
    "eyes": {"en": "Eyes", "fr": "Yeux"},
    "ent": {"en": "Ears, nose, mouth and throat", "fr": "ORL"},
    "neck": {"en": "Neck", "fr": "Cou"},
    "cardiovascular": {"en": "Cardiovascular", "fr": "Cardiovasculaire"},
    "respiratory": {"en": "Respiratory", "fr": "Respiratoire"},
    "gastrointestinal": {"en": "Gastrointestinal", "fr": "Digestif"},
    "genitourinary": {"en": "Genitourinary", "fr": "Génito-urinaire"},
    "musculoskeletal": {"en": "Musculoskeletal", "fr": "Ostéo-articulaire"},
    "neurological": {"en": "Neurological", "fr": "Neurologique"},
    "psychiatric": {"en": "Psychiatric", "fr": "Psychique"},
    "skin": {"en": "Skin", "fr": "Peau"},
    "endocrine": {"en": "Endocrine", "fr": "Endocrinien"},
    "hematologic": {"en": "Hematologic", "fr": "Hématologique"},
    "vitals": {"en": "Vital signs", "fr": "Constantes"},
    "general": {"en": "General", "fr": "État général"},
}
MEASURES: Mapping[str, Mapping[Language, str]] = {
    "bp": {"en": "Blood pressure", "fr": "Pression artérielle"},
    "hr": {"en": "Heart rate", "fr": "Fréquence cardiaque"},
    "rr": {"en": "Respiratory rate", "fr": "Fréquence respiratoire"},
    "temp": {"en": "Temperature", "fr": "Température"},
    "spo2": {"en": "Oxygen saturation", "fr": "Saturation en oxygène"},
    "weight": {"en": "Weight", "fr": "Poids"},
    "height": {"en": "Height", "fr": "Taille"},
    "bmi": {"en": "BMI", "fr": "IMC"},
    "a1c": {"en": "Hemoglobin A1c", "fr": "Hémoglobine glyquée"},
    "glucose": {"en": "Blood glucose", "fr": "Glycémie"},
    "ldl": {"en": "LDL cholesterol", "fr": "LDL-cholestérol"},
    "hdl": {"en": "HDL cholesterol", "fr": "HDL-cholestérol"},
    "cholesterol": {"en": "Cholesterol", "fr": "Cholestérol"},
    "triglycerides": {"en": "Triglycerides", "fr": "Triglycérides"},
    "creatinine": {"en": "Creatinine", "fr": "Créatinine"},
    "gfr": {"en": "GFR", "fr": "DFG"},
    "hemoglobin": {"en": "Hemoglobin", "fr": "Hémoglobine"},
    "potassium": {"en": "Potassium", "fr": "Potassium"},
    "tsh": {"en": "TSH", "fr": "TSH"},
    "ef": {"en": "Ejection fraction", "fr": "Fraction d'éjection"},
    "crp": {"en": "CRP", "fr": "CRP"},
    "psa": {"en": "PSA", "fr": "PSA"},
}
TOPICS: Mapping[str, Mapping[Language, str]] = {
    "severity": {"en": "Severity", "fr": "Intensité"},
    "onset": {"en": "Onset or duration", "fr": "Début ou durée"},
    "aggravating": {"en": "Aggravating factors", "fr": "Facteurs aggravants"},
    "relieving": {"en": "Relieving factors", "fr": "Facteurs soulageants"},
    "tried": {"en": "Treatments tried", "fr": "Traitements essayés"},
    "location": {"en": "Location", "fr": "Siège"},
    "quality": {"en": "Quality", "fr": "Type"},
    "occupation": {"en": "Occupation", "fr": "Profession"},
}
SIDES: Mapping[str, Mapping[Language, str]] = {
    "left": {"en": "left", "fr": "à gauche"},
    "right": {"en": "right", "fr": "à droite"},
    "bilateral": {"en": "bilateral", "fr": "des deux côtés"},
}
WORDS: Mapping[str, Mapping[Language, str]] = {
    "reports": {"en": "Reports {}", "fr": "{}"},
    "denies": {"en": "Denies {}", "fr": "Pas de {}"},
    "negative_history": {"en": "Denies a history of {}", "fr": "Pas d'antécédent de {}"},
    "no_allergies": {"en": "No known allergies reported", "fr": "Pas d'allergie connue signalée"},
    "allergic": {"en": "{}, reported by the patient", "fr": "{}, signalé par le patient"},
    "not_allergic": {"en": "Denies allergy to {}", "fr": "Pas d'allergie signalée : {}"},
    "record": {"en": "on record", "fr": "au dossier"},
    "hpi_denies": {"en": "{} denies any {}", "fr": "{}"},
    "previously": {"en": "previously {} on {}", "fr": "auparavant {} le {}"},
    "family": {"en": "Family history of {}", "fr": "Antécédent familial de {}"},
    "no_family": {"en": "Denies a family history of {}", "fr": "Pas d'antécédent familial de {}"},
    "suspected": {"en": "{}, suspected", "fr": "{}, suspecté"},
    "will": {"en": "We will {}", "fr": "{}"},
    "advised": {"en": "The patient was advised to {}", "fr": "{}"},
    "advised_not": {"en": "The patient was advised not to {}", "fr": "{}"},
    "discussed": {"en": "We discussed that {}", "fr": "Explication donnée : {}"},
    "patient_will": {"en": "The patient will {}", "fr": "{}"},
    "tender": {"en": "Pain to palpation {}", "fr": "Douleur provoquée : {}"},
    "not_tender": {"en": "No pain to palpation {}", "fr": "Pas de douleur provoquée : {}"},
    "pain_moved": {"en": "Pain {}", "fr": "Douleur provoquée : {}"},
    "no_pain_moved": {"en": "No pain {}", "fr": "Pas de douleur provoquée : {}"},
    "presents": {"en": "{} presents today {}", "fr": "{} consulte ce jour {}"},
    "aged": {"en": "The patient is {} who presents today {}", "fr": "{}"},
    "agrees": {
        "en": "The patient agrees with the recommended medical treatment plan",
        "fr": "Le patient est d'accord avec la conduite proposée",
    },
}


def word(key: str, language: Language) -> str:
    return WORDS[key][language]


# What a plan's orders are grouped under, in this order.
ORDERS: Mapping[str, Mapping[Language, str]] = {
    "treatment": {"en": "Medical treatment", "fr": "Traitement"},
    "testing": {"en": "Additional testing", "fr": "Examens complémentaires"},
    "referral": {"en": "Specialist referrals", "fr": "Avis spécialisés"},
    "education": {"en": "Patient education and counseling", "fr": "Conseils"},
}
