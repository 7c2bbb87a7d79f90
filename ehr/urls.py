"""The clinicians' pages. Addresses hold ids and dates only, never a name or words."""

from datetime import date

from django.urls import include, path, register_converter

from ehr.selectors import day_shown
from ehr.views import (
    account,
    codes,
    evidence,
    organization,
    patients,
    queries,
    review,
    signing,
    style,
    visits,
    worklist,
)


class DateConverter:
    """A day as `2026-11-23`; anything else is no such page."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        day = date.fromisoformat(value)
        if not day_shown(day):
            raise ValueError(value)
        return day

    def to_url(self, value: date) -> str:
        return value.isoformat()


class FhirIdConverter:
    """https://hl7.org/fhir/R4/datatypes.html#id"""

    regex = r"[A-Za-z0-9\-.]{1,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DateConverter, "day")
register_converter(FhirIdConverter, "fhirid")

app_name = "ehr"
urlpatterns = [
    path("api/", include("ehr.api_urls")),
    path("", account.home, name="home"),
    path("healthz", account.health, name="health"),
    path("sign-in", account.sign_in, name="sign-in"),
    path("sign-out", account.sign_out, name="sign-out"),
    path("organization", organization.organization, name="organization"),
    path("worklist", worklist.worklist, name="worklist"),
    path("worklist/<day:day>", worklist.worklist, name="worklist-day"),
    path("patients", patients.patients, name="patients"),
    path("patients/<fhirid:patient_id>", patients.chart, name="chart"),
    path("patients/<fhirid:patient_id>/visits", patients.visit_plan, name="visit-plan"),
    path("visits/<int:visit_id>", visits.visit, name="visit"),
    path("visits/<int:visit_id>/before", visits.before, name="visit-before"),
    path("visits/<int:visit_id>/words", visits.words, name="visit-words"),
    path("drafts/<int:draft_id>/progress", visits.progress, name="draft-progress"),
    path("drafts/<int:draft_id>/retry", visits.retry, name="draft-retry"),
    path("sentences/<int:sentence_id>/<slug:action>", review.sentence, name="sentence"),
    path("sentences/<int:sentence_id>/flags/<int:index>", review.flag, name="flag"),
    path("sections/<int:section_id>/accept", review.section, name="section-accept"),
    path("notes/<int:note_id>/sentences", review.add, name="sentence-add"),
    path("codes/learned", codes.learned, name="learned"),
    path("codes/learned/<int:prior_id>/forget", codes.forget, name="forget"),
    path("style", style.style, name="style"),
    path("style/rules", style.add, name="style-add"),
    path("style/rules/<int:rule_id>/<slug:action>", style.turn, name="style-turn"),
    path("questions", queries.waiting, name="questions"),
    path("questions/<int:query_id>/answer", queries.answer, name="question-answer"),
    path("codes/<int:suggestion_id>/clarify", queries.clarify, name="clarify"),
    path("codes/<int:suggestion_id>/replace", codes.replace, name="code-replace"),
    path("codes/<int:suggestion_id>/<slug:action>", codes.decide, name="code"),
    path("notes/<int:note_id>/codes", codes.add, name="code-add"),
    path("notes/<int:note_id>/level", codes.level, name="level"),
    path("notes/<int:note_id>/codes/search", codes.search, name="code-search"),
    path("evidence/<int:evidence_id>", evidence.source, name="source"),
    path("notes/<int:note_id>/sign", signing.sign, name="sign"),
    path("notes/<int:note_id>/amend", signing.amend, name="amend"),
    path("notes/<int:note_id>/versions", signing.versions, name="versions"),
    path("notes/<int:note_id>/versions/<int:number>", signing.versions, name="version"),
]
