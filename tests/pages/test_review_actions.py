"""Decisions: as htmx, as a plain form, at a stale version, and with input that makes no sense."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ehr.models import CodeSuggestion, Note, NoteSentence
from ehr.templatetags.review import code_reason
from summarizer.coding.places import PLACES
from tests.ehr.world import World, note_make

HTMX = {"HX-Request": "true"}


def sentences(note: Note) -> list[NoteSentence]:
    return list(NoteSentence.objects.filter(section__note=note).order_by("section", "position"))


def act(client: Client, name: str, *args: Any, htmx: bool = True, **body: Any) -> Any:
    headers = HTMX if htmx else {}
    fields = {"expected_version": "1"} | body
    return client.post(reverse(f"ehr:{name}", args=args), fields, headers=headers)


def test_accepting_answers_with_the_sentence_and_the_new_counts(note: Note, owner: Client) -> None:
    sentence = sentences(note)[1]
    part = act(owner, "sentence", sentence.pk, "accept").content.decode()
    assert part.strip().startswith('<li class="sentence accepted"')
    assert 'id="review-bar" hx-swap-oob="outerHTML"' in part
    assert 'name="expected_version" value="2"' in part
    assert "1 of 6 sentences decided" in part


def test_without_a_script_a_decision_leads_back_to_the_sentence(note: Note, owner: Client) -> None:
    sentence = sentences(note)[1]
    response = act(owner, "sentence", sentence.pk, "reject", htmx=False)
    path = reverse("ehr:visit", args=[note.visit_id])
    assert response["Location"] == f"{path}#s{sentence.pk}"
    sentence.refresh_from_db()
    assert sentence.status == "rejected"


def test_an_edit_shows_what_was_drafted_beside_it(note: Note, owner: Client) -> None:
    sentence = sentences(note)[1]
    part = act(owner, "sentence", sentence.pk, "edit", text="Chest pain since Friday.")
    assert "Chest pain since Friday." in part.content.decode()
    assert "Drafted:" in part.content.decode()
    undone = act(owner, "sentence", sentence.pk, "restore", expected_version="2")
    assert "Chest pain since Friday." not in undone.content.decode()


def test_a_stale_version_is_said_with_the_way_on(note: Note, owner: Client) -> None:
    first, second = sentences(note)[1:3]
    act(owner, "sentence", first.pk, "accept")
    path = reverse("ehr:visit", args=[note.visit_id])
    response = owner.post(
        reverse("ehr:sentence", args=[second.pk, "accept"]),
        {"expected_version": "1"},
        headers=HTMX | {"HX-Current-URL": f"http://testserver{path}"},
    )
    assert response.status_code == 409
    assert "The note changed since you opened it." in response.content.decode()
    assert f'href="{path}"' in response.content.decode()
    second.refresh_from_db()
    assert second.status == "proposed"


def test_a_stale_form_without_a_script_is_said_on_the_page_it_came_from(
    note: Note, owner: Client
) -> None:
    first, second = sentences(note)[1:3]
    act(owner, "sentence", first.pk, "accept")
    path = reverse("ehr:visit", args=[note.visit_id])
    response = owner.post(
        reverse("ehr:sentence", args=[second.pk, "accept"]),
        {"expected_version": "1"},
        headers={"Referer": f"http://testserver{path}"},
        follow=True,
    )
    assert "The note changed since you opened it." in response.content.decode()


def test_a_foreign_referer_is_not_followed(note: Note, owner: Client) -> None:
    response = owner.post(
        reverse("ehr:sentence", args=[sentences(note)[1].pk, "accept"]),
        {"expected_version": "9"},
        headers={"Referer": "https://elsewhere.example/steal"},
    )
    assert response.status_code == 409
    assert "Location" not in response


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "१"])
def test_a_version_that_is_no_number_changes_nothing(
    version: str, note: Note, owner: Client
) -> None:
    response = act(owner, "sentence", sentences(note)[1].pk, "accept", expected_version=version)
    assert response.status_code in (409, 422)
    note.refresh_from_db()
    assert note.version == 1


def test_an_empty_edit_is_refused(note: Note, owner: Client) -> None:
    response = act(owner, "sentence", sentences(note)[1].pk, "edit", text="  ")
    assert response.status_code == 422


def test_an_unknown_action_is_no_page(note: Note, owner: Client) -> None:
    assert act(owner, "sentence", sentences(note)[1].pk, "delete").status_code == 404
    assert act(owner, "code", note.suggestions.all()[0].pk, "delete").status_code == 404


def test_a_warning_is_marked_as_checked(note: Note, owner: Client) -> None:
    part = act(owner, "flag", sentences(note)[0].pk, 0).content.decode()
    assert "Checked by owner" in part
    assert "warning to settle" not in part


def test_a_section_is_accepted_but_for_what_has_an_open_warning(note: Note, owner: Client) -> None:
    section = note.sections.get(key="subjective")
    response = act(owner, "section-accept", section.pk)
    assert response["HX-Retarget"] == f"#section-{section.pk}"
    statuses = [line.status for line in section.sentences.all()]
    assert statuses[0] == "proposed"
    assert set(statuses[1:]) == {"accepted"}


def test_a_sentence_is_added_at_the_end_of_its_section(note: Note, owner: Client) -> None:
    plan = note.sections.get(key="plan")
    response = act(
        owner, "sentence-add", note.pk, section=str(plan.pk), text="Call back in a week."
    )
    assert "Call back in a week." in response.content.decode()
    added = plan.sentences.get()
    assert f"s{added.pk}" in response["HX-Trigger-After-Settle"]
    assert act(owner, "sentence-add", note.pk, section="x", text="No.").status_code == 422


def test_a_code_is_accepted_rejected_with_a_reason_and_restored(
    code_list: Path, note: Note, owner: Client
) -> None:
    first, second = note.suggestions.all()
    assert "Accepted" in act(owner, "code", first.pk, "accept").content.decode()
    part = act(
        owner, "code", second.pk, "reject", reason="other-code-fits", expected_version="2"
    ).content.decode()
    assert "another code fits better" in part
    part = act(owner, "code", second.pk, "restore", expected_version="3").content.decode()
    assert "another code fits better" not in part.split("<form")[0]


def test_codes_are_found_and_added(
    code_list: Path, world: World, use_engine: Callable[[Any], None], owner: Client
) -> None:
    note = note_make(world)
    found = act(owner, "code-search", note.pk, q="throat").content.decode()
    assert "R07.0" in found
    assert "<html" not in found
    plain = act(owner, "code-search", note.pk, q="throat", htmx=False).content.decode()
    assert "<html" in plain
    act(owner, "code-add", note.pk, code="R07.0")
    added = CodeSuggestion.objects.get(note=note, code="R07.0")
    assert added.status == "accepted"
    nothing = act(owner, "code-search", note.pk, q="zzzz").content.decode()
    assert "No billable code matches" in nothing


def test_a_stale_signature_is_refused_on_the_page(
    world: World, use_engine: Callable[[Any], None], owner: Client
) -> None:
    note = note_make(world)
    act(owner, "sentence", sentences(note)[0].pk, "accept")
    response = act(owner, "sign", note.pk, htmx=False)
    assert response.status_code == 409
    assert "The note changed since you opened it." in response.content.decode()
    note.refresh_from_db()
    assert note.state == Note.State.IN_REVIEW


@pytest.mark.parametrize("place", sorted({place for *_, place in PLACES} - {"family"}))
def test_every_place_that_a_code_comes_from_has_words(place: str) -> None:
    for reason in (f"section:{place}", "section:spoken", "section:told", "record:condition"):
        assert ":" not in str(code_reason(reason))


def test_a_level_is_picked_on_the_page_and_compared_with_the_note(
    note: Note, owner: Client
) -> None:
    page = owner.get(reverse("ehr:visit", args=[note.visit_id])).content.decode()
    assert "Level of the visit" in page
    answer = act(owner, "level", note.pk, code="99215").content.decode()
    assert 'id="level"' in answer
    assert "The note documents less than this level." in answer
    assert Note.objects.get(pk=note.pk).em_code == "99215"
    stale = act(owner, "level", note.pk, code="99213")
    assert stale.status_code == 409
    plain = act(owner, "level", note.pk, htmx=False, code="", expected_version="2")
    assert plain.status_code == 302
    assert Note.objects.get(pk=note.pk).em_code == ""


def test_levels_are_not_shown_where_they_are_not_used(
    note: Note, owner: Client, settings: Any
) -> None:
    settings.EM_LEVELS = False
    page = owner.get(reverse("ehr:visit", args=[note.visit_id])).content.decode()
    assert "Level of the visit" not in page
