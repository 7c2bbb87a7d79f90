"""What the pages and the API read, scoped by user.

Each takes the user first, refuses whoever is not a physician (`NotAllowed`; the settings are the
administrators'), answers `NotFound`
for another organisation's objects, and returns the frozen values of `ehr.selectors.shapes`.
"""

from ehr.selectors.chart import allergies, chart, patients_find
from ehr.selectors.organization import organization_settings
from ehr.selectors.priors import code_bands, code_priors
from ehr.selectors.queries import queries_asked, queries_of, queries_waiting
from ehr.selectors.review import note_for_review, signed_versions
from ehr.selectors.style import style_rules
from ehr.selectors.visits import day_shown, draft_status, visit_detail, worklist

__all__ = [
    "allergies",
    "chart",
    "code_bands",
    "code_priors",
    "day_shown",
    "draft_status",
    "note_for_review",
    "organization_settings",
    "patients_find",
    "queries_asked",
    "queries_of",
    "queries_waiting",
    "signed_versions",
    "style_rules",
    "visit_detail",
    "worklist",
]
